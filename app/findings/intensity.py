"""A site's generation of a waste per what it did: ln(generated / index), month by month, against its own past.

The index of a waste is what the coefficients let expect of its activities, with every waste that arises together, plus what
its uses leave behind by the chain definitions (both at their middle values) [g]. A site's own ratio to it differs from 1, as
coal differs from coal, and varies little. With med and MAD of the ordinary months before, s² = (1.4826 · MAD)² + floor², a run
of r months that ends now is held to

    z = (mean of the run − med) / (s · √(1/r + π/2n)),    n ordinary months; π/2n is the variance of a median

for r = 1 … longest, so that a tenth that is left out for half a year shows as well as half a month's. Months of a run that
stands out do not become ordinary. Reporting less of the activity too hides from this; `sudden_drop` looks at the volume alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, hypot, log, pi, sqrt
from statistics import fmean, median

from app.domain.periods import Month
from app.findings.expected import expected
from app.findings.facts import Book, SiteFacts
from app.findings.history import NORMAL
from app.findings.recipes import residues
from app.findings.runs import runs

_NOTHING = 0.001
"""A month of nothing counts as a thousandth of what is usual."""
_OTHERWISE = 0.5
"""Less than this share of the missing tonnes must turn up in the wastes that arise together with it."""


@dataclass(frozen=True, slots=True)
class Usual:
    """When a run stands out: so many robust σ, after so many ordinary months; a run has `longest` months at most."""

    critical_z: float
    least_history: int
    floor: float
    longest: int


@dataclass(frozen=True, slots=True)
class Low:
    """A month with too little of a waste for what was done: reported and usual [g], z of its run."""

    month: Month
    grams: int
    usual: int
    z: float


@dataclass(slots=True)
class _Told:
    """A month on file: generated and index [g], ln of their ratio, z of the run that made it stand out."""

    month: Month
    grams: int
    index: int
    log: float
    usual: float = 0.0
    z: float | None = None


def low_runs(facts: SiteFacts, waste: str, usual: Usual) -> Iterator[list[Low]]:
    """Runs of consecutive months on file with too little of a waste, in order."""
    told: list[_Told] = []
    for each in _told(facts, waste):
        told.append(each)
        _judge(told, usual)
    low = [
        Low(each.month, each.grams, round(exp(each.usual) * each.index), each.z)
        for each in told
        if each.z is not None
    ]
    for run in runs(low):
        missing = sum(each.usual - each.grams for each in run)
        if missing > 0 and _elsewhere(facts, waste, run) < _OTHERWISE * missing:
            yield run


def _told(facts: SiteFacts, waste: str) -> Iterator[_Told]:
    for month in facts.months:
        book = facts.books[month]
        index = _index(book, facts, waste)
        if index > 0:
            grams = book.of(waste).generated
            yield _Told(month, grams, index, log(max(grams, index * _NOTHING, 1) / index))


def _judge(told: list[_Told], usual: Usual) -> None:
    """Mark the run that ends with the newest month and stands out most, if any does."""
    best, chosen, middle_of_best = -usual.critical_z, 0, 0.0
    for length in range(1, min(usual.longest, len(told)) + 1):
        run = told[-length:]
        ordinary = [each.log for each in told[:-length] if each.z is None]
        if len(ordinary) < usual.least_history or not any(each.grams for each in told[:-length]):
            break
        middle = median(ordinary)
        spread = hypot(usual.floor, NORMAL * median(abs(value - middle) for value in ordinary))
        beside = fmean(each.log for each in run) - middle
        z = beside / (spread * sqrt(1 / length + pi / 2 / len(ordinary)))
        # One very low month does not take ordinary ones beside it along.
        if z <= best and all(each.log - middle < beside / 2 for each in run):
            best, chosen, middle_of_best = z, length, middle
    for each in told[len(told) - chosen :]:
        each.z, each.usual = best, middle_of_best


def _index(book: Book, facts: SiteFacts, waste: str) -> int:
    """What the site's month lets expect, at middle values [g]."""
    by_activity = sum(
        band.value for wastes, (band, _) in expected(book, facts.coefficients).items() if waste in wastes
    )
    by_use = 0
    for flow in book.flows_of("used"):
        left = residues().get((flow.process or "", flow.waste), {}).get(waste)
        by_use += 0 if left is None else int(flow.grams * left.value)
    return by_activity + by_use


def _elsewhere(facts: SiteFacts, waste: str, run: list[Low]) -> float:
    """How much more than usual there is of the wastes that arise together with it: fly ash that is bottom ash now [g]."""
    months = {each.month for each in run}
    more = 0.0
    for other in _together(facts, waste, run):
        told = list(_told(facts, other))
        ordinary = [each.log for each in told if each.month not in months]
        if ordinary:
            ratio = exp(median(ordinary))
            more += sum(each.grams - ratio * each.index for each in told if each.month in months)
    return max(0.0, more)


def _together(facts: SiteFacts, waste: str, run: list[Low]) -> set[str]:
    found: set[str] = set()
    for each in run:
        book = facts.books[each.month]
        for wastes in expected(book, facts.coefficients):
            found |= set(wastes) if waste in wastes else set()
        for flow in book.flows_of("used"):
            left = residues().get((flow.process or "", flow.waste), {})
            found |= set(left) if waste in left else set()
    return found - {waste}
