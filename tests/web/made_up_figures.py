"""Figures of a made-up city for the pure parts of the pages: no database, no service."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from app.domain.errors import Message
from app.domain.periods import Month, month_range
from app.domain.projection import MonthFigures, progress
from app.domain.quantities import GRAMS_PER_TONNE
from app.domain.rates import METRICS, Ratio, Totals
from app.rates.service import NO_LEDGERS
from app.web.overview.figures import (
    Coverage,
    Group,
    MonthFigure,
    Option,
    OverviewFigures,
    Scope,
    Target,
)

NEW_WASTE = METRICS["utilization.new_waste"]
SIXTY = Fraction(3, 5)
FIRST, LAST = Month(2021, 1), Month(2022, 12)
FULL = Coverage(60, 60, 4_000 * GRAMS_PER_TONNE, 3_000 * GRAMS_PER_TONNE)


def totals(generated_t: int, used_t: int, disposed_t: int, prior_t: int = 0) -> Totals:
    """Close the statistical identity: what is neither used nor disposed of is stored."""
    return Totals(
        generated_grams=generated_t * GRAMS_PER_TONNE,
        used_grams=(used_t + prior_t) * GRAMS_PER_TONNE,
        used_from_prior_stock_grams=prior_t * GRAMS_PER_TONNE,
        disposed_grams=disposed_t * GRAMS_PER_TONNE,
        stored_grams=(generated_t - used_t - disposed_t) * GRAMS_PER_TONNE,
    )


def month_figure(month: Month) -> MonthFigure:
    """Give each month a different rate around 9 %, no two alike."""
    swing = (month.number * 7 + month.year) % 12
    made = totals(5_400_000 + swing * 10_000, 400_000 + swing * 25_000, 3_100_000, swing * 1_000)
    return MonthFigure(month, made, NEW_WASTE.of(made), FULL)


def missing_month(month: Month) -> MonthFigure:
    return MonthFigure(month, None, None, Coverage(0, 60, 0, 0))


def months(missing: frozenset[Month] = frozenset()) -> tuple[MonthFigure, ...]:
    every = month_range(FIRST, LAST)
    return tuple(missing_month(month) if month in missing else month_figure(month) for month in every)


def group(
    code: str, name: Message, generated_t: int, used_t: int, threshold: Fraction | None = SIXTY
) -> Group:
    return Group(code, name, NEW_WASTE.of(totals(generated_t, used_t, 0)), FULL, threshold)


WASTES = (
    group("SW04", Message("煤矸石", "coal gangue"), 40_000_000, 1_200_000),
    group("SW02", Message("粉煤灰", "fly ash"), 9_000_000, 3_500_000),
    group("SW06", Message("脱硫石膏", "FGD gypsum"), 2_000_000, 1_400_000),
    group("SW03", Message("炉渣", "bottom ash"), 2_100_000, 900_000, None),
    group("SW05", Message("尾矿", "tailings"), 800_000, 1_500_000),
    group("SW59", Message("其他工业固体废物", "other industrial solid waste"), 0, 0),
)
INDUSTRIES = (
    group("06", Message("煤炭开采和洗选业", "Mining and washing of coal"), 40_500_000, 1_300_000),
    group(
        "44",
        Message("电力、热力生产和供应业", "Production and supply of electricity and heat"),
        13_000_000,
        5_800_000,
    ),
    group("30", Message("非金属矿物制品业", "Non-metallic mineral products"), 120_000, 119_000),
)
SITES = tuple(
    group(
        f"SITE{number:02d}",
        Message(f"示例{number}号矿业有限公司一矿", f"Example mining {number}, pit 1"),
        90_000 * number,
        90_000 * number * ((number * 37) % 90) // 100,
    )
    for number in range(1, 13)
)


def city(missing: frozenset[Month] = frozenset()) -> OverviewFigures:
    """Show 2022 with the 24 months that end with it."""
    shown = months(missing)
    year = [month for month in shown if month.month.year == 2022 and month.totals is not None]
    whole = sum((month.totals for month in year if month.totals is not None), start=Totals())
    rate = NEW_WASTE.of(whole)
    filed = [MonthFigures(m.rate.numerator, m.rate.denominator) for m in year if m.rate is not None]
    return OverviewFigures(
        scope=Scope("1402", None, NEW_WASTE.id, Month(2022, 1), LAST),
        place=Message("大同市", "Datong"),
        waste=None,
        metric=NEW_WASTE,
        as_of=datetime(2023, 1, 10, 8, 0, tzinfo=UTC),
        totals=whole,
        rate=rate,
        coverage=Coverage(60 * len(year), 720, 12_345_678 * GRAMS_PER_TONNE, 9_876_543 * GRAMS_PER_TONNE),
        target=Target(
            threshold=SIXTY,
            until=Month(2025, 12),
            year_end=LAST,
            name=Message("新增大宗固废综合利用率达到 60%", "new bulk waste 60 %"),
            source="示例方案（2022—2025年）",
            verified=True,
            progress=progress(filed, SIXTY, 12, 4),
        ),
        months=shown,
        wastes=WASTES,
        industries=INDUSTRIES,
        sites=SITES,
        waste_options=tuple(Option(waste.code, waste.name) for waste in WASTES),
        metric_options=tuple(Option(metric.id, metric.name) for metric in METRICS.values()),
        years=(2022, 2021),
        public=False,
    )


def nothing_filed() -> OverviewFigures:
    """Show a city where nobody filed."""
    every = tuple(missing_month(month) for month in month_range(FIRST, LAST))
    empty = Totals()
    return replace(
        city(),
        totals=empty,
        rate=Ratio(0, 0, NO_LEDGERS),
        coverage=Coverage(0, 720, 0, 0),
        target=None,
        months=every,
        wastes=(),
        industries=(),
        sites=(),
    )
