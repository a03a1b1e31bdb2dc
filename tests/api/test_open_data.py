"""The open data of the demo city: equal to the rates where shown, and nothing of fewer than three enterprises."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.db.session import Database
from app.enterprises.models import Enterprise, Site
from app.ledgers.models import Ledger, LedgerLine
from app.main import create_app
from app.open_data.columns import COLUMNS
from app.open_data.schemas import OpenRowOut
from app.open_data.service import withheld_wastes
from app.open_data.table import READER, relations
from app.rates.scope import RateQuery, month_of
from app.rates.service import rates
from app.settings import Settings

pytestmark = pytest.mark.demo_city
NOW = datetime(2024, 5, 1, 4, tzinfo=UTC)
URL = "/v1/open-data/rates?year=2021"
Rows = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture
def clock() -> SettableClock:
    made = SettableClock()
    made.set(NOW.isoformat())
    return made


@pytest.fixture
def client(database: str, clock: SettableClock) -> Iterator[TestClient]:
    settings = Settings(database_url=database, public_page=True, open_data_licence="示例许可 1.0")
    with TestClient(create_app(settings, clock=clock)) as made:
        yield made


def rows(client: TestClient, query: str = "") -> Rows:
    found: Rows = {}
    cursor = ""
    while True:
        page = client.get(f"{URL}&limit=50{query}{cursor}").json()
        found |= {(item["region"], item["waste"]): item for item in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_what_is_shown_is_what_the_rates_say_and_what_is_hidden_has_no_figure(
    client: TestClient, sessions: Database
) -> None:
    found = rows(client)
    city = found["1402", ""]
    assert city["region_name"] == "大同市"
    with sessions.reading() as session:
        query = RateQuery(
            "utilization.statutory",
            region="1402",
            first=month_of("from", "2021-01"),
            last=month_of("to", "2021-12"),
        )
        [item] = rates(session, READER, query, NOW).items
    assert Decimal(city["generated_tonnes"]) * 1_000_000 == item.cell.totals.generated_grams
    assert city["utilization_statutory"] == item.ratio.value_text()
    assert (city["ledgers_filed"], city["ledgers_expected"]) == (
        item.cell.ledgers_filed,
        item.cell.ledgers_expected,
    )
    hidden = [row for row in found.values() if row["withheld"]]
    assert hidden
    figures = [column.name for column in COLUMNS if column.kind in ("tonnes", "fraction", "count")]
    assert all(row[name] is None for row in hidden for name in figures)
    assert all(row["generated_tonnes"] is not None for row in found.values() if not row["withheld"])


def test_no_cell_of_fewer_than_three_is_shown_and_what_is_shown_adds_up_to_none(
    client: TestClient, sessions: Database
) -> None:
    found = rows(client)
    with sessions.reading() as session:
        owners = _owners(session)
    small = {key for key, names in owners.items() if len(names) < 3}
    assert small
    assert all(found[key]["withheld"] for key in small)
    for relation in relations(found):
        gone = [key for key in relation.members if found[key]["withheld"]]
        assert len(gone) != 1, f"{gone[0]} is its total less the others"


def _owners(session: Any) -> dict[tuple[str, str], set[Any]]:
    """The same count another way: row by row."""
    query = (
        select(Site.region, LedgerLine.waste, Enterprise.id, LedgerLine.generated_grams)
        .join(Ledger, Ledger.version_id == LedgerLine.version_id)
        .join(Site, Site.id == Ledger.site_id)
        .join(Enterprise, Enterprise.id == Site.enterprise_id)
        .where(Ledger.month.between(month_of("from", "2021-01"), month_of("to", "2021-12")))
    )
    found: dict[tuple[str, str], set[Any]] = {}
    for region, waste, enterprise, generated in session.execute(query):
        for digits in (0, 2, 4, 6):
            for key in ((region[:digits], waste), (region[:digits], "")):
                if generated:
                    found.setdefault(key, set()).add(enterprise)
    return found


def test_the_csv_is_the_json_with_the_columns_of_the_dictionary(client: TestClient) -> None:
    answer = client.get(f"{URL}&format=csv&language=en")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'rel="describedby"' in answer.headers["link"]
    table = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    dictionary = client.get("/v1/open-data/dictionary").json()
    names = [column["name"] for column in dictionary["columns"]]
    assert list(table[0]) == names == list(OpenRowOut.model_fields)
    assert dictionary["licence"] == "示例许可 1.0"
    assert dictionary["years"] == [2021, 2022, 2023][: len(dictionary["years"])]
    found = rows(client, "&language=en")
    assert len(table) == len(found)
    for row in table:
        same = found[row["region"], row["waste"]]
        assert row["generated_tonnes"] == (same["generated_tonnes"] or "")
        assert row["withheld"] == str(same["withheld"]).lower()


def test_a_region_and_a_waste_can_be_chosen_and_wrong_questions_are_told(client: TestClient) -> None:
    chosen = rows(client, "&region=1402&waste=SW02")
    assert chosen
    assert all(region.startswith("1402") and waste == "SW02" for region, waste in chosen)
    for query in ("year=2024", "year=1990", "region=x", "cursor=%3Cx", "limit=0"):
        answer = client.get(f"/v1/open-data/rates?{query}")
        assert answer.status_code == 422, query
        assert answer.json()["errors"][0]["pointer"] == f"#query/{query.split('=')[0]}"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_table_stays_for_an_hour_and_then_follows_the_ledgers(
    client: TestClient, clock: SettableClock
) -> None:
    made = client.get(URL).json()["made_at"]
    clock.advance(minutes=59)
    assert client.get(URL).json()["made_at"] == made
    clock.advance(minutes=2)
    assert client.get(URL).json()["made_at"] != made


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_nothing_is_open_unless_it_is_switched_on(database: str) -> None:
    with TestClient(create_app(Settings(database_url=database))) as closed:
        for path in (URL, "/v1/open-data/dictionary"):
            answer = closed.get(path)
            assert answer.status_code == 404
            assert "HUANLIAN_PUBLIC_PAGE" in str(answer.json())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_page_shows_what_is_published_and_the_public_page_leads_there(client: TestClient) -> None:
    assert 'href="/open-data"' in client.get("/?year=2021").text
    found = rows(client)
    page = client.get("/open-data?year=2021").text
    assert "示例许可 1.0" in page
    regions = {region: row for (region, waste), row in found.items() if waste == ""}
    assert page.count('class="text withheld"') == sum(row["withheld"] for row in regions.values())
    for region, row in regions.items():
        assert row["region_name"] in page, region
    assert client.get("/open-data?year=2020").status_code == 422


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_public_page_is_told_what_the_open_data_withhold(sessions: Database, client: TestClient) -> None:
    hidden = {waste for (region, waste), row in rows(client).items() if region == "" and row["withheld"]}
    assert hidden
    with sessions.reading() as session:
        assert withheld_wastes(session, 2021, NOW) == hidden
