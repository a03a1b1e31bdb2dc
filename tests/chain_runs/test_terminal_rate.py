"""`utilization.terminal` among the rates: groups, months, single sites, coverage."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from builders import People
from chain_runs.city import (
    ADMIN,
    CEMENT,
    MARCH,
    MINE,
    NOW,
    PLANT,
    WORKS,
    Question,
    file,
    gangue_to_blocks,
    site,
    summary,
)
from support.clock import SettableClock

from app.auth.subjects import Subject
from app.chain_runs import runs
from app.chain_runs.jobs import carry_out
from app.chain_runs.models import ChainRun
from app.chain_runs.service import ended_in_products
from app.db.session import Database
from app.domain.periods import Month
from app.domain.rates import METRICS, TERMINAL, Totals
from app.outbox.jobs import JobContext
from app.rates.schemas import RateItemOut, RatesOut
from app.rates.scope import GroupBy, RateQuery
from app.rates.service import OFFERED, rates
from app.settings import Settings

TERMINAL_OF_MARCH = RateQuery("utilization.terminal", region="1402", first=MARCH, last=MARCH)


def ask(sessions: Database, query: RateQuery, subject: Subject = ADMIN) -> list[RateItemOut]:
    with sessions.reading() as session:
        return RatesOut.of(rates(session, subject, query, NOW, ended_in_products)).items


def one(sessions: Database, **changes: Any) -> RateItemOut:
    [item] = ask(sessions, replace(TERMINAL_OF_MARCH, **changes))
    return item


def test_the_metric_is_offered_with_its_words() -> None:
    assert OFFERED["utilization.terminal"] is TERMINAL
    assert TERMINAL.id not in METRICS, "sums of ledgers alone do not give it"
    assert TERMINAL.of(Totals(followed_grams=4, ended_in_product_grams=1)).value == Fraction(1, 4)
    assert TERMINAL.of(Totals()).reason == "empty_denominator"


def test_it_is_that_of_the_chain_run_with_the_coverage_of_the_scope(
    people: People, sessions: Database
) -> None:
    gangue_to_blocks(people)
    item = one(sessions)
    assert (item.percent, item.numerator_tonnes, item.denominator_tonnes) == ("20.00", "20", "100")
    assert item.percent == summary(sessions).terminal.percent
    assert (item.coverage.ledgers_filed, item.coverage.ledgers_expected) == (3, 3)
    assert item.coverage.sent_tonnes == "106"


def test_by_waste_each_waste_counts_for_itself(people: People, sessions: Database) -> None:
    gangue_to_blocks(people)
    items = ask(sessions, replace(TERMINAL_OF_MARCH, group_by=GroupBy.WASTE))
    assert {item.group["waste"]: (item.percent, item.denominator_tonnes) for item in items} == {
        "SW02": ("76.92", "26"),
        "SW03": ("0.00", "26"),
        "SW04": ("20.00", "100"),
    }
    for item in items:
        alone = one(sessions, wastes=(item.group["waste"],))
        assert (alone.value, alone.denominator_tonnes) == (item.value, item.denominator_tonnes)
    assert one(sessions, wastes=("SW02", "SW04")).denominator_tonnes == "100"


@pytest.mark.parametrize("group", [GroupBy.SITE, GroupBy.REGION, GroupBy.INDUSTRY])
def test_parts_add_up_to_the_whole(people: People, sessions: Database, group: GroupBy) -> None:
    gangue_to_blocks(people)
    items = ask(sessions, replace(TERMINAL_OF_MARCH, group_by=group))
    assert sum(float(item.numerator_tonnes or 0) for item in items) == 20
    assert sum(float(item.denominator_tonnes or 0) for item in items) == 100
    if group is GroupBy.SITE:
        assert [item.group["site"] for item in items] == [site(MINE), site(PLANT), site(WORKS)]
        # The station's ash is all residue: it has no generation of its own to be followed.
        assert [item.reason for item in items] == [None, "empty_denominator", "empty_denominator"]


def test_every_month_is_a_network_of_its_own(people: People, sessions: Database) -> None:
    gangue_to_blocks(people)
    line = {
        "waste": "SW04",
        "opening_stock_tonnes": "20",
        "generated_tonnes": "30",
        "used": [{"process": "backfill", "product": "mine_backfill", "tonnes": "50"}],
    }
    file(people, MINE, line, month="2025-04")
    query = replace(TERMINAL_OF_MARCH, first=Month(2025, 2), last=Month(2025, 4), group_by=GroupBy.MONTH)
    items = ask(sessions, query)
    assert [(item.group["month"], item.percent, item.reason) for item in items] == [
        ("2025-02", None, "no_ledgers"),
        ("2025-03", "20.00", None),
        ("2025-04", "100.00", None),
    ]
    # Over both months nothing is laid down: 80 of 130 t are burnt, 50 used.
    both = one(sessions, last=Month(2025, 4))
    assert (both.denominator_tonnes, both.numerator_tonnes) == ("130", "70")


def test_a_single_site_is_followed_within_its_city_and_no_further(people: People, sessions: Database) -> None:
    gangue_to_blocks(people)
    assert one(sessions, region=None, site=site(MINE)).percent == "20.00"
    assert one(sessions, region="140212", site=site(MINE)).percent == "20.00"
    # Its county alone does not see what the station in the next one does.
    assert one(sessions, region="140212").percent == "0.00"
    file(people, CEMENT, {"waste": "SW02", "generated_tonnes": "5", "closing_stock_tonnes": "5"})
    assert one(sessions, region=None).denominator_tonnes == "105"
    assert one(sessions, region=None, site=site(CEMENT)).percent == "0.00"


def test_an_enterprise_is_not_told_what_its_partners_make_of_its_waste(people: People) -> None:
    gangue_to_blocks(people)
    path = "/v1/rates?metric=utilization.terminal&from=2025-03&to=2025-03"
    own = people.client.get(path, headers=people.of(MINE)).json()["items"][0]
    assert (own["percent"], own["denominator_tonnes"]) == ("0.00", "100")
    both = people.client.get(path + "&region=1402", headers=people.regulator()).json()["items"][0]
    assert both["percent"] == "20.00"


def test_the_region_of_the_run_is_what_it_is_followed_in(people: People, sessions: Database) -> None:
    gangue_to_blocks(people)
    county = summary(sessions, Question(region="140213"))
    assert county.inputs_tonnes["imported"] == "80"
    assert county.terminal.reason == "empty_denominator"


def test_a_stored_run_gives_the_same_rates_until_a_ledger_changes(
    people: People, sessions: Database, settings: Settings, clock: SettableClock
) -> None:
    gangue_to_blocks(people)
    groups = (None, GroupBy.WASTE, GroupBy.SITE)
    live = [ask(sessions, replace(TERMINAL_OF_MARCH, group_by=group)) for group in groups]
    with sessions.writing() as session:
        run = runs.request(session, ADMIN, Question().query, NOW)
    carry_out(JobContext(sessions, settings, clock), {"run_id": str(run.id)})
    assert [ask(sessions, replace(TERMINAL_OF_MARCH, group_by=group)) for group in groups] == live
    with sessions.writing() as session:
        # A stored figure that nobody could compute shows that it is read, and not made anew.
        stored = session.get_one(ChainRun, run.id)
        summary_of_run = stored.result["summary"] if stored.result else {}
        terminal = summary_of_run["terminal"] | {"numerator_tonnes": "77"}
        stored.result = {"summary": summary_of_run | {"terminal": terminal}}
    assert one(sessions).percent == "77.00"
    file(people, WORKS, {"waste": "SW01", "generated_tonnes": "1"}, month="2025-04")
    assert one(sessions).percent == "77.00", "another month's ledger"
    late = people.register("91140200MA0EXAMPLK", region="140212")
    assert late, "a new site may be whom somebody sent to"
    assert one(sessions).percent == "20.00"
