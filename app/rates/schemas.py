"""Answers about rates and targets as they leave: tonnes and shares as decimal text."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.domain.projection import Projection
from app.domain.quantities import tonnes_text
from app.domain.rates import Metric, Ratio, fixed_text
from app.http.answers import CoverageOut, TextOut
from app.rates.progress import TargetProgress, TargetsAnswer
from app.rates.repository import Scope
from app.rates.service import COVERAGE, RateAnswer, RateItem
from app.reconciliations.service import Known


class _Out(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


class MetricTexts(_Out):
    """The words of a metric in both languages."""

    name: TextOut
    formula: TextOut
    source: TextOut
    note: TextOut | None


class MetricOut(_Out):
    """How a figure is computed, after which source, in which version."""

    id: str
    version: int
    formula: str
    source: str
    unit: str
    note: str | None
    texts: MetricTexts

    @classmethod
    def of(cls, metric: Metric) -> Self:
        note = metric.note
        texts = MetricTexts(
            name=TextOut.of(metric.name),
            formula=TextOut.of(metric.formula),
            source=TextOut.of(metric.source),
            note=None if note is None else TextOut.of(note),
        )
        return cls(
            id=metric.id,
            version=metric.version,
            formula=metric.formula.en,
            source=metric.source.en,
            unit=metric.unit,
            note=None if note is None else note.en,
            texts=texts,
        )


class MetricsOut(_Out):
    """All metrics on offer."""

    items: list[MetricOut]


class IntervalOut(_Out):
    """The rate after reconciliation with its 95 % interval, and the reconciliation that it is from."""

    value: str
    low: str
    high: str
    percent: str
    low_percent: str
    high_percent: str
    reconciliation: uuid.UUID

    @classmethod
    def of(cls, known: Known) -> Self | None:
        if known.interval is None or known.reconciliation is None:
            return None
        figures = (known.interval.value, known.interval.low, known.interval.high)
        value, low, high = (Fraction(figure) for figure in figures)
        return cls(
            value=fixed_text(value, 6),
            low=fixed_text(low, 6),
            high=fixed_text(high, 6),
            percent=fixed_text(value * 100, 2),
            low_percent=fixed_text(low * 100, 2),
            high_percent=fixed_text(high * 100, 2),
            reconciliation=known.reconciliation,
        )


class RateItemOut(_Out):
    """One group's rate. `numerator` and `denominator` count ledgers and stand only in metric=coverage."""

    group: dict[str, str]
    value: str | None
    percent: str | None
    numerator_tonnes: str | None
    denominator_tonnes: str | None
    numerator: int | None = None
    denominator: int | None = None
    reason: str | None
    coverage: CoverageOut
    warnings: list[str]
    interval_95: IntervalOut | None = None
    interval_95_reason: str | None = None

    @classmethod
    def of(cls, item: RateItem, group: dict[str, str], metric: Metric, found: Known | None = None) -> Self:
        ratio, counts = item.ratio, metric is COVERAGE
        # Figures that nobody reported are not nought.
        known = item.cell.filed_any and not counts
        return cls(
            group=group,
            value=ratio.value_text(),
            percent=ratio.percent_text(),
            numerator_tonnes=tonnes_text(ratio.numerator) if known else None,
            denominator_tonnes=tonnes_text(ratio.denominator) if known else None,
            numerator=ratio.numerator if counts else None,
            denominator=ratio.denominator if counts else None,
            reason=ratio.reason,
            coverage=CoverageOut.of(item.cell),
            warnings=list(item.warnings),
            interval_95=None if found is None else IntervalOut.of(found),
            interval_95_reason=None if found is None else found.reason,
        )


class RatesOut(_Out):
    """A rate for a scope, group by group."""

    metric: MetricOut
    scope: dict[str, str | list[str]]
    as_of: AwareDatetime
    items: list[RateItemOut]
    next_cursor: str | None

    @classmethod
    def of(cls, answer: RateAnswer, intervals: Mapping[str, Known] | None = None) -> Self:
        known = intervals or {}
        return cls(
            metric=MetricOut.of(answer.metric),
            scope=scope_document(answer.scope),
            as_of=answer.as_of.astimezone(UTC),
            items=[
                RateItemOut.of(item, group_of(answer, item), answer.metric, known.get(item.key))
                for item in answer.items
            ],
            next_cursor=answer.next_cursor,
        )


def group_of(answer: RateAnswer, item: RateItem) -> dict[str, str]:
    """Name what an item stands for; empty when it stands for the whole scope."""
    return {} if answer.group_by is None else {answer.group_by.value: item.key}


def scope_document(scope: Scope) -> dict[str, str | list[str]]:
    """Repeat what the figures cover; one waste is a text, several are a list."""
    named = {
        "enterprise": scope.enterprise,
        "region": scope.region,
        "base": scope.base,
        "park": scope.park,
        "site": scope.site,
    }
    document: dict[str, str | list[str]] = {name: text for name, text in named.items() if text is not None}
    if scope.wastes:
        document["waste"] = scope.wastes[0] if len(scope.wastes) == 1 else list(scope.wastes)
    return document | {"from": str(scope.first), "to": str(scope.last)}


class TargetOut(_Out):
    """A target of the reference data."""

    code: str
    zh: str
    en: str
    metric: str
    threshold: str
    wastes: list[str]
    scope: dict[str, str]
    from_: str = Field(alias="from")
    to: str
    source: str
    verified: bool


class PeriodOut(_Out):
    """The months that are judged."""

    from_: str = Field(alias="from")
    to: str


class ProjectionOut(_Out):
    """The rate expected at the period's end with its 95 % interval."""

    value: str
    low: str | None
    high: str | None
    reason: str | None

    @classmethod
    def of(cls, projection: Projection) -> Self:
        return cls(
            value=fixed_text(projection.value, 6),
            low=_share(projection.low),
            high=_share(projection.high),
            reason=projection.reason,
        )


class TargetProgressOut(_Out):
    """How the scope stands to one target; a positive gap is missing."""

    target: TargetOut
    period: PeriodOut
    value: str | None
    percent: str | None
    numerator_tonnes: str | None
    denominator_tonnes: str | None
    reason: str | None
    status: str
    gap_points: str | None
    gap_tonnes: str | None
    pace_tonnes_per_month: str | None
    pace_reason: str | None
    present_pace_tonnes_per_month: str | None
    months_filed: int
    months_in_period: int
    months_remaining: int
    projection: ProjectionOut | None
    outlook: str
    coverage: CoverageOut

    @classmethod
    def of(cls, judged: TargetProgress) -> Self:
        progress = judged.progress
        ratio: Ratio = progress.value
        known = progress.months_filed > 0
        return cls(
            target=_target(judged),
            period=PeriodOut(from_=str(judged.first), to=str(judged.last)),
            value=ratio.value_text(),
            percent=ratio.percent_text(),
            numerator_tonnes=tonnes_text(ratio.numerator) if known else None,
            denominator_tonnes=tonnes_text(ratio.denominator) if known else None,
            reason=ratio.reason,
            status=progress.status.value,
            gap_points=None if progress.gap is None else fixed_text(progress.gap * 100, 2),
            gap_tonnes=_tonnes(progress.gap_grams),
            pace_tonnes_per_month=_tonnes(progress.pace_grams),
            pace_reason=progress.pace_reason,
            present_pace_tonnes_per_month=_tonnes(progress.present_pace_grams),
            months_filed=progress.months_filed,
            months_in_period=progress.months_in_period,
            months_remaining=progress.months_remaining,
            projection=None if progress.projection is None else ProjectionOut.of(progress.projection),
            outlook=progress.outlook.value,
            coverage=CoverageOut.of(judged.cell),
        )


class TargetsProgressOut(_Out):
    """How the scope stands to every target that applies to it."""

    scope: dict[str, str]
    as_of: datetime
    items: list[TargetProgressOut]

    @classmethod
    def of(cls, answer: TargetsAnswer) -> Self:
        named = {"region": answer.region, "base": answer.base}
        return cls(
            scope={name: text for name, text in named.items() if text is not None},
            as_of=answer.as_of.astimezone(UTC),
            items=[TargetProgressOut.of(item) for item in answer.items],
        )


def _target(judged: TargetProgress) -> TargetOut:
    row = judged.target
    scope = {name: text for name, text in row.body["scope"].items() if text is not None}
    return TargetOut(
        code=row.code,
        zh=row.zh,
        en=row.en,
        metric=judged.metric.id,
        threshold=row.body["threshold"],
        wastes=row.body["wastes"],
        scope=scope,
        from_=row.body["from"],
        to=row.body["to"],
        source=row.source,
        verified=row.verified,
    )


class SelfcheckOut(_Out):
    """Whether everything that is kept of regions is what it is the sum of, and what is not."""

    ok: bool
    rollup_differences: list[dict[str, str]]
    kept_sum_differences: list[dict[str, str]]


def _tonnes(grams: int | None) -> str | None:
    return None if grams is None else tonnes_text(grams)


def _share(value: Fraction | None) -> str | None:
    return None if value is None else fixed_text(value, 6)
