"""Rates with their coverage, and progress towards targets."""

from typing import NotRequired, TypedDict

from huanlian_client.shapes.values import TextOut


class CoverageOut(TypedDict):
    """How much of what should be known is known."""

    confirmed_tonnes: str
    ledgers_expected: int
    ledgers_filed: int
    sent_tonnes: str


class IntervalOut(TypedDict):
    """The rate after reconciliation with its 95 % interval, and the reconciliation that it is from."""

    high: str
    high_percent: str
    low: str
    low_percent: str
    percent: str
    reconciliation: str
    value: str


class RateItemOut(TypedDict):
    """One group's rate. `numerator` and `denominator` count ledgers and stand only in metric=coverage."""

    coverage: CoverageOut
    denominator_tonnes: str | None
    group: dict[str, str]
    numerator_tonnes: str | None
    percent: str | None
    reason: str | None
    value: str | None
    warnings: list[str]
    denominator: NotRequired[int | None]
    interval_95: NotRequired[IntervalOut | None]
    interval_95_reason: NotRequired[str | None]
    numerator: NotRequired[int | None]


class MetricTexts(TypedDict):
    """The words of a metric in both languages."""

    formula: TextOut
    name: TextOut
    note: TextOut | None
    source: TextOut


class MetricOut(TypedDict):
    """How a figure is computed, after which source, in which version."""

    formula: str
    id: str
    note: str | None
    source: str
    texts: MetricTexts
    unit: str
    version: int


class RatesOut(TypedDict):
    """A rate for a scope, group by group."""

    as_of: str
    items: list[RateItemOut]
    metric: MetricOut
    next_cursor: str | None
    scope: dict[str, str | list[str]]


PeriodOut = TypedDict(
    "PeriodOut",
    {
        "from": str,
        "to": str,
    },
)
"""The months that are judged."""


class ProjectionOut(TypedDict):
    """The rate expected at the period's end with its 95 % interval."""

    high: str | None
    low: str | None
    reason: str | None
    value: str


TargetOut = TypedDict(
    "TargetOut",
    {
        "code": str,
        "en": str,
        "from": str,
        "metric": str,
        "scope": dict[str, str],
        "source": str,
        "threshold": str,
        "to": str,
        "verified": bool,
        "wastes": list[str],
        "zh": str,
    },
)
"""A target of the reference data."""


class TargetProgressOut(TypedDict):
    """How the scope stands to one target; a positive gap is missing."""

    coverage: CoverageOut
    denominator_tonnes: str | None
    gap_points: str | None
    gap_tonnes: str | None
    months_filed: int
    months_in_period: int
    months_remaining: int
    numerator_tonnes: str | None
    outlook: str
    pace_reason: str | None
    pace_tonnes_per_month: str | None
    percent: str | None
    period: PeriodOut
    present_pace_tonnes_per_month: str | None
    projection: ProjectionOut | None
    reason: str | None
    status: str
    target: TargetOut
    value: str | None


class TargetsProgressOut(TypedDict):
    """How the scope stands to every target that applies to it."""

    as_of: str
    items: list[TargetProgressOut]
    scope: dict[str, str]


class MetricsOut(TypedDict):
    """All metrics on offer."""

    items: list[MetricOut]
