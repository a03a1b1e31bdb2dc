"""What the permit names and what the ledger does: wastes, routes, facilities, receivers. Per calendar year.

Only months in which the permit is valid are looked at; outside of them that alone is the departure (checks_validity.py).
Masses are those of the ledger [g]. Own waste is a flow less what it holds of others' (`of_received`).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from app.domain.ledger import Line, own
from app.domain.periods import Month
from app.domain.permits.case import (
    Amount,
    Case,
    Departure,
    FiledMonth,
    Kind,
    covers,
    is_listed,
    may_hand_on,
    takes,
)
from app.domain.permits.content import PermitContent, Route, Way
from app.domain.permits.versions import PermitVersion, in_force

K = TypeVar("K", bound=Hashable)
_Held = tuple[Month, int, PermitVersion]


class _Tally(defaultdict[K, list[_Held]]):
    """Key → months with their masses [g] and the version each was held to."""

    def __init__(self) -> None:
        super().__init__(list)

    def add(self, key: K, month: Month, grams: int, version: PermitVersion) -> None:
        if grams > 0:
            self[key].append((month, grams, version))

    def sums(self) -> Iterator[tuple[K, tuple[Amount, ...], PermitVersion]]:
        """Each key with its months in order, a month once, and the version of the last of them."""
        for key in sorted(self, key=repr):
            by_month: dict[Month, int] = defaultdict(int)
            for month, grams, _ in self[key]:
                by_month[month] += grams
            last = max(self[key], key=lambda held: held[0])[2]
            yield key, tuple(Amount(month, grams) for month, grams in sorted(by_month.items())), last


def wastes(case: Case) -> Iterator[Departure]:
    """Find waste that is generated and that the permit does not name, by class or, where all its lines say one, by code."""
    unnamed: _Tally[tuple[str, int]] = _Tally()
    other_code: _Tally[tuple[str, str, int]] = _Tally()
    for filed, version in case.valid():
        if not version.content.wastes:
            continue
        for line in filed.lines:
            if not is_listed(version.content, line.waste):
                unnamed.add((line.waste, filed.month.year), filed.month, line.generated_grams, version)
            elif line.waste_code is not None and line.waste_code not in _codes(version.content, line):
                key = (line.waste, line.waste_code, filed.month.year)
                other_code.add(key, filed.month, line.generated_grams, version)
    for (waste, _), amounts, version in unnamed.sums():
        yield replace(_bare(Kind.WASTE, amounts, version), waste=waste)
    for (waste, code, _), amounts, version in other_code.sums():
        yield replace(_bare(Kind.CODE, amounts, version), waste=waste, waste_code=code)


def _codes(content: PermitContent, line: Line) -> frozenset[str | None]:
    """The codes a line may have: those of the class, and its own where a line of the class, or all, have none."""
    codes = {entry.waste_code for entry in content.wastes if entry.waste == line.waste}
    return frozenset(codes | ({line.waste_code} if None in codes or not codes else set()))


def received(case: Case) -> Iterator[Departure]:
    """Find others' waste that is taken in for what neither the permit's wastes nor its facilities allow.

    Where the permit allows to entrust it for that, what is handed on in the same month does not count: a hub has no
    facility for it.
    """
    found: _Tally[tuple[str, Way, int]] = _Tally()
    for filed, version in case.valid():
        for waste, lines in _by_waste(filed).items():
            for way, grams in _taken_in(lines).items():
                if not covers(version.content, waste, way):
                    on = _handed_on(lines, way) if may_hand_on(version.content, waste, way) else 0
                    found.add((waste, way, filed.month.year), filed.month, grams - on, version)
    for (waste, way, _), amounts, version in found.sums():
        yield replace(_bare(Kind.RECEIVED, amounts, version), waste=waste, route=Route("self", way))


def _by_waste(filed: FiledMonth) -> Mapping[str, list[Line]]:
    """The lines of each waste: a month may have one for each code."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in filed.lines:
        found[line.waste].append(line)
    return found


def _taken_in(lines: Iterable[Line]) -> Mapping[Way, int]:
    found: dict[Way, int] = defaultdict(int)
    for line in lines:
        for flow in line.received:
            found[flow.purpose] += flow.grams
    return found


def _handed_on(lines: Iterable[Line], way: Way) -> int:
    """Others' waste that leaves again for the same purpose [g]."""
    return sum(flow.of_received_grams for line in lines for flow in line.sent if flow.purpose == way)


def routes(case: Case) -> Iterator[Departure]:
    """Find own waste that goes a way which the permit's lines for it do not name.

    A facility that takes the waste is no route. A waste without any route is an incomplete permit and no departure.
    Storage is what lies there at the end of a month, at issue its highest.
    """
    found: _Tally[tuple[str, Route, int]] = _Tally()
    for filed, version in case.valid():
        for waste, lines in _by_waste(filed).items():
            entry = version.content.waste(waste)
            if entry is None or not entry.routes:
                continue
            for route, grams in _ways(lines).items():
                if route not in entry.routes:
                    found.add((waste, route, filed.month.year), filed.month, grams, version)
    for (waste, route, _), amounts, version in found.sums():
        highest = max(amount.grams for amount in amounts) if route == Route("self", "store") else None
        yield replace(_bare(Kind.ROUTE, amounts, version, highest), waste=waste, route=route)


def _ways(lines: Sequence[Line]) -> Mapping[Route, int]:
    """Where a waste of the site's own goes [g]; stock of a waste that only comes in from others is not its own."""
    found: dict[Route, int] = defaultdict(int)
    found[Route("self", "use")] = sum(own(flow) for line in lines for flow in line.used)
    found[Route("self", "dispose")] = sum(own(flow) for line in lines for flow in line.disposed)
    if any(line.generated_grams for line in lines) or not any(line.received for line in lines):
        found[Route("self", "store")] = sum(line.closing_grams for line in lines)
    for line in lines:
        for flow in line.sent:
            found[Route("entrusted", flow.purpose)] += own(flow)
    return found


def facilities(case: Case) -> Iterator[Departure]:
    """Find treatment in a facility that the permit does not have, or that is not for that waste or that way.

    `parts` says which: unknown, other_way, other_waste; none when the ledger names no facility and the permit, that
    allows the way, has none for it.
    """
    found: _Tally[tuple[str, str, str, Way, int]] = _Tally()
    for filed, version in case.valid():
        if version.content.facilities:
            for line in filed.lines:
                _misplaced(filed, line, version, found)
    for (reason, code, waste, way, _), amounts, version in found.sums():
        yield replace(
            _bare(Kind.FACILITY, amounts, version),
            waste=waste,
            route=Route("self", way),
            places=(code,) if code else (),
            parts=(reason,),
        )


def _misplaced(
    filed: FiledMonth, line: Line, version: PermitVersion, found: _Tally[tuple[str, str, str, Way, int]]
) -> None:
    content, month = version.content, filed.month
    done: list[tuple[Way, str, int]] = [
        *(("use", "", flow.grams) for flow in line.used),
        *(("dispose", flow.facility or "", flow.grams) for flow in line.disposed),
    ]
    for way, code, grams in done:
        reason = _unfit(content, code, line.waste, way) if code else _nowhere(content, line.waste, way)
        if reason is not None:
            found.add((reason, code, line.waste, way, month.year), month, grams, version)


def _unfit(content: PermitContent, code: str, waste: str, way: Way) -> str | None:
    facility = content.facility(code)
    if facility is None:
        return "unknown"
    if way not in facility.does:
        return "other_way"
    # A waste that the permit names nowhere is told once, as such.
    return None if takes(content, facility, waste) or not is_listed(content, waste) else "other_waste"


def _nowhere(content: PermitContent, waste: str, way: Way) -> str | None:
    entry = content.waste(waste)
    if entry is None or Route("self", way) not in entry.routes:
        return None
    if any(way in each.does and takes(content, each, waste) for each in content.facilities):
        return None
    return "none"


def receivers(case: Case) -> Iterator[Departure]:
    """Find waste entrusted to a site whose own permit, in force and valid in the month, does not cover it.

    `parts` says why: not_covered, or expired. `permit` is the receiver's. A receiver that may entrust the waste to others
    for the same purpose may hand it on; what it keeps is found in its own books (`received`). Of a receiver whose permit
    is not known here nothing is said.
    """
    found: _Tally[tuple[str, str, Way, str, int]] = _Tally()
    for filed in case.filed:
        for line in filed.lines:
            for flow in line.sent:
                versions = case.receivers.get((flow.party, filed.month), ())
                theirs = in_force(versions, filed.month)
                if theirs is None:
                    continue
                reason = _uncovered(theirs, line.waste, flow.purpose, filed.month)
                if reason is not None:
                    key = (line.waste, flow.party, flow.purpose, reason, filed.month.year)
                    found.add(key, filed.month, flow.grams, theirs)
    for (waste, party, way, reason, _), amounts, theirs in found.sums():
        yield replace(
            _bare(Kind.RECEIVER, amounts, theirs),
            waste=waste,
            route=Route("entrusted", way),
            receiver=party,
            parts=(reason,),
        )


def _uncovered(theirs: PermitVersion, waste: str, way: Way, month: Month) -> str | None:
    validity = theirs.content.validity
    if validity is not None and not validity.covers(month):
        return "expired"
    is_covered = covers(theirs.content, waste, way) or may_hand_on(theirs.content, waste, way)
    return None if is_covered else "not_covered"


def _bare(
    kind: Kind, amounts: tuple[Amount, ...], version: PermitVersion, grams: int | None = None
) -> Departure:
    """A departure with its mass, the sum of its months unless another is given; the rest is for the caller."""
    total = sum(amount.grams for amount in amounts) if grams is None else grams
    return Departure(kind, version.number, version.version, amounts, total)
