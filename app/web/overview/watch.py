"""What the overview says beside the rate: what the findings leave untracked, and how sure the rate is."""

from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import ColumnElement, func, select

from app.auth.subjects import Role, Subject
from app.auth.subjects import Scope as Right
from app.db.session import ReadSession
from app.domain.rates import Metric
from app.enterprises.models import Site
from app.findings import summary
from app.findings.models import CaseState, Finding
from app.findings.reading import FindingQuery, conditions, visible
from app.findings.rule import Tonnes
from app.rates.repository import Scope
from app.rates.service import Cell, RateAnswer, RateItem, rate_of
from app.reconciliations.service import intervals_of
from app.web.overview.figures import Interval, Watch

_WATCHERS = frozenset({Role.REGULATOR, Role.ADMIN})
_ACTIVE = (CaseState.OPEN, CaseState.NOTIFIED, CaseState.ANSWERED, CaseState.CONFIRMED)


def watches(subject: Subject) -> bool:
    """Whether somebody is shown what the findings say of a territory."""
    return subject.role in _WATCHERS and Right.FINDINGS_WRITE in subject.scopes


def watch(session: ReadSession, subject: Subject, scope: Scope, today: date) -> Watch:
    """Add up the findings of the scope; no tonne of a site, waste and month counts twice."""
    waste = scope.wastes[0] if scope.wastes else None
    asked = FindingQuery(region=scope.region, waste=waste, first=scope.first, last=scope.last)
    scores = summary.sums(session, subject, asked, "region").values()
    return Watch(
        active=_count(session, subject, asked, Finding.state.in_(_ACTIVE)),
        overdue=_count(
            session, subject, asked, Finding.state == CaseState.NOTIFIED, Finding.deadline < today
        ),
        untracked_grams=sum(score.grams(Tonnes.UNTRACKED) for score in scores),
        estimated_grams=sum(score.grams(Tonnes.ESTIMATED) for score in scores),
        sigma_grams=summary.untracked_sigma(session, subject, asked),
    )


def _count(session: ReadSession, subject: Subject, asked: FindingQuery, *more: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(Finding).join(Site, Site.id == Finding.site_id)
    return session.scalar(statement.where(visible(subject), *conditions(subject, asked), *more)) or 0


def interval(
    session: ReadSession, subject: Subject, scope: Scope, metric: Metric, cell: Cell, now: datetime
) -> Interval | None:
    """Find the interval of the rate where a reconciliation covers exactly this scope and still is right."""
    item = RateItem("", rate_of(metric, cell), cell, ())
    answer = RateAnswer(metric, scope, None, now, (item,), None)
    found = intervals_of(session, subject, answer)[""].interval
    if found is None:
        return None
    return Interval(Fraction(found.value), Fraction(found.low), Fraction(found.high))
