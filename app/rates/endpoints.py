"""Rates and targets over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import Field

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.chain_runs.service import ended_in_products
from app.http.dependencies import Now, Reading
from app.http.fields import CodeText, Moment, RegionText, ShortText
from app.ledgers.service import differences_from_lines
from app.rates import proof, service
from app.rates.export import csv_text
from app.rates.progress import TargetsQuery, targets_progress
from app.rates.schemas import MetricOut, MetricsOut, RatesOut, SelfcheckOut, TargetsProgressOut
from app.rates.scope import GroupBy, RateQuery, month_of
from app.reconciliations.service import intervals_of

router = APIRouter(prefix="/v1", tags=["rates"])

Reader = Annotated[Subject, Depends(require(Scope.RATES_READ))]
Region = Annotated[RegionText | None, Query()]
Wastes = Annotated[list[CodeText] | None, Query(max_length=50, examples=[["SW02"]])]
# A query parameter cannot be a class of our own: the service reads the text.
MonthText = Annotated[str, Field(max_length=7, pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2025-03"])]
AsOf = Annotated[Moment | None, Query(examples=["2026-01-10T08:00:00Z"])]


@router.get(
    "/rates",
    response_model=RatesOut,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def get_rates(
    *,
    session: Reading,
    subject: Reader,
    now: Now,
    metric: Annotated[CodeText, Query(examples=["utilization.statutory"])],
    region: Region = None,
    base: Annotated[ShortText | None, Query(examples=["datong"])] = None,
    park: ShortText | None = None,
    site: Annotated[CodeText | None, Query(examples=["91140200MA0EXAMPLE001P"])] = None,
    waste: Wastes = None,
    first: Annotated[MonthText | None, Query(alias="from")] = None,
    last: Annotated[MonthText | None, Query(alias="to")] = None,
    group_by: GroupBy | None = None,
    as_of: AsOf = None,
    form: Annotated[Literal["json", "csv"] | None, Query(alias="format")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> RatesOut | Response:
    """Give a rate with numerator, denominator, coverage and source, for a scope and by group."""
    query = RateQuery(
        metric=metric,
        region=region,
        base=base,
        park=park,
        site=site,
        wastes=tuple(waste or ()),
        first=month_of("from", first),
        last=month_of("to", last),
        group_by=group_by,
        as_of=as_of,
        limit=limit,
        cursor=cursor,
    )
    found = service.rates(session, subject, query, now, ended_in_products)
    answer = RatesOut.of(found, intervals_of(session, subject, found))
    if form == "csv" or (form is None and "text/csv" in accept):
        return _csv(answer, group_by)
    return answer


def _csv(answer: RatesOut, group_by: GroupBy | None) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="rates.csv"'}
    if answer.next_cursor is not None:
        headers["X-Next-Cursor"] = answer.next_cursor
    return Response(csv_text(answer, group_by), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/metrics")
def get_metrics(_subject: Reader) -> MetricsOut:
    """List the metrics with formula, source and version."""
    return MetricsOut(items=[MetricOut.of(metric) for metric in service.OFFERED.values()])


@router.get("/targets/progress")
def get_targets_progress(
    *,
    session: Reading,
    subject: Reader,
    now: Now,
    region: Region = None,
    base: Annotated[ShortText | None, Query(examples=["datong"])] = None,
    year: Annotated[int | None, Query(ge=1990, le=2199, examples=[2025])] = None,
    as_of: AsOf = None,
) -> TargetsProgressOut:
    """Give value, gap, pace and projection of every target that applies to a region or base."""
    query = TargetsQuery(region=region, base=base, year=year, as_of=as_of)
    return TargetsProgressOut.of(targets_progress(session, subject, query, now))


@router.get("/selfcheck", tags=["operations"])
def get_selfcheck(
    _subject: Annotated[Subject, Depends(require(Scope.ADMIN))], session: Reading
) -> SelfcheckOut:
    """Recompute the rollup from ledger lines and the kept sums from transfers and ledgers; name what differs."""
    rolled, kept = differences_from_lines(session), proof.differences(session)
    return SelfcheckOut(ok=not rolled and not kept, rollup_differences=rolled, kept_sum_differences=kept)
