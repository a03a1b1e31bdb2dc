"""The regional reports over HTTP: bulletin, brief, year's end, comparison; JSON, .xlsx, .pdf or .docx."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.fields import Moment, RegionText
from app.http.files import Response
from app.reports.brief import brief
from app.reports.bulletin import bulletin
from app.reports.comparison import comparison
from app.reports.document import Period
from app.reports.figures import Question, local
from app.reports.service import FILES, Format, Language, ReportOut, answer
from app.reports.year_end import year_end

router = APIRouter(prefix="/v1/reports", tags=["reports"])

Reader = Annotated[Subject, Depends(require(Scope.RATES_READ))]
Region = Annotated[RegionText | None, Query(description="the asker's territory when absent")]
Year = Annotated[int, Query(ge=1990, le=2199, examples=[2021])]
Quarter = Annotated[
    str, Query(max_length=7, pattern=r"^(199[0-9]|2[01][0-9]{2})-Q[1-4]$", examples=["2021-Q3"])
]
AsOf = Annotated[Moment | None, Query(examples=["2026-01-10T08:00:00Z"])]
Form = Annotated[Format, Query(alias="format", description="json, or a file to keep")]
Spoken = Annotated[Language, Query(description="of a file; JSON has both")]


@router.get("/bulletin", response_model=ReportOut, responses=FILES)
def get_bulletin(
    *,
    session: Reading,
    subject: Reader,
    now: Now,
    settings: SettingsDep,
    year: Year,
    region: Region = None,
    as_of: AsOf = None,
    form: Form = "json",
    language: Spoken = "zh",
) -> Response:
    """Give a region's annual bulletin, checked by the rules for bulletins."""
    question = Question(subject, local(now, settings.timezone), Period.year(year), region, as_of)
    return answer(bulletin(session, question), form, language)


@router.get("/brief", response_model=ReportOut, responses=FILES)
def get_brief(
    *,
    session: Reading,
    subject: Reader,
    now: Now,
    settings: SettingsDep,
    quarter: Quarter,
    region: Region = None,
    as_of: AsOf = None,
    form: Form = "json",
    language: Spoken = "zh",
) -> Response:
    """Give a region's quarterly brief: progress, problems, laggards, and when it is due."""
    period = Period.quarter(quarter)
    question = Question(subject, local(now, settings.timezone), period, region, as_of)
    return answer(brief(session, question), form, language)


@router.get("/year-end", response_model=ReportOut, responses=FILES)
def get_year_end(
    *,
    session: Reading,
    subject: Reader,
    now: Now,
    settings: SettingsDep,
    year: Year,
    region: Region = None,
    as_of: AsOf = None,
    form: Form = "json",
    language: Spoken = "zh",
) -> Response:
    """Give a year's progress towards every target of a region: value, gap in points and tonnes, pace."""
    question = Question(subject, local(now, settings.timezone), Period.year(year), region, as_of)
    return answer(year_end(session, question), form, language)


@router.get("/comparison", response_model=ReportOut, responses=FILES)
def get_comparison(
    *,
    session: Reading,
    subject: Reader,
    now: Now,
    settings: SettingsDep,
    year: Year,
    region: Region = None,
    as_of: Annotated[
        Moment | None,
        Query(
            examples=["2026-01-10T08:00:00Z"], description="compare this moment; absent: what was filed first"
        ),
    ] = None,
    form: Form = "json",
    language: Spoken = "zh",
) -> Response:
    """Compare what was first reported, or stood at an earlier moment, with what stands now, by site and waste."""
    question = Question(subject, local(now, settings.timezone), Period.year(year), region, as_of)
    return answer(comparison(session, question), form, language)
