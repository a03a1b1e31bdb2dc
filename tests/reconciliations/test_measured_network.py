"""What becomes of ledgers in the measured network: who reports which flow, how well, and what nobody reports."""

import math
import uuid
from dataclasses import replace

import pytest
from reconciliations.ledger_rows import JANUARY, flow_at, measured, read_of, reconciled

from app.domain.ledger import Line, Received, Sent, Used
from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE as TONNE
from app.reconciliations.gathering import measured_network
from app.reconciliations.measured import FLOOR_GRAMS
from app.reconciliations.models import MeasuredKind, Months
from app.transfers.models import Decision
from chains.measures import METHOD_SIGMA

FEBRUARY, MARCH = Month(2025, 2), Month(2025, 3)
TEN_PERCENT = {"weighbridge": 0.01, "drum": 0.10, "estimate": 0.20}


def made(tonnes: int, **more: object) -> Line:
    """A line that generates and sends all of it to `plant`."""
    line = Line(
        "SW04",
        method="weighbridge",
        generated_grams=tonnes * TONNE,
        sent=(Sent("plant", tonnes * TONNE),),
    )
    return replace(line, **more)  # type: ignore[arg-type]


def burnt(tonnes: int, method: str = "weighbridge") -> Line:
    """A line that uses all that it receives from `mine`."""
    grams = tonnes * TONNE
    return Line(
        "SW04", method=method, received=(Received("mine", grams),), used=(Used(grams, "gangue_power"),)
    )


def test_the_worked_pair_is_not_a_finding_but_two_weighbridges_are() -> None:
    worse = measured(
        {("mine", JANUARY): [made(1000)], ("plant", JANUARY): [burnt(850, "drum")]}, sigma=TEN_PERCENT
    )
    transfer = flow_at(worse, MeasuredKind.TRANSFER, "mine")
    answer = reconciled(worse)
    assert answer.flows.pair_z[transfer] == pytest.approx(1.7526, abs=5e-5)
    assert answer.suspects == ()
    assert not answer.flows.flagged.any()
    good = measured({("mine", JANUARY): [made(1000)], ("plant", JANUARY): [burnt(850)]})
    answer = reconciled(good)
    assert answer.flows.pair_z[transfer] == pytest.approx(11.4291, abs=5e-5)
    assert answer.flows.flagged[transfer]
    assert answer.suspects


def test_reports_of_one_flow_alone_merge_by_inverse_variance() -> None:
    """The receiver is outside of the scope, so no balance of its own speaks of it."""
    books = {
        ("mine", JANUARY): [made(1000, generated_grams=0, opening_grams=0)],
        ("plant", JANUARY): [burnt(850)],
    }
    found = measured_network(read_of(books, scope=["mine"]), METHOD_SIGMA, Months.CORRELATED)
    [flow] = found.flows
    assert (flow.kind, flow.detail) == (MeasuredKind.EXPORTED, "plant")
    assert flow.sent is not None
    assert flow.received is not None
    # How the other city's site weighs is not read: its figure counts as an estimate.
    assert flow.received.sigma == 0.20 * 850 * TONNE
    weights = 1 / flow.sent.sigma**2, 1 / flow.received.sigma**2
    merged = (weights[0] * 1000 + weights[1] * 850) / sum(weights)
    assert reconciled(found).found.merged.value[0] == pytest.approx(merged)


def test_errors_of_months_are_one_bias_or_many_accidents() -> None:
    books = {("mine", JANUARY.plus(n)): [made(100)] for n in range(12)}
    bias, accidents = (measured(books, months) for months in (Months.CORRELATED, Months.INDEPENDENT))
    position = flow_at(bias, MeasuredKind.GENERATED, "mine")
    one, other = bias.flows[position].received, accidents.flows[position].received
    assert one is not None
    assert other is not None
    assert (one.grams, one.sigma) == (1200 * TONNE, pytest.approx(0.01 * 1200 * TONNE))
    assert (other.grams, other.sigma) == (1200 * TONNE, pytest.approx(0.01 * 100 * TONNE * math.sqrt(12)))


def test_use_by_several_methods_keeps_each_methods_uncertainty() -> None:
    weighed, guessed = burnt(100), burnt(100, "estimate")
    for months, sigma in (
        (Months.CORRELATED, 0.01 * 100 + 0.20 * 100),
        (Months.INDEPENDENT, math.hypot(0.01 * 100, 0.20 * 100)),
    ):
        found = measured({("plant", JANUARY): [weighed], ("plant", FEBRUARY): [guessed]}, months)
        used = found.flows[flow_at(found, MeasuredKind.USED, "plant")].sent
        assert used is not None
        assert (used.grams, used.sigma) == (200 * TONNE, pytest.approx(sigma * TONNE))


def test_a_month_without_a_ledger_is_unknown_and_not_nought() -> None:
    """The plant filed January only: what the mine sent in February crosses the boundary, on its word alone."""
    found = measured(
        {
            ("mine", JANUARY): [made(1000)],
            ("mine", FEBRUARY): [made(900)],
            ("plant", JANUARY): [burnt(1000)],
        }
    )
    both = found.flows[flow_at(found, MeasuredKind.TRANSFER, "plant")]
    alone = found.flows[flow_at(found, MeasuredKind.EXPORTED, "mine")]
    assert both.sent is not None
    assert both.received is not None
    assert (both.sent.grams, both.received.grams) == (1000 * TONNE, 1000 * TONNE)
    assert (alone.sent and alone.sent.grams, alone.received, alone.detail) == (900 * TONNE, None, "plant")
    answer = reconciled(found)
    assert answer.suspects == ()
    assert answer.whole.statistic == pytest.approx(0.0, abs=1e-12)


def test_a_filed_month_that_is_silent_says_nought() -> None:
    """The plant filed and has nothing of it: nought, known as well as the tonnes would have been weighed."""
    found = measured(
        {
            ("mine", JANUARY): [made(1000)],
            ("plant", JANUARY): [
                Line("SW04", method="weighbridge", generated_grams=TONNE, closing_grams=TONNE)
            ],
        }
    )
    position = flow_at(found, MeasuredKind.TRANSFER, "mine")
    flow = found.flows[position]
    assert flow.received is not None
    assert (flow.received.grams, flow.received.sigma) == (0, 0.01 * 1000 * TONNE)
    answer = reconciled(found)
    assert answer.flows.pair_z[position] == pytest.approx(1000 / math.hypot(10, 10))
    assert {(one.kind, one.flow) for one in answer.suspects} >= {("report_bias", position)}


def test_a_firm_of_several_sites_denies_nothing_for_the_one_that_is_meant() -> None:
    """The mine names the firm, the plant names the mine: nobody says nought, both tell of it."""
    read = read_of({("mine", JANUARY): [made(1000)], ("plant", JANUARY): [burnt(400)]})
    [row] = read.transfers
    firm = uuid.UUID(int=7)
    to_firm = (*row[:4], "firm", "mine", None, row[7], firm, True, False, 1000 * TONNE, 0, None, None, None)
    at_plant = (*row[:8], firm, True, True, None, None, 400 * TONNE, None, None)
    found = measured_network(replace(read, transfers=[to_firm, at_plant]), METHOD_SIGMA, Months.CORRELATED)
    kinds = {flow.kind: flow for flow in found.flows}
    assert MeasuredKind.TRANSFER not in kinds
    assert kinds[MeasuredKind.EXPORTED].detail == "firm"
    assert kinds[MeasuredKind.IMPORTED].detail == "mine"
    assert reconciled(found).suspects == ()


@pytest.mark.parametrize(
    ("decision", "decided", "expected"),
    [
        (Decision.CORRECT, 990, 990),
        (Decision.CONFIRM, 1000, 850),
        (Decision.DISPUTE, 0, 850),
    ],
)
def test_a_receivers_statement(decision: Decision, decided: int, expected: int) -> None:
    """A correction names tonnes of its own; a confirmation repeats the sender's, a dispute names none."""
    read = read_of({("mine", JANUARY): [made(1000)], ("plant", JANUARY): [burnt(850)]})
    [row] = read.transfers
    told = (*row[:-2], decision, decided * TONNE)
    found = measured_network(replace(read, transfers=[told]), METHOD_SIGMA, Months.CORRELATED)
    received = found.flows[flow_at(found, MeasuredKind.TRANSFER, "mine")].received
    assert received is not None
    assert received.grams == expected * TONNE


def test_stock_is_the_change_over_runs_of_filed_months() -> None:
    """January–February and April are on file: March may have done anything to the stock."""
    april = Month(2025, 4)
    stock = {JANUARY: (100, 150), FEBRUARY: (150, 220), april: (500, 540)}
    found = measured(
        {
            ("mine", month): [
                Line(
                    "SW04",
                    method="weighbridge",
                    opening_grams=opening * TONNE,
                    generated_grams=(closing - opening) * TONNE,
                    closing_grams=closing * TONNE,
                )
            ]
            for month, (opening, closing) in stock.items()
        }
    )
    position = flow_at(found, MeasuredKind.STOCK_INCREASE, "mine")
    told = found.flows[position].sent
    assert told is not None
    assert (told.grams, told.sigma) == (160 * TONNE, 0.01 * 160 * TONNE)
    assert found.flows[position].least == -600.0
    answer = reconciled(found)
    assert answer.flows.mass[position] == pytest.approx(160.0)


def test_an_opening_below_the_last_closing_is_missing_at_the_site() -> None:
    lines = {
        JANUARY: Line("SW04", method="weighbridge", generated_grams=1000 * TONNE, closing_grams=1000 * TONNE),
        FEBRUARY: Line(
            "SW04", method="weighbridge", opening_grams=700 * TONNE, generated_grams=1000 * TONNE,
            closing_grams=1700 * TONNE,
        ),
    }  # fmt: skip
    found = measured({("mine", month): [line] for month, line in lines.items()})
    answer = reconciled(found)
    assert answer.nodes.untracked[0] == pytest.approx(300.0)
    assert any(0 in (*one.equivalent, *one.other_kind) for one in answer.suspects)


def test_a_stock_may_shrink_but_not_by_more_than_there_was() -> None:
    line = Line(
        "SW04", method="weighbridge", opening_grams=100 * TONNE, used=(Used(100 * TONNE, "gangue_power"),)
    )
    found = measured({("mine", JANUARY): [line]})
    answer = reconciled(found)
    position = flow_at(found, MeasuredKind.STOCK_INCREASE, "mine")
    assert answer.flows.mass[position] == pytest.approx(-100.0)
    assert found.bounds.lower[position] == -100.0
    assert found.bounds.lower[flow_at(found, MeasuredKind.USED, "mine")] == 0.0


def test_no_reading_is_better_than_the_scale() -> None:
    found = measured({("mine", JANUARY): [made(1)]})
    assert {report.sigma for flow in found.flows for report in (flow.sent, flow.received) if report} == {
        FLOOR_GRAMS
    }


def test_waste_that_a_site_sends_to_itself_is_no_flow() -> None:
    line = made(
        10,
        sent=(Sent("mine", 10 * TONNE),),
        received=(Received("mine", 10 * TONNE),),
        closing_grams=10 * TONNE,
    )
    found = measured({("mine", JANUARY): [line]})
    assert {flow.kind for flow in found.flows} == {MeasuredKind.GENERATED, MeasuredKind.STOCK_INCREASE}
