"""Stored reconciliations: asked for, done by the worker, read again, out of date when their ledgers change."""

import hashlib
import json
import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Message
from app.domain.quantities import GRAMS_PER_TONNE
from app.http.problems import Conflict, Forbidden, NotFound
from app.ids import new_id
from app.outbox.jobs import enqueue
from app.reconciliations import report, repository, service
from app.reconciliations.figures import kept_sums
from app.reconciliations.freshness import method_digest, scope_of
from app.reconciliations.measured import Report
from app.reconciliations.models import ReconciledFlow, Reconciliation, ReconciliationState
from app.reconciliations.schemas import SummaryOut
from app.reconciliations.service import Asked, Reconciled, ReconciliationQuery
from chains.reconciliation import Options

JOB = KIND = "reconciliation"

FLOWS_AT_ONCE = 2_000
"""Flows written in one transaction: other writers wait no longer than that takes."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run keeps besides its flows, and what it was made from."""

    ledgers: str
    method: str
    summary: dict[str, Any]
    intervals: dict[str, Any]
    found: Reconciled


def request(
    session: WriteSession, subject: Subject, query: ReconciliationQuery, now: datetime
) -> Reconciliation:
    """Queue a reconciliation for the worker. Raises Forbidden for an enterprise."""
    asked = service.ask(session, only_authorities(subject), query, now)
    run = Reconciliation(
        id=new_id(),
        region=asked.scope.region,
        base=asked.scope.base,
        first_month=asked.scope.first,
        last_month=asked.scope.last,
        alpha=asked.options.alpha,
        local_test_floor=asked.options.local_test_floor,
        months=asked.months,
        method=None,
        ledgers=None,
        state=ReconciliationState.QUEUED,
        summary=None,
        intervals=None,
        error=None,
        requested_by=subject.actor,
        requested_at=now,
        made_at=None,
    )
    session.add(run)
    session.flush()
    enqueue(session, JOB, {"reconciliation_id": str(run.id)}, now=now)
    change = audit.Change(
        "reconciliation.requested",
        KIND,
        str(run.id),
        after=audit.digest(run),
        region=audit.territory(run.region),
    )
    audit.record(session, subject, [change], now=now)
    return run


def only_authorities(subject: Subject) -> Subject:
    """Refuse enterprises: contradictions name other firms' figures, and suspects are not yet findings."""
    if subject.role is Role.ENTERPRISE:
        raise Forbidden
    return subject


def solve(session: ReadSession, subject: Subject, run: Reconciliation) -> Result:
    """Answer the question of a run as of now."""
    asked = asked_by(run)
    # Read before the ledgers: should they change in between, the run is out of date, as it should be.
    ledgers = repository.fingerprint(session, subject, asked.scope)
    method = method_digest(session)
    found = service.solved(session, subject, asked)
    regions = {code: site.region for code, site in found.sites.items()}
    digits = min(len(run.region or "") + 2, 6)
    return Result(
        ledgers,
        method,
        report.summary(found).model_dump(mode="json", by_alias=True),
        kept_sums(found.measured, found.answer, regions, digits),
        found,
    )


def keep(session: WriteSession, run: Reconciliation, result: Result, now: datetime) -> None:
    """Store what was found; the flows are there already."""
    before = audit.digest({"state": run.state})
    run.ledgers, run.method = result.ledgers, result.method
    run.summary, run.intervals = result.summary, result.intervals
    run.state, run.made_at = ReconciliationState.DONE, now
    text = json.dumps([result.summary, result.intervals], sort_keys=True, ensure_ascii=False)
    found = {
        "ledgers": result.ledgers,
        "method": result.method,
        "result": hashlib.sha256(text.encode()).hexdigest(),
    }
    change = audit.Change(
        "reconciliation.made",
        KIND,
        str(run.id),
        before,
        audit.digest(found),
        region=audit.territory(run.region),
    )
    audit.record(session, audit.worker(JOB), [change], now=now)


def fail(session: WriteSession, run: Reconciliation, reason: str, now: datetime) -> None:
    """Say that a run came to nothing, and why."""
    before = audit.digest({"state": run.state})
    run.state, run.error = ReconciliationState.FAILED, reason
    after = audit.digest({"state": run.state, "error": reason})
    change = audit.Change(
        "reconciliation.failed", KIND, str(run.id), before, after, region=audit.territory(run.region)
    )
    audit.record(session, audit.worker(JOB), [change], now=now)


def flow_rows(reconciliation_id: uuid.UUID, found: Reconciled) -> Iterator[tuple[dict[str, Any], ...]]:
    """Give the flows in batches of FLOWS_AT_ONCE rows."""
    rows = _rows(reconciliation_id, found)
    while batch := tuple(islice(rows, FLOWS_AT_ONCE)):
        yield batch


def asked_by(run: Reconciliation) -> Asked:
    """Give the question of a run."""
    return Asked(scope_of(run), Options(run.alpha, run.local_test_floor), run.months)


def page(
    session: ReadSession, subject: Subject, *, before: uuid.UUID | None, limit: int
) -> list[Reconciliation]:
    """List the reconciliations that the subject may see, the newest first."""
    return repository.page(session, only_authorities(subject), before=before, limit=limit)


def one(session: ReadSession, subject: Subject, reconciliation_id: uuid.UUID) -> Reconciliation:
    """Give a reconciliation that the subject may see. Raises NotFound."""
    run = repository.seen(session, only_authorities(subject), reconciliation_id)
    if run is None:
        raise NotFound
    return run


def summary_of(run: Reconciliation) -> SummaryOut | None:
    """Read the summary that a run keeps."""
    return None if run.summary is None else SummaryOut.model_validate(run.summary)


def flows_page(
    session: ReadSession,
    run: Reconciliation,
    *,
    site: str | None,
    flagged: bool | None,
    after: int,
    limit: int,
) -> list[ReconciledFlow]:
    """List flows of a run. Raises Conflict before it is done: no flows would read as nothing moved."""
    if run.state is not ReconciliationState.DONE:
        raise Conflict(Message("平差尚未完成", "this reconciliation is not done"))
    return repository.flows_page(session, run.id, site=site, flagged=flagged, after=after, limit=limit)


def _rows(reconciliation_id: uuid.UUID, found: Reconciled) -> Iterator[dict[str, Any]]:
    flows = found.answer.flows
    columns = zip(
        found.measured.flows,
        report.class_names(found),
        flows.mass.tolist(),
        flows.sd.tolist(),
        flows.z.tolist(),
        flows.pair_z.tolist(),
        flows.flagged.tolist(),
        flows.at_bound.tolist(),
        strict=True,
    )
    for position, (flow, flow_class, mass, sd, z, pair_z, flagged, at_bound) in enumerate(columns):
        yield {
            "reconciliation_id": reconciliation_id,
            "position": position,
            "kind": flow.kind,
            "waste": flow.waste,
            "from_site": None if flow.source is None else flow.source[0],
            "to_site": None if flow.target is None else flow.target[0],
            "detail": flow.detail,
            **_side("sent", flow.sent),
            **_side("received", flow.received),
            "value_grams": _grams(mass),
            "sd_grams": _grams(sd),
            "z": _known(z),
            "pair_z": _known(pair_z),
            "flow_class": flow_class,
            "flagged": flagged,
            "at_bound": at_bound,
        }


def _side(name: str, told: Report | None) -> dict[str, int | None]:
    if told is None:
        return {f"{name}_grams": None, f"{name}_sigma_grams": None}
    return {f"{name}_grams": told.grams, f"{name}_sigma_grams": round(told.sigma)}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _grams(tonnes: float) -> int | None:
    known = _known(tonnes)
    return None if known is None else round(known * GRAMS_PER_TONNE)
