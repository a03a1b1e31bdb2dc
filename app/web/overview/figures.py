"""What the overview is made of, as the services give it: exact masses, no words, no layout."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from functools import reduce

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.projection import Progress
from app.domain.rates import Metric, Ratio, Totals


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what should be known is known."""

    ledgers_filed: int
    ledgers_expected: int
    sent_grams: int
    confirmed_grams: int


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """One month of the scope; not filed or withheld, it has no totals, which is not the same as zero."""

    month: Month
    totals: Totals | None
    rate: Ratio | None
    coverage: Coverage
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The threshold that applies to the scope, and how the year that ends with `year_end` stands to it."""

    threshold: Fraction
    until: Month
    year_end: Month
    name: Message
    source: str
    verified: bool
    progress: Progress


@dataclass(frozen=True, slots=True)
class Watch:
    """Findings of the scope: how many wait, how many are overdue, and their tonnes [g].

    `sigma_grams`: the root of the squares of the uncertainties of those untracked that state one; None if none does.
    """

    active: int
    overdue: int
    untracked_grams: int
    estimated_grams: int
    sigma_grams: int | None


@dataclass(frozen=True, slots=True)
class Interval:
    """The page's rate after reconciliation and its 95 % interval, as shares of one."""

    value: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Group:
    """One waste, industry or site of the scope; withheld from the public it has a name and nothing else."""

    code: str
    name: Message
    rate: Ratio | None
    coverage: Coverage
    threshold: Fraction | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select field."""

    value: str
    name: Message


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked for; also what the addresses of the same figures in JSON and CSV repeat."""

    region: str | None
    waste: str | None
    metric: str
    first: Month
    last: Month


@dataclass(frozen=True, slots=True)
class OverviewFigures:
    """Everything on the overview.

    `public`: shown without signing in. `withheld`: fewer than three enterprises, so the public is shown nothing.
    `regions` (those below the one that is shown), `watch` and `interval` are the authorities' only.
    """

    scope: Scope
    place: Message
    waste: Message | None
    metric: Metric
    as_of: datetime
    totals: Totals
    rate: Ratio
    coverage: Coverage
    target: Target | None
    months: tuple[MonthFigure, ...]
    wastes: tuple[Group, ...]
    industries: tuple[Group, ...]
    sites: tuple[Group, ...]
    waste_options: tuple[Option, ...]
    metric_options: tuple[Option, ...]
    years: tuple[int, ...]
    public: bool
    withheld: bool = False
    regions: tuple[Group, ...] = ()
    watch: Watch | None = None
    interval: Interval | None = None


def trend_scope(figures: OverviewFigures) -> Scope:
    """Widen the scope to the months that the trend shows."""
    return replace(figures.scope, first=figures.months[0].month, last=figures.months[-1].month)


def trend_coverage(figures: OverviewFigures) -> Coverage:
    """Sum the coverage of the months that the trend shows."""
    return reduce(_both, (month.coverage for month in figures.months))


def _both(one: Coverage, other: Coverage) -> Coverage:
    return Coverage(
        one.ledgers_filed + other.ledgers_filed,
        one.ledgers_expected + other.ledgers_expected,
        one.sent_grams + other.sent_grams,
        one.confirmed_grams + other.confirmed_grams,
    )
