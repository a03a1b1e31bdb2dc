"""A site's generation against its own past: which months stand out, by how much, and since when.

Robust z of a month: z = (ln x − median) / max(1.4826 · MAD, floor), with median and MAD of ln x over the months before
it that do not stand out themselves. So a level that has shifted for good keeps standing out instead of becoming the
new ordinary, and one wild month spoils nothing. A month of nothing counts as a thousandth of the median, and as nothing
odd at a site that had such months while its history began: its waste comes now and then.

Of what uses of received waste leave behind (ash of a neighbour's gangue), x is the generation per tonne of that residue: how
much was received its senders say too, so that a drop there is no silence. What a site says of itself alone excuses nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log
from statistics import median

from app.domain.periods import Month
from app.findings.facts import Book, SiteFacts
from app.findings.recipes import residues

NORMAL = 1.4826
"""MAD of a normal distribution times this is its standard deviation."""
_NOTHING = 0.001


@dataclass(frozen=True, slots=True)
class Odd:
    """A month that stands out: its generation and the ordinary one [g], and how many robust σ lie between."""

    month: Month
    grams: int
    usual: int
    z: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a month stands out: both robust z and the factor must be exceeded, after so many ordinary months."""

    critical_z: float
    factor: float
    least_history: int
    floor: float


def odd_runs(facts: SiteFacts, waste: str, bounds: Bounds, *, upward: bool) -> Iterator[list[Odd]]:
    """Runs of months on file that all stand out upward, or all downward; a month not on file ends none."""
    ordinary: list[float] = []
    rests = False
    intake = _intake(facts, waste)
    run: list[Odd] = []
    for month in facts.months:
        grams, scale = facts.books[month].of(waste).generated, intake.get(month, 1.0)
        odd = None if rests and not grams else _odd(month, grams, scale, ordinary, bounds)
        if odd is not None and (odd.grams > odd.usual) is upward:
            run.append(odd)
            continue
        if run:
            yield run
            run = []
        if odd is None and grams:
            ordinary.append(log(grams / scale))
        # Months of nothing before the first of a waste are before its beginning.
        rests = rests or (not grams and 0 < len(ordinary) < bounds.least_history)
    if run:
        yield run


def _intake(facts: SiteFacts, waste: str) -> dict[Month, float]:
    """By month, what uses of received waste leave of a waste, over the median of it; empty when most months have none."""
    left = {month: _left_of_received(facts.books[month], waste) for month in facts.months}
    some = [mass for mass in left.values() if mass]
    if 2 * len(some) <= len(left):
        return {}
    middle = median(some)
    return {month: max(mass / middle, _NOTHING) for month, mass in left.items()}


def _left_of_received(book: Book, waste: str) -> float:
    left = 0.0
    for flow in book.flows_of("used"):
        residue = residues().get((flow.process or "", flow.waste), {}).get(waste)
        left += 0.0 if residue is None else float(flow.of_received * residue.value)
    return left


def _odd(month: Month, grams: int, scale: float, ordinary: list[float], bounds: Bounds) -> Odd | None:
    if len(ordinary) < bounds.least_history:
        return None
    middle = median(ordinary)
    spread = NORMAL * median(abs(value - middle) for value in ordinary)
    usual = round(exp(middle) * scale)
    value = log(max(grams, usual * _NOTHING, 1) / scale)
    z = (value - middle) / max(spread, bounds.floor)
    if abs(z) < bounds.critical_z or abs(value - middle) < log(bounds.factor):
        return None
    return Odd(month, grams, usual, z)
