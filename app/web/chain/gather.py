"""The chain page's figures: from a stored run that is still right, from one that is not with its date, or solved now."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.auth.subjects import Subject
from app.chain_runs import report, runs, service
from app.chain_runs.definitions import ALL
from app.chain_runs.graph import Level, graph_of
from app.chain_runs.models import ChainRun, RunState
from app.chain_runs.schemas import FlowGraphOut, SummaryOut
from app.chain_runs.service import Asked
from app.db.session import ReadSession
from app.domain.errors import Message
from app.rates import service as rates
from app.rates.service import Scope
from app.web.chain import labels
from app.web.chain.asked import ChainAsked
from app.web.chain.labels import Labels
from app.web.kept import Kept, data_version, sight_of
from app.web.overview import names
from chains.loader import shipped_library

# Up to so many ledgers a page is solved while the reader waits: some tenths of a second.
LEDGERS_SOLVED_AT_ONCE = 2_000
_RUNS_LOOKED_AT = 50
_WAITING = frozenset({RunState.QUEUED, RunState.RUNNING})


class Origin(StrEnum):
    """Where the figures come from."""

    RUN = "run"
    STALE = "stale"
    LIVE = "live"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run of this very question that is not there yet, or could not be made."""

    run: uuid.UUID
    asked_at: datetime
    failed: bool


@dataclass(frozen=True, slots=True)
class ChainFigures:
    """`summary` and graphs are None when nothing was followed yet; `by_site` is read when a node was pressed."""

    asked: ChainAsked
    chains: Mapping[str, Message]
    place: Message
    regions: Mapping[str, Message]
    bases: Mapping[str, Message]
    labels: Labels
    origin: Origin
    made_at: datetime | None
    waiting: Waiting | None
    summary: SummaryOut | None
    graph: FlowGraphOut | None
    by_site: FlowGraphOut | None
    sites: Mapping[str, Message]


@dataclass(frozen=True, slots=True)
class _Found:
    origin: Origin
    made_at: datetime | None
    summary: SummaryOut | None = None
    graphs: Mapping[Level, FlowGraphOut] | None = None

    def graph(self, level: Level) -> FlowGraphOut | None:
        return None if self.graphs is None else self.graphs[level]


_SOLVED: Kept[_Found] = Kept(16)


def gather(session: ReadSession, subject: Subject, chosen: ChainAsked, now: datetime) -> ChainFigures:
    """Collect the page. Raises what the services refuse: unknown codes, other territories."""
    asked = service.ask(session, subject, chosen.query, now)
    scope = asked.scope
    completed = chosen.at(str(scope.first), str(scope.last), scope.region)
    found = _found(session, subject, asked, now)
    return ChainFigures(
        asked=completed,
        chains=chains(),
        place=labels.place_name(session, subject, scope.region, scope.base),
        regions=labels.regions(session, subject, scope.region),
        bases=labels.bases(session),
        labels=labels.labels(session),
        origin=found.origin,
        made_at=found.made_at,
        waiting=_waiting(session, subject, asked),
        summary=found.summary,
        graph=found.graph(completed.level),
        by_site=found.graph(Level.SITE) if completed.node else None,
        sites=names.sites(session, subject, _in_loops(found.summary)),
    )


def _in_loops(summary: SummaryOut | None) -> set[str]:
    """Codes of the sites that the summary names in its loops, as the network labels its states."""
    loops = summary.loops if summary is not None else []
    return {state.rpartition(":")[0] for loop in loops for state in loop.states}


def chains() -> dict[str, Message]:
    """Name the chains there are, all of them together first."""
    library = shipped_library().chains
    named = {chain.id: Message(chain.name.zh, chain.name.en) for chain in library.values()}
    return {ALL: Message("全部链条", "all chains"), **named}


def _found(session: ReadSession, subject: Subject, asked: Asked, now: datetime) -> _Found:
    run = runs.fresh(session, subject, asked)
    if run is not None:
        return _kept(run, Origin.RUN)
    filed = rates.cells(session, subject, asked.scope, None)[""].ledgers_filed
    if filed <= LEDGERS_SOLVED_AT_ONCE:
        version = data_version(session)
        key = (session.get_bind(), sight_of(subject), asked.followed.digest, asked.scope, asked.stock_rule)
        return _SOLVED.get(key, version, lambda: _solved(session, subject, asked, now))
    old = _newest(session, subject, asked, frozenset({RunState.DONE}))
    if old is None:
        return _Found(Origin.NONE, None)
    return _kept(runs.one(session, subject, old.chain_id, old.id), Origin.STALE)


def _solved(session: ReadSession, subject: Subject, asked: Asked, now: datetime) -> _Found:
    told = service.told(session, subject, asked)
    graphs = {level: FlowGraphOut.of(graph_of(told.solved, level)) for level in Level}
    return _Found(Origin.LIVE, now, report.summary(told), graphs)


def _kept(run: ChainRun, origin: Origin) -> _Found:
    graphs = {level: runs.kept_graph(run, level) for level in Level}
    return _Found(origin, run.made_at, runs.summary_of(run), graphs)


def _waiting(session: ReadSession, subject: Subject, asked: Asked) -> Waiting | None:
    newest = _newest(session, subject, asked, frozenset(RunState))
    if newest is None or newest.state is RunState.DONE:
        return None
    return Waiting(newest.id, newest.requested_at, newest.state not in _WAITING)


def _newest(
    session: ReadSession, subject: Subject, asked: Asked, states: frozenset[RunState]
) -> ChainRun | None:
    """Find the last run of this question among the latest of its chain, its figures not yet read."""
    latest = runs.page(session, subject, asked.followed.id, before=None, limit=_RUNS_LOOKED_AT)
    return next((run for run in latest if run.state in states and _is_of(run, asked)), None)


def _is_of(run: ChainRun, asked: Asked) -> bool:
    scope: Scope = asked.scope
    return (run.region, run.base, run.first_month, run.last_month, run.as_of, run.stock_rule) == (
        scope.region,
        scope.base,
        scope.first,
        scope.last,
        scope.as_of,
        asked.stock_rule,
    )
