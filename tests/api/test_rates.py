"""Rates with their coverage, from the figures in the database; every number is worked out by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from api.rates_city import (
    ADMIN,
    AMENDED,
    APRIL,
    CORRECTED,
    DATONG,
    FILED,
    FIRM_A,
    MARCH,
    NOW,
    SHANXI,
    build,
    file,
    line,
)

from app.auth.subjects import Subject
from app.db.session import Database
from app.domain.periods import Month
from app.http.problems import Forbidden, Invalid, NotFound
from app.rates.export import csv_text, safe_cell
from app.rates.repository import Scope
from app.rates.schemas import RatesOut
from app.rates.scope import GroupBy, RateQuery
from app.rates.service import enterprises_behind, rates

MARCH_ONLY = RateQuery("utilization.statutory", first=MARCH, last=MARCH)
YEAR = RateQuery("utilization.statutory", first=Month(2025, 1), last=Month(2025, 12))


@pytest.fixture
def city(sessions: Database) -> Database:
    build(sessions)
    return sessions


def ask(city: Database, subject: Subject, query: RateQuery) -> RatesOut:
    with city.reading() as session:
        return RatesOut.of(rates(session, subject, query, NOW))


def test_one_item_with_the_shape_of_the_contract(city: Database) -> None:
    answer = ask(city, SHANXI, replace(MARCH_ONLY, region="1402", wastes=("SW02",)))
    assert answer.scope == {"region": "1402", "waste": "SW02", "from": "2025-03", "to": "2025-03"}
    document = answer.model_dump(mode="json")
    assert document["as_of"] == "2026-01-10T08:00:00Z"
    assert document["metric"]["id"] == "utilization.statutory"
    [item] = document["items"]
    assert item["group"] == {}
    assert (item["value"], item["percent"], item["reason"]) == ("0.700000", "70.00", None)
    assert (item["numerator_tonnes"], item["denominator_tonnes"]) == ("700", "1000")
    assert item["coverage"] == {
        "ledgers_filed": 1,
        "ledgers_expected": 1,
        "sent_tonnes": "500",
        "confirmed_tonnes": "450",
    }
    assert item["warnings"] == []


def test_what_the_receiver_confirmed_counts_once_and_no_more(city: Database) -> None:
    answer = ask(city, SHANXI, replace(MARCH_ONLY, metric="utilization.confirmed"))
    # 200 t on the site and 450 of the 500 t sent.
    assert answer.items[0].value == "0.650000"


@pytest.mark.parametrize(
    ("moment", "value", "confirmed"),
    [
        (AMENDED - timedelta(seconds=1), "0.800000", "400"),
        (AMENDED, "0.700000", "400"),
        (CORRECTED, "0.700000", "450"),
    ],
)
def test_as_of_gives_the_figures_of_then(
    city: Database, moment: datetime, value: str, confirmed: str
) -> None:
    answer = ask(city, SHANXI, replace(MARCH_ONLY, as_of=moment))
    assert answer.items[0].value == value
    assert answer.items[0].coverage.confirmed_tonnes == confirmed
    assert answer.as_of == moment


@pytest.mark.parametrize("group", [None, *GroupBy])
def test_as_of_now_is_what_the_rollups_and_transfers_say(city: Database, group: GroupBy | None) -> None:
    for metric in ("utilization.statutory", "utilization.confirmed", "storage.rate"):
        query = replace(YEAR, metric=metric, group_by=group)
        assert ask(city, SHANXI, query) == ask(city, SHANXI, replace(query, as_of=NOW))


def test_before_anything_was_filed_there_is_no_value(city: Database) -> None:
    answer = ask(city, SHANXI, replace(MARCH_ONLY, as_of=datetime(2025, 4, 1, tzinfo=UTC)))
    [item] = answer.items
    assert (item.value, item.reason, item.numerator_tonnes) == (None, "no_ledgers", None)
    assert (item.coverage.ledgers_filed, item.coverage.ledgers_expected) == (0, 2)


def test_a_month_not_filed_is_missing_and_a_nil_month_is_empty(city: Database) -> None:
    answer = ask(city, DATONG, replace(YEAR, group_by=GroupBy.MONTH))
    by_month = {item.group["month"]: item for item in answer.items}
    assert list(by_month) == [f"2025-{number:02d}" for number in range(1, 13)]
    assert by_month["2025-01"].reason == "no_ledgers"
    assert by_month["2025-01"].coverage.ledgers_expected == 1
    assert by_month["2025-04"].reason == "empty_denominator"
    assert by_month["2025-04"].coverage.ledgers_filed == 1
    assert by_month["2025-03"].percent == "70.00"


def test_without_months_the_last_twelve_filed_are_meant(city: Database) -> None:
    answer = ask(city, DATONG, RateQuery("utilization.statutory"))
    assert (answer.scope["from"], answer.scope["to"]) == ("2024-05", str(APRIL))


@pytest.mark.parametrize(
    ("group", "keys"),
    [
        (GroupBy.REGION, ["1402", "1403"]),
        (GroupBy.SITE, ["S1", "S2"]),
        (GroupBy.INDUSTRY, ["C3011", "D4411"]),
        (GroupBy.WASTE, ["SW02"]),
    ],
)
def test_groups(city: Database, group: GroupBy, keys: list[str]) -> None:
    answer = ask(city, SHANXI, replace(MARCH_ONLY, group_by=group))
    assert [item.group for item in answer.items] == [{group.value: key} for key in keys]
    assert "0.700000" in [item.value for item in answer.items]


def test_coverage_counts_ledgers_from_each_sites_first_month(city: Database) -> None:
    answer = ask(city, SHANXI, replace(YEAR, metric="coverage", last=APRIL))
    [item] = answer.items
    # S1 owes January to April, S2 March and April.
    assert (item.numerator, item.denominator, item.value) == (4, 6, "0.666667")
    assert item.numerator_tonnes is None


def test_growth_without_last_year_has_no_value(city: Database) -> None:
    answer = ask(city, SHANXI, replace(MARCH_ONLY, metric="consumption.growth"))
    assert answer.items[0].reason == "no_last_year"


@pytest.mark.parametrize("group", [None, GroupBy.MONTH, GroupBy.WASTE])
def test_growth_compares_with_the_same_month_a_year_earlier(city: Database, group: GroupBy | None) -> None:
    with city.writing() as session:
        last_year = line(generated=900, own_used=500, used_on_site=500)
        file(session, "S1", Month(2024, 3), [(FILED, last_year, None)])
    answer = ask(city, SHANXI, replace(MARCH_ONLY, metric="consumption.growth", group_by=group))
    assert [item.value for item in answer.items] == ["0.400000"]


def test_an_enterprise_sees_its_own_sites_and_the_answer_says_so(city: Database) -> None:
    answer = ask(city, FIRM_A, replace(MARCH_ONLY, group_by=GroupBy.SITE))
    assert answer.scope["enterprise"] == "A" * 18
    assert [item.group for item in answer.items] == [{"site": "S1"}]
    assert ask(city, FIRM_A, MARCH_ONLY).items[0].value == "0.700000"


def test_others_sites_and_regions_stay_closed(city: Database) -> None:
    for subject in (FIRM_A, DATONG):
        with pytest.raises(NotFound):
            ask(city, subject, replace(MARCH_ONLY, site="S2"))
    with pytest.raises(Forbidden) as refused:
        ask(city, DATONG, replace(MARCH_ONLY, region="1403"))
    assert refused.value.extra == {"territory": "1402"}
    assert ask(city, DATONG, MARCH_ONLY).scope["region"] == "1402"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"metric": "utilization.nothing"}, "#query/metric"),
        ({"wastes": ("SW02", "SW99")}, "#query/waste"),
        ({"region": "99"}, "#query/region"),
        ({"first": APRIL}, "#query/from"),
        ({"first": Month(1995, 1)}, "#query/from"),
        ({"as_of": NOW + timedelta(seconds=1)}, "#query/as_of"),
        ({"as_of": datetime(1, 1, 1, tzinfo=UTC)}, "#query/as_of"),
        ({"cursor": "%"}, "#query/cursor"),
    ],
)
def test_what_cannot_be_answered_is_refused(city: Database, change: dict[str, object], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(city, ADMIN, replace(MARCH_ONLY, **change))  # type: ignore[arg-type]
    assert [fault.pointer for fault in refused.value.errors] == [pointer]


def test_enterprises_behind_a_group_are_counted(city: Database) -> None:
    with city.reading() as session:
        scope = Scope(MARCH, APRIL, region="14")
        assert enterprises_behind(session, ADMIN, scope, GroupBy.WASTE) == {"SW02": 2}
        assert enterprises_behind(session, ADMIN, scope, GroupBy.REGION) == {"1402": 1, "1403": 1}


def test_pages_hang_together(city: Database) -> None:
    query = replace(YEAR, group_by=GroupBy.MONTH, limit=5)
    months, cursor = [], None
    while True:
        answer = ask(city, SHANXI, replace(query, cursor=cursor))
        months += [item.group["month"] for item in answer.items]
        cursor = answer.next_cursor
        if cursor is None:
            break
    assert months == [f"2025-{number:02d}" for number in range(1, 13)]


def test_csv_has_a_row_an_item(city: Database) -> None:
    lines = csv_text(ask(city, SHANXI, replace(MARCH_ONLY, group_by=GroupBy.SITE)), "site").splitlines()
    assert lines[0].startswith("group_site,metric,metric_version,")
    assert len(lines) == 3
    assert lines[1].startswith("S1,utilization.statutory,1,")
    assert ",0.700000,70.00,700,1000," in lines[1]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("+1", "'+1"),
        ("-x", "'-x"),
        ("\tx", "'\tx"),
        ("-0.5", "-0.5"),
        ("S1", "S1"),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_disarmed(cell: str, safe: str) -> None:
    assert safe_cell(cell) == safe
