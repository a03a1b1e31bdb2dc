"""Forecasts over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.forecasts.schemas import ForecastOut
from app.forecasts.service import ForecastQuery, forecast
from app.http.dependencies import Now, Reading
from app.http.fields import CodeText, Moment, MonthText, RegionText, month_or_none

router = APIRouter(prefix="/v1", tags=["forecasts"])

Reader = Annotated[Subject, Depends(require(Scope.RATES_READ))]


@router.get("/forecasts")
def get_forecast(
    *,
    subject: Reader,
    session: Reading,
    now: Now,
    year: Annotated[int, Query(ge=1990, le=2199, examples=[2022])],
    region: Annotated[RegionText | None, Query()] = None,
    waste: Annotated[list[CodeText] | None, Query(max_length=50, examples=[["SW02"]])] = None,
    through: Annotated[
        MonthText | None, Query(description="take what was filed after this month as not filed")
    ] = None,
    as_of: Annotated[Moment | None, Query(examples=["2026-01-10T08:00:00Z"])] = None,
) -> ForecastOut:
    """Forecast what a region's year ends with, from the months filed: amounts and rate with interval and back-test."""
    query = ForecastQuery(year, region, tuple(waste or ()), month_or_none(through), as_of)
    return ForecastOut.of(forecast(session, subject, query, now), now)
