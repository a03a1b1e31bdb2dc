"""Flows, fates and traces as they are asked for: from a stored run that is still right, or solved now."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.auth.subjects import Role, Subject
from app.chain_runs import report, runs, service
from app.chain_runs.books import Books
from app.chain_runs.definitions import ALL
from app.chain_runs.figures import Solved
from app.chain_runs.graph import Level, graph_of
from app.chain_runs.models import ChainRun
from app.chain_runs.network import FATES
from app.chain_runs.schemas import (
    FatesOut,
    FlowGraphOut,
    FlowsOut,
    OutsideOut,
    SankeyNodeOut,
    SankeyOut,
    SourceOut,
    StepOut,
    TraceOut,
    tonnes_of,
)
from app.chain_runs.service import RunQuery
from app.chain_runs.trace import Outside, Step, Trace, Way, down, up
from app.db.session import ReadSession
from app.domain.periods import Month
from app.http.problems import Forbidden, Invalid, NotFound
from app.rates import service as rates
from app.rates.service import GroupBy, query_fault
from chains.arrays import np

MOST_STEPS = 500


def flows(
    session: ReadSession, subject: Subject, query: RunQuery, level: Level | None, now: datetime
) -> FlowsOut:
    """Give the flow graph of a chain; an enterprise's ends at the parties it deals with."""
    asked = service.ask(session, subject, query, now)
    run = runs.fresh(session, subject, asked)
    if run is not None:
        # A level that has too many nodes was kept as wastes, see graph_of.
        graph = runs.kept_graph(run, level or Level.SITE)
    else:
        graph = FlowGraphOut.of(graph_of(service.solved(session, subject, asked), level))
    return FlowsOut(
        chain=report.followed_out(asked.followed),
        scope=report.scope_out(asked.scope),
        as_of=asked.scope.as_of,
        stock_rule=asked.stock_rule,
        computed=_computed(run, now),
        graph=graph,
    )


def sankey(found: FlowsOut) -> SankeyOut:
    """Leave what a Sankey drawing needs."""
    return SankeyOut(
        level=found.graph.level,
        nodes=[SankeyNodeOut(id=node.id, name=node.name, kind=node.kind) for node in found.graph.nodes],
        links=found.graph.links,
        computed=found.computed,
    )


@dataclass(frozen=True, slots=True)
class FatesQuery:
    """How fates are grouped, and which page of the groups is asked for."""

    group: GroupBy | None = None
    limit: int = 200
    cursor: str | None = None


def fates(
    session: ReadSession, subject: Subject, query: RunQuery, page: FatesQuery, now: datetime
) -> FatesOut:
    """Say where generated tonnes end, with the terminal rate beside the nominal ones."""
    if subject.role is Role.ENTERPRISE:
        raise Forbidden
    asked = service.ask(session, subject, query, now)
    run = runs.fresh(session, subject, asked)
    summary = None if run is None else runs.summary_of(run)
    kept = {} if run is None or page.group is None else runs.groups_of(run, page.group)
    if summary is not None and kept is not None:
        codes, more = _page(list(kept), page)
        items = [kept[code] for code in codes]
    else:
        run = None
        found = service.told(session, subject, asked)
        summary, codes, more, items = report.summary(found), [], None, []
        if page.group is not None:
            groups = service.groups(session, subject, found, page.group)
            codes, more = _page(groups.codes, page)
            items = groups.items(codes)
    return FatesOut(summary=summary, computed=_computed(run, now), items=items, next_cursor=more)


def _page(codes: Sequence[str], page: FatesQuery) -> tuple[list[str], str | None]:
    after = _position(page.cursor)
    left = [code for code in codes if after is None or code > after]
    shown = left[: page.limit]
    return shown, _cursor(shown[-1]) if len(left) > len(shown) else None


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """Which waste of which site is traced, which way, over which months."""

    site: str
    waste: str
    way: Way = Way.DOWN
    first: Month | None = None
    last: Month | None = None
    as_of: datetime | None = None


def trace(session: ReadSession, subject: Subject, query: TraceQuery, now: datetime) -> TraceOut:
    """Trace a waste of a site through all that the subject may see. Raises NotFound for others' sites."""
    if not rates.site_is_visible(session, subject, query.site):
        raise NotFound
    if not rates.known_codes(session, "wastes", (query.waste,)):
        fault = query_fault("waste", "unknown_waste", "没有此固废种类", "there is no such waste stream")
        raise Invalid(errors=[fault])
    months = RunQuery(ALL, first=query.first, last=query.last, as_of=query.as_of)
    asked = service.ask(session, subject, months, now)
    solved = service.solved(session, subject, asked)
    stream = _stream(solved.network.books, query.site, query.waste)
    if stream is None:
        found = Trace(0.0, (), (), dict.fromkeys(FATES, 0.0) if query.way is Way.DOWN else {})
    else:
        found = (up if query.way is Way.UP else down)(solved, stream)
    return TraceOut(
        site=query.site,
        waste=query.waste,
        direction=query.way,
        from_=str(asked.scope.first),
        to=str(asked.scope.last),
        entering_tonnes=tonnes_of(found.entering),
        steps=[_step_out(solved, step) for step in found.steps[:MOST_STEPS]],
        more_steps=max(0, len(found.steps) - MOST_STEPS),
        outside=[_outside_out(one) for one in found.outside[:MOST_STEPS]],
        more_outside=max(0, len(found.outside) - MOST_STEPS),
        fates_tonnes={fate: tonnes_of(amount) for fate, amount in found.fates.items()},
    )


def _stream(books: Books, code: str, waste: str) -> int | None:
    """Find the stream of a site and waste, if it has any tonnes on file."""
    sites = [place.code for place in books.places]
    if code not in sites or waste not in books.wastes:
        return None
    site, number = sites.index(code), books.wastes.index(waste)
    found = np.flatnonzero((books.streams.site == site) & (books.streams.waste == number))
    return int(found[0]) if len(found) else None


def _step_out(solved: Solved, step: Step) -> StepOut:
    books = solved.network.books
    place = books.places[int(books.streams.site[step.stream])]
    return StepOut(
        site=place.code,
        name=place.name,
        waste=books.wastes[int(books.streams.waste[step.stream])],
        tonnes=tonnes_of(step.tonnes),
        share=f"{step.share:.6f}",
        by_source_tonnes={kind: tonnes_of(amount) for kind, amount in sorted(step.by_source.items())},
    )


def _outside_out(one: Outside) -> OutsideOut:
    return OutsideOut(
        party=one.party, purpose=one.purpose, tonnes=tonnes_of(one.tonnes), share=f"{one.share:.6f}"
    )


def _computed(run: ChainRun | None, now: datetime) -> SourceOut:
    if run is None or run.made_at is None:
        return SourceOut(kind="live", run=None, made_at=now)
    return SourceOut(kind="run", run=run.id, made_at=run.made_at)


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _position(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        return base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        fault = query_fault("cursor", "bad_cursor", "分页游标无效", "this cursor is not one of ours")
        raise Invalid(errors=[fault]) from None
