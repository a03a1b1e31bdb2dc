"""Which tonnes leave a stock, by each rule."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.stock import (
    Stock,
    StockOverdrawn,
    StockRule,
    cohort,
    fifo,
    fixed_lifetime,
    mixed,
    normal_lifetime,
)

SHARED = Path(__file__).parents[3] / "shared" / "cases" / "stock_odym.json"
ONE_TO_TEN = np.arange(1.0, 11.0)


def change(stock: Stock) -> np.ndarray:
    return np.diff(stock.closing, prepend=0.0)


def test_fixed_lifetime_as_in_odym() -> None:
    """ODYM, tests of the dynamic stock model: inflow 1…10, lifetime 5."""
    stock = cohort(ONE_TO_TEN, fixed_lifetime(10, 5))
    assert stock.rule is StockRule.COHORT
    assert stock.outflow.tolist() == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5]
    assert stock.closing.tolist() == [1, 3, 6, 10, 15, 20, 25, 30, 35, 40]
    assert change(stock).tolist() == [1, 2, 3, 4, 5, 5, 5, 5, 5, 5]


def test_normal_lifetime_as_in_odym() -> None:
    stock = cohort(ONE_TO_TEN, normal_lifetime(10, 5.0, 1.5))
    assert stock.closing[[0, 4, 9]] == pytest.approx([0.99957094, 14.4793678, 41.45873561], rel=1e-7)
    assert stock.outflow[[0, 4, 9]] == pytest.approx([0.000429060333, 0.37071333, 4.50042906], rel=1e-7)


@pytest.mark.skipif(not SHARED.is_file(), reason="no ../shared/cases here: stock_odym.json is not run")
def test_shared_stock_case() -> None:
    case = json.loads(SHARED.read_text(encoding="utf-8"))
    given_, due, rel = case["input"], case["expected"], case["tolerance"]["rel"]
    inflow = np.array(given_["inflow"], dtype=np.float64)
    fixed = cohort(inflow, fixed_lifetime(len(inflow), given_["fixed_lifetime"]))
    normal = cohort(inflow, normal_lifetime(len(inflow), given_["normal_mean"], given_["normal_sd"]))
    assert fixed.outflow == pytest.approx(due["fixed"]["outflow"], rel=rel)
    assert fixed.closing == pytest.approx(due["fixed"]["stock"], rel=rel)
    assert change(fixed) == pytest.approx(due["fixed"]["stock_change"], rel=rel)
    assert normal.closing == pytest.approx(due["normal"]["stock"], rel=rel)
    assert normal.outflow == pytest.approx(due["normal"]["outflow"], rel=rel)


def test_mixed_and_fifo_by_hand() -> None:
    inflow, drawn = np.array([60.0, 40.0, 0.0]), np.array([0.0, 50.0, 30.0])
    assert mixed(inflow, drawn).drawn.tolist() == [[0, 0, 0], [30, 20, 0], [18, 12, 0]]
    assert fifo(inflow, drawn).drawn.tolist() == [[0, 0, 0], [50, 0, 0], [10, 20, 0]]
    assert mixed(inflow, drawn).closing.tolist() == fifo(inflow, drawn).closing.tolist() == [60, 50, 20]


@pytest.mark.parametrize("rule", [mixed, fifo])
def test_more_than_there_is_cannot_be_drawn(rule: type) -> None:
    with pytest.raises(StockOverdrawn) as overdrawn:
        rule(np.array([10.0, 0.0]), np.array([4.0, 7.0]))
    assert (overdrawn.value.period, overdrawn.value.missing) == (1, 1.0)


@given(
    rows=st.lists(st.tuples(st.floats(0.0, 1e6), st.floats(0.0, 1.0)), min_size=1, max_size=30),
    rule=st.sampled_from([mixed, fifo]),
)
def test_every_rule_keeps_the_mass(rows: list[tuple[float, float]], rule: type) -> None:
    inflow = np.array([row[0] for row in rows])
    drawn, lying = np.zeros(len(rows)), 0.0
    for period, (came, share) in enumerate(rows):
        lying += came
        drawn[period] = lying * share
        lying -= drawn[period]
    stock = rule(inflow, drawn)
    assert stock.outflow == pytest.approx(drawn, rel=1e-9, abs=1e-6)
    assert stock.closing == pytest.approx(np.cumsum(inflow - drawn), rel=1e-9, abs=1e-6)
    assert stock.drawn.min() >= 0.0
    assert stock.left.min() >= 0.0
    assert np.triu(stock.drawn, 1).max(initial=0.0) == 0.0
