"""Reading findings: by list, by id with the steps of the case; nobody sees more than concerns them.

Authorities see their territory, as the region of the site or, where both parties may see, of the counterpart. An
enterprise sees what it was notified of, about its own sites or about a transfer it is a party of; of the steps, its
own and the authorities' that are not internal.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, defer

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to, within
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.enterprises.models import Site
from app.findings import registry
from app.findings.models import CaseState, Finding, FindingAttachment, FindingStep
from app.findings.rule import Severity
from app.http.problems import NotFound, bad_cursor

Order: TypeAlias = Literal["tonnes", "newest"]
_MAX_EXPORT = 20_000


@dataclass(frozen=True, slots=True)
class FindingQuery:
    """Which findings are asked for."""

    rules: tuple[str, ...] = ()
    region: str | None = None
    site: str | None = None
    waste: str | None = None
    first: Month | None = None
    last: Month | None = None
    states: tuple[CaseState, ...] = ()
    severity: Severity | None = None
    present: bool | None = None
    assignee: str | None = None
    overdue_on: date | None = None
    min_grams: int | None = None
    order: Order = "tonnes"
    limit: int = 50
    cursor: str | None = None

    def asking(self, order: Order, limit: int, cursor: str | None) -> "FindingQuery":
        """The same question for a page of a list."""
        return replace(self, order=order, limit=limit, cursor=cursor)


def visible(subject: Subject) -> ColumnElement[bool]:
    """The findings that a subject may see."""
    if subject.role is Role.ENTERPRISE:
        parties = (Finding.enterprise_id, Finding.counterpart_enterprise_id)
        return and_(Finding.notified_at.is_not(None), visible_to(subject, enterprises=parties))
    return or_(
        visible_to(subject, region=Finding.region), visible_to(subject, region=Finding.counterpart_region)
    )


def page(
    session: ReadSession, subject: Subject, query: FindingQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """Some findings, the heaviest or the newest first, and the cursor of the next page."""
    rows = session.execute(_selected(subject, query, query.limit + 1)).all()
    shown = rows[: query.limit]
    cursor = _cursor(shown[-1][0], query.order) if len(rows) > query.limit else None
    return [document(finding, code, name, subject) for finding, code, name in shown], cursor


def export(
    session: ReadSession, subject: Subject, query: FindingQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """As many as a spreadsheet takes at once, and where to go on."""
    rows = session.execute(_selected(subject, query, _MAX_EXPORT + 1)).all()
    cursor = _cursor(rows[_MAX_EXPORT - 1][0], query.order) if len(rows) > _MAX_EXPORT else None
    return [document(finding, code, name, subject) for finding, code, name in rows[:_MAX_EXPORT]], cursor


def _selected(subject: Subject, query: FindingQuery, limit: int) -> Any:
    statement = select(Finding, Site.code, Site.name).join(Site, Site.id == Finding.site_id)
    # What a finding rests on, kilobytes of it, is not told in a list.
    statement = statement.options(defer(Finding.evidence, raiseload=True))
    statement = statement.where(visible(subject), *conditions(subject, query))
    if query.order == "newest":
        if query.cursor is not None:
            statement = statement.where(Finding.id < _read_cursor(query.cursor)[1])
        return statement.order_by(Finding.id.desc()).limit(limit)
    if query.cursor is not None:
        grams, last = _read_cursor(query.cursor)
        beyond = or_(Finding.grams < grams, and_(Finding.grams == grams, Finding.id < last))
        statement = statement.where(beyond)
    return statement.order_by(Finding.grams.desc(), Finding.id.desc()).limit(limit)


def conditions(subject: Subject, query: FindingQuery) -> list[ColumnElement[bool]]:
    """What is asked for, as conditions on findings joined with their site."""
    asked: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (query.rules, Finding.rule.in_),
        (query.site, lambda site: or_(Site.code == site, Finding.counterpart == site)),
        (query.waste, Finding.waste.__eq__),
        (query.first, Finding.last_month.__ge__),
        (query.last, Finding.first_month.__le__),
        (query.states, Finding.state.in_),
        (query.severity, Finding.severity.__eq__),
        (query.min_grams, Finding.grams.__ge__),
    ]
    found = [condition(value) for value, condition in asked if value not in (None, ())]
    if query.region is not None:
        found.append(
            or_(within(Finding.region, query.region), within(Finding.counterpart_region, query.region))
        )
    if query.present is not None:
        found.append(Finding.present.is_(query.present))
    if query.assignee is not None and subject.role is not Role.ENTERPRISE:
        found.append(Finding.assignee == query.assignee)
    if query.overdue_on is not None:
        found += [Finding.state == CaseState.NOTIFIED, Finding.deadline < query.overdue_on]
    return found


def one(session: ReadSession, subject: Subject, finding_id: uuid.UUID) -> dict[str, Any]:
    """One finding with its evidence and its case, or NotFound."""
    query = select(Finding, Site.code, Site.name).join(Site, Site.id == Finding.site_id)
    row = session.execute(query.where(Finding.id == finding_id, visible(subject))).one_or_none()
    if row is None:
        raise NotFound
    rule = registry.BY_ID.get(row[0].rule)
    return document(*row, subject) | {
        "law": None if rule is None else rule.law.document(),
        "evidence": row[0].evidence,
        "steps": [_step(step, subject) for step in _steps(session, subject, finding_id)],
        "attachments": [
            attachment_document(each, subject) for each in attachments(session, subject, finding_id)
        ],
    }


def _steps(session: ReadSession, subject: Subject, finding_id: uuid.UUID) -> Sequence[FindingStep]:
    query = select(FindingStep).where(FindingStep.finding_id == finding_id, _told(subject, FindingStep))
    return session.scalars(query.order_by(FindingStep.id)).all()


def attachments(session: ReadSession, subject: Subject, finding_id: uuid.UUID) -> Sequence[FindingAttachment]:
    """The files of a finding that the subject may see; whether it may see the finding is the caller's question."""
    query = select(FindingAttachment).where(
        FindingAttachment.finding_id == finding_id, _told(subject, FindingAttachment)
    )
    return session.scalars(query.order_by(FindingAttachment.id)).all()


def _told(subject: Subject, table: type[FindingStep] | type[FindingAttachment]) -> ColumnElement[bool]:
    """What of a case a side is told: an enterprise its own words and the authorities', never another enterprise's."""
    if subject.role is not Role.ENTERPRISE:
        return table.id.is_not(None)
    own = or_(table.enterprise_id.is_(None), table.enterprise_id.in_(subject.enterprise_ids))
    return and_(table.internal.is_(False), own)


def site_code_of(session: ReadSession, finding: Finding) -> str:
    """The code of the site that a finding is about."""
    place = aliased(Site)
    code: str = session.execute(select(place.code).where(place.id == finding.site_id)).scalar_one()
    return code


def _cursor(finding: Finding, order: Order) -> str:
    return f"{finding.grams if order == 'tonnes' else 0}.{finding.id}"


def _read_cursor(cursor: str) -> tuple[int, uuid.UUID]:
    try:
        grams, _, last = cursor.partition(".")
        return int(grams[:18]), uuid.UUID(last)
    except ValueError:
        raise bad_cursor() from None


def document(finding: Finding, site: str, site_name: str, subject: Subject) -> dict[str, Any]:
    """A finding as it is listed."""
    rule = registry.BY_ID.get(finding.rule)
    title = Message(finding.rule, finding.rule) if rule is None else rule.text
    own = finding.enterprise_id in subject.enterprise_ids or subject.role is not Role.ENTERPRISE
    return {
        "id": str(finding.id),
        "rule": finding.rule,
        "rule_version": finding.rule_version,
        "title": _both(title),
        "explanation": {"zh": finding.zh, "en": finding.en},
        "severity": finding.severity.value,
        "site": site,
        "site_name": site_name if own else None,
        "region": finding.region,
        "counterpart": finding.counterpart,
        "waste": finding.waste,
        "from": _text(finding.first_month),
        "to": _text(finding.last_month),
        "tonnes": tonnes_text(finding.grams) if finding.is_weighed else None,
        "sigma_tonnes": None if finding.sigma_grams is None else tonnes_text(finding.sigma_grams),
        "present": finding.present,
        "state": finding.state.value,
        "assignee": None if subject.role is Role.ENTERPRISE else finding.assignee,
        "deadline": _text(finding.deadline),
        "opened_at": finding.opened_at,
        "evidence_at": finding.evidence_at,
        "notified_at": finding.notified_at,
        "decided_at": finding.decided_at,
        "gone_at": finding.gone_at,
        "closed_at": finding.closed_at,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _both(message: Message) -> dict[str, str]:
    return {"zh": message.zh, "en": message.en}


def _step(step: FindingStep, subject: Subject) -> dict[str, Any]:
    # Which official did it is the authority's business.
    is_other = subject.role is Role.ENTERPRISE and step.enterprise_id is None
    details: Mapping[str, Any] | None = step.details
    return {
        "kind": step.kind.value,
        "from_state": None if step.from_state is None else step.from_state.value,
        "to_state": step.to_state.value,
        "actor": step.actor.partition(":")[0] if is_other else step.actor,
        "internal": step.internal,
        "text": step.text,
        "details": details,
        "at": step.at,
    }


def attachment_document(attachment: FindingAttachment, subject: Subject) -> dict[str, Any]:
    """A file of a case, without its content."""
    is_other = subject.role is Role.ENTERPRISE and attachment.enterprise_id is None
    return {
        "id": str(attachment.id),
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size_bytes": attachment.size,
        "sha256": attachment.sha256,
        "actor": attachment.actor.partition(":")[0] if is_other else attachment.actor,
        "internal": attachment.internal,
        "at": attachment.at,
    }
