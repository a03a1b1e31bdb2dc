"""The bench of the truth: the same seed gives the same figures, and it counts what it should."""

from math import isnan

import pytest
from rich.console import Console

from bench.faults import Fault, plant
from bench.filing import Filing
from bench.province import FLAWLESS, Habits, Maker
from bench.scores import Alarm, Score, Truth
from bench.truth import STATISTICAL, Outcome, faults_table, goals_table, rules_table, run


def shown(outcome: Outcome) -> str:
    console = Console(width=200, record=True, quiet=True)
    with console.capture() as capture:
        for table in (rules_table(outcome), faults_table(outcome), goals_table(outcome)):
            console.print(table)
    return capture.get()


def test_the_same_seed_gives_the_same_tables() -> None:
    one, again, other = (run(30, 12, seed, 0.4) for seed in (5, 5, 6))
    assert shown(one) == shown(again)
    assert one.alarms == again.alarms
    assert one.alarms != other.alarms


def test_where_nothing_is_planted_there_is_no_recall_and_few_alarms() -> None:
    every = run(60, 12, 3, 0.0, FLAWLESS).score("all")
    assert isnan(every.recall([]))
    assert isnan(every.tonnes_found([]))
    assert every.truth.honest_months == 720
    assert every.false_alarms < 3.0


def test_loads_that_are_booked_a_month_late_are_no_leak_and_hardly_ever_a_disagreement() -> None:
    """Every third month's end has loads on the road, several ends in a row at many pairs."""
    outcome = run(200, 12, 3, 0.0, Habits(no_method=0.0, wild=0.0, late=0.3, calibration=0.0))
    assert outcome.score("leak", ["leak"]).alarms == []
    assert outcome.score("gross", ["pair_disagreement"]).alarms == []
    assert outcome.score("pairs", STATISTICAL).honest_flagged < 0.005


def test_gross_faults_are_found_with_their_tonnes() -> None:
    outcome = run(60, 12, 4, 0.5)
    gross = [
        fault
        for fault in outcome.truth.faults
        if (fault.kind, fault.size) in {("hidden_dumping", 0.30), ("one_sided", 1.0), ("missing_months", 1.0)}
    ]
    assert {fault.kind for fault in gross} == {"hidden_dumping", "one_sided", "missing_months"}
    every = outcome.score("all")
    assert every.recall(gross) == 1.0
    assert every.tonnes_found(gross) > 0.8


def test_a_fault_changes_the_books_of_its_site_only_by_what_it_says() -> None:
    honest, province = (Maker(40, 12, 7).make() for _ in range(2))
    hidden = [each for each in plant(province, 1.0, 7) if each.kind == "missing_months"]
    assert hidden
    before, after = Filing(honest).books, Filing(province).books
    assert before.keys() - after.keys() == {(each.site, month) for each in hidden for month in each.tonnes}


FAULT = Fault("one_sided", 1.0, 1, {3: 100.0}, 50.0, frozenset({1, 2}))


@pytest.mark.parametrize(
    ("alarm", "is_meant"),
    [
        (Alarm("a", 1, 2, (3,), 80.0), True),
        (Alarm("a", 2, None, (3,), 80.0), True),
        (Alarm("a", 2, 7, (3,), 80.0), False),  # the partner's business with somebody else
        (Alarm("a", 1, 2, (4,), 80.0), False),
        (Alarm("a", 7, None, (3,), 80.0), False),
    ],
)
def test_an_alarm_means_a_fault_at_its_site_in_its_month(alarm: Alarm, *, is_meant: bool) -> None:
    score = Score("all", Truth([FAULT], 20), [alarm])
    assert score.precision == float(is_meant)
    assert score.recall([FAULT]) == float(is_meant)
    assert score.tonnes_found([FAULT]) == (0.8 if is_meant else 0.0)
    assert score.false_alarms == (0.0 if is_meant else 100 / 18)


def test_two_rules_do_not_find_the_same_tonnes_twice() -> None:
    alarms = [Alarm(rule, 1, 2, (3,), 70.0) for rule in ("a", "b")]
    assert Score("all", Truth([FAULT], 20), alarms).tonnes_found([FAULT]) == 0.7
