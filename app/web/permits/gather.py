"""Permits of a territory: their validity, and what the findings say of the ledgers beside them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from app.auth.subjects import Scope, Subject
from app.auth.visibility import within
from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.models import Enterprise, Site
from app.findings import registry
from app.findings.models import CaseState, Finding
from app.findings.reading import visible
from app.permits.models import Permit
from app.permits.repository import seen

PAGE = 100
_NOWHERE = uuid.UUID(int=0)
SOON = timedelta(days=60)
VIEWS = ("all", "expired", "expiring", "unmatched", "departing")
_RULES: Mapping[str, Message] = {
    rule.id: rule.text for rule in registry.RULES if rule.id.startswith("permit_")
}


@dataclass(frozen=True, slots=True)
class Line:
    """A permit with its site, and its site's findings by rule."""

    permit: Permit
    site: str | None
    site_name: str | None
    findings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list, where the next begins, how many there are in each view."""

    lines: Sequence[Line]
    next: str
    counts: Mapping[str, int]
    rules: Mapping[str, Message]


def listed(
    session: ReadSession, subject: Subject, view: str, region: str | None, after: str, today: date
) -> Listed:
    """Give the permits that the subject may see, in the order of their numbers."""
    of_view = {name: _condition(session, subject, name, today) for name in VIEWS}
    place = _place(region)
    query = _seen(subject).where(place, of_view[view], Permit.number > after)
    rows = session.execute(query.order_by(Permit.number).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    found = _findings(session, subject, [row[0].site_id for row in shown if row[0].site_id is not None])
    lines = [Line(row[0], row[1], row[2], found.get(row[0].site_id or _NOWHERE, {})) for row in shown]
    counts = {name: _count(session, subject, place, condition) for name, condition in of_view.items()}
    return Listed(lines, shown[-1][0].number if len(rows) > PAGE else "", counts, _RULES)


def _seen(subject: Subject) -> Select[Permit, str, str]:
    return (
        select(Permit, Site.code, Site.name)
        .outerjoin(Site, Site.id == Permit.site_id)
        .outerjoin(Enterprise, Enterprise.credit_code == Permit.credit_code)
        .where(seen(subject))
    )


def _place(region: str | None) -> ColumnElement[bool]:
    if region is None:
        return true()
    return or_(within(Site.region, region), and_(Site.id.is_(None), within(Permit.region, region)))


def _condition(session: ReadSession, subject: Subject, view: str, today: date) -> ColumnElement[bool]:
    if view == "expired":
        return Permit.valid_until < today
    if view == "expiring":
        return Permit.valid_until.between(today, today + SOON)
    if view == "unmatched":
        return Permit.site_id.is_(None)
    if view == "departing":
        return Permit.site_id.in_(_findings(session, subject, None))
    return true()


def _count(
    session: ReadSession, subject: Subject, place: ColumnElement[bool], condition: ColumnElement[bool]
) -> int:
    query = _seen(subject).where(place, condition).with_only_columns(func.count())
    return session.scalar(query) or 0


def _findings(
    session: ReadSession, subject: Subject, sites: Sequence[uuid.UUID] | None
) -> dict[uuid.UUID, dict[str, int]]:
    """Count the findings of the permit rules by site; nothing for those who may not see findings."""
    if Scope.FINDINGS_WRITE not in subject.scopes:
        return {}
    query = (
        select(Finding.site_id, Finding.rule, func.count())
        .where(
            visible(subject),
            Finding.rule.in_(_RULES),
            Finding.present.is_(True),
            Finding.state != CaseState.DISMISSED,
        )
        .group_by(Finding.site_id, Finding.rule)
        .order_by(Finding.rule)
    )
    if sites is not None:
        query = query.where(Finding.site_id.in_(sites))
    found: dict[uuid.UUID, dict[str, int]] = {}
    for site, rule, count in session.execute(query):
        found.setdefault(site, {})[rule] = count
    return found
