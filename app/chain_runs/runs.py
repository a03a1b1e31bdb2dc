"""Stored runs: asked for, solved by the worker, read again, and out of date as soon as their ledgers change."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.chain_runs import report, repository, service
from app.chain_runs.definitions import followed
from app.chain_runs.graph import Level, graph_of
from app.chain_runs.models import ChainRun, RunState
from app.chain_runs.schemas import FlowGraphOut, GroupFatesOut, SummaryOut
from app.chain_runs.service import Asked, RunQuery
from app.db.session import ReadSession, WriteSession
from app.http.problems import Forbidden, NotFound
from app.ids import new_id
from app.outbox.jobs import enqueue
from app.rates.service import GroupBy, Scope

JOB = KIND = "chain_run"

MOST_GROUPS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Result:
    """What a run keeps, and the ledgers it speaks of."""

    ledgers: str
    body: dict[str, Any]


def request(session: WriteSession, subject: Subject, query: RunQuery, now: datetime) -> ChainRun:
    """Queue a run for the worker. Enterprises ask for their own part directly, it is small."""
    if subject.role is Role.ENTERPRISE:
        raise Forbidden
    asked = service.ask(session, subject, query, now)
    run = ChainRun(
        id=new_id(),
        chain_id=asked.followed.id,
        chain_version=asked.followed.version,
        chain_digest=asked.followed.digest,
        region=asked.scope.region,
        base=asked.scope.base,
        first_month=asked.scope.first,
        last_month=asked.scope.last,
        as_of=asked.scope.as_of,
        stock_rule=asked.stock_rule,
        ledgers=None,
        state=RunState.QUEUED,
        result=None,
        error=None,
        requested_by=subject.actor,
        requested_at=now,
        made_at=None,
    )
    session.add(run)
    session.flush()
    enqueue(session, JOB, {"run_id": str(run.id)}, now=now)
    change = audit.Change(
        "chain_run.requested", KIND, str(run.id), after=audit.digest(run), region=audit.territory(run.region)
    )
    audit.record(session, subject, [change], now=now)
    return run


def solve(session: ReadSession, subject: Subject, run: ChainRun) -> Result:
    """Answer the question of a run as of now."""
    asked = asked_by(run)
    # Read before the ledgers: should they change in between, the run is out of date, as it should be.
    ledgers = repository.fingerprint(session, subject, asked.scope)
    found = service.told(session, subject, asked)
    body: dict[str, Any] = {"summary": report.summary(found).model_dump(mode="json", by_alias=True)}
    for group in (GroupBy.WASTE, GroupBy.SITE):
        told = service.groups(session, subject, found, group)
        if len(told.codes) <= MOST_GROUPS_KEPT:
            body[group.value] = {
                code: item.model_dump(mode="json")
                for code, item in zip(told.codes, told.items(), strict=True)
            }
    body["graphs"] = {
        level.value: FlowGraphOut.of(graph_of(found.solved, level)).model_dump(mode="json") for level in Level
    }
    return Result(ledgers, body)


def keep(session: WriteSession, run: ChainRun, result: Result, now: datetime) -> None:
    """Store what was found; the chain may have changed since the run was asked for."""
    before = audit.digest({"state": run.state})
    chain = followed(run.chain_id)
    run.chain_version, run.chain_digest = chain.version, chain.digest
    run.ledgers, run.result, run.state, run.made_at = result.ledgers, result.body, RunState.DONE, now
    text = json.dumps(result.body, sort_keys=True, ensure_ascii=False)
    found = {
        "chain": chain.digest,
        "ledgers": result.ledgers,
        "result": hashlib.sha256(text.encode()).hexdigest(),
    }
    change = audit.Change(
        "chain_run.made", KIND, str(run.id), before, audit.digest(found), region=audit.territory(run.region)
    )
    audit.record(session, audit.worker(JOB), [change], now=now)


def fail(session: WriteSession, run: ChainRun, reason: str, now: datetime) -> None:
    """Say that a run came to nothing, and why."""
    before = audit.digest({"state": run.state})
    run.state, run.error = RunState.FAILED, reason
    after = audit.digest({"state": run.state, "error": reason})
    change = audit.Change(
        "chain_run.failed", KIND, str(run.id), before, after, region=audit.territory(run.region)
    )
    audit.record(session, audit.worker(JOB), [change], now=now)


def asked_by(run: ChainRun) -> Asked:
    """Give the question of a run, with the chain as it is defined now."""
    chain = followed(run.chain_id)
    scope = Scope(
        first=run.first_month,
        last=run.last_month,
        wastes=chain.wastes,
        region=run.region,
        base=run.base,
        as_of=run.as_of,
    )
    return Asked(chain, scope, run.stock_rule)


def is_stale(session: ReadSession, subject: Subject, run: ChainRun) -> bool | None:
    """Tell whether ledgers or chain have changed since a run was made; None before that."""
    if run.state is not RunState.DONE:
        return None
    asked = asked_by(run)
    if run.chain_digest != asked.followed.digest:
        return True
    return run.ledgers != repository.fingerprint(session, subject, asked.scope)


def page(
    session: ReadSession, subject: Subject, chain_id: str, *, before: uuid.UUID | None, limit: int
) -> list[ChainRun]:
    """List runs of a chain that the subject may see, the newest first. Raises NotFound for an unknown chain."""
    followed(chain_id)
    return repository.runs_page(session, subject, chain_id, before=before, limit=limit)


def one(session: ReadSession, subject: Subject, chain_id: str, run_id: uuid.UUID) -> ChainRun:
    """Give a run that the subject may see. Raises NotFound."""
    run = repository.seen_run(session, subject, chain_id, run_id)
    if run is None:
        raise NotFound
    return run


def fresh(session: ReadSession, subject: Subject, asked: Asked) -> ChainRun | None:
    """Find a run of exactly this question that is still right."""
    if subject.role is Role.ENTERPRISE:
        return None
    run = repository.newest_done(
        session, subject, asked.followed.id, asked.followed.digest, asked.scope, asked.stock_rule
    )
    return None if run is None or is_stale(session, subject, run) else run


def summary_of(run: ChainRun) -> SummaryOut | None:
    """Read the summary that a run keeps."""
    return None if run.result is None else SummaryOut.model_validate(run.result["summary"])


def groups_of(run: ChainRun, group: GroupBy) -> Mapping[str, GroupFatesOut] | None:
    """Read the groups that a run keeps, by their codes; None when there were too many to keep."""
    kept = (run.result or {}).get(group.value)
    return None if kept is None else {code: GroupFatesOut.model_validate(kept[code]) for code in sorted(kept)}


def kept_graph(run: ChainRun, level: Level) -> FlowGraphOut:
    """Read a graph that a run keeps."""
    return FlowGraphOut.model_validate((run.result or {})["graphs"][level.value])
