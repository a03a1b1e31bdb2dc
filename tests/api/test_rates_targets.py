"""Targets: which apply, over which months, and how far the scope is from them."""

from datetime import datetime

import pytest
from api.rates_city import AMENDED, DATONG, FIRM_A, NOW, build, refer

from app.auth.subjects import Subject
from app.db.session import Database
from app.http.problems import Forbidden
from app.rates.progress import TargetsQuery, targets_progress
from app.rates.schemas import TargetProgressOut, TargetsProgressOut

_BODY = {
    "metric": "utilization.new_waste",
    "wastes": [],
    "from": "2022-01",
    "to": "2025-12",
    "assessed": "final_year",
    "comparison": "at_least",
    "threshold": "0.80",
}


@pytest.fixture
def city(sessions: Database) -> Database:
    build(sessions)
    with sessions.writing() as session:
        refer(session, "bases", "datong", {"region": "1402"})
        refer(session, "targets", "test-datong", _BODY | {"scope": {"region": "1402", "base": None}})
        refer(session, "targets", "test-base", _BODY | {"scope": {"region": None, "base": "datong"}})
        refer(session, "targets", "test-nation", _BODY | {"scope": {}})
        refer(session, "targets", "test-elsewhere", _BODY | {"scope": {"region": "1403", "base": None}})
    return sessions


def ask(city: Database, subject: Subject, query: TargetsQuery, now: datetime = NOW) -> TargetsProgressOut:
    with city.reading() as session:
        return TargetsProgressOut.of(targets_progress(session, subject, query, now))


def ours(answer: TargetsProgressOut) -> dict[str, TargetProgressOut]:
    return {item.target.code: item for item in answer.items if item.target.code.startswith("test-")}


def test_the_regions_own_target_and_the_nations_apply(city: Database) -> None:
    assert set(ours(ask(city, DATONG, TargetsQuery()))) == {"test-datong", "test-nation"}


def test_a_base_has_its_own_target_besides(city: Database) -> None:
    found = ours(ask(city, DATONG, TargetsQuery(base="datong")))
    assert set(found) == {"test-base", "test-datong", "test-nation"}
    assert found["test-base"].value == "0.700000"


def test_gap_in_points_and_in_tonnes(city: Database) -> None:
    item = ours(ask(city, DATONG, TargetsQuery()))["test-datong"]
    assert (item.period.from_, item.period.to) == ("2025-01", "2025-12")
    assert (item.value, item.status) == ("0.700000", "not_met")
    assert (item.gap_points, item.gap_tonnes) == ("10.00", "100")
    # January 2026: the year is over, what was not filed is missing, and nothing more can be asked of it.
    assert (item.months_filed, item.months_remaining, item.pace_tonnes_per_month) == (2, 0, None)
    assert item.pace_reason == "period_over"
    assert item.coverage.ledgers_expected == 12


def test_pace_counts_the_months_still_to_come(city: Database) -> None:
    item = ours(ask(city, DATONG, TargetsQuery(as_of=AMENDED)))["test-datong"]
    # June to December are to come on 1 June.
    assert item.months_remaining == 7
    # 12 months of 500 t at 80 % less the 5 passed months at their mean of 350 t, over 7 months.
    assert item.pace_tonnes_per_month == "435.714286"


def test_a_year_without_ledgers_has_no_data_yet(city: Database) -> None:
    item = ours(ask(city, DATONG, TargetsQuery(year=2024)))["test-datong"]
    assert (item.value, item.status, item.outlook) == (None, "no_data_yet", "no_data_yet")


def test_an_enterprise_has_no_targets_of_a_region(city: Database) -> None:
    with pytest.raises(Forbidden):
        ask(city, FIRM_A, TargetsQuery())
