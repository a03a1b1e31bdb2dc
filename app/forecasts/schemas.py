"""A forecast as it leaves: tonnes and shares as decimal text."""

from datetime import UTC
from fractions import Fraction
from typing import Self

from pydantic import AwareDatetime, BaseModel

from app.domain.forecasting import Errors
from app.domain.projection import Projection
from app.domain.quantities import tonnes_text
from app.domain.rates import fixed_text
from app.forecasts.service import Forecast, Mass
from app.forecasts.words import METHOD_WORDS, STATUS_WORDS
from app.http.answers import CoverageOut, RateMetricOut, TextOut


class ForecastProjectionOut(BaseModel):
    """What the targets project from the year's months alone; no bounds below three months."""

    percent: str
    low_percent: str | None
    high_percent: str | None

    @classmethod
    def of(cls, projection: Projection) -> Self:
        bounds = [
            None if bound is None else fixed_text(bound * 100, 2)
            for bound in (projection.low, projection.high)
        ]
        return cls(
            percent=fixed_text(projection.value * 100, 2), low_percent=bounds[0], high_percent=bounds[1]
        )


class ForecastErrorsOut(BaseModel):
    """How a method did in the back-test: MASE (1 = no better than last year), share of months within its 95 %.

    `widening`: the factor by which its intervals are widened for what they missed.
    """

    method: str
    message: TextOut
    mase: str
    coverage: str | None
    widening: str
    months: int

    @classmethod
    def of(cls, errors: Errors) -> Self:
        return cls(
            method=errors.method.value,
            message=TextOut.of(METHOD_WORDS[errors.method]),
            mase=_share(errors.mase),
            coverage=None if errors.coverage is None else _share(errors.coverage),
            widening=_share(errors.widening),
            months=errors.months,
        )


class ForecastMassOut(BaseModel):
    """A mass of the year: filed so far, expected at its end, its 95 % interval; null where nothing is forecast."""

    filed_tonnes: str
    tonnes: str | None
    low_tonnes: str | None
    high_tonnes: str | None
    method: str | None
    backtest: list[ForecastErrorsOut]

    @classmethod
    def of(cls, mass: Mass) -> Self:
        return cls(
            filed_tonnes=tonnes_text(mass.filed_grams),
            tonnes=_tonnes(mass.grams),
            low_tonnes=_tonnes(mass.low_grams),
            high_tonnes=_tonnes(mass.high_grams),
            method=None if mass.method is None else mass.method.value,
            backtest=[ForecastErrorsOut.of(each) for each in mass.errors],
        )


class ForecastOut(BaseModel):
    """What a year will end with; `projection` is that of the targets, from the year's own months alone."""

    status: str
    message: TextOut
    metric: RateMetricOut
    region: str | None
    wastes: list[str]
    year: int
    open_months: list[str]
    known_from: str | None
    known_to: str | None
    known_months: int
    generated: ForecastMassOut
    used: ForecastMassOut
    percent: str | None
    low_percent: str | None
    high_percent: str | None
    projection: ForecastProjectionOut | None
    coverage: CoverageOut
    as_of: AwareDatetime

    @classmethod
    def of(cls, found: Forecast, as_of: AwareDatetime) -> Self:
        value = None if found.rate is None else found.rate.value
        return cls(
            status=found.status.value,
            message=TextOut.of(STATUS_WORDS[found.status]),
            metric=RateMetricOut.of(found.metric),
            region=found.scope.region,
            wastes=list(found.scope.wastes),
            year=found.year,
            open_months=[str(month) for month in found.open_months],
            known_from=None if found.history is None else str(found.history[0]),
            known_to=None if found.history is None else str(found.history[1]),
            known_months=found.known_months,
            generated=ForecastMassOut.of(found.generated),
            used=ForecastMassOut.of(found.used),
            percent=_percent(value),
            low_percent=_percent(found.low),
            high_percent=_percent(found.high),
            projection=None if found.projection is None else ForecastProjectionOut.of(found.projection),
            coverage=CoverageOut.of(found.cell),
            as_of=(found.scope.as_of or as_of).astimezone(UTC),
        )


def _tonnes(grams: int | None) -> str | None:
    return None if grams is None else tonnes_text(grams)


def _percent(value: Fraction | None) -> str | None:
    return None if value is None else fixed_text(value * 100, 2)


def _share(value: float) -> str:
    return fixed_text(Fraction(value), 3)
