"""The case that follows a finding: notified, answered, confirmed or dismissed, closed. Every step is checked and kept."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select

from app.auth.subjects import Role, Subject
from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.enterprises.models import Site
from app.findings.models import CaseState, Finding, StepKind
from app.findings.reading import site_code_of, visible
from app.findings.steps import Step, take
from app.http.problems import Conflict, Forbidden, Invalid, NotFound

Verdict = Literal["notify", "confirm", "dismiss", "close"]
_AUTHORITIES = frozenset({Role.REGULATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class _Move:
    """From which states a decision is allowed, and where it leads."""

    allowed: frozenset[CaseState]
    to: CaseState
    kind: StepKind


MOVES: Mapping[Verdict, _Move] = {
    "notify": _Move(frozenset({CaseState.OPEN}), CaseState.NOTIFIED, StepKind.NOTIFIED),
    "confirm": _Move(
        frozenset({CaseState.NOTIFIED, CaseState.ANSWERED}), CaseState.CONFIRMED, StepKind.CONFIRMED
    ),
    "dismiss": _Move(
        frozenset({CaseState.OPEN, CaseState.NOTIFIED, CaseState.ANSWERED}),
        CaseState.DISMISSED,
        StepKind.DISMISSED,
    ),
    "close": _Move(frozenset({CaseState.CONFIRMED, CaseState.DISMISSED}), CaseState.CLOSED, StepKind.CLOSED),
}
"""An authority's decisions. Nothing is confirmed that the enterprise has not been told of."""

ANSWERABLE = frozenset({CaseState.NOTIFIED, CaseState.ANSWERED})


@dataclass(frozen=True, slots=True)
class Decision:
    """What an authority decides, and why."""

    verdict: Verdict
    reason: str | None = None
    deadline: date | None = None


class StepNotAllowed(Conflict):
    code = "step_not_allowed"
    title = Message("案件当前状态不允许此操作", "The case's state does not allow this")


def decide(
    session: WriteSession,
    subject: Subject,
    finding_id: uuid.UUID,
    decision: Decision,
    now: datetime,
    today: date,
) -> Finding:
    """Take a decision as an authority of the territory. Raises NotFound, Forbidden, Invalid, StepNotAllowed."""
    finding = held(session, subject, finding_id)
    _refuse_others(subject)
    _refuse_incomplete(decision, today)
    move = MOVES[decision.verdict]
    if finding.state not in move.allowed:
        raise _not_allowed(finding)
    before = finding.state
    finding.state = move.to
    if decision.verdict == "notify":
        finding.notified_at, finding.deadline = now, decision.deadline
    elif decision.verdict == "close":
        finding.closed_at = now
    else:
        finding.decided_at = now
    details = {"deadline": str(decision.deadline)} if decision.deadline else None
    record(session, subject, finding, Told(move.kind, before, decision.reason, details=details), now)
    return finding


def respond(
    session: WriteSession, subject: Subject, finding_id: uuid.UUID, text: str, now: datetime
) -> Finding:
    """Answer as an enterprise concerned; a second answer adds to the first. Raises NotFound, Forbidden, StepNotAllowed."""
    finding = held(session, subject, finding_id)
    if subject.role is not Role.ENTERPRISE:
        raise Forbidden(Message("只有所涉企业可以答复", "only the enterprise concerned answers"))
    if finding.state not in ANSWERABLE:
        raise _not_allowed(finding)
    before, finding.state = finding.state, CaseState.ANSWERED
    record(session, subject, finding, Told(StepKind.ANSWERED, before, text), now)
    return finding


def comment(
    session: WriteSession,
    subject: Subject,
    finding_id: uuid.UUID,
    text: str,
    now: datetime,
    *,
    internal: bool,
) -> Finding:
    """Add a remark; an authority's may be internal. Raises NotFound, Forbidden."""
    finding = held(session, subject, finding_id)
    if internal:
        _refuse_others(subject)
    record(session, subject, finding, Told(StepKind.COMMENTED, finding.state, text, internal=internal), now)
    return finding


def assign(
    session: WriteSession,
    subject: Subject,
    finding_ids: Sequence[uuid.UUID],
    assignee: str | None,
    now: datetime,
) -> int:
    """Give cases to one official, or to nobody; all of them or, when one is not there, none. Answers how many changed."""
    _refuse_others(subject)
    wanted = sorted(set(finding_ids))
    query = select(Finding).where(Finding.id.in_(wanted), visible(subject)).order_by(Finding.id)
    found = session.scalars(query.with_for_update()).all()
    missing = set(wanted) - {finding.id for finding in found}
    if missing:
        text = Message("没有这个线索，或您无权查看", "there is no such finding, or you may not see it")
        places = [place for place, each in enumerate(finding_ids) if each in missing]
        raise NotFound(
            text, errors=[Fault(f"/findings/{place}", "unknown_finding", text) for place in places]
        )
    changed = [finding for finding in found if finding.assignee != assignee]
    named = select(Site.id, Site.code).where(Site.id.in_({each.site_id for each in changed}))
    codes = {row.id: row.code for row in session.execute(named)}
    for finding in changed:
        finding.assignee = assignee
    steps = [
        Step(
            finding,
            codes[finding.site_id],
            StepKind.ASSIGNED,
            finding.state,
            subject.actor,
            internal=True,
            details={"assignee": assignee},
        )
        for finding in changed
    ]
    session.flush()
    take(session, steps, now, subject)
    return len(changed)


@dataclass(frozen=True, slots=True)
class Told:
    """A step as a person takes it."""

    kind: StepKind
    before: CaseState
    text: str | None = None
    internal: bool = False
    details: dict[str, str] | None = None


def held(session: WriteSession, subject: Subject, finding_id: uuid.UUID) -> Finding:
    """The finding that the subject may see, locked until the transaction ends. Raises NotFound."""
    query = select(Finding).where(Finding.id == finding_id, visible(subject)).with_for_update()
    finding = session.scalars(query).one_or_none()
    if finding is None:
        raise NotFound
    return finding


def record(session: WriteSession, subject: Subject, finding: Finding, told: Told, now: datetime) -> None:
    """Keep a step that a person took."""
    session.flush()
    step = Step(
        finding,
        site_code_of(session, finding),
        told.kind,
        told.before,
        subject.actor,
        subject.enterprise_id,
        told.internal,
        told.text,
        told.details,
    )
    take(session, [step], now, subject)


def _refuse_others(subject: Subject) -> None:
    if subject.role not in _AUTHORITIES:
        raise Forbidden(Message("只有监管部门可以办理", "only an authority may do this"))


def _refuse_incomplete(decision: Decision, today: date) -> None:
    if decision.verdict == "dismiss" and not decision.reason:
        text = Message("不予认定须说明理由", "say why it is dismissed")
        raise Invalid(errors=[Fault("/reason", "reason_required", text)])
    if decision.deadline is not None and decision.verdict != "notify":
        text = Message("只有通知时设期限", "a deadline goes with a notification only")
        raise Invalid(errors=[Fault("/deadline", "deadline_with_notify", text)])
    if decision.verdict == "notify" and decision.deadline is None:
        text = Message("通知须设答复期限", "a notification needs a deadline for the answer")
        raise Invalid(errors=[Fault("/deadline", "deadline_required", text)])
    if decision.deadline is not None and decision.deadline <= today:
        text = Message("期限须晚于今天", "the deadline must be later than today")
        raise Invalid(errors=[Fault("/deadline", "deadline_passed", text)])


def _not_allowed(finding: Finding) -> StepNotAllowed:
    allowed = [verdict for verdict, move in MOVES.items() if finding.state in move.allowed]
    may_answer = finding.state in ANSWERABLE
    zh, en = finding.state.value, ", ".join([*allowed, *(["answer"] if may_answer else [])]) or "-"
    return StepNotAllowed(
        Message(f"案件状态为 {zh}，可办理：{en}", f"The case is {zh}; allowed: {en}"),
        extra={"state": finding.state.value, "allowed": [*allowed, *(["answer"] if may_answer else [])]},
    )
