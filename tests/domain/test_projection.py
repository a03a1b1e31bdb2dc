"""Progress against a target: worked figures, laws, and the interval's promise checked by simulation."""

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.domain.projection import (
    OUTLOOK_WORDS,
    STATUS_WORDS,
    MonthFigures,
    Outlook,
    Status,
    progress,
    project,
    student_t,
)

SIXTY = Fraction(60, 100)
TONNE = 10**6


def months(*pairs: tuple[int, int]) -> list[MonthFigures]:
    return [MonthFigures(numerator * TONNE, denominator * TONNE) for numerator, denominator in pairs]


def test_gap_and_pace_of_a_half_filed_year() -> None:
    # 6 months of 1,000 t made and 500 t used: 60 % of 12,000 t are 7,200 t, so 4,200 t to go in 6 months.
    result = progress(months(*[(500, 1000)] * 6), SIXTY, 12)
    assert result.status is Status.NOT_MET
    assert result.value.percent_text() == "50.00"
    assert result.gap == Fraction(1, 10)
    assert result.gap_grams == 600 * TONNE
    assert result.months_remaining == 6
    assert result.pace_grams == 700 * TONNE
    assert result.present_pace_grams == 500 * TONNE
    assert result.on_track is False
    # Months that never vary leave no doubt.
    assert result.outlook is Outlook.OFF_TRACK


def test_a_month_that_passed_unfiled_is_projected_but_cannot_be_sped_up() -> None:
    # As above, but one of the six open months is over: it counts with 500 t, five months carry the rest.
    result = progress(months(*[(500, 1000)] * 6), SIXTY, 12, months_remaining=5)
    assert result.pace_grams == (7_200 - 3_000 - 500) * TONNE // 5
    # A month filed before its end is not to come either.
    assert progress(months(*[(500, 1000)] * 6), SIXTY, 12, months_remaining=7).months_remaining == 6


def test_a_target_already_met_shows_the_lead() -> None:
    result = progress(months(*[(700, 1000)] * 4), SIXTY, 12)
    assert result.status is Status.MET
    assert result.gap == Fraction(-1, 10)
    assert result.gap_grams == -400 * TONNE
    assert result.on_track is True
    assert result.outlook is Outlook.ON_TRACK
    # 7,200 t at the year's end, 2,800 t done.
    assert result.pace_grams == 550 * TONNE


def test_the_pace_is_never_below_nothing() -> None:
    assert progress(months(*[(900, 1000)] * 11), SIXTY, 12).pace_grams == 0


def test_exactly_at_the_threshold_is_met() -> None:
    result = progress(months((600, 1000)), SIXTY, 12)
    assert result.status is Status.MET
    assert result.gap_grams == 0


@pytest.mark.parametrize("filed", [[], months((0, 0), (5, 0))])
def test_nothing_to_divide_by_is_no_data(filed: list[MonthFigures]) -> None:
    result = progress(filed, SIXTY, 12)
    assert result.status is Status.NO_DATA_YET
    assert result.outlook is Outlook.NO_DATA_YET
    assert (result.gap, result.gap_grams, result.pace_grams, result.projection) == (None, None, None, None)
    assert result.pace_reason == "empty_denominator"
    assert result.on_track is None
    with pytest.raises(ValueError, match="denominator"):
        project(filed, 12)


def test_two_months_give_a_value_without_an_interval() -> None:
    result = progress(months((900, 1000), (900, 1000)), SIXTY, 12)
    assert result.projection is not None
    assert (result.projection.low, result.projection.high) == (None, None)
    assert result.projection.reason == "fewer_than_3_months"
    assert result.on_track is True
    assert result.outlook is Outlook.UNCERTAIN


def test_a_complete_period_is_known_exactly() -> None:
    result = progress(months(*[(590, 1000), (610, 1000)] * 6), SIXTY, 12)
    assert result.projection is not None
    assert result.projection.low == result.projection.value == result.projection.high == SIXTY
    assert (result.pace_grams, result.pace_reason) == (None, "period_over")
    assert result.outlook is Outlook.ON_TRACK


def test_the_interval_by_hand() -> None:
    pairs = [(50, 100), (120, 200), (150, 300)]
    rate = 320 / 600
    squares = sum((y - rate * x) ** 2 for y, x in pairs)
    error = math.sqrt((1 - 3 / 12) / (3 * 200**2) * squares / 2)
    projection = project(months(*pairs), 12)
    assert projection.value == Fraction(320, 600)
    assert projection.low is not None
    assert projection.high is not None
    assert float(projection.high - projection.value) == pytest.approx(
        stats.t.ppf(0.975, 2) * error, rel=1e-12
    )
    assert float(projection.value - projection.low) == pytest.approx(stats.t.ppf(0.975, 2) * error, rel=1e-12)


def test_a_target_inside_the_interval_stays_uncertain() -> None:
    result = progress(months((300, 1000), (900, 1000), (650, 1000)), SIXTY, 12)
    assert result.status is Status.MET
    assert result.outlook is Outlook.UNCERTAIN
    assert result.projection is not None
    assert result.projection.low is not None
    assert result.projection.low < SIXTY < result.projection.value


def test_a_share_of_used_tonnes_is_not_projected_below_zero() -> None:
    projection = project(months((0, 1000), (0, 1000), (900, 1000)), 12)
    assert projection.low == 0
    shrinking = project([*months((0, 1000), (0, 1000)), MonthFigures(-(10**9), 10**9)], 12)
    assert shrinking.low is not None
    assert shrinking.low < 0


def test_more_months_than_the_period_has_are_refused() -> None:
    with pytest.raises(ValueError, match="13 filed"):
        progress(months(*[(1, 2)] * 13), SIXTY, 12)
    with pytest.raises(ValueError, match="remaining"):
        progress(months((1, 2)), SIXTY, 12, months_remaining=-1)


def test_every_status_and_outlook_has_words() -> None:
    assert set(STATUS_WORDS) == set(Status)
    assert set(OUTLOOK_WORDS) == set(Outlook)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 10, 11, 23, 47, 120, 299])
def test_student_t_agrees_with_scipy(degrees: int) -> None:
    assert student_t(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-12)


def test_student_t_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="0 degrees"):
        student_t(0)


def test_the_interval_holds_the_final_rate_in_95_of_100_years() -> None:
    chance = random.Random(20_250_101)
    years = 4_000
    held = 0
    for _ in range(years):
        year = []
        for _ in range(12):
            generated = chance.randint(90_000, 110_000)
            share = min(1.0, max(0.0, chance.gauss(0.6, 0.05)))
            year.append(MonthFigures(round(share * generated), generated))
        final = project(year, 12).value
        projection = project(year[:5], 12)
        assert projection.low is not None
        assert projection.high is not None
        held += projection.low <= final <= projection.high
    # Four standard errors of a share of 0.95 among 4,000 are 0.014.
    assert abs(held / years - 0.95) < 0.014


month_figures = st.builds(MonthFigures, st.integers(0, 10**15), st.integers(1, 10**15))


@given(st.lists(month_figures, min_size=1, max_size=12), st.fractions(0, 1), st.integers(12, 48))
def test_reaching_the_gap_or_the_pace_meets_the_target(
    filed: list[MonthFigures], threshold: Fraction, period: int
) -> None:
    result = progress(filed, threshold, period)
    numerator = sum(month.numerator_grams for month in filed)
    denominator = sum(month.denominator_grams for month in filed)
    assert result.gap_grams is not None
    assert numerator + result.gap_grams >= threshold * denominator
    assert numerator + result.gap_grams - 1 < threshold * denominator
    assert (result.status is Status.MET) == (result.gap_grams <= 0)
    if result.pace_grams is not None:
        final = Fraction(denominator * period, len(filed))
        reached = numerator + result.pace_grams * result.months_remaining
        assert reached >= threshold * final
        if result.pace_grams:
            assert reached - result.months_remaining < threshold * final


@given(st.lists(month_figures, min_size=3, max_size=11), st.randoms(use_true_random=False))
def test_the_projection_knows_no_order_and_no_unit(filed: list[MonthFigures], chance: random.Random) -> None:
    shuffled = chance.sample(filed, len(filed))
    scaled = [MonthFigures(m.numerator_grams * 1000, m.denominator_grams * 1000) for m in filed]
    one = project(filed, 12)
    assert one == project(shuffled, 12)
    other = project(scaled, 12)
    assert one.value == other.value
    assert one.low is not None
    assert one.high is not None
    assert other.high is not None
    assert 0 <= one.low <= one.value <= one.high
    assert float(other.high) == pytest.approx(float(one.high), rel=1e-9)
