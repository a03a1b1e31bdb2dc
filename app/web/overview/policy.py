"""Which target a page, a waste and an industry are held to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month, month_range, months_between
from app.domain.projection import MonthFigures, progress
from app.domain.rates import Metric
from app.rates.progress import TargetProgress, TargetsQuery, targets_progress
from app.rates.repository import Scope
from app.rates.service import Cell, rate_of
from app.reference.models import ReferenceRow
from app.web.overview.figures import Target
from app.web.overview.names import Waste

_AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a region and year that are set for the page's rate."""

    general: TargetProgress | None
    by_waste: Mapping[str, TargetProgress]
    wastes: Mapping[str, Waste]

    def of(self, waste: str | None) -> TargetProgress | None:
        """Give the target of one waste, or of all: one set for the waste goes before the general one."""
        if waste is None:
            return self.general
        known = self.wastes.get(waste)
        # A target that names no waste means bulk waste.
        return self.by_waste.get(waste, self.general if known is not None and known.bulk else None)

    def threshold(self, waste: str | None) -> Fraction | None:
        """Give the threshold of one waste, or of all."""
        target = self.of(waste)
        return None if target is None else Fraction(target.target.body["threshold"])


def targets_of(
    session: ReadSession,
    subject: Subject,
    scope: Scope,
    metric: Metric,
    wastes: Mapping[str, Waste],
    now: datetime,
) -> Targets:
    """Find the targets that apply; targets are set for regions, so an enterprise has none of its own."""
    if subject.role is Role.ENTERPRISE:
        return Targets(None, {}, wastes)
    query = TargetsQuery(region=scope.region, year=scope.last.year)
    items = [
        item
        for item in targets_progress(session, subject, query, now).items
        if item.metric.id == metric.id and item.target.body.get("comparison", _AT_LEAST) == _AT_LEAST
    ]
    # The more specific region comes last and so wins; among equals the later code.
    items.sort(key=lambda item: (len(_region(item.target)), item.target.code))
    general = [item for item in items if not item.target.body["wastes"]]
    by_waste = {waste: item for item in items for waste in item.target.body["wastes"]}
    return Targets(general[-1] if general else None, by_waste, wastes)


def _region(target: ReferenceRow) -> str:
    return str(target.body["scope"].get("region") or "")


def judged(
    target: TargetProgress | None, metric: Metric, months: Mapping[str, Cell], this_month: Month
) -> Target | None:
    """Hold the page's own months against the target, so that it judges the very figures on the page."""
    if target is None:
        return None
    filed = []
    for month in month_range(target.first, target.last):
        cell = months.get(str(month))
        if cell is not None and cell.filed_any:
            ratio = rate_of(metric, cell)
            filed.append(MonthFigures(ratio.numerator, ratio.denominator))
    threshold = Fraction(target.target.body["threshold"])
    to_come = sum(month >= this_month for month in month_range(target.first, target.last))
    return Target(
        threshold=threshold,
        until=Month.parse(target.target.body["to"]),
        year_end=target.last,
        name=Message(target.target.zh, target.target.en),
        source=target.target.source,
        verified=target.target.verified,
        progress=progress(filed, threshold, months_between(target.first, target.last), to_come),
    )
