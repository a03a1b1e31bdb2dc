"""The routes of runs, flows, fates and traces."""

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.chain_runs import answers, runs
from app.chain_runs.answers import FatesQuery, TraceQuery
from app.chain_runs.definitions import ALL
from app.chain_runs.graph import Level
from app.chain_runs.models import ChainRun
from app.chain_runs.report import scope_out
from app.chain_runs.schemas import (
    FatesOut,
    FlowGraphOut,
    FlowsOut,
    RunIn,
    RunOut,
    RunPage,
    SankeyOut,
    TraceOut,
)
from app.chain_runs.service import RunQuery
from app.chain_runs.trace import Way
from app.db.session import ReadSession
from app.http.dependencies import Now, Reading, Writing
from app.http.fields import CodeText, Moment, MonthText, RegionText, ShortText, month_or_none
from app.http.paging import Limit
from app.rates.service import GroupBy
from chains.graph import graphml
from chains.late import LateModule
from chains.stock import StockRule

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = LateModule("networkx")

router = APIRouter(prefix="/v1", tags=["chain runs"])

Reader = Annotated[Subject, Depends(require(Scope.CHAINS_READ))]
ChainId = Annotated[
    str,
    Path(
        max_length=80, pattern=r"^[0-9A-Za-z._-]+$", description="`id` of a chain, or `all` for all of them"
    ),
]
SiteCode = Annotated[str, Path(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
Region = Annotated[RegionText | None, Query()]
Base = Annotated[ShortText | None, Query(examples=["datong"])]
First = Annotated[MonthText | None, Query(alias="from")]
Last = Annotated[MonthText | None, Query(alias="to")]
AsOf = Annotated[Moment | None, Query(examples=["2026-01-10T08:00:00Z"])]
Stock = Annotated[Literal["mixed", "fifo"], Query(description="which tonnes leave a stock")]

GRAPHML = "application/graphml+xml"


def run_query(
    region: Region = None,
    base: Base = None,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    stock: Stock = "mixed",
) -> RunQuery:
    """Read place and time of a question; the chain stands in the path."""
    months = month_or_none(first), month_or_none(last)
    return RunQuery(ALL, region, base, *months, as_of=as_of, stock_rule=StockRule(stock))


Asked = Annotated[RunQuery, Depends(run_query)]


@router.post("/chains/{chain_id}/runs", status_code=202)
def post_run(
    chain_id: ChainId, body: RunIn, subject: Reader, session: Writing, now: Now, response: Response
) -> RunOut:
    """Follow a chain through the ledgers of a scope and keep the answer; a worker does it, see Location."""
    query = RunQuery(chain_id, body.region, body.base, body.from_, body.to, body.as_of, StockRule(body.stock))
    run = runs.request(session, subject, query, now)
    response.headers["Location"] = f"/v1/chains/{chain_id}/runs/{run.id}"
    return _run_out(session, subject, run, whole=False)


@router.get("/chains/{chain_id}/runs")
def get_runs(
    chain_id: ChainId,
    subject: Reader,
    session: Reading,
    cursor: uuid.UUID | None = None,
    limit: Limit = 20,
) -> RunPage:
    """List the stored runs of a chain that you may see, the newest first, without their figures."""
    found = runs.page(session, subject, chain_id, before=cursor, limit=limit + 1)
    shown = [_run_out(session, subject, run, whole=False) for run in found[:limit]]
    return RunPage(items=shown, next_cursor=shown[-1].id if len(found) > limit else None)


@router.get("/chains/{chain_id}/runs/{run_id}")
def get_run(chain_id: ChainId, run_id: uuid.UUID, subject: Reader, session: Reading) -> RunOut:
    """Give one run with its figures, and say whether ledgers or chain have changed since."""
    return _run_out(session, subject, runs.one(session, subject, chain_id, run_id), whole=True)


@router.get(
    "/chains/{chain_id}/flows",
    response_model=FlowsOut | SankeyOut,
    responses={200: {"content": {GRAPHML: {"schema": {"type": "string"}}}}},
)
def get_flows(
    chain_id: ChainId,
    asked: Asked,
    subject: Reader,
    session: Reading,
    now: Now,
    level: Level | None = None,
    form: Annotated[Literal["json", "graphml", "sankey"], Query(alias="format")] = "json",
) -> FlowsOut | SankeyOut | Response:
    """Give the flows of a chain as a graph with balanced nodes and marked loops; an enterprise sees its own part."""
    found = answers.flows(session, subject, replace(asked, chain_id=chain_id), level, now)
    if form == "graphml":
        return Response(graphml(_networkx(found.graph)), media_type=GRAPHML)
    return answers.sankey(found) if form == "sankey" else found


@router.get("/chains/{chain_id}/fates")
def get_fates(
    chain_id: ChainId,
    asked: Asked,
    subject: Reader,
    session: Reading,
    now: Now,
    group_by: Literal["site", "waste"] | None = None,
    limit: Limit = 200,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> FatesOut:
    """Say where every generated tonne ends, with the terminal rate beside the nominal ones, in all and by group."""
    group = None if group_by is None else GroupBy(group_by)
    query = replace(asked, chain_id=chain_id)
    return answers.fates(session, subject, query, FatesQuery(group, limit, cursor), now)


@router.get("/sites/{code}/trace")
def get_trace(
    *,
    code: SiteCode,
    subject: Reader,
    session: Reading,
    now: Now,
    waste: Annotated[CodeText, Query(examples=["SW02"])],
    direction: Way = Way.DOWN,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
) -> TraceOut:
    """Trace a waste of a site: where its tonnes go and end, or who they come from, as far as you may see."""
    months = month_or_none(first), month_or_none(last)
    return answers.trace(session, subject, TraceQuery(code, waste, direction, *months, as_of), now)


def _run_out(session: ReadSession, subject: Subject, run: ChainRun, *, whole: bool) -> RunOut:
    asked = runs.asked_by(run)
    return RunOut(
        id=run.id,
        chain=run.chain_id,
        chain_version=run.chain_version,
        scope=scope_out(asked.scope),
        as_of=run.as_of,
        stock_rule=run.stock_rule,
        state=run.state,
        stale=runs.is_stale(session, subject, run),
        error=run.error,
        requested_by=run.requested_by,
        requested_at=run.requested_at,
        made_at=run.made_at,
        ledgers=run.ledgers,
        summary=runs.summary_of(run) if whole else None,
    )


def _networkx(graph: FlowGraphOut) -> "nx.MultiDiGraph[str]":
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in graph.nodes:
        told = node.model_dump(exclude={"id"}, exclude_none=True)
        made.add_node(node.id, **told)
    for link in graph.links:
        made.add_edge(link.source, link.target, kind=link.kind, tonnes=link.tonnes, loop=link.loop)
    return made
