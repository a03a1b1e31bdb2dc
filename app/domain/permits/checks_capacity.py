"""What facilities can, and what the ledger says they took: stock at a month's end, use and disposal by calendar year.

The capacity is that of the permit in force in the month; a year's treatment up to and with the month is held to it, so a
capacity that was lowered in June is exceeded from June on. Which facility took what is said for disposal at most;
otherwise whatever fits however it is divided fits (allotment.py). A share `tolerance` of each capacity is let pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from app.domain.permits.allotment import Need, Overflow, Place, overflow
from app.domain.permits.case import (
    YEARLY,
    Amount,
    Case,
    Departure,
    FiledMonth,
    Kind,
    merged,
    places,
    stocks,
    yearly_needs,
)
from app.domain.permits.content import Route, Way
from app.domain.permits.versions import PermitVersion

NONE = Fraction(0)
_Over = tuple[FiledMonth, PermitVersion, Overflow]


def storage(case: Case, tolerance: Fraction = NONE) -> Iterator[Departure]:
    """Find runs of months whose stock exceeds the storage; at issue is the highest excess."""
    over: list[_Over] = []
    for filed, version in case.valid():
        excess = _excess(merged(stocks(filed.lines)), version, ("store",), tolerance)
        if excess is not None:
            over.append((filed, version, excess))
    for run in _runs(over):
        yield _departure(Kind.STORAGE, run, [Amount(filed.month, _stock(each)) for filed, _, each in run])


def _stock(excess: Overflow) -> int:
    return sum(need.grams for need in excess.needs)


def treatment(case: Case, tolerance: Fraction = NONE) -> Iterator[Departure]:
    """Find years in which more was used, or disposed of, than the facilities can; at issue is the highest excess.

    Amounts are what each month of the year adds to the wastes at issue, from January on: they are what it rests on.
    """
    for _, months in groupby(case.filed, key=lambda filed: filed.month.year):
        year = list(months)
        for kind, way in ((Kind.USE, YEARLY[0]), (Kind.DISPOSAL, YEARLY[1])):
            over = [each for each in _over_in(case, year, tolerance) if way in _ways(each[2])]
            if over:
                yield _departure(kind, over, _monthly(year, over))


def _over_in(case: Case, year: Sequence[FiledMonth], tolerance: Fraction) -> Iterator[_Over]:
    versions = {filed.month: version for filed, version in case.valid()}
    so_far: list[Need] = []
    for filed in year:
        so_far = merged([*so_far, *yearly_needs(filed.lines)])
        version = versions.get(filed.month)
        excess = None if version is None else _excess(so_far, version, YEARLY, tolerance)
        if version is not None and excess is not None:
            yield filed, version, excess


def _ways(excess: Overflow) -> frozenset[Way]:
    return frozenset(need.way for need in excess.needs)


def _monthly(year: Sequence[FiledMonth], over: Sequence[_Over]) -> list[Amount]:
    """What each month up to the last that is over adds to what competes for the full facilities."""
    last = over[-1]
    at_issue = {(need.waste, need.way, need.facility) for need in last[2].needs}
    found = []
    for filed in year:
        if filed.month <= last[0].month:
            needs = yearly_needs(filed.lines)
            grams = sum(n.grams for n in needs if (n.waste, n.way, n.facility) in at_issue)
            found.append(Amount(filed.month, grams))
    return [amount for amount in found if amount.grams]


def _excess(
    needs: Sequence[Need], version: PermitVersion, ways: tuple[Way, ...], tolerance: Fraction
) -> Overflow | None:
    """What does not fit, of the true capacity; None while it is within the tolerance."""
    built = places(version.content, ways, {need.waste for need in needs})
    if tolerance and overflow(needs, [_widened(place, tolerance) for place in built]) is None:
        return None
    return overflow(needs, built)


def _widened(place: Place, tolerance: Fraction) -> Place:
    if place.capacity is None:
        return place
    return replace(place, capacity=int(place.capacity * (1 + tolerance)))


def _departure(kind: Kind, over: Sequence[_Over], amounts: Sequence[Amount]) -> Departure:
    # Of equal excesses the first: that is when it was reached.
    _, version, excess = max(over, key=lambda each: each[2].grams)
    wastes = {need.waste for need in excess.needs}
    ways = _ways(excess)
    return Departure(
        kind=kind,
        permit=version.number,
        version=version.version,
        amounts=tuple(amounts),
        grams=excess.grams,
        waste=next(iter(wastes)) if len(wastes) == 1 else None,
        route=Route("self", next(iter(ways))) if len(ways) == 1 else None,
        places=excess.facilities,
        limit=excess.capacity,
    )


def _runs(over: Sequence[_Over]) -> Iterator[list[_Over]]:
    """Divide where a month is left out."""
    run: list[_Over] = []
    for each in over:
        if run and run[-1][0].month.next != each[0].month:
            yield run
            run = []
        run.append(each)
    if run:
        yield run
