"""Ledgers against a permit, as it is answered: month by month what they were held to, and every departure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month, months_between
from app.domain.permits.case import Departure, Kind, is_valid
from app.domain.permits.compliance import departures
from app.domain.permits.execution import OVER_CAPACITY, OVER_KIND, OVER_TIME
from app.domain.permits.reasons import reason_of
from app.domain.quantities import tonnes_text
from app.permits.reports.beside_ledgers import Permitted, read

Verdict = Literal["complies", "departs", "not_determinable"]
_NO_BREACH = frozenset({Kind.EXPIRING, Kind.INCOMPLETE})
"""What is said beforehand, or of the register, and is no departure of a ledger."""
_USUAL_MONTHS = 12
_FIRST_MONTH = Month(1990, 1)


def compliance(
    session: ReadSession, subject: Subject, number: str, first: Month | None, last: Month | None, today: date
) -> dict[str, Any]:
    """Hold the ledgers of some months against the permits in force on them; without months, the last twelve due.

    Raises NotFound, PermitUnmatched.
    """
    permitted = read(session, subject, number, today, until=last)
    end = last or permitted.last_due
    begin = first or end.plus(1 - min(_USUAL_MONTHS, months_between(_FIRST_MONTH, end)))
    found = list(departures(permitted.case, begin, end))
    months = [_month(permitted, month) for month in permitted.expected(begin, end)]
    return {
        **heading(permitted),
        "from": str(begin),
        "to": str(end),
        "verdict": _verdict(months, found),
        "months_expected": len(months),
        "months_filed": sum(month["ledger"] is not None for month in months),
        "months": months,
        "summary": _summary(found),
        "departures": [departure_document(each) for each in found],
    }


def heading(permitted: Permitted) -> dict[str, Any]:
    """Whose permit, which site."""
    return {
        "permit": permitted.number,
        "site": permitted.site,
        "site_name": permitted.site_name,
        "enterprise": permitted.enterprise,
        "credit_code": permitted.credit_code,
        "region": permitted.region,
    }


def _month(permitted: Permitted, month: Month) -> dict[str, Any]:
    receipt, held_to = permitted.receipts.get(month), permitted.case.latest.get(month)
    if receipt is None:
        status = "not_filed"
    elif held_to is None:
        status = "no_permit_known"
    else:
        status = "compared" if is_valid(held_to, month) else "permit_not_valid"
    return {
        "month": str(month),
        "status": status,
        "ledger": None if receipt is None else receipt.ledger,
        "ledger_version": None if receipt is None else receipt.version,
        "permit": None if held_to is None else held_to.number,
        "permit_version": None if held_to is None else held_to.version,
    }


def _verdict(months: Sequence[dict[str, Any]], found: Sequence[Departure]) -> Verdict:
    """Missing is not compliant: without every month compared, nothing found proves nothing."""
    if any(each.kind not in _NO_BREACH for each in found):
        return "departs"
    is_whole = bool(months) and all(month["status"] == "compared" for month in months)
    is_known = all(each.kind is not Kind.INCOMPLETE for each in found)
    return "complies" if is_whole and is_known else "not_determinable"


def _summary(found: Iterable[Departure]) -> list[dict[str, Any]]:
    counts: dict[Kind, int] = defaultdict(int)
    grams: dict[Kind, int] = defaultdict(int)
    for each in found:
        counts[each.kind] += 1
        grams[each.kind] += each.grams or 0
    return [
        {"kind": kind.value, "departures": counts[kind], "tonnes": tonnes_text(grams[kind])}
        for kind in Kind
        if kind in counts
    ]


def departure_document(each: Departure) -> dict[str, Any]:
    """One departure, in figures and in words."""
    reason = reason_of(each)
    return {
        "kind": each.kind.value,
        "section": section_of(each.kind),
        "permit": each.permit,
        "permit_version": each.version,
        "waste": each.waste,
        "waste_code": each.waste_code,
        "route": None if each.route is None else {"by": each.route.by, "way": each.route.way},
        "facilities": list(each.places),
        "receiver": each.receiver,
        "details": list(each.parts),
        "months": [
            {"month": str(amount.month), "tonnes": tonnes_text(amount.grams)} for amount in each.amounts
        ],
        "tonnes": None if each.grams is None else tonnes_text(each.grams),
        "capacity_tonnes": None if each.limit is None else tonnes_text(each.limit),
        "valid_until": each.last_day,
        "reason": {"zh": reason.zh, "en": reason.en},
    }


def section_of(kind: Kind) -> str:
    """Where an execution report tells it: beyond capacity, kind or time, or a matter of the register."""
    if kind in OVER_CAPACITY:
        return "capacity"
    if kind in OVER_KIND:
        return "kind"
    return "time" if kind in OVER_TIME or kind is Kind.EXPIRING else "register"
