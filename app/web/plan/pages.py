"""The pages of the way to the target and of the forecast, both below the targets."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Scope, Subject
from app.clock import local_date
from app.db.session import ReadSession
from app.domain.errors import Fault
from app.domain.quantities import QuantityError, grams_from_tonnes
from app.forecasts.service import ForecastQuery, forecast
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Invalid
from app.planning import service
from app.planning.questions import USUAL_METRIC, PlanQuery
from app.planning.what_if import Outcome, WhatIf, what_if
from app.rates.scope import month_of, query_fault
from app.rates.service import RateQuery, resolve
from app.web import forms, numbers
from app.web.access import AUTHORITIES, reader
from app.web.chain import labels
from app.web.kept import Kept, data_version, sight_of
from app.web.page_route import PageRoute
from app.web.plan.forecast_view import ForecastPage, forecast_page
from app.web.plan.tables import Names
from app.web.plan.texts import TEXTS
from app.web.plan.view import PlanPage, plan_page
from app.web.rendering import language_for, person_of, render

router = APIRouter(prefix="/targets", route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.RATES_READ, roles=AUTHORITIES))]
_YEAR = re.compile(r"(199[0-9]|2[01][0-9]{2})", re.ASCII)
_PERCENT = re.compile(r"100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?", re.ASCII)
_KILOMETRES = re.compile(r"[0-9]{1,4}", re.ASCII)
_USUAL_TARGET = "60"
_PLANS: Kept[PlanPage] = Kept(16)
_FORECASTS: Kept[ForecastPage] = Kept(16)


@router.get("/plan")
def show_plan(request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """Show the cheapest new links to a target, and what would be if a plant took more."""
    faults: list[Fault] = []
    sent, subject, language = request.query_params, visit.subject, language_for(request)
    today = local_date(now, settings.timezone)
    query = _plan_query(sent, _latest_year(session, subject, now), faults)
    grams = _grams(sent, faults)
    to, waste = forms.code("to", sent, faults), forms.code("of", sent, faults)
    if faults:
        raise Invalid(errors=faults)

    def drawn() -> PlanPage:
        way = service.plan(session, subject, query, now)
        outcome: Outcome | None = None
        if to is not None and waste is not None and grams:
            outcome = what_if(session, subject, WhatIf(query, to, waste, grams), now)
        names = _names(session, subject, way.world.asked.scope.region)
        return plan_page(way, names, language, outcome, numbers.moment(now, settings.timezone))

    key = (sight_of(subject), query, to, waste, grams, language, today)
    page = _PLANS.get((request.app.state.database, key), data_version(session), drawn)
    fields = {"target": sent.get("target") or _USUAL_TARGET, "tonnes": sent.get("tonnes", "")}
    fields |= {"limit_km": sent.get("limit_km", ""), "year": str(query.year)}
    return render(request, "plan/page.html", {"page": page, "person": person_of(visit), "sent": fields})


@router.get("/forecast")
def show_forecast(
    request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now
) -> Response:
    """Show what the year ends with, beside what the targets project."""
    faults: list[Fault] = []
    sent, subject, language = request.query_params, visit.subject, language_for(request)
    today = local_date(now, settings.timezone)
    region, waste = forms.region("region", sent, faults), forms.code("waste", sent, faults)
    year = _year(sent, _latest_year(session, subject, now), faults)
    if faults:
        raise Invalid(errors=faults)
    wastes = () if waste is None else (waste,)
    query = ForecastQuery(year, region, wastes, month_of("through", sent.get("through") or None))

    def drawn() -> ForecastPage:
        found = forecast(session, subject, query, now)
        names = _names(session, subject, found.scope.region)
        return forecast_page(found, query, names, language, numbers.moment(now, settings.timezone))

    key = (sight_of(subject), query, language, today)
    page = _FORECASTS.get((request.app.state.database, key), data_version(session), drawn)
    return render(request, "plan/forecast.html", {"page": page, "person": person_of(visit)})


def _names(session: ReadSession, subject: Subject, region: str | None) -> Names:
    known = labels.labels(session)
    return Names(
        place=labels.place_name(session, subject, region, None),
        regions=labels.regions(session, subject, region),
        wastes=known.wastes,
        processes=known.processes,
    )


def _plan_query(sent: Mapping[str, str], usual_year: int, faults: list[Fault]) -> PlanQuery:
    target = sent.get("target") or _USUAL_TARGET
    if not _PERCENT.fullmatch(target):
        words = TEXTS["plan.bad_target"]
        faults.append(query_fault("target", "bad_target", words.zh, words.en))
        target = _USUAL_TARGET
    limit = sent.get("limit_km", "")
    if limit and not _KILOMETRES.fullmatch(limit):
        faults.append(query_fault("limit_km", "bad_distance", "应为公里数", "this must be a number of km"))
        limit = ""
    return PlanQuery(
        target=Fraction(target) / 100,
        year=_year(sent, usual_year, faults),
        region=forms.region("region", sent, faults),
        limit_km=Decimal(limit) if limit else None,
    )


def _latest_year(session: ReadSession, subject: Subject, now: datetime) -> int:
    """The year of the last month that anybody in the reader's territory filed."""
    return resolve(session, subject, RateQuery(USUAL_METRIC), now).last.year


def _year(sent: Mapping[str, str], usual: int, faults: list[Fault]) -> int:
    value = sent.get("year") or str(usual)
    if _YEAR.fullmatch(value):
        return int(value)
    faults.append(query_fault("year", "bad_year", "应为如 2025 的年份", "a year such as 2025"))
    return usual


def _grams(sent: Mapping[str, str], faults: list[Fault]) -> int:
    value = sent.get("tonnes", "")
    try:
        return grams_from_tonnes(value) if value else 0
    except QuantityError:
        faults.append(query_fault("tonnes", "not_a_number", "应为吨数", "this must be a number of tonnes"))
        return 0
