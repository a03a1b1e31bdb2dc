"""The leaders' list of a region and year: records from rates and findings, ranked by the stated score."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.leaders import Record, Standing, ranked
from app.domain.periods import Month
from app.domain.rates import METRICS
from app.enterprises.models import Enterprise, Site
from app.findings.models import Finding, FindingStep, StepKind
from app.http.problems import Forbidden
from app.rates import service as rates
from app.rates.service import Cell, GroupBy, RateQuery, Scope

_METRIC = METRICS["utilization.new_waste"]


@dataclass(frozen=True, slots=True)
class Named:
    """A site's standing with its name and its enterprise's."""

    standing: Standing
    site_name: str
    enterprise: str


@dataclass(frozen=True, slots=True)
class Leaders:
    """The list of a region and year."""

    scope: Scope
    year: int
    items: tuple[Named, ...]


def leaders(session: ReadSession, subject: Subject, region: str | None, year: int, now: datetime) -> Leaders:
    """Rank the sites of a region by their year. 403 outside of the territory, 422 for an unknown region."""
    if subject.role is Role.ENTERPRISE:
        # An enterprise sees its own sites only: first among them says nothing.
        raise Forbidden(
            Message("由主管部门查看", "for authorities: you would be ranked among your own sites")
        )
    query = RateQuery(_METRIC.id, region=region, first=Month(year, 1), last=Month(year, 12))
    scope = rates.resolve(session, subject, query, now)
    found = rates.cells(session, subject, scope, GroupBy.SITE)
    confirmed = _confirmed_findings(session, year)
    names = _names(session, list(found))
    standings = ranked(_record(code, cell, confirmed.get(code, 0)) for code, cell in found.items())
    items = tuple(Named(one, *names[one.record.site]) for one in standings)
    return Leaders(replace(scope, first=Month(year, 1), last=Month(year, 12)), year, items)


def _record(code: str, cell: Cell, confirmed_findings: int) -> Record:
    return Record(
        site=code,
        used_share=_METRIC.of(cell.totals).value if cell.filed_any else None,
        generated_grams=cell.totals.generated_grams,
        sent_grams=cell.sent_grams,
        confirmed_grams=cell.confirmed_grams,
        ledgers_filed=cell.ledgers_filed,
        ledgers_expected=cell.ledgers_expected,
        confirmed_findings=confirmed_findings,
    )


def _confirmed_findings(session: ReadSession, year: int) -> dict[str, int]:
    """Count by site the findings of the year that an authority confirmed and that still stand."""
    confirmed = select(FindingStep.finding_id).where(FindingStep.kind == StepKind.CONFIRMED)
    query = (
        select(Site.code, func.count())
        .join(Finding, Finding.site_id == Site.id)
        .where(
            Finding.id.in_(confirmed),
            Finding.present.is_(True),
            Finding.first_month <= Month(year, 12),
            Finding.last_month >= Month(year, 1),
        )
        .group_by(Site.code)
    )
    return {code: int(number) for code, number in session.execute(query)}


def _names(session: ReadSession, codes: list[str]) -> dict[str, tuple[str, str]]:
    query = select(Site.code, Site.name, Enterprise.name).join(
        Enterprise, Enterprise.id == Site.enterprise_id
    )
    found = {}
    for start in range(0, len(codes), 500):
        rows = session.execute(query.where(Site.code.in_(codes[start : start + 500])))
        found.update({code: (site, enterprise) for code, site, enterprise in rows})
    return found
