"""What a permit's facilities may still take, as it is answered."""

from datetime import date
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.permits.headroom import PACE_MONTHS, Headroom, Outlook, outlook
from app.domain.quantities import tonnes_text
from app.http.problems import Conflict
from app.permits.reports.beside_ledgers import read
from app.permits.reports.compliance import heading

FORMULA = Message(
    "余量＝能力−当年累计（贮存为期末贮存量）；速度＝最近 12 个已报月份的月均值（贮存为月均增量）；按此速度最先超过能力的月份",
    "headroom = capacity − the year's sum so far (storage: the stock); pace = mean of the last 12 filed months (storage: mean "
    "change a month); the first month in which that pace exceeds the capacity",
)


class NothingToCompare(Conflict):
    """The month is not on file, or no permit was in force in it."""

    code = "nothing_to_compare"
    title = Message(
        "该月没有台账，或当月没有生效的许可证", "That month has no ledger, or no permit was in force in it"
    )


def headroom(
    session: ReadSession, subject: Subject, number: str, month: Month | None, today: date
) -> dict[str, Any]:
    """Say what the facilities may still take at the end of a month on file, the last one when none is named.

    Raises NotFound, PermitUnmatched, NothingToCompare.
    """
    permitted = read(session, subject, number, today, until=month)
    found = outlook(permitted.case, month)
    if found is None:
        raise NothingToCompare
    return {
        **heading(permitted),
        "month": str(found.month),
        "held_to": {"permit": found.version.number, "version": found.version.version},
        "pace_months": min(PACE_MONTHS, len(permitted.case.filed)),
        "formula": {"zh": FORMULA.zh, "en": FORMULA.en},
        "items": [group_document(found, group) for group in found.groups],
    }


def group_document(found: Outlook, group: Headroom) -> dict[str, Any]:
    """Facilities that compete for the same waste; a single one is by itself."""
    return {
        "facilities": [_facility(found, code) for code in group.facilities],
        "period": "at_once" if group.ways == ("store",) else "year",
        "ways": list(group.ways),
        "wastes": list(group.wastes),
        "capacity_tonnes": None if group.capacity is None else tonnes_text(group.capacity),
        "taken_tonnes": tonnes_text(group.taken),
        "headroom_tonnes": None if group.room is None else tonnes_text(group.room),
        "pace_tonnes_per_month": tonnes_text(group.pace.grams_per_month),
        "exceeded_in": None if group.exceeded_in is None else str(group.exceeded_in),
    }


def _facility(found: Outlook, code: str) -> dict[str, Any]:
    facility = found.version.content.facility(code)
    capacity = None if facility is None else facility.capacity
    return {
        "code": code,
        "kind": None if facility is None else facility.kind,
        "name": None if facility is None else facility.name,
        "capacity": None if capacity is None else f"{capacity.amount:f} {capacity.unit}",
    }
