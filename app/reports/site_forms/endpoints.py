"""The forms of a single site over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.fields import CodeText, MonthText
from app.reports.figures import local
from app.reports.service import FILES, Format, Language, ReportOut, answer
from app.reports.site_forms import forms
from app.reports.site_forms import site_sheet as sheets
from app.reports.site_forms.ledger_guide import ledger_guide

router = APIRouter(prefix="/v1/reports", tags=["reports"])

Reader = Annotated[Subject, Depends(require(Scope.LEDGERS_READ))]
SiteCode = Annotated[CodeText, Query(examples=["91140200MA0EXAMPLE001P"])]
Form = Annotated[Format, Query(alias="format")]


def local_now(now: Now, settings: SettingsDep) -> datetime:
    """The moment in the zone in which people here count days."""
    return local(now, settings.timezone)


LocalNow = Annotated[datetime, Depends(local_now)]


@router.get("/site-sheet", response_model=ReportOut, responses=FILES)
def get_site_sheet(
    *,
    subject: Reader,
    session: Reading,
    now: LocalNow,
    site: SiteCode,
    until: Annotated[
        MonthText | None, Query(description="the last month; the last one filed when absent")
    ] = None,
    form: Form = "json",
    language: Language = "zh",
) -> Response:
    """Give the whole picture of a site over two years: months, partners, findings, the room its permit leaves."""
    document = sheets.site_sheet(session, subject, site, sheets.last_month(until, now), now)
    return answer(document, form, language)


@router.get("/statistics-101", response_model=ReportOut, responses=FILES)
def get_statistics(
    *,
    subject: Reader,
    session: Reading,
    now: LocalNow,
    site: SiteCode,
    year: Annotated[str, Query(max_length=4, pattern=r"^(199[0-9]|2[01][0-9]{2})$", examples=["2025"])],
    form: Form = "json",
    language: Language = "zh",
) -> Response:
    """Fill the part on industrial solid waste of statistics form 101 for a site and year."""
    document = forms.form_document(session, subject, site, forms.STATISTICS, forms.year_of(year), now)
    return answer(document, form, language)


@router.get("/half-year-industry", response_model=ReportOut, responses=FILES)
def get_half_year(
    *,
    subject: Reader,
    session: Reading,
    now: LocalNow,
    site: SiteCode,
    half: Annotated[
        str, Query(max_length=7, pattern=r"^(199[0-9]|2[01][0-9]{2})-H[12]$", examples=["2025-H1"])
    ],
    form: Form = "json",
    language: Language = "zh",
) -> Response:
    """Fill the half-year report on bulk industrial solid waste for a site."""
    document = forms.form_document(session, subject, site, forms.HALF_YEAR, forms.half_of(half), now)
    return answer(document, form, language)


@router.get("/ledger-tables", response_model=ReportOut, responses=FILES)
def get_ledger_tables(
    *,
    subject: Reader,
    session: Reading,
    now: LocalNow,
    site: SiteCode,
    period: Annotated[
        str,
        Query(
            max_length=7,
            pattern=r"^(199[0-9]|2[01][0-9]{2})(-(Q[1-4]|0[1-9]|1[0-2]))?$",
            examples=["2025-03"],
            description="a year, a quarter or a month: 2025, 2025-Q1, 2025-03",
        ),
    ],
    form: Form = "json",
    language: Language = "zh",
) -> Response:
    """Fill tables 1 to 3 of the guide for ledgers for a site and period."""
    return answer(ledger_guide(session, subject, site, period, now), form, language)
