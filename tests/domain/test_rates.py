"""The rates: their formulas on worked figures, their laws on any figures."""

from dataclasses import fields
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.rates import (
    METRICS,
    Ratio,
    Totals,
    coverage_of_ledgers,
    coverage_of_tonnes,
    fixed_text,
    identity_residual_grams,
    warnings_for,
)

GRAMS = 10**6
masses = st.integers(min_value=0, max_value=10**17)
totals = st.builds(
    Totals,
    **{field.name: masses for field in fields(Totals) if field.name != "stored_grams"},
    stored_grams=st.integers(-(10**17), 10**17),
)
one_period = [metric_id for metric_id, metric in METRICS.items() if not metric.needs_last_year]

# 1,000 t made; 750 t used, 50 of them old stock, 400 on the site and 350 sent, 300 of that confirmed; 260 t
# disposed of, 10 of them old stock, 200 harmlessly; the stock grew by 30 t and 20 t were dumped.
WORKED = Totals(
    generated_grams=1_000 * GRAMS,
    used_grams=750 * GRAMS,
    used_from_prior_stock_grams=50 * GRAMS,
    disposed_grams=260 * GRAMS,
    disposed_from_prior_stock_grams=10 * GRAMS,
    disposed_harmlessly_grams=200 * GRAMS,
    stored_grams=30 * GRAMS,
    dumped_grams=20 * GRAMS,
    used_on_site_grams=400 * GRAMS,
    sent_for_use_grams=350 * GRAMS,
    confirmed_for_use_grams=300 * GRAMS,
)


@pytest.mark.parametrize(
    ("metric_id", "expected"),
    [
        ("utilization.statutory", Fraction(750, 1050)),
        ("utilization.plain", Fraction(750, 1000)),
        ("utilization.new_waste", Fraction(700, 1000)),
        ("utilization.confirmed", Fraction(700, 1050)),
        ("disposal.statutory", Fraction(260, 1010)),
        ("disposal.plain", Fraction(260, 1000)),
        ("storage.rate", Fraction(30, 1000)),
        ("consumption.ratio", Fraction(950, 1000)),
    ],
)
def test_each_formula_on_worked_figures(metric_id: str, expected: Fraction) -> None:
    assert METRICS[metric_id].of(WORKED).value == expected


def test_consumption_grows_by_tonnes_not_by_ratio() -> None:
    last_year = Totals(generated_grams=1, used_grams=500 * GRAMS, disposed_harmlessly_grams=300 * GRAMS)
    growth = METRICS["consumption.growth"].of(WORKED, last_year)
    assert growth.value == Fraction(950, 800) - 1
    assert growth.percent_text() == "18.75"


def test_growth_needs_a_last_year_with_consumption() -> None:
    growth = METRICS["consumption.growth"]
    assert growth.of(WORKED).reason == "no_last_year"
    assert growth.of(WORKED, Totals(generated_grams=5)).reason == "no_last_year"
    assert growth.of(Totals(), WORKED).value == -1


def test_the_registry_names_formula_and_source_of_every_metric() -> None:
    assert set(METRICS) == {
        "utilization.statutory",
        "utilization.plain",
        "utilization.new_waste",
        "utilization.confirmed",
        "disposal.statutory",
        "disposal.plain",
        "storage.rate",
        "consumption.ratio",
        "consumption.growth",
    }
    for metric_id, metric in METRICS.items():
        assert metric.id == metric_id
        assert metric.version >= 1
        assert metric.unit == "t/t"
        texts = (metric.name, metric.formula, metric.source)
        assert all(text.zh and text.en for text in texts)
    assert [m.id for m in METRICS.values() if m.needs_last_year] == ["consumption.growth"]
    note = METRICS["utilization.new_waste"].note
    assert note is not None
    assert "no formula is printed" in note.en


def test_nothing_generated_is_no_rate_of_zero() -> None:
    for metric_id in one_period:
        ratio = METRICS[metric_id].of(Totals())
        assert (ratio.value, ratio.value_text(), ratio.percent_text()) == (None, None, None)
        assert ratio.reason == "empty_denominator"
        assert warnings_for(ratio) == ()


def test_a_ratio_without_denominator_must_say_why() -> None:
    with pytest.raises(ValueError, match="no value"):
        Ratio(1, 0)


def test_above_100_percent_is_legal_and_said() -> None:
    # 安康 2023: 303.29 of 37.20 万t disposed of, mostly old stock.
    ratio = Ratio(30329, 3720)
    assert ratio.percent_text() == "815.30"
    assert warnings_for(ratio) == ("over_100",)
    assert warnings_for(Ratio(1, 1)) == ()
    assert warnings_for(Ratio(-1, 10)) == ("below_0",)


def test_coverage_counts_ledgers_and_confirmed_tonnes() -> None:
    assert coverage_of_ledgers(11, 12).value == Fraction(11, 12)
    assert coverage_of_ledgers(0, 0).reason == "empty_denominator"
    assert coverage_of_tonnes(WORKED).value == Fraction(300, 350)
    assert coverage_of_tonnes(Totals()).reason == "empty_denominator"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(1, 8), 2, "0.12"),
        (Fraction(3, 8), 2, "0.38"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Fraction(-5, 4), 1, "-1.2"),
        (Fraction(5, 2), 0, "2"),
        (Fraction(7, 2), 0, "4"),
        (Fraction(4, 5), 6, "0.800000"),
    ],
)
def test_rounding_half_even(value: Fraction, places: int, text: str) -> None:
    assert fixed_text(value, places) == text


@given(st.integers(-(10**12), 10**12), st.integers(0, 8), st.integers(0, 6))
def test_rounding_agrees_with_decimal(digits: int, decimals: int, places: int) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(digits).scaleb(-decimals)
        rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    assert Decimal(fixed_text(Fraction(digits, 10**decimals), places)) == rounded


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**20))
def test_a_printed_value_is_within_half_a_place(numerator: int, denominator: int) -> None:
    ratio = Ratio(numerator, denominator)
    text, percent = ratio.value_text(), ratio.percent_text()
    assert text is not None
    assert percent is not None
    exact = Fraction(numerator, denominator)
    assert abs(Fraction(text) - exact) <= Fraction(1, 2 * 10**6)
    assert abs(Fraction(percent) - exact * 100) <= Fraction(1, 200)


@given(totals, totals, totals)
def test_totals_add_up(one: Totals, two: Totals, three: Totals) -> None:
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert sum([one, two, three], Totals()) == one + two + three
    assert one + Totals() == one
    for field in fields(Totals):
        assert getattr(one + two, field.name) == getattr(one, field.name) + getattr(two, field.name)


@given(totals, totals)
def test_the_identity_is_additive(one: Totals, two: Totals) -> None:
    whole = identity_residual_grams(one + two)
    assert whole == identity_residual_grams(one) + identity_residual_grams(two)


@given(totals, totals, st.integers(1, 10**6))
def test_rates_do_not_depend_on_the_unit(this_year: Totals, last_year: Totals, factor: int) -> None:
    def scaled(figures: Totals) -> Totals:
        return Totals(**{f.name: getattr(figures, f.name) * factor for f in fields(Totals)})

    for metric in METRICS.values():
        plain = metric.of(this_year, last_year)
        other = metric.of(scaled(this_year), scaled(last_year))
        assert (plain.value, plain.reason) == (other.value, other.reason)


@given(totals, totals)
def test_the_rate_of_a_sum_lies_between_the_rates(one: Totals, two: Totals) -> None:
    for metric_id in one_period:
        parts = [METRICS[metric_id].of(figures).value for figures in (one, two)]
        whole = METRICS[metric_id].of(one + two).value
        known = [value for value in parts if value is not None]
        if len(known) == 2 and whole is not None:
            assert min(known) <= whole <= max(known)


@given(st.tuples(*[masses] * 6))
def test_where_the_identity_holds_the_shares_of_new_waste_sum_to_one(
    figures_grams: tuple[int, ...],
) -> None:
    own_used, old_used, own_disposed, old_disposed, stored, dumped = figures_grams
    generated = own_used + own_disposed + stored + dumped
    assume(generated > 0)
    figures = Totals(
        generated_grams=generated,
        used_grams=own_used + old_used,
        used_from_prior_stock_grams=old_used,
        disposed_grams=own_disposed + old_disposed,
        disposed_from_prior_stock_grams=old_disposed,
        stored_grams=stored,
        dumped_grams=dumped,
    )
    assert identity_residual_grams(figures) == 0
    new, plain, statutory, disposal, storage = (
        METRICS[metric_id].of(figures).value
        for metric_id in (
            "utilization.new_waste",
            "utilization.plain",
            "utilization.statutory",
            "disposal.statutory",
            "storage.rate",
        )
    )
    assert new is not None
    assert plain is not None
    assert statutory is not None
    assert disposal is not None
    assert storage is not None
    rest = Fraction(own_disposed + dumped, generated)
    assert new + storage + rest == 1
    # Old stock moves the rates in one order, and the statutory ones cannot pass 1 when the figures close.
    assert new <= statutory <= plain
    assert statutory <= 1
    assert disposal <= 1


def test_the_identity_sees_what_is_not_accounted_for() -> None:
    assert identity_residual_grams(WORKED) == 0
    assert identity_residual_grams(WORKED + Totals(generated_grams=7)) == 7
    assert identity_residual_grams(WORKED + Totals(used_grams=7)) == -7
    assert identity_residual_grams(WORKED + Totals(used_grams=7, used_from_prior_stock_grams=7)) == 0
