"""The tax worksheet over HTTP."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.fields import CodeText
from app.reports.service import FILES, Format, Language, ReportOut, answer
from app.tax.document import tax_document
from app.tax.service import tax_worksheet

router = APIRouter(prefix="/v1/reports", tags=["reports"])

Reader = Annotated[Subject, Depends(require(Scope.LEDGERS_READ))]
Flag = Annotated[str, Field(max_length=28, pattern=r"^[a-z_]{1,20}(:[0-9]{4}-[0-9]{2})?$")]


@router.get("/tax", response_model=ReportOut, responses=FILES)
def get_tax(
    *,
    subject: Reader,
    session: Reading,
    settings: SettingsDep,
    now: Now,
    site: Annotated[CodeText, Query(examples=["91140200MA0EXAMPLE001P"])],
    quarter: Annotated[str, Query(max_length=7, pattern=r"^[0-9]{4}-Q[1-4]$", examples=["2025-Q1"])],
    falsely_declared: Annotated[
        list[Flag] | None,
        Query(
            max_length=18,
            examples=[["fly_ash:2025-03"]],
            description="kinds of the tax table, or kind:month, to be taxed whole because the declaration is false",
        ),
    ] = None,
    form: Annotated[Format, Query(alias="format")] = "json",
    language: Language = "zh",
) -> Response:
    """Work out the environmental protection tax of a site and quarter, by kind and month, with the ledger lines behind it."""
    local = now.astimezone(ZoneInfo(settings.timezone))
    sheet = tax_worksheet(session, subject, site, quarter, falsely_declared or (), local)
    return answer(tax_document(sheet), form, language)
