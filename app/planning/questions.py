"""What a plan is asked for, and the scope that it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.domain.rates import METRICS, Metric
from app.http.problems import Forbidden, Invalid
from app.rates.service import RateQuery, Scope, query_fault, resolve
from app.reference import service as reference

USUAL_METRIC = "utilization.new_waste"
PLANNED: Mapping[str, Metric] = {
    name: METRICS[name] for name in (USUAL_METRIC, "utilization.plain", "utilization.statutory")
}
"""Rates whose numerator grows by every tonne put to use: what a plan can lift."""


@dataclass(frozen=True, slots=True)
class PlanQuery:
    """A question as it was asked. `target`: the rate to reach [share of one]; no waste named = the bulk wastes."""

    target: Fraction
    year: int
    region: str | None = None
    metric: str = USUAL_METRIC
    wastes: tuple[str, ...] = ()
    limit_km: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be answered: the scope is a calendar year, its wastes are named one by one."""

    query: PlanQuery
    metric: Metric
    scope: Scope
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Waste → its name in Chinese and in English."""

    @property
    def last(self) -> Month:
        """The month whose permits are held to."""
        return self.scope.last


def ask(session: ReadSession, subject: Subject, query: PlanQuery, now: datetime) -> Asked:
    """Find the scope: 403 for enterprises and other territories, 422 for the unknown."""
    if subject.role is Role.ENTERPRISE:
        raise Forbidden
    metric = PLANNED.get(query.metric)
    if metric is None:
        known = "、".join(PLANNED)
        zh, en = f"可规划的指标：{known}", f"a plan can lift one of {', '.join(PLANNED)}"
        raise Invalid(errors=[query_fault("metric", "not_planned", zh, en)])
    asked = RateQuery(
        query.metric,
        region=query.region,
        wastes=query.wastes,
        first=Month(query.year, 1),
        last=Month(query.year, 12),
    )
    scope = resolve(session, subject, asked, now)
    rows = reference.current(session, "wastes")
    names = {row.code: (row.zh, row.en) for row in rows}
    wastes = scope.wastes or tuple(sorted(row.code for row in rows if row.body["bulk"]))
    return Asked(query, metric, replace(scope, wastes=wastes), names)
