"""The way to the target over HTTP."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.domain.quantities import QuantityError, grams_from_tonnes
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import CodeText, RegionText
from app.http.problems import Invalid
from app.planning import service
from app.planning.document import plan_document
from app.planning.parameter_schemas import (
    PlanParameterIn,
    PlanParameterOut,
    PlanParameterPage,
    parameters_out,
)
from app.planning.parameters import change_parameter, read_parameters
from app.planning.questions import USUAL_METRIC, PlanQuery
from app.planning.schemas import PlanOut, WhatIfOut
from app.planning.what_if import WhatIf, what_if
from app.rates.service import query_fault
from app.reports.service import FILES, answer

router = APIRouter(prefix="/v1", tags=["planning"])

Reader = Annotated[Subject, Depends(require(Scope.RATES_READ))]
Admin = Annotated[Subject, Depends(require(Scope.ADMIN))]
SiteCode = Annotated[str, Query(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
ParameterCode = Annotated[str, Path(max_length=80, pattern=r"^[0-9a-z._]+$", examples=["haul.limit_km"])]
_Percent = Annotated[
    str,
    Field(
        max_length=8,
        pattern=r"^(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)$",
        examples=["60"],
        description="rate to reach, in per cent",
    ),
]
_Tonnes = Annotated[str, Field(max_length=17, pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$", examples=["200000"])]


def plan_query(
    year: Annotated[int, Query(ge=1990, le=2199, examples=[2021])],
    target: _Percent = "60",
    region: Annotated[RegionText | None, Query()] = None,
    metric: Annotated[CodeText, Query(examples=[USUAL_METRIC])] = USUAL_METRIC,
    waste: Annotated[list[CodeText] | None, Query(max_length=50, examples=[["SW02"]])] = None,
    limit_km: Annotated[
        int | None, Query(ge=0, le=5000, description="longest haul by road; the parameter's when absent")
    ] = None,
) -> PlanQuery:
    """Read what a plan is asked for."""
    return PlanQuery(
        target=Fraction(target) / 100,
        year=year,
        region=region,
        metric=metric,
        wastes=tuple(waste or ()),
        limit_km=None if limit_km is None else Decimal(limit_km),
    )


Asked = Annotated[PlanQuery, Depends(plan_query)]


@router.get("/plans", response_model=PlanOut, responses=FILES)
def get_plan(
    *,
    asked: Asked,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    form: Annotated[Literal["json", "xlsx", "pdf", "docx"], Query(alias="format")] = "json",
    language: Literal["zh", "en"] = "zh",
) -> PlanOut | Response:
    """Give the cheapest new links that lift a region's rate to a target, or how far they lead and what binds."""
    found = service.plan(session, subject, asked, now)
    if form == "json":
        return PlanOut.of(found, now)
    return answer(plan_document(session, found, now, settings.timezone), form, language)


@router.get("/plans/what-if")
def get_what_if(
    *,
    asked: Asked,
    subject: Reader,
    session: Reading,
    now: Now,
    to: Annotated[SiteCode, Query(examples=["91140200MA0EXAMPLE001P"])],
    tonnes: _Tonnes,
    of: Annotated[CodeText, Query(examples=["SW02"], description="the waste that would be taken in")],
    sender: Annotated[SiteCode | None, Query(alias="from")] = None,
    process: Annotated[CodeText | None, Query(examples=["cement_blending"])] = None,
) -> WhatIfOut:
    """Say what would be if a plant took so much more of a waste: nominal and terminal rate after it."""
    query = WhatIf(asked, to, of, _grams(tonnes), sender, process)
    return WhatIfOut.of(what_if(session, subject, query, now), now)


def _grams(text: str) -> int:
    try:
        return grams_from_tonnes(text)
    except QuantityError:
        fault = query_fault("tonnes", "not_a_number", "应为吨数", "this must be a number of tonnes")
        raise Invalid(errors=[fault]) from None


@router.get("/plan-parameters")
def get_plan_parameters(_subject: Reader, session: Reading) -> PlanParameterPage:
    """List what plans are computed with: haulage, detour, longest haul, gate costs, each with its source."""
    return PlanParameterPage(items=parameters_out(read_parameters(session)))


@router.put("/plan-parameters/{code}")
def put_plan_parameter(
    code: ParameterCode, body: PlanParameterIn, subject: Admin, session: Writing, now: Now
) -> PlanParameterOut:
    """Change one of them; the former version is kept, later loads leave it alone."""
    change_parameter(session, subject, code, dict(body), now)
    return next(row for row in parameters_out(read_parameters(session)) if row.code == code)
