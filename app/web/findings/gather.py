"""The figures of the pages of findings, from their slice."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.models import Site
from app.findings import reading, registry, rulebook, summary
from app.findings.lawbook import Provision
from app.findings.models import CaseState, Finding
from app.findings.reading import FindingQuery, conditions, visible
from app.web.chain import labels
from app.web.findings.asked import ACTIVE, FindingsAsked
from app.web.findings.list_view import Counted, Names, counted
from app.web.overview import names


def listed(
    session: ReadSession, subject: Subject, asked: FindingsAsked, today: date
) -> tuple[list[dict[str, Any]], str | None]:
    """Give one page of the list."""
    return reading.page(session, subject, asked.query(today))


def count(session: ReadSession, subject: Subject, asked: FindingsAsked, today: date) -> Counted:
    """Count the findings of the same place and time, whatever their state."""
    whole = asked.scored()
    active = _number(session, subject, FindingQuery(**_of(whole), states=ACTIVE))
    overdue = _number(
        session, subject, FindingQuery(**_of(whole), states=(CaseState.NOTIFIED,), overdue_on=today)
    )
    return counted(summary.sums(session, subject, whole, "site").values(), active, overdue)


def _of(query: FindingQuery) -> dict[str, Any]:
    return {
        "region": query.region,
        "site": query.site,
        "waste": query.waste,
        "first": query.first,
        "last": query.last,
    }


def _number(session: ReadSession, subject: Subject, query: FindingQuery) -> int:
    statement = select(func.count()).select_from(Finding).join(Site, Site.id == Finding.site_id)
    return session.scalar(statement.where(visible(subject), *conditions(subject, query))) or 0


def named(session: ReadSession, subject: Subject, items: Iterable[Mapping[str, Any]]) -> Names:
    """Name the rules, the wastes, and the sites of these findings as far as the reader may know them."""
    rules = {rule.id: rule.text for rule in registry.RULES}
    codes = {item[name] for item in items for name in ("site", "counterpart") if item[name]}
    sites = names.sites(session, subject, codes)
    known = labels.labels(session)
    return Names(rules, known.wastes, sites, {**known.wastes, **known.processes, **known.products})


def one(session: ReadSession, subject: Subject, finding_id: uuid.UUID) -> dict[str, Any]:
    """Give a finding with its evidence and case. Raises NotFound."""
    return reading.one(session, subject, finding_id)


def parameter_names(session: ReadSession, rule_id: str) -> dict[str, Message]:
    """Name the parameters of a rule; a rule that is no longer there has none."""
    if rule_id not in registry.BY_ID:
        return {}
    told = rulebook.document(session, rule_id)["parameters"]
    return {each["name"]: Message(each["text"]["zh"], each["text"]["en"]) for each in told}


def law_of(rule_id: str) -> Provision | None:
    """Say by which law a rule objects."""
    rule = registry.BY_ID.get(rule_id)
    return None if rule is None else rule.law


def site_names(session: ReadSession, subject: Subject, item: Mapping[str, Any]) -> dict[str, Message]:
    """Name the sites that the evidence of a finding speaks of."""
    return dict(names.sites(session, subject, {figure["site"] for figure in item["evidence"]["figures"]}))
