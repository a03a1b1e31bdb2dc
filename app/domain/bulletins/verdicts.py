"""Does a formula reproduce a printed rate? Rounded first, then truncated, then with the amounts' rounding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product
from types import MappingProxyType

from app.domain.bulletins.conventions import FIELDS, NEEDS
from app.domain.bulletins.printed import Amount, Printed
from app.domain.bulletins.rows import OfficialRow
from app.domain.rates import METRICS, Ratio, Totals


class Verdict(StrEnum):
    """How well a published figure is reproduced; the better verdict stands first."""

    MATCH = "match"
    MATCH_TRUNCATED = "match_truncated"
    WITHIN_ROUNDING = "within_rounding"
    MISMATCH = "mismatch"
    NO_PUBLISHED_VALUE = "no_published_value"


RANK: Mapping[Verdict, int] = MappingProxyType({verdict: rank for rank, verdict in enumerate(Verdict)})


@dataclass(frozen=True, slots=True)
class Computed:
    """A metric from printed totals [t/t] and the interval their rounding leaves (None without a value)."""

    ratio: Ratio
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict on a published figure and the formulas that reproduce it so well or better.

    `outcomes` keeps the verdict under each formula that could be computed.
    """

    verdict: Verdict
    reproduced_by: tuple[str, ...]
    outcomes: Mapping[str, Verdict]


def compute(metric_id: str, amounts: Mapping[str, Amount]) -> Computed | None:
    """Compute a metric and its interval; None when an amount it reads is not printed.

    Each formula is monotone in each amount, so its extremes lie at corners of the box of rounding intervals.
    """
    metric, columns = METRICS[metric_id], NEEDS[metric_id]
    if any(name not in amounts for name in columns):
        return None

    def at(grams: Iterable[int]) -> Ratio:
        return metric.of(Totals(**{FIELDS[name]: mass for name, mass in zip(columns, grams, strict=True)}))

    ratio = at(amounts[name].grams for name in columns)
    if ratio.reason is not None:
        return Computed(ratio, None, None)
    ends = ((amounts[name].low, amounts[name].high) for name in columns)
    # A denominator that was printed above nothing is above nothing at every corner: its last place bounds it.
    corners = [value for corner in product(*ends) if (value := at(corner).value) is not None]
    return Computed(ratio, min(corners), max(corners))


def judge_rate(row: OfficialRow, computed: Mapping[str, Computed | None]) -> Comparison:
    """Judge the published rate of a row under every formula it may follow.

    The convention the file states is tried first; the others count only where that one fails.
    """
    if row.published is None:
        return Comparison(Verdict.NO_PUBLISHED_VALUE, (), {})
    outcomes = {
        name: compare(found, row.published)
        for name in row.candidates
        if (found := computed[name]) is not None and found.ratio.reason is None
    }
    stated = outcomes.get(row.stated_metric or "", Verdict.MISMATCH)
    best = min(outcomes.values(), key=RANK.__getitem__, default=Verdict.MISMATCH)
    verdict = best if stated is Verdict.MISMATCH else stated
    if verdict is Verdict.MISMATCH:
        return Comparison(verdict, (), outcomes)
    reproduced_by = tuple(name for name, outcome in outcomes.items() if RANK[outcome] <= RANK[verdict])
    return Comparison(verdict, reproduced_by, outcomes)


def compare(computed: Computed, published: Printed) -> Verdict:
    """Compare a computed rate with a published percentage.

    The printed figure stands for all values that round or truncate to it, the amounts for their intervals:
    where the two meet, the figure is within rounding.
    """
    value = computed.ratio.value
    if value is None or computed.low is None or computed.high is None:
        return Verdict.MISMATCH
    verdict = compare_exact(value * 100, published)
    half = published.last_place / 2
    truncated = published.last_place if published.value >= 0 else -published.last_place
    lowest = min(published.value - half, published.value + truncated)
    highest = max(published.value + half, published.value + truncated)
    meets = computed.low * 100 <= highest and computed.high * 100 >= lowest
    return Verdict.WITHIN_ROUNDING if verdict is Verdict.MISMATCH and meets else verdict


def compare_exact(value: Fraction, published: Printed) -> Verdict:
    """Compare an exact value with a printed one at its decimals: rounded (a tie either way) or truncated."""
    if abs(value - published.value) <= published.last_place / 2:
        return Verdict.MATCH
    truncated = int(value / published.last_place) * published.last_place
    return Verdict.MATCH_TRUNCATED if truncated == published.value else Verdict.MISMATCH
