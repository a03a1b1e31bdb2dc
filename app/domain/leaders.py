"""The leaders' list (领跑者): a stated score, so that whoever stands below can see why.

    score = 60 · min(1, u) + 20 · c + 20 · f          0 … 100

u: rate of new waste used; c: tonnes sent that the receiver confirmed / tonnes sent, 1 when nothing was sent;
f: ledgers filed / ledgers expected. Sites that generated less than the least quantity, or of which a finding of the
period was confirmed, are not ranked and said to be left out. Source: ours, version 1; weights are stated in every
answer. Official lists follow criteria of their own: this one does not claim to be one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.domain.quantities import GRAMS_PER_TONNE

VERSION = 1
USE_POINTS = 60
CONFIRMED_POINTS = 20
FILED_POINTS = 20
LEAST_GENERATED_GRAMS = 10_000 * GRAMS_PER_TONNE


class LeftOut(StrEnum):
    """Why a site is not ranked."""

    TOO_SMALL = "too_small"
    CONFIRMED_FINDING = "confirmed_finding"
    NO_RATE = "no_rate"


@dataclass(frozen=True, slots=True)
class Record:
    """A site's year: rate of new waste used (None without one), masses [g], ledgers, confirmed findings."""

    site: str
    used_share: Fraction | None
    generated_grams: int
    sent_grams: int
    confirmed_grams: int
    ledgers_filed: int
    ledgers_expected: int
    confirmed_findings: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A site's place; `rank` and `score` are None when it is left out. Sites of one score share a rank."""

    record: Record
    score: Fraction | None
    rank: int | None
    left_out: LeftOut | None


def score_of(record: Record) -> Fraction:
    """Score a record. Raises ValueError without a rate."""
    if record.used_share is None:
        raise ValueError(f"no rate to score: {record.site}")
    used = min(Fraction(1), max(Fraction(0), record.used_share))
    confirmed = Fraction(record.confirmed_grams, record.sent_grams) if record.sent_grams else Fraction(1)
    filed = (
        Fraction(record.ledgers_filed, record.ledgers_expected) if record.ledgers_expected else Fraction(0)
    )
    return USE_POINTS * used + CONFIRMED_POINTS * confirmed + FILED_POINTS * min(Fraction(1), filed)


def ranked(records: Iterable[Record]) -> list[Standing]:
    """Rank the sites, the best first; those left out stand at the end by their codes."""
    known = sorted(records, key=lambda record: record.site)
    scores = {record.site: score_of(record) for record in known if _left_out(record) is None}
    better = sorted(scores.values(), reverse=True)
    standings = [
        Standing(
            record,
            scores.get(record.site),
            better.index(scores[record.site]) + 1 if record.site in scores else None,
            _left_out(record),
        )
        for record in known
    ]
    return sorted(standings, key=lambda one: (one.rank is None, one.rank or 0))


def _left_out(record: Record) -> LeftOut | None:
    if record.generated_grams < LEAST_GENERATED_GRAMS:
        return LeftOut.TOO_SMALL
    if record.confirmed_findings:
        return LeftOut.CONFIRMED_FINDING
    return LeftOut.NO_RATE if record.used_share is None else None
