"""What holds of any ledgers: agreement stays as it is, a leak is found where it is, order changes nothing."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reconciliations.honest_city import Book, honest_books
from reconciliations.ledger_rows import measured, read_of, reconciled

from app.domain.ledger import totals_of
from app.domain.quantities import GRAMS_PER_TONNE
from app.domain.rates import METRICS, Totals
from app.reconciliations.columns import Read
from app.reconciliations.figures import FIELDS, interval_of, is_linear, kept_sums
from app.reconciliations.gathering import measured_network
from app.reconciliations.measured import MeasuredNetwork
from app.reconciliations.models import Months
from chains.measures import METHOD_SIGMA, rate_interval

MONTHS = st.sampled_from(list(Months))


@settings(max_examples=80, deadline=None)
@given(book=honest_books(), months=MONTHS)
def test_ledgers_that_agree_have_no_suspects_and_stay_as_they_are(book: Book, months: Months) -> None:
    found = measured(book, months)
    answer = reconciled(found)
    assert answer.suspects == ()
    assert not answer.flows.flagged.any()
    assert answer.whole.statistic == pytest.approx(0.0, abs=1e-6)
    for number, flow in enumerate(found.flows):
        for report in (flow.sent, flow.received):
            if report is not None:
                told = report.grams / GRAMS_PER_TONNE
                assert answer.flows.mass[number] == pytest.approx(told, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_leak_of_five_sigma_is_found_where_it_is(data: st.DataObject) -> None:
    """Closing stock falls short by 5σ of what the network can see at one site."""
    book = data.draw(honest_books(methods=st.just("weighbridge")))
    assume(book)
    honest = measured(book)
    spread = reconciled(honest).nodes.untracked_sd
    visible = [
        number for number, stream in enumerate(honest.streams)
        if np.isfinite(spread[number]) and _closing(book, stream[0]) > 8 * spread[number] * GRAMS_PER_TONNE
    ]  # fmt: skip
    assume(visible)
    node = data.draw(st.sampled_from(visible))
    site, leak = honest.streams[node][0], round(5 * spread[node] * GRAMS_PER_TONNE)
    last = max(month for code, month in book if code == site)
    [line] = book[site, last]
    leaking = measured(book | {(site, last): [replace(line, closing_grams=line.closing_grams - leak)]})
    answer = reconciled(leaking)
    place = leaking.streams.index((site, "SW04"))
    mass, sd = answer.nodes.untracked[place], answer.nodes.untracked_sd[place]
    assert abs(mass - leak / GRAMS_PER_TONNE) <= 2 * sd
    blamed = [
        one for one in answer.suspects
        if place in (one.equivalent if one.kind == "untracked_flow" else one.other_kind)
    ]  # fmt: skip
    assert blamed, "the leak stands in the list, itself or as what cannot be told from another cause"
    # Without other errors nothing explains the figures better than what is true.
    assert blamed[0].statistic == pytest.approx(answer.suspects[0].statistic, rel=1e-6)


def _closing(book: Book, site: str) -> int:
    last = max(month for code, month in book if code == site)
    return book[site, last][0].closing_grams


@settings(max_examples=30, deadline=None)
@given(book=honest_books(), seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(book: Book, seed: int) -> None:
    read = read_of(book)
    names = ("sites", "filed", "lines", "own", "drawn", "transfers")
    shuffled = Read(
        **{name: random.Random(seed).sample(getattr(read, name), len(getattr(read, name))) for name in names}
    )
    one, other = (measured_network(rows, METHOD_SIGMA, Months.CORRELATED) for rows in (read, shuffled))
    assert one.streams == other.streams
    assert [flow.order for flow in one.flows] == [flow.order for flow in other.flows]
    np.testing.assert_array_equal(one.reports.value, other.reports.value)
    np.testing.assert_allclose(one.reports.sigma, other.reports.sigma, rtol=1e-14)
    np.testing.assert_allclose(reconciled(one).flows.mass, reconciled(other).flows.mass, rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(book=honest_books())
def test_weighted_flows_are_the_totals_of_the_statistics(book: Book) -> None:
    """Σ share × reported tonnes is what /v1/rates adds up from the same lines."""
    found = measured(book)
    told = np.array([_reported(found, number) for number in range(len(found.flows))])
    giving, taking = found.terms(FIELDS)
    sums = (giving + taking).T @ told
    expected = sum((totals_of(line) for lines in book.values() for line in lines), Totals())
    for name, value in zip(FIELDS, sums.tolist(), strict=True):
        assert value == pytest.approx(getattr(expected, name) / GRAMS_PER_TONNE, abs=1e-3), name


def _reported(found: MeasuredNetwork, number: int) -> float:
    flow = found.flows[number]
    report = flow.sent if flow.sent is not None else flow.received
    return 0.0 if report is None else report.grams / GRAMS_PER_TONNE


@settings(max_examples=40, deadline=None)
@given(book=honest_books(), months=MONTHS)
def test_kept_sums_give_the_engines_interval_of_every_rate(book: Book, months: Months) -> None:
    found = measured(book, months)
    assume(found.flows)
    answer = reconciled(found)
    regions = {site: "140212" for site, _ in found.streams}
    kept = kept_sums(found, answer, regions, 6)
    assert set(kept["waste"]) == {"SW04"}
    assert set(kept["region"]) == {"140212"}
    columns = dict(zip(FIELDS, sum(found.terms(FIELDS)).T, strict=True))
    for metric in (metric for metric in METRICS.values() if is_linear(metric)):
        above, below = (
            sum(getattr(metric.of(Totals(**{name: 1})), part) * column for name, column in columns.items())
            for part in ("numerator", "denominator")
        )
        mine = interval_of(metric, kept["all"][""])
        engine = None if below @ answer.flows.mass <= 0 else rate_interval(answer, above, below)
        assert (mine is None) == (engine is None)
        if mine is not None and engine is not None:
            size = 1e-7 * max(1.0, abs(engine.value))
            assert mine.value == pytest.approx(engine.value, rel=1e-9)
            assert mine.low == pytest.approx(engine.low, rel=1e-6, abs=size)
            assert mine.high == pytest.approx(engine.high, rel=1e-6, abs=size)
            # One waste in one county: the groups are the whole.
            for group in (kept["waste"]["SW04"], kept["region"]["140212"]):
                assert interval_of(metric, group) == mine


def test_which_metrics_a_reconciliation_answers() -> None:
    assert {name for name, metric in METRICS.items() if is_linear(metric)} == {
        "utilization.statutory",
        "utilization.plain",
        "utilization.new_waste",
        "disposal.statutory",
        "disposal.plain",
        "storage.rate",
        "consumption.ratio",
    }
