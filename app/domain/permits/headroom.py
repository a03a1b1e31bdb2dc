"""How much more facilities may take, and the month in which the present pace exceeds that.

Facilities that compete for the same needs are one group: where a ledger does not say which of them took what, only their
sum is known. With n filed months up to and with the month m (the last 12, or what exists) and all masses in whole grams:

* use and disposal, by calendar year: headroom = capacity − Σ of m's year up to m; pace p = Σ of the n months / n.
* storage: headroom = capacity − stock at m's end; p = (stock at m's end − stock at the beginning of the first of the n
  months, its lines' opening) / n.

At pace p the capacity is exceeded in the first month whose figure, grown by p a month from m on, is above it: m itself when
it is so already; a yearly sum begins at 0 each January; None when the pace never gets there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.ledger import Line
from app.domain.periods import Month, MonthError
from app.domain.permits.allotment import Need, Place
from app.domain.permits.case import YEARLY, Case, FiledMonth, merged, places, stocks, yearly_needs
from app.domain.permits.content import Way
from app.domain.permits.versions import PermitVersion

PACE_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Pace:
    """`grams` [g] in `months` filed months: a sum, so that nothing is rounded."""

    grams: int
    months: int

    @property
    def grams_per_month(self) -> int:
        """The mean [g], rounded toward zero for people; figures are computed with the sum."""
        return int(self.grams / self.months) if self.grams < 0 else self.grams // self.months


@dataclass(frozen=True, slots=True)
class Headroom:
    """Facilities that compete for the same needs, what they may take and what they took.

    `ways`: what counts here. `capacity`, `taken`, `room` in grams: in the calendar year, or at any time for storage;
    `capacity` and `room` None when a facility's capacity is unknown or in another measure. `room` is negative when the
    capacity is exceeded. `exceeded_in`: see above.
    """

    facilities: tuple[str, ...]
    ways: tuple[Way, ...]
    wastes: tuple[str, ...]
    capacity: int | None
    taken: int
    room: int | None
    pace: Pace
    exceeded_in: Month | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The headroom of a permit's facilities at the end of a month, by the version in force then."""

    month: Month
    version: PermitVersion
    groups: tuple[Headroom, ...]


def outlook(case: Case, month: Month | None = None) -> Outlook | None:
    """The headroom at the end of a filed month, the last one when none is named.

    None when that month is not on file or no permit was in force in it.
    """
    filed = [each for each in case.filed if month is None or each.month <= month]
    if not filed or (month is not None and filed[-1].month != month):
        return None
    version = case.latest.get(filed[-1].month)
    if version is None:
        return None
    recent = filed[-PACE_MONTHS:]
    groups = [*_yearly(filed, recent, version), *_stored(recent, version)]
    groups.sort(key=lambda group: group.facilities)
    return Outlook(filed[-1].month, version, tuple(groups))


def _yearly(
    filed: Sequence[FiledMonth], recent: Sequence[FiledMonth], version: PermitVersion
) -> Iterable[Headroom]:
    last = filed[-1].month
    this_year = _sum(yearly_needs(each.lines) for each in filed if each.month.year == last.year)
    lately = _sum(yearly_needs(each.lines) for each in recent)
    for group in _groups(version, YEARLY, _sum([this_year, lately])):
        taken = sum(need.grams for need in this_year if _is_of(need, group))
        pace = Pace(sum(need.grams for need in lately if _is_of(need, group)), len(recent))
        capacity = _capacity(group)
        exceeded = None if capacity is None else exceeded_in_year(last, capacity, taken, pace)
        yield _headroom(group, YEARLY, capacity, taken, pace, exceeded)


def _stored(recent: Sequence[FiledMonth], version: PermitVersion) -> Iterable[Headroom]:
    last = recent[-1]
    now, before = merged(stocks(last.lines)), merged(_opening(recent[0].lines))
    for group in _groups(version, ("store",), _sum([now, before])):
        taken = sum(need.grams for need in now if _is_of(need, group))
        began = sum(need.grams for need in before if _is_of(need, group))
        capacity, pace = _capacity(group), Pace(taken - began, len(recent))
        exceeded = None if capacity is None else exceeded_in_store(last.month, capacity, taken, pace)
        yield _headroom(group, ("store",), capacity, taken, pace, exceeded)


def _opening(lines: Sequence[Line]) -> list[Need]:
    return [Need(line.waste, "store", "", line.opening_grams) for line in lines]


def _headroom(
    group: Sequence[Place],
    ways: tuple[Way, ...],
    capacity: int | None,
    taken: int,
    pace: Pace,
    exceeded: Month | None,
) -> Headroom:
    pairs = {pair for place in group for pair in place.takes}
    return Headroom(
        facilities=tuple(place.code for place in group),
        ways=tuple(way for way in ways if any(way == done for _, done in pairs)) or ways[:1],
        wastes=tuple(sorted({waste for waste, _ in pairs})),
        capacity=capacity,
        taken=taken,
        room=None if capacity is None else capacity - taken,
        pace=pace,
        exceeded_in=exceeded,
    )


def exceeded_in_year(month: Month, capacity: int, taken: int, pace: Pace) -> Month | None:
    """The first month whose yearly sum is above `capacity` [g], `taken` [g] being that of `month`'s year so far."""
    if taken > capacity:
        return month
    return _first_above(month, capacity - taken, pace, 12 - month.number) or (
        _first_above(Month(month.year, 12), capacity, pace, 12)
    )


def exceeded_in_store(month: Month, capacity: int, stock: int, pace: Pace) -> Month | None:
    """The first month whose stock is above `capacity` [g], `stock` [g] being that of `month`'s end."""
    return month if stock > capacity else _first_above(month, capacity - stock, pace, None)


def _first_above(month: Month, room: int, pace: Pace, within: int | None) -> Month | None:
    """The month after so many that the pace fills the room and more; None beyond `within` months, or after 2199."""
    if pace.grams <= 0:
        return None
    months = room * pace.months // pace.grams + 1
    if within is not None and months > within:
        return None
    try:
        return month.plus(months)
    except MonthError:
        return None


def _sum(needs: Iterable[Sequence[Need]]) -> list[Need]:
    return merged([need for some in needs for need in some])


def _is_of(need: Need, group: Sequence[Place]) -> bool:
    return any(place.may_take(need) for place in group)


def _capacity(group: Sequence[Place]) -> int | None:
    known = [place.capacity for place in group if place.capacity is not None]
    return sum(known) if len(known) == len(group) else None


def _groups(version: PermitVersion, ways: tuple[Way, ...], needs: Sequence[Need]) -> list[tuple[Place, ...]]:
    """Facilities joined by the needs that any of several could take."""
    built = places(version.content, ways, _wastes(version, needs))
    leader: dict[str, str] = {place.code: place.code for place in built}
    for need in needs:
        able = [place.code for place in built if place.may_take(need)]
        joined = {leader[code] for code in able}
        for code, first in leader.items():
            if first in joined:
                leader[code] = min(joined)
    by_leader: Mapping[str, list[Place]] = {code: [] for code in sorted(set(leader.values()))}
    for place in built:
        by_leader[leader[place.code]].append(place)
    return [tuple(sorted(group, key=lambda place: place.code)) for group in by_leader.values()]


def _wastes(version: PermitVersion, needs: Sequence[Need]) -> set[str]:
    content = version.content
    named = {waste for each in content.facilities for waste in each.wastes}
    return named | {entry.waste for entry in content.wastes} | {need.waste for need in needs}
