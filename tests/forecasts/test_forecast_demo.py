"""The year's end of the demo city, forecast from its first months and held against how it ended."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from builders import People
from chain_runs.city import ADMIN
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import fill_demo, filled_database
from support.run import Run
from typer.testing import CliRunner

from app.cli import cli
from app.db.session import Database
from app.domain.forecasting import Method
from app.domain.periods import Month
from app.forecasts.service import Forecast, ForecastQuery, Status, forecast
from app.main import create_app
from app.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with filled_database("sqlite", run, tmp_path_factory.mktemp("city"), fill_demo) as url:
        yield url


@pytest.fixture(scope="module")
def people(city: str) -> Iterator[People]:
    clock = SettableClock()
    app = create_app(Settings(database_url=city), clock=clock)
    with TestClient(app) as client:
        yield People(client, app.state.database, clock())


@pytest.fixture(scope="module")
def sessions(people: People) -> Database:
    return people.sessions


def asked(sessions: Database, year: int, through: Month | None = None, *wastes: str) -> Forecast:
    with sessions.reading() as session:
        query = ForecastQuery(year, "1402", wastes, through)
        return forecast(session, ADMIN, query, datetime(2026, 1, 10, tzinfo=UTC))


def test_eight_months_tell_how_the_year_ended(sessions: Database) -> None:
    whole, early = asked(sessions, 2022), asked(sessions, 2022, Month(2022, 8))
    assert (whole.status, early.status) == (Status.COMPLETE, Status.FORECAST)
    assert whole.generated.grams == 66_874_000 * 10**6
    assert early.open_months == tuple(Month(2022, number) for number in (9, 10, 11, 12))
    assert (early.history, early.known_months) == ((Month(2021, 1), Month(2022, 8)), 20)
    for sooner, ended in ((early.generated, whole.generated), (early.used, whole.used)):
        assert ended.grams is not None
        assert sooner.grams is not None
        assert sooner.low_grams is not None
        assert sooner.high_grams is not None
        assert sooner.filed_grams < sooner.low_grams <= ended.grams <= sooner.high_grams
        assert abs(sooner.grams - ended.grams) < 0.03 * ended.grams
        assert {each.method for each in sooner.errors} == set(Method)
        judged = {each.method: each.mase for each in sooner.errors}
        other = {Method.SEASONAL_NAIVE: Method.STATE_SPACE, Method.STATE_SPACE: Method.SEASONAL_NAIVE}
        assert sooner.method is not None
        assert judged[sooner.method] <= judged[other[sooner.method]]
    assert whole.rate is not None
    assert early.rate is not None
    assert early.low is not None
    assert early.high is not None
    assert early.low < (whole.rate.value or 0) < early.high
    assert early.rate.value is not None
    assert early.low < early.rate.value < early.high
    # The season of use is what the projection of the targets does not know; both stand in the answer.
    assert early.projection is not None
    assert early.projection.value != early.rate.value


def test_too_few_months_too_far_and_nothing_at_all_are_said(sessions: Database) -> None:
    young = asked(sessions, 2021, Month(2021, 9))
    assert (young.status, young.rate, young.generated.grams) == (Status.TOO_FEW_MONTHS, None, None)
    assert young.generated.filed_grams > 0
    assert young.projection is not None
    assert asked(sessions, 2024).status is Status.TOO_FAR
    assert asked(sessions, 2019).status is Status.NO_DATA
    # Nobody in the city makes distillers' grains: no figure is made of ledgers that do not name them.
    grains = asked(sessions, 2022, Month(2022, 8), "SW13")
    assert (grains.status, grains.rate, grains.used.grams) == (Status.NO_DATA, None, None)


def test_over_http_and_by_command(people: People, city: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/v1/forecasts?region=1402&year=2022&waste=SW02&through=2022-08"
    answer = people.client.get(path, headers=people.regulator())
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["status"], found["known_from"], found["known_to"]) == ("forecast", "2021-01", "2022-08")
    assert found["open_months"] == ["2022-09", "2022-10", "2022-11", "2022-12"]
    assert float(found["low_percent"]) < float(found["percent"]) < float(found["high_percent"])
    assert [each["method"] for each in found["used"]["backtest"]] == [method.value for method in Method]
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", city)
    command = ["forecast", "--region", "1402", "--year", "2022", "--waste", "SW02"]
    told = CliRunner().invoke(cli, [*command, "--through", "2022-08", "--json"])
    assert told.exit_code == 0, told.output
    same = json.loads(told.stdout)
    assert {**same, "as_of": None} == {**found, "as_of": None}
    assert CliRunner().invoke(cli, [*command, "--through", "2022-13"]).exit_code == 1
    assert CliRunner().invoke(cli, [*command, "--region", "99"]).exit_code == 1
    assert "无需预测" in CliRunner().invoke(cli, command).stdout


def test_strangers_to_the_territory_are_told_nothing(people: People) -> None:
    path = "/v1/forecasts?region=1402&year=2022"
    assert people.client.get(path, headers=people.regulator("1403")).status_code == 403
    assert people.client.get(path).status_code == 401
    for wrong in ("year=1", "year=2022&waste=XX", "year=2022&through=2022-13", "year=2022&region=140"):
        assert people.client.get(f"/v1/forecasts?{wrong}", headers=people.regulator()).status_code == 422
