"""Verdicts, balances and notices on rows made for them."""

from fractions import Fraction
from typing import Any

import pytest

from app.domain.bulletins.check import as_json, judge
from app.domain.bulletins.conventions import REQUIRED
from app.domain.bulletins.printed import Printed
from app.domain.bulletins.rows import read_row
from app.domain.bulletins.verdicts import Verdict, compare_exact


def answer(**cells: str) -> dict[str, Any]:
    base = dict.fromkeys(REQUIRED, "") | {"case": "c", "unit": "万吨"}
    return as_json(judge(read_row(0, base | cells)))


def util(value: str, **cells: str) -> dict[str, Any]:
    """1,000.00 generated, 666.67 used, 100.00 of it old: plain 66.667 %, statutory 60.606 %, new 56.667 %."""
    amounts = {"gen": "1000.00", "util": "666.67", "util_prior": "100.00"}
    return answer(**(amounts | {"published_metric": "util", "published_value": value} | cells))


@pytest.mark.parametrize(
    ("value", "printed", "verdict"),
    [
        ("66.667", "66.7", Verdict.MATCH),
        ("66.667", "66.6", Verdict.MATCH_TRUNCATED),
        ("66.667", "66.5", Verdict.MISMATCH),
        ("66.667", "66.8", Verdict.MISMATCH),
        ("66.667", "66", Verdict.MATCH_TRUNCATED),
        # A tie may go either way, a half is no truncation.
        ("0.125", "0.12", Verdict.MATCH),
        ("0.125", "0.13", Verdict.MATCH),
        ("0.135", "0.14", Verdict.MATCH),
        ("57", "57.00", Verdict.MATCH),
        ("56.99", "57.00", Verdict.MISMATCH),
        # Truncation goes towards zero, on both sides of it.
        ("-1.28", "-1.2", Verdict.MATCH_TRUNCATED),
        ("-1.22", "-1.3", Verdict.MISMATCH),
        ("-0.07", "0.0", Verdict.MATCH_TRUNCATED),
    ],
)
def test_rounding_comes_before_truncation(value: str, printed: str, verdict: Verdict) -> None:
    decimals = len(printed.partition(".")[2])
    assert compare_exact(Fraction(value), Printed(Fraction(printed), decimals)) is verdict


@pytest.mark.parametrize(
    ("value", "verdict", "reproduced_by"),
    [
        ("66.67", "match", ["utilization.plain"]),
        ("66.66", "match_truncated", ["utilization.plain"]),
        ("60.61", "match", ["utilization.statutory"]),
        ("60.60", "match_truncated", ["utilization.statutory"]),
        ("56.67", "match", ["utilization.new_waste"]),
        ("61.60", "mismatch", []),
    ],
)
def test_the_formula_is_recognised(value: str, verdict: str, reproduced_by: list[str]) -> None:
    found = util(value)
    assert (found["verdict"], found["reproduced_by"]) == (verdict, reproduced_by)


def test_without_old_stock_the_conventions_agree() -> None:
    found = util("66.67", util_prior="0")
    assert found["reproduced_by"] == ["utilization.statutory", "utilization.plain", "utilization.new_waste"]


def test_an_exact_match_stands_before_one_within_rounding() -> None:
    # 27 / 96 = 28.125 %, 27 / (96 + 0.3) = 28.037 %: 28.1 is the first rounded, the second within rounding.
    amounts = {"gen": "96", "util": "27", "util_prior": "0.3", "published_metric": "util"}
    found = answer(**amounts, published_value="28.1")
    assert (found["verdict"], found["reproduced_by"]) == ("match", ["utilization.plain"])
    found = answer(**amounts, published_value="28.5")
    assert found["verdict"] == "within_rounding"
    assert answer(**amounts, published_value="29.0")["verdict"] == "mismatch"


def test_a_stated_convention_that_fails_gives_way_and_is_named() -> None:
    found = util("66.67", convention="B")
    assert (found["verdict"], found["reproduced_by"]) == ("match", ["utilization.plain"])
    assert "convention_differs" in found["warnings"]
    assert "convention_differs" not in util("66.67", convention="a")["warnings"]
    assert "unknown_convention" in util("66.67", convention="?")["warnings"]


def test_a_metric_can_be_published_by_its_id() -> None:
    assert util("66.67", published_metric="utilization.plain")["verdict"] == "match"
    assert util("66.67", published_metric="utilization.statutory")["verdict"] == "mismatch"
    found = answer(gen="200", stored_year="-30", published_metric="storage", published_value="-15.0")
    assert (found["verdict"], found["reproduced_by"]) == ("match", ["storage.rate"])


def test_without_a_published_value_the_metrics_still_stand() -> None:
    for metric in ("util", "balance", ""):
        found = util("", published_metric=metric)
        assert (found["verdict"], found["reproduced_by"], found["published"]) == (
            "no_published_value",
            [],
            None,
        )
        assert found["metrics"]["utilization.plain"] == "0.666670"


def test_what_cannot_be_computed_is_said_to_be_so() -> None:
    for cells in ({"gen": ""}, {"gen": "0.00", "util_prior": ""}, {"util": ""}):
        found = util("66.67", **cells)
        assert found["verdict"] == "mismatch"
        assert "not_computable" in found["warnings"]
    assert util("66.67", gen="0.00", util_prior="0")["reasons"]["utilization.plain"] == "empty_denominator"
    found = util("5", published_metric="balance")
    assert (found["balance"], found["balance_residual"], found["verdict"]) == (
        "not_computable",
        None,
        "mismatch",
    )
    assert "not_computable" in found["warnings"]


def test_a_truncated_rate_of_rounded_amounts_is_within_rounding() -> None:
    # 27 ± 0.5 over 96 ± 0.5: 27.461 % to 28.796 %; 27.4 is the lower end truncated, 28.8 the upper rounded.
    amounts = {"gen": "96", "util": "27", "published_metric": "util"}
    for value, verdict in (
        ("27.3", "mismatch"),
        ("27.4", "within_rounding"),
        ("28.8", "within_rounding"),
        ("28.9", "mismatch"),
    ):
        assert answer(**amounts, published_value=value)["verdict"] == verdict


def test_printed_prior_stock_leaves_nothing_to_explain() -> None:
    for gen in ("90.0", "110.0"):
        assert "prior_stock_would_close" not in answer(**BALANCED | {"gen": gen})["warnings"]
        warnings = answer(**BALANCED | {"gen": gen, "util_prior": ""})["warnings"]
        assert ("prior_stock_would_close" in warnings) == (gen == "90.0")


def test_the_coarser_the_amounts_the_wider_the_interval() -> None:
    # 3 ± 0.5 over 1 ± 0.5: between 166.7 % and 700 %.
    for value, verdict in (("166.5", "mismatch"), ("170.0", "within_rounding"), ("690.0", "within_rounding")):
        assert answer(gen="1", util="3", published_metric="util", published_value=value)["verdict"] == verdict
    # One printed gram is one gram: nothing is hidden below it.
    found = answer(unit="t", gen="0.000001", util="0.000003", published_metric="util", published_value="300")
    assert found["intervals"]["utilization.plain"] == ["3.000000", "3.000000"]


BALANCED: dict[str, str] = {
    "gen": "100.0",
    "util": "60.0",
    "util_prior": "5.0",
    "disp": "30.0",
    "disp_prior": "2.0",
    "stored_year": "17.0",
}


@pytest.mark.parametrize(
    ("gen", "stated", "verdict", "balance"),
    [
        ("100.0", "0", "match", "closes"),
        # Six amounts of one decimal: up to 0.3 apart by rounding alone.
        ("100.3", "0", "within_rounding", "closes"),
        ("100.4", "0", "mismatch", "fails"),
        ("100.4", "0.4", "match", "fails"),
        ("99.6", "-0.4", "match", "fails"),
        ("110.66", "10.7", "match", "fails"),
        ("110.66", "10.6", "match_truncated", "fails"),
        ("110.66", "10.9", "within_rounding", "fails"),
        ("110.66", "11.9", "mismatch", "fails"),
    ],
)
def test_the_balance_and_its_stated_residual(gen: str, stated: str, verdict: str, balance: str) -> None:
    found = answer(**BALANCED | {"gen": gen, "published_metric": "balance", "published_value": stated})
    assert (found["verdict"], found["balance"]) == (verdict, balance)
    assert found["reproduced_by"] == ([] if verdict == "mismatch" else ["balance.identity"])


def test_the_stock_is_never_taken_for_the_storage_of_the_period() -> None:
    cells = BALANCED | {"stored_year": "", "stored_cum": "17.0"}
    found = answer(**cells)
    assert (found["balance"], found["balance_residual"]) == ("not_computable", None)
    assert found["metrics"]["storage.rate"] is None
    assert "stored_cum_closes_balance" in found["warnings"]
    assert "stored_cum_closes_balance" not in answer(**cells | {"stored_cum": "999.0"})["warnings"]
    assert (
        "stored_cum_closes_balance"
        in answer(**BALANCED | {"stored_year": "3.0", "stored_cum": "17.0"})["warnings"]
    )


def test_residuals_stand_in_the_unit_of_the_row_and_in_tonnes() -> None:
    found = answer(**BALANCED | {"unit": "亿吨", "gen": "99.5"})
    assert (found["balance_residual"], found["balance_residual_tonnes"]) == ("-0.5", "-50000000")
    assert found["balance_tolerance"] == "0.3"


def test_a_residual_stated_with_the_other_sign_is_hinted_at() -> None:
    found = answer(**BALANCED | {"gen": "90.0", "published_metric": "balance", "published_value": "10.0"})
    assert found["verdict"] == "mismatch"
    assert "sign_reversed" in found["warnings"]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("6.667", "decimal_point_shifted"),
        ("0.6667", "decimal_point_shifted"),
        ("666.7", "decimal_point_shifted"),
        ("76.67", "one_digit_off"),
        ("66.76", "digits_swapped"),
        ("40.13", "rates_swapped"),
    ],
)
def test_a_misprint_is_hinted_at(value: str, hint: str) -> None:
    found = util(value, util_prior="", disp="401.25")
    assert found["verdict"] == "mismatch"
    hints = {"decimal_point_shifted", "one_digit_off", "digits_swapped", "rates_swapped"} & set(
        found["warnings"]
    )
    assert hints == {hint}


def test_a_figure_far_from_all_gets_no_hint() -> None:
    assert util("12.34", util_prior="")["warnings"] == ["prior_stock_missing"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"util": "1200.00", "published_value": "120.00"}, "over_100"),
        ({"published_value": "101"}, "over_100"),
        ({"util": "1200.00", "published_value": ""}, "over_100"),
        ({"util": "1200.00"}, "used_exceeds_generated"),
        ({"disp": "1200.00"}, "disposed_exceeds_generated"),
        ({"util_prior": "700.00"}, "prior_exceeds_used"),
        ({"disp": "1", "disp_prior": "3"}, "prior_exceeds_disposed"),
        ({"util": "1200.00", "util_prior": "0.00"}, "own_waste_exceeds_generated"),
        ({"util_prior": ""}, "prior_stock_missing"),
        ({"disp": "500.00", "disp_prior": "", "stored_year": "0.00"}, "prior_stock_would_close"),
    ],
)
def test_a_warning_has_its_cause(cells: dict[str, str], code: str) -> None:
    found = util(cells.get("published_value", "66.67"), **cells)
    assert code in found["warnings"]
    assert code not in util("66.67")["warnings"]
    note = next(note for note in found["notes"] if note["code"] == code)
    assert note["message"]["zh"]
    assert note["message"]["en"]


def test_over_100_is_said_of_the_published_rate_only() -> None:
    """安康 2023: 815.30 % of the generated tonnes disposed of says nothing against the 39.52 % used."""
    amounts = {"gen": "37.20", "util": "14.70", "disp": "303.29", "disp_prior": "257.47"}
    assert "over_100" not in answer(**amounts, published_metric="util", published_value="39.52")["warnings"]
    assert "over_100" in answer(**amounts, published_metric="disp", published_value="815.30")["warnings"]
