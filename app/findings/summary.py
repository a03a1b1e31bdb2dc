"""How many tonnes are at issue, by site, region or rule: the score in which hidden volume counts, not the mix.

The database adds up: what comes out of it is as much as there are groups, however many findings there are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.quantities import tonnes_text
from app.enterprises.models import Site
from app.findings.cells import cells, kind, summed
from app.findings.models import CaseState, Finding
from app.findings.reading import FindingQuery, conditions, visible
from app.findings.rule import Tonnes
from app.ledgers.models import Ledger, LedgerLine
from app.rates.service import AnySelect

Grouping: TypeAlias = Literal["site", "region", "rule"]
_COLUMNS: Mapping[Grouping, InstrumentedAttribute[str]] = {
    "site": Site.code,
    "region": Finding.region,
    "rule": Finding.rule,
}
_LIMB = 1 << 17
"""Three of them hold every mass there is, and a billion of their products do not overflow 64 bits."""


@dataclass(frozen=True, slots=True)
class Score:
    """Tonnes at issue of a group [g], each (site, waste, month) by the largest finding of a kind there.

    `unseen_grams`: what has no proven end or was not reported at all, each cell by the largest of the two.
    """

    findings: int
    kinds: Mapping[Tonnes, int]
    unseen_grams: int
    reported_grams: int | None = None

    def grams(self, kind: Tonnes) -> int:
        return self.kinds.get(kind, 0)

    @property
    def share(self) -> Fraction | None:
        """Unseen / (reported + unseen): 0 when all is seen, near 1 when almost all is hidden; None without any tonnes."""
        if self.reported_grams is None:
            return None
        whole = self.reported_grams + self.unseen_grams
        return Fraction(self.unseen_grams, whole) if whole else None


def scores(
    session: ReadSession, subject: Subject, query: FindingQuery, by: Grouping, most: int | None = None
) -> list[tuple[str, Score]]:
    """The groups with their scores, the most unseen tonnes first. Dismissed findings and those gone do not count."""
    found = sums(session, subject, query, by)
    shown = sorted(found.items(), key=lambda item: (-item[1].unseen_grams, item[0]))[:most]
    if by == "rule":
        return shown
    reported = _reported(session, by, [group for group, _ in shown], query)
    return [(group, replace(score, reported_grams=reported[group])) for group, score in shown]


def sums(session: ReadSession, subject: Subject, query: FindingQuery, by: Grouping) -> dict[str, Score]:
    """Every group with its score, but for what was reported there."""
    group = _COLUMNS[by].label("name")
    counted = _of(select(group, func.count()), subject, query).group_by(group)
    numbers = {name: int(number) for name, number in session.execute(counted)}
    found = cells(session, _of(select(group), subject, query), query.first, query.last)
    _make_ready(session)
    # Of a group that came in between the two questions nothing is told yet.
    kinds: dict[str, dict[Tonnes, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    unseen: dict[str, Fraction] = defaultdict(Fraction)
    for name, kind_of, length, grams, unseen_grams in session.execute(summed(found)):
        kinds[name][kind_of] += Fraction(int(grams or 0), length)
        unseen[name] += Fraction(int(unseen_grams or 0), length)
    return {
        name: Score(number, _rounded(kinds[name]), round(unseen[name])) for name, number in numbers.items()
    }


def _make_ready(session: ReadSession) -> None:
    """Until the transaction ends, sort such a question in memory."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.set_config("work_mem", "32MB", literal(value=True))))


def _rounded(kinds: Mapping[Tonnes, Fraction]) -> dict[Tonnes, int]:
    return {each: round(grams) for each, grams in kinds.items()}


def _of(statement: AnySelect, subject: Subject, query: FindingQuery, *more: ColumnElement[bool]) -> AnySelect:
    """The findings that count, of those that were asked for."""
    return (
        statement.select_from(Finding)
        .join(Site, Site.id == Finding.site_id)
        .where(
            visible(subject),
            *conditions(subject, query),
            Finding.present.is_(True),
            Finding.state != CaseState.DISMISSED,
            *more,
        )
    )


def untracked_sigma(session: ReadSession, subject: Subject, query: FindingQuery) -> int | None:
    """The standard uncertainty of what is untracked [g]: those stated, independent, added as squares; None without any.

    Squares of grams are beyond 64 bits: products of limbs are added up, and put together here.
    """
    sigma = Finding.sigma_grams
    high, middle, low = sigma // (_LIMB * _LIMB), sigma // _LIMB % _LIMB, sigma % _LIMB
    products = (high * high, high * middle, high * low, middle * middle, middle * low, low * low)
    stated = _of(
        select(func.count(), *(func.coalesce(func.sum(product), 0) for product in products)),
        subject,
        query,
        kind() == Tonnes.UNTRACKED.value,
        sigma.is_not(None),
    )
    number, *parts = (int(each) for each in session.execute(stated).one())
    hh, hm, hl, mm, ml, ll = parts
    squares = (((hh * _LIMB + 2 * hm) * _LIMB + 2 * hl + mm) * _LIMB + 2 * ml) * _LIMB + ll
    return isqrt(squares) if number else None


def _reported(
    session: ReadSession, by: Literal["site", "region"], groups: Sequence[str], query: FindingQuery
) -> dict[str, int]:
    """What the groups' ledgers say was generated [g]."""
    column = Site.code if by == "site" else Site.region
    statement = (
        select(column, func.sum(LedgerLine.generated_grams))
        .join(Ledger, Ledger.site_id == Site.id)
        .join(LedgerLine, LedgerLine.version_id == Ledger.version_id)
        .where(Ledger.state != LedgerState.DRAFT)
        .group_by(column)
    )
    if query.first is not None:
        statement = statement.where(Ledger.month >= query.first)
    if query.last is not None:
        statement = statement.where(Ledger.month <= query.last)
    if query.waste is not None:
        statement = statement.where(LedgerLine.waste == query.waste)
    found = dict.fromkeys(groups, 0)
    for group, grams in session.execute(statement.where(column.in_(groups))):
        found[group] = int(grams or 0)
    return found


def score_document(group: str, score: Score) -> dict[str, Any]:
    """A score as it is answered."""
    share = score.share
    return {
        "group": group,
        "findings": score.findings,
        "unseen_tonnes": tonnes_text(score.unseen_grams),
        "untracked_tonnes": tonnes_text(score.grams(Tonnes.UNTRACKED)),
        "estimated_tonnes": tonnes_text(score.grams(Tonnes.ESTIMATED)),
        "irregular_tonnes": tonnes_text(score.grams(Tonnes.IRREGULAR)),
        "reported_tonnes": None if score.reported_grams is None else tonnes_text(score.reported_grams),
        "unseen_share": None if share is None else f"{float(share):.6f}",
    }
