"""Laws of the bulletin check: what our own formulas print is recognised, what they do not print is not."""

import csv
import io
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.bulletins.balance import BalanceState
from app.domain.bulletins.check import Judgement, as_json, check_csv, judge
from app.domain.bulletins.conventions import CANDIDATES, FIELDS, NEEDS, REQUIRED
from app.domain.bulletins.printed import GRAMS_PER_UNIT
from app.domain.bulletins.reading import BulletinError
from app.domain.bulletins.rows import read_row
from app.domain.bulletins.verdicts import Verdict
from app.domain.errors import Fault
from app.domain.rates import METRICS, Totals, fixed_text, identity_residual_grams

WAN = 10**10
REPRODUCED = {Verdict.MATCH, Verdict.MATCH_TRUNCATED, Verdict.WITHIN_ROUNDING}


def judge_texts(**cells: str) -> Judgement:
    return judge(read_row(0, dict.fromkeys(REQUIRED, "") | {"case": "c", "unit": "万吨"} | cells))


def truncated(value: Fraction, places: int) -> str:
    return fixed_text(Fraction(int(value * 10**places), 10**places), places)


@st.composite
def true_amounts(draw: st.DrawFn) -> dict[str, int]:
    """Amounts in grams as they really were: the prior stock is part of what was used or disposed of."""
    mass = st.integers(0, 5_000 * WAN)
    used, disposed = draw(mass), draw(mass)
    return {
        "gen": draw(st.integers(WAN, 10_000 * WAN)),
        "util": used,
        "util_prior": draw(st.integers(0, used)),
        "disp": disposed,
        "disp_prior": draw(st.integers(0, disposed)),
        "stored_year": draw(st.integers(-1_000 * WAN, 1_000 * WAN)),
    }


def exact(metric_id: str, amounts: dict[str, int]) -> Fraction:
    value = METRICS[metric_id].of(Totals(**{FIELDS[name]: grams for name, grams in amounts.items()})).value
    assert value is not None
    return value


def printed(amounts: dict[str, int], places: int) -> dict[str, str]:
    return {name: fixed_text(Fraction(grams, WAN), places) for name, grams in amounts.items()}


@given(
    true_amounts(),
    st.sampled_from([(name, metric) for name, metrics in CANDIDATES.items() for metric in metrics]),
    st.integers(0, 6),
    st.integers(0, 4),
    st.sampled_from([fixed_text, truncated]),
)
def test_what_our_formulas_print_is_recognised(
    amounts: dict[str, int],
    published_as: tuple[str, str],
    places: int,
    rate_places: int,
    print_rate: Callable[[Fraction, int], str],
) -> None:
    metric, metric_id = published_as
    rate = print_rate(exact(metric_id, amounts) * 100, rate_places)
    judged = judge_texts(**printed(amounts, places), published_metric=metric, published_value=rate)
    assert judged.comparison.verdict in REPRODUCED
    assert judged.comparison.outcomes[metric_id] in REPRODUCED


@given(true_amounts(), st.sampled_from(sorted(NEEDS)), st.integers(0, 6))
def test_the_interval_holds_the_rate_of_the_true_amounts(
    amounts: dict[str, int], metric_id: str, places: int
) -> None:
    found = judge_texts(**printed(amounts, places)).computed[metric_id]
    assert found is not None
    truth = exact(metric_id, amounts)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= truth <= found.high
    # 5,000 万吨 over 1 万吨, each known to 0.01 t.
    if places == 6:
        assert found.high - found.low < Fraction(1, 50)


@given(
    true_amounts(),
    st.sampled_from(sorted(NEEDS)),
    st.integers(0, 2),
    st.integers(-99, 99).filter(lambda places: abs(places) >= 2),
)
def test_a_digit_changed_beyond_rounding_is_a_mismatch(
    amounts: dict[str, int], metric_id: str, rate_places: int, off_by: int
) -> None:
    # Amounts of a million tonnes or more, printed to 0.01 t, move no rate by half of its second decimal.
    amounts["gen"] += 100 * WAN
    right = Fraction(fixed_text(exact(metric_id, amounts) * 100, rate_places))
    wrong = right + Fraction(off_by, 10**rate_places)
    assume(wrong >= 0 or metric_id == "storage.rate")
    judged = judge_texts(
        **printed(amounts, 6), published_metric=metric_id, published_value=fixed_text(wrong, rate_places)
    )
    assert judged.comparison.verdict is Verdict.MISMATCH
    assert judged.comparison.reproduced_by == ()


@given(true_amounts(), st.integers(0, 6))
def test_figures_that_close_are_found_to_close_however_they_were_rounded(
    amounts: dict[str, int], places: int
) -> None:
    own = amounts["util"] - amounts["util_prior"] + amounts["disp"] - amounts["disp_prior"]
    amounts["gen"] = own + amounts["stored_year"]
    assume(amounts["gen"] >= WAN)
    judged = judge_texts(**printed(amounts, places), published_metric="balance", published_value="0")
    assert judged.balance.state is BalanceState.CLOSES
    assert judged.comparison.verdict in {Verdict.MATCH, Verdict.WITHIN_ROUNDING}


@given(true_amounts(), st.integers(0, 4))
def test_a_stated_residual_is_recognised(amounts: dict[str, int], places: int) -> None:
    residual = identity_residual_grams(Totals(**{FIELDS[name]: grams for name, grams in amounts.items()}))
    stated = fixed_text(Fraction(residual, WAN), places)
    assume(Fraction(stated) != 0)
    judged = judge_texts(**printed(amounts, 6), published_metric="balance", published_value=stated)
    assert judged.comparison.verdict in REPRODUCED
    other = fixed_text(Fraction(stated) + Fraction(2, 10**places), places)
    assume(Fraction(other) != 0)
    judged = judge_texts(**printed(amounts, 6), published_metric="balance", published_value=other)
    assert judged.comparison.verdict is Verdict.MISMATCH


@given(true_amounts(), st.sampled_from(sorted(GRAMS_PER_UNIT)))
def test_the_unit_changes_no_metric_and_no_balance(amounts: dict[str, int], unit: str) -> None:
    def texts(unit_grams: int) -> dict[str, str]:
        decimals = len(str(unit_grams)) - 1
        return {name: fixed_text(Fraction(grams, unit_grams), decimals) for name, grams in amounts.items()}

    one = judge_texts(unit="万吨", **texts(WAN))
    other = judge_texts(unit=unit, **texts(GRAMS_PER_UNIT[unit]))
    assert one.computed == other.computed
    assert one.balance == other.balance


@pytest.mark.parametrize("metric_id", NEEDS)
def test_the_columns_a_metric_is_said_to_read_are_those_it_reads(metric_id: str) -> None:
    # Amounts far enough apart that no change of one can cancel in a difference.
    base = {field: 10**12 * 7**place for place, field in enumerate(FIELDS.values())}
    read = {
        column
        for column, field in FIELDS.items()
        if METRICS[metric_id].of(Totals(**base)).value
        != METRICS[metric_id].of(Totals(**(base | {field: 3 * 10**12}))).value
    }
    assert read == set(NEEDS[metric_id])


def judged_or_refused(data: bytes) -> tuple[list[Judgement], tuple[Fault, ...]]:
    try:
        return check_csv(data), ()
    except BulletinError as refused:
        return [], refused.faults


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    # No 400 random bytes spell the header.
    judged, faults = judged_or_refused(data)
    assert not judged
    assert faults
    assert all(fault.message.zh and fault.message.en for fault in faults)


GOOD_CELLS = {"case": "c", "unit": "万吨", "gen": "10", "util": "5", "published_metric": "util"}


@given(st.sampled_from(REQUIRED), st.text(max_size=60))
def test_any_text_in_any_cell_is_judged_or_refused_by_row_and_field(column: str, text: str) -> None:
    table = io.StringIO()
    writer = csv.DictWriter(table, REQUIRED, restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerow(GOOD_CELLS | {column: text})
    judged, faults = judged_or_refused(table.getvalue().encode())
    assert len(judged) == (0 if faults else 1)
    assert all(as_json(found) for found in judged)
    for fault in faults:
        if fault.code not in {"encoding", "csv_syntax"}:
            assert fault.pointer == f"/0/{column}"
            assert f"row 2, field {column}" in fault.message.en
            assert f"第 2 行，字段 {column}" in fault.message.zh
