"""The routes of ledgers against permits: compliance, headroom, execution reports, the guide's ledger tables."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response

from app.clock import local_date
from app.domain.errors import Fault, Message
from app.domain.periods import Month, months_between
from app.domain.permits.execution import PeriodError, Span
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.fields import MonthText, month_or_none
from app.http.problems import Invalid
from app.permits.endpoints import NumberPath, Reader
from app.permits.reports import (
    compliance,
    execution_report,
    execution_sheets,
    headroom,
    ledger_table_sheets,
    ledger_tables,
)
from app.permits.reports.schemas import (
    ExecutionReportOut,
    HeadroomOut,
    LedgerTablesOut,
    PermitComplianceOut,
)
from app.permits.reports.workbooks import MEDIA_TYPE, Sheet, workbook

router = APIRouter(prefix="/v1", tags=["permits"])

_MOST_MONTHS = 120
_XLSX: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}
Period = Annotated[
    str,
    Query(
        max_length=7,
        pattern=r"^(199[0-9]|2[01][0-9]{2})(-(Q[1-4]|0[1-9]|1[0-2]))?$",
        examples=["2025-Q1"],
        description="a year, a quarter or a month: 2025, 2025-Q1, 2025-03",
    ),
]
Form = Annotated[Literal["json", "xlsx"] | None, Query(alias="format", examples=["xlsx"])]
Accept = Annotated[str, Header(include_in_schema=False, max_length=500)]


@router.get("/permits/{number}/compliance")
def get_compliance(
    *,
    number: NumberPath,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    first: Annotated[MonthText | None, Query(alias="from")] = None,
    last: Annotated[MonthText | None, Query(alias="to")] = None,
) -> PermitComplianceOut:
    """Hold the ledgers of some months against the permits in force on them: every departure, to the gram."""
    begin, end = month_or_none(first), month_or_none(last)
    _refuse_range(begin, end)
    today = local_date(now, settings.timezone)
    return PermitComplianceOut.model_validate(
        compliance.compliance(session, subject, number, begin, end, today)
    )


@router.get("/permits/{number}/headroom")
def get_headroom(
    *,
    number: NumberPath,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    month: Annotated[MonthText | None, Query(description="the last month on file when absent")] = None,
) -> HeadroomOut:
    """Say what each facility may still take, and in which month the present pace exceeds that."""
    today = local_date(now, settings.timezone)
    return HeadroomOut.model_validate(
        headroom.headroom(session, subject, number, month_or_none(month), today)
    )


@router.get("/permits/{number}/execution-report", response_model=ExecutionReportOut, responses=_XLSX)
def get_execution_report(
    *,
    number: NumberPath,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    period: Period,
    form: Form = None,
    accept: Accept = "",
) -> Any:
    """Make the execution report of a period from the ledgers on file, as JSON or as .xlsx."""
    span, today = _span(period), local_date(now, settings.timezone)
    report = execution_report.execution_report(session, subject, number, span, now, today)
    if _wants_sheets(form, accept):
        return _download(execution_sheets.sheets(report), f"execution-report-{number}-{span.text}")
    return ExecutionReportOut.model_validate(report)


@router.get("/permits/{number}/ledger-tables", response_model=LedgerTablesOut, responses=_XLSX)
def get_ledger_tables(
    *,
    number: NumberPath,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    period: Period,
    form: Form = None,
    accept: Accept = "",
) -> Any:
    """Fill tables 1 to 3 of the guide for ledgers for a period, as JSON or as .xlsx."""
    span, today = _span(period), local_date(now, settings.timezone)
    found = ledger_tables.ledger_tables(session, subject, number, span, today)
    if _wants_sheets(form, accept):
        return _download(ledger_table_sheets.sheets(found), f"ledger-tables-{number}-{span.text}")
    return LedgerTablesOut.model_validate(found)


def _span(text: str) -> Span:
    try:
        return Span.parse(text)
    except PeriodError:
        wrong = Message("应为年、季或月，如 2025、2025-Q1、2025-03", "this must be 2025, 2025-Q1 or 2025-03")
        raise Invalid(errors=[Fault("#query/period", "bad_period", wrong)]) from None


def _refuse_range(first: Month | None, last: Month | None) -> None:
    if first is None or last is None:
        return
    if first > last:
        text = Message("起始月晚于结束月", "the first month is after the last")
        raise Invalid(errors=[Fault("#query/from", "from_after_to", text)])
    if months_between(first, last) > _MOST_MONTHS:
        text = Message(f"最多 {_MOST_MONTHS} 个月", f"at most {_MOST_MONTHS} months")
        raise Invalid(errors=[Fault("#query/to", "too_many_months", text)])


def _wants_sheets(form: str | None, accept: str) -> bool:
    return form == "xlsx" or (form is None and MEDIA_TYPE in accept)


def _download(sheets: list[Sheet], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(workbook(sheets), media_type=MEDIA_TYPE, headers=headers)
