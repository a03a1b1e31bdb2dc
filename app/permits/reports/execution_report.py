"""The execution report of a permit for a year, a quarter or a month: its ledgers added up, and what went beyond it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.domain.permits.case import Departure, Kind
from app.domain.permits.compliance import departures
from app.domain.permits.execution import (
    Moved,
    Span,
    WasteSums,
    in_span,
    moved,
    waste_sums,
)
from app.domain.permits.headroom import outlook
from app.domain.permits.versions import PermitVersion, in_force
from app.domain.quantities import tonnes_text
from app.permits.reports.beside_ledgers import Permitted, read_period
from app.permits.reports.compliance import departure_document, heading, section_of
from app.permits.reports.headroom import group_document
from app.reference import service as reference

NOTE = {
    "zh": "内容依据 HJ 1200-2021 所列事项由台账汇总；表头未与标准原文核对，不代表官方格式。",
    "en": "Contents after the items of HJ 1200-2021, added up from ledgers. The heads were not compared with the standard; "
    "this is no official form.",
}
_SUMS = (
    "opening",
    "generated",
    "received",
    "used",
    "disposed",
    "sent_to_use",
    "sent_to_dispose",
    "sent_to_store",
    "moved",
    "dumped",
    "closing",
    "stored",
    "of_received",
)
"""The masses of a waste of the period, in the order of the sheet."""


def execution_report(
    session: ReadSession, subject: Subject, number: str, span: Span, now: datetime, today: date
) -> dict[str, Any]:
    """Make the report of a period from the versions on file now. Raises NotFound, PermitUnmatched, Invalid."""
    permitted = read_period(session, subject, number, span, today)
    filed = in_span(permitted.case.filed, span)
    found = list(departures(permitted.case, span.first, span.last))
    missing = [
        month for month in permitted.expected(span.first, span.last) if month not in permitted.receipts
    ]
    sums, names = waste_sums(filed), waste_names(session)
    held_to = in_force(permitted.case.versions, span.last)
    seen = outlook(permitted.case, filed[-1].month) if filed else None
    return {
        **heading(permitted),
        "period": {"text": span.text, "kind": span.kind, "from": str(span.first), "to": str(span.last)},
        "generated_at": now,
        "is_complete": not missing and today > span.last_day,
        "months_missing": [str(month) for month in missing],
        "deadline": _deadline(held_to, span, today),
        "permit_versions": _versions(permitted, span),
        "ledgers": [_ledger(permitted, each.month) for each in filed],
        "wastes": [_waste(each, names) for each in sums],
        "moved": [_moved(each, names) for each in moved(filed)],
        "facilities": [] if seen is None else [group_document(seen, group) for group in seen.groups],
        **_beyond(found),
        "note": NOTE,
    }


def waste_names(session: ReadSession) -> dict[str, dict[str, str]]:
    """Waste → its name in both languages, by the reference data."""
    return {row.code: {"zh": row.zh, "en": row.en} for row in reference.current(session, "wastes")}


def _deadline(held_to: PermitVersion | None, span: Span, today: date) -> dict[str, Any]:
    """When the permit wants the report of this kind of period; null with a reason where it does not say."""
    deadline = None if held_to is None else held_to.content.deadline(span.kind)
    if deadline is None:
        reason = "no_permit_known" if held_to is None else "permit_names_none"
        return {"due_on": None, "days_left": None, "reason": reason}
    due_on = deadline.due_on(span.last)
    return {"due_on": due_on, "days_left": (due_on - today).days, "reason": None}


def _versions(permitted: Permitted, span: Span) -> list[dict[str, Any]]:
    """The versions in force in the period, in the order in which they held."""
    held = [in_force(permitted.case.versions, month) for month in span.months]
    distinct = {(each.number, each.version): each for each in held if each is not None}
    return [
        {
            "permit": each.number,
            "version": each.version,
            "effective_from": each.effective_from,
            "received_at": each.received_at,
        }
        for each in distinct.values()
    ]


def _ledger(permitted: Permitted, month: Month) -> dict[str, Any]:
    receipt = permitted.receipts[month]
    return {
        "month": str(month),
        "ledger": receipt.ledger,
        "version": receipt.version,
        "state": receipt.state,
        "sha256": receipt.sha256,
        "received_at": receipt.received_at,
    }


def _waste(each: WasteSums, names: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "waste": each.waste,
        "waste_code": each.waste_code,
        "name": names.get(each.waste),
        **{f"{name}_tonnes": tonnes_text(getattr(each, name)) for name in _SUMS},
    }


def _moved(each: Moved, names: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "waste": each.waste,
        "waste_code": each.waste_code,
        "name": names.get(each.waste),
        "receiver": each.receiver,
        "way": each.way,
        "out_of_province": each.out_of_province,
        "tonnes": tonnes_text(each.grams),
    }


def _beyond(found: Sequence[Departure]) -> dict[str, Any]:
    """What went beyond capacity, kind and time, each with its reason; what expires soon is not beyond yet."""
    told = [each for each in found if each.kind is not Kind.EXPIRING]
    by_section = {
        section: [departure_document(each) for each in told if section_of(each.kind) == section]
        for section in ("capacity", "kind", "time", "register")
    }
    return {
        "over_capacity": by_section["capacity"],
        "over_kind": by_section["kind"],
        "over_time": by_section["time"],
        "register_gaps": by_section["register"],
    }
