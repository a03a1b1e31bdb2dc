"""One step of a case: written down, and told to whoever may know of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app.audit import service as audit
from app.auth.subjects import Subject
from app.db.base import table_of
from app.db.session import WriteSession
from app.domain.quantities import tonnes_text
from app.findings.models import CaseState, Finding, FindingStep, StepKind
from app.ids import new_id
from app.outbox.events import NewEvent, publish

BY_RULES = "rules"
"""How the evaluation of the rules is written into histories."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a finding; its state has already been set."""

    finding: Finding
    site_code: str
    kind: StepKind
    before: CaseState | None
    actor: str = BY_RULES
    enterprise_id: uuid.UUID | None = None
    internal: bool = False
    text: str | None = None
    details: Any = None


def take(session: WriteSession, steps: Sequence[Step], now: datetime, by: Subject | None = None) -> None:
    """Keep the steps, publish an event and write an entry of the audit log for each, with three statements.

    `by` is the person who took them; the rules when nobody is named.
    """
    if not steps:
        return
    rows = [
        {
            "id": new_id(),
            "finding_id": step.finding.id,
            "kind": step.kind,
            "from_state": step.before,
            "to_state": step.finding.state,
            "actor": step.actor,
            "enterprise_id": step.enterprise_id,
            "internal": step.internal,
            "text": step.text,
            "details": step.details,
            "at": now,
        }
        for step in steps
    ]
    session.execute(insert(table_of(FindingStep)), rows)
    publish(session, [_event(step) for step in steps], now=now)
    audit.record(session, by or audit.worker(BY_RULES), map(_change, steps), now=now)


def _change(step: Step) -> audit.Change:
    """What the log says of a step: the state before, and what the finding and the step say after it."""
    finding = step.finding
    says = {
        "state": finding.state.value,
        "present": finding.present,
        "evidence": finding.evidence_sha256,
        "assignee": finding.assignee,
        "deadline": finding.deadline,
        "text": step.text,
        # Of evidence the hash says enough.
        "details": None if step.details is finding.evidence else step.details,
    }
    return audit.Change(
        f"finding.{step.kind.value}",
        "finding",
        str(finding.id),
        None if step.before is None else audit.digest({"state": step.before.value}),
        audit.digest(says),
        region=finding.region,
    )


def _event(step: Step) -> NewEvent:
    """Enterprises hear of a finding from its notification on, never of the authorities' own steps nor of each other's."""
    finding = step.finding
    tells = finding.notified_at is not None and not step.internal
    owner, counterpart = finding.enterprise_id, finding.counterpart_enterprise_id
    if step.enterprise_id is not None:
        owner, counterpart = step.enterprise_id, None
    return NewEvent(
        f"finding.{step.kind.value}",
        {
            "finding": str(finding.id),
            "rule": finding.rule,
            "site": step.site_code,
            "counterpart": finding.counterpart,
            "waste": finding.waste,
            "from": None if finding.first_month is None else str(finding.first_month),
            "to": None if finding.last_month is None else str(finding.last_month),
            "tonnes": tonnes_text(finding.grams) if finding.is_weighed else None,
            "severity": finding.severity.value,
            "state": finding.state.value,
        },
        region=finding.region,
        enterprise_id=owner if tells else None,
        site_id=finding.site_id,
        counterpart_region=finding.counterpart_region,
        counterpart_enterprise_id=counterpart if tells else None,
    )
