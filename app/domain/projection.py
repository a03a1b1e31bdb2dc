"""Progress of a rate against its target: gap in points and in grams, pace needed, projection and interval.

A period of M months has a rate R = Σy / Σx over its months (y numerator, x denominator, both in grams [g]).
With n months filed, R is estimated by the ratio estimator R̂ = Σy / Σx over the filed ones, and its error by

    s²(R̂) = (1 − n/M) / (n · x̄²) · Σ(y − R̂·x)² / (n − 1),    interval R̂ ± t(0.975; n − 1) · s(R̂)

(Cochran, Sampling Techniques, 3rd ed. 1977, ch. 2.11 and 6.4). The factor 1 − n/M closes the interval once
every month is filed; the same s² is the variance of the year-end rate when the open months scatter around R̂
as the filed ones did. Assumption: the open months resemble the filed ones; a plant that starts or stops
is not foreseen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from app.domain.errors import Message
from app.domain.rates import Ratio

CONFIDENCE = 0.95
FEWEST_MONTHS = 3
FEWER_THAN_3_MONTHS = "fewer_than_3_months"
PERIOD_OVER = "period_over"


class Status(StrEnum):
    """Where the target stands today."""

    MET = "met"
    NOT_MET = "not_met"
    NO_DATA_YET = "no_data_yet"


class Outlook(StrEnum):
    """Where the target will stand at the period's end, as far as the interval lets one say."""

    ON_TRACK = "on_track"
    UNCERTAIN = "uncertain"
    OFF_TRACK = "off_track"
    NO_DATA_YET = "no_data_yet"


STATUS_WORDS = {
    Status.MET: Message(zh="已达标", en="target met"),
    Status.NOT_MET: Message(zh="未达标", en="target not met"),
    Status.NO_DATA_YET: Message(zh="尚无数据", en="no data yet"),
}
OUTLOOK_WORDS = {
    Outlook.ON_TRACK: Message(zh="按目前进度可以达标", en="on track for the target"),
    Outlook.UNCERTAIN: Message(
        zh="能否达标尚不确定：目标值在预测区间之内",
        en="uncertain: the target lies within the projection's interval",
    ),
    Outlook.OFF_TRACK: Message(zh="按目前进度不能达标", en="off track: will miss the target at this pace"),
    Outlook.NO_DATA_YET: STATUS_WORDS[Status.NO_DATA_YET],
}


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Numerator and denominator of the target's metric in one filed month [g]."""

    numerator_grams: int
    denominator_grams: int


@dataclass(frozen=True, slots=True)
class Projection:
    """The rate expected at the period's end and its 95 % interval; `reason` says why there is no interval."""

    value: Fraction
    low: Fraction | None
    high: Fraction | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A target against what was filed so far.

    gap: threshold − value, above 0 = missing, in shares of one (0.05 = 5 points).
    gap_grams: numerator grams missing at the present denominator, rounded up; below 0 = ahead by that much.
    pace_grams: numerator grams needed in each remaining month to end on the threshold when the denominator
        goes on at its monthly mean; None with `pace_reason`.
    present_pace_grams: the monthly mean so far, to stand beside it.
    """

    value: Ratio
    threshold: Fraction
    status: Status
    outlook: Outlook
    months_filed: int
    months_in_period: int
    months_remaining: int
    gap: Fraction | None = None
    gap_grams: int | None = None
    pace_grams: int | None = None
    pace_reason: str | None = None
    present_pace_grams: int | None = None
    projection: Projection | None = None

    @property
    def on_track(self) -> bool | None:
        """Whether the projected value reaches the threshold; the interval's word is in `outlook`."""
        return None if self.projection is None else self.projection.value >= self.threshold


def progress(
    filed: Sequence[MonthFigures],
    threshold: Fraction,
    months_in_period: int,
    months_remaining: int | None = None,
) -> Progress:
    """Judge the filed months of a period against a threshold that is to be reached (share of one).

    `months_remaining` counts the calendar months still to come; a month that passed unfiled is missing, not
    zero: it is projected like an open one, but no pace is asked of it. A month filed early is not to come.
    Default: all that is not filed is to come. Raises ValueError when more months are filed than there are.
    """
    unfiled = months_in_period - len(filed)
    remaining = unfiled if months_remaining is None else min(months_remaining, unfiled)
    if remaining < 0:
        raise ValueError(f"{len(filed)} filed and {remaining} remaining of {months_in_period} months")
    numerator, denominator = _sums(filed)
    value = Ratio.of(numerator, denominator)
    base = Progress(
        value, threshold, Status.NO_DATA_YET, Outlook.NO_DATA_YET, len(filed), months_in_period, remaining
    )
    if value.value is None:
        return replace(base, pace_reason=value.reason)
    projection = project(filed, months_in_period)
    return replace(
        base,
        status=Status.MET if value.value >= threshold else Status.NOT_MET,
        outlook=_outlook(projection, threshold),
        gap=threshold - value.value,
        gap_grams=math.ceil(threshold * denominator - numerator),
        pace_grams=_pace_grams(filed, threshold, months_in_period, remaining),
        pace_reason=None if remaining else PERIOD_OVER,
        present_pace_grams=round(Fraction(numerator, len(filed))),
        projection=projection,
    )


def project(filed: Sequence[MonthFigures], months_in_period: int) -> Projection:
    """Project the rate to the period's end (formula and source: top of this file).

    The centre is exact; the bounds carry a square root in floating point (relative error below 1e-12). Where
    no numerator is negative, the lower bound is not either. Raises ValueError when the denominators sum to 0.
    """
    numerator, denominator = _sums(filed)
    if denominator <= 0:
        raise ValueError("nothing to project from: the denominator is empty")
    rate = Fraction(numerator, denominator)
    months = len(filed)
    if months == months_in_period:
        return Projection(rate, rate, rate)
    if months < FEWEST_MONTHS:
        return Projection(rate, None, None, FEWER_THAN_3_MONTHS)
    squares = sum((month.numerator_grams - rate * month.denominator_grams) ** 2 for month in filed)
    open_share = 1 - Fraction(months, months_in_period)
    mean_denominator = Fraction(denominator, months)
    variance = open_share * squares / (months * (months - 1) * mean_denominator**2)
    margin = Fraction(student_t(months - 1) * math.sqrt(variance))
    low = rate - margin
    if low < 0 and all(month.numerator_grams >= 0 for month in filed):
        low = Fraction(0)
    return Projection(rate, low, rate + margin)


def student_t(degrees: int) -> float:
    """Two-sided 95 % point of Student's t: P(|T| ≤ t) = 0.95, to the last digits of a double.

    For whole degrees of freedom P is a finite sum (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4), increasing
    in the angle θ = arctan(t / √ν), so bisection in θ finds it. Raises ValueError below one degree.
    """
    if degrees < 1:
        raise ValueError(f"no Student distribution with {degrees} degrees of freedom")
    low, high = 0.0, math.pi / 2
    for _ in range(64):
        middle = (low + high) / 2
        if _central_probability(middle, degrees) < CONFIDENCE:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(low)


def _central_probability(angle: float, degrees: int) -> float:
    """P(|T| ≤ √ν · tan θ) of Student's t with ν whole degrees of freedom."""
    odd = degrees % 2
    cosine = math.cos(angle)
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    for step in range(2 + odd, degrees - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    total *= math.sin(angle)
    return (angle + total) * 2 / math.pi if odd else total


def _sums(filed: Sequence[MonthFigures]) -> tuple[int, int]:
    return sum(month.numerator_grams for month in filed), sum(month.denominator_grams for month in filed)


def _pace_grams(
    filed: Sequence[MonthFigures], threshold: Fraction, months_in_period: int, remaining: int
) -> int | None:
    """Numerator grams each remaining month must bring; months that passed unfiled count with the mean."""
    if not remaining:
        return None
    numerator, denominator = _sums(filed)
    passed = months_in_period - remaining
    needed = threshold * denominator * months_in_period - numerator * passed
    return max(0, math.ceil(Fraction(needed, len(filed) * remaining)))


def _outlook(projection: Projection, threshold: Fraction) -> Outlook:
    if projection.low is None or projection.high is None:
        return Outlook.UNCERTAIN
    if projection.low >= threshold:
        return Outlook.ON_TRACK
    return Outlook.OFF_TRACK if projection.high < threshold else Outlook.UNCERTAIN
