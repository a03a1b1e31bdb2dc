"""Permits and ledgers written down by hand: what tests of ledgers against permits begin with. Masses in tonnes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from app.domain.ledger import Disposed, Line, Received, Sent, Used
from app.domain.periods import Month
from app.domain.permits.capacities import capacity_of
from app.domain.permits.case import Case, Departure, FiledMonth
from app.domain.permits.compliance import departures
from app.domain.permits.content import FacilityKind, PermitContent, PermitFacility, PermitWaste, Route, Way
from app.domain.permits.validity import Validity
from app.domain.permits.versions import PermitVersion

T = 1_000_000
NUMBER, OTHER = "91140200MA0EXAMPLE001P", "91140200MA0EXAMPLF001P"
JANUARY = Month(2025, 1)
ALL = frozenset(Route(by, way) for by in ("self", "entrusted") for way in ("store", "use", "dispose"))
FOR_LONG = Validity(date(2020, 1, 1), date(2029, 12, 31))


def routes(*names: str) -> frozenset[Route]:
    """The named ones, as in: self_use, entrusted_dispose."""
    return frozenset(route for route in ALL if f"{route.by}_{route.way}" in names)


def waste(code: str = "SW02", allowed: frozenset[Route] = ALL, **more: Any) -> PermitWaste:
    return PermitWaste(code, routes=allowed, **more)


def facility(
    code: str,
    kind: FacilityKind,
    amount: str | None = None,
    unit: str = "",
    wastes: Iterable[str] = (),
    **more: Any,
) -> PermitFacility:
    unit = unit or ("t" if kind == "storage" else "t/a")
    capacity = None if amount is None else capacity_of(amount, unit)
    return PermitFacility(code, kind, capacity=capacity, wastes=frozenset(wastes), **more)


YARD = facility("TS001", "storage", "100000")
PIT = facility("TS002", "disposal", "100000")
LINE = facility("TS003", "utilization", "100000")


def content(
    *wastes: PermitWaste,
    facilities: Iterable[PermitFacility] = (YARD, PIT, LINE),
    validity: Validity | None = FOR_LONG,
    number: str = NUMBER,
    **more: Any,
) -> PermitContent:
    return PermitContent(
        number, "140212", validity=validity, wastes=wastes or (waste(),), facilities=tuple(facilities), **more
    )


def version(said: PermitContent, number: int = 1, since: date = date(2020, 1, 1)) -> PermitVersion:
    return PermitVersion(number, since, datetime(2024, 1, number, tzinfo=UTC), said)


def line(
    code: str = "SW02",
    *,
    generated: float = 0,
    used: float = 0,
    disposed: float | dict[str | None, float] = 0,
    sent: dict[tuple[str, Way], float] | None = None,
    received: dict[Way, float] | None = None,
    opening: float = 0,
    closing: float = 0,
    of_received: float = 0,
    waste_code: str | None = None,
) -> Line:
    """One line; `disposed` by facility, `sent` by (receiver, way), `received` by way, `of_received` of what is used."""
    placed = disposed if isinstance(disposed, dict) else {None: disposed}
    return Line(
        code,
        waste_code,
        opening_grams=_grams(opening),
        generated_grams=_grams(generated),
        received=tuple(Received("x", _grams(t), way) for way, t in (received or {}).items()),
        used=(Used(_grams(used), of_received_grams=_grams(of_received)),) if used else (),
        disposed=tuple(Disposed(_grams(t), facility=where) for where, t in placed.items() if t),
        sent=tuple(Sent(to, _grams(t), way) for (to, way), t in (sent or {}).items()),
        closing_grams=_grams(closing),
    )


def _grams(tonnes: float) -> int:
    return round(tonnes * T)


def case(
    *months: Iterable[Line] | Line,
    permit: PermitContent | None = None,
    versions: Iterable[PermitVersion] | None = None,
    day: date = date(2026, 1, 10),
    receivers: dict[str, PermitContent] | None = None,
    start: Month = JANUARY,
) -> Case:
    """Months one after another from January 2025; receivers by party, the same in every month."""
    lines = [(each,) if isinstance(each, Line) else tuple(each) for each in months]
    filed = tuple(
        FiledMonth(start.plus(n), each, f"ledger-{start.plus(n)}", 1) for n, each in enumerate(lines)
    )
    held = versions if versions is not None else [version(permit or content())]
    known = {
        (party, each.month): (version(said),) for party, said in (receivers or {}).items() for each in filed
    }
    return Case(filed, tuple(held), day, known)


def found(given: Case) -> list[Departure]:
    return list(departures(given))


def short(given: Case) -> list[tuple[str, float | None]]:
    """Kind and tonnes of everything found."""
    return [(each.kind.value, None if each.grams is None else each.grams / T) for each in found(given)]
