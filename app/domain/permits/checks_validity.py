"""Whether there is a valid permit at all, and whether it says what a permit says."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from app.domain.ledger import Line
from app.domain.periods import Month
from app.domain.permits.case import Amount, Case, Departure, Kind
from app.domain.permits.content import PermitContent, Route, Way
from app.domain.permits.versions import PermitVersion, in_force

EXPIRY_NOTICE_DAYS = 60
"""So many days before the last one it is said that the permit expires."""


def validity(case: Case, notice_days: int = EXPIRY_NOTICE_DAYS) -> Iterator[Departure]:
    """Find permits that have expired, with what was generated and taken in since [g], and one that expires soon.

    Of each permit and last day once: the months on file that lie wholly after that day while no newer version held, and,
    of the newest permit, the day on which the case is seen. Whoever holds a version that follows without a gap has
    renewed it.
    """
    since = _taken_on_since(case)
    now = in_force(case.versions, Month.of(case.day))
    if now is not None and now.content.validity is not None:
        last = now.content.validity.last
        key = (now.number, last)
        left = now.content.validity.days_left(case.day)
        if left < 0:
            since.setdefault(key, (now, []))
        elif left <= notice_days and not _is_renewed(case, last):
            yield Departure(Kind.EXPIRING, now.number, now.version, last_day=last)
    for (number, last), (version, amounts) in sorted(since.items(), key=lambda item: item[0]):
        grams = sum(amount.grams for amount in amounts) if amounts else None
        yield Departure(Kind.EXPIRED, number, version.version, tuple(amounts), grams, last_day=last)


def _taken_on_since(case: Case) -> dict[tuple[str, date], tuple[PermitVersion, list[Amount]]]:
    found: dict[tuple[str, date], tuple[PermitVersion, list[Amount]]] = {}
    for filed in case.filed:
        version = case.latest.get(filed.month)
        until = None if version is None else version.content.validity
        if version is None or until is None or until.last >= filed.month.first_day:
            continue
        if any(_is_active(line) for line in filed.lines):
            grams = sum(line.generated_grams + line.received_grams for line in filed.lines)
            _, amounts = found.setdefault((version.number, until.last), (version, []))
            amounts.append(Amount(filed.month, grams))
    return found


def _is_active(line: Line) -> bool:
    """Whether anything was done; old stock that only lies there is nothing."""
    flows = (line.received_grams, line.used_grams, line.disposed_grams, line.sent_grams, line.dumped_grams)
    return bool(line.generated_grams or any(flows))


def _is_renewed(case: Case, last: date) -> bool:
    follows = (version.content.validity for version in case.versions)
    next_day = last + timedelta(days=1)
    return any(each is not None and each.first <= next_day and each.last > last for each in follows)


def register(case: Case) -> Iterator[Departure]:
    """Find what the permit in force, or the last one, leaves out: without it some of the other checks are blind.

    `parts`: wastes, facilities (of a site that stores, uses or disposes itself), validity; `routes:SW02` of a waste
    without routes, `capacity:TS001` of a facility without a capacity. A capacity by volume is a capacity.
    """
    version = in_force(case.versions, Month.of(case.day))
    if version is None:
        return
    content = version.content
    parts = [
        *(["wastes"] if not content.wastes else []),
        *(["facilities"] if not content.facilities and _needs_facilities(case, content) else []),
        *(["validity"] if content.validity is None else []),
        *(f"routes:{waste}" for waste in _without_routes(content)),
        *(f"capacity:{each.code}" for each in content.facilities if each.capacity is None),
    ]
    if parts:
        yield Departure(Kind.INCOMPLETE, version.number, version.version, parts=tuple(parts))


def _without_routes(content: PermitContent) -> list[str]:
    routes: dict[str, bool] = defaultdict(bool)
    for entry in content.wastes:
        routes[entry.waste] |= bool(entry.routes)
    return sorted(waste for waste, has_any in routes.items() if not has_any)


def _needs_facilities(case: Case, content: PermitContent) -> bool:
    ways: tuple[Way, ...] = ("store", "use", "dispose")
    if any(Route("self", way) in entry.routes for entry in content.wastes for way in ways):
        return True
    lines = [line for filed in case.filed for line in filed.lines]
    return any(line.used_grams or line.disposed_grams or line.closing_grams for line in lines)
