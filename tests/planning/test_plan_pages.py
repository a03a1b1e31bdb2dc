"""The pages of the way to the target and of the forecast: what they show is what the API says."""

from collections.abc import Iterator

import pytest
from builders import People
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import fill_demo, filled_database
from support.run import Run
from web.visits import House, Visit

from app.auth.subjects import Role
from app.main import create_app
from app.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with filled_database("sqlite", run, tmp_path_factory.mktemp("pages"), fill_demo) as url:
        clock = SettableClock()
        app = create_app(Settings(database_url=url), clock=clock)
        with TestClient(app) as client:
            made = House(app, People(client, app.state.database, clock()), app.state.database, clock)
            made.user(Role.REGULATOR, "city", region="1402")
            made.user(Role.REGULATOR, "county", region="140212")
            yield made


@pytest.fixture(scope="module")
def visit(house: House) -> Iterator[Visit]:
    with house.visit("city") as made:
        yield made


def test_the_plan_is_drawn_and_listed_link_by_link(visit: Visit) -> None:
    page = visit.see("/targets/plan?year=2021&target=12")
    found = visit.client.get("/v1/plans?year=2021&target=12").json()
    rows = page.by_id("table-links").all("tr")[1:]
    assert len(rows) == len(found["links"]) > 5
    drawing = page.by_id("plan-map")
    own = [link for link in found["links"] if link["sender"]["code"] == link["receiver"]["code"]]
    assert len(drawing.all("path", class_="link")) == len(found["links"]) - len(own)
    assert len(drawing.all("circle", class_="own")) == len(own)
    takers = {link["receiver"]["code"] for link in found["links"]}
    assert len(drawing.all("rect", class_="takes")) == len(takers)
    assert found["nominal"]["after"]["percent"] == "12.00"
    assert "12.00%" in page.by_id("tile-nominal").text
    assert f"{found['terminal']['after']['percent']}%" in page.by_id("tile-terminal").text
    assert len(page.by_id("table-curve").all("tr")) == len(found["curve"]) + 1


def test_out_of_reach_is_said_with_the_limits(visit: Visit) -> None:
    page = visit.see("/targets/plan?year=2021&target=60")
    assert page.one("p", class_="headline").attributes["data-verdict"] == "below"
    assert "许可能力内达不到目标" in page.text
    assert len(page.by_id("table-limits").all("tr")) == 5
    english = visit.see("/targets/plan?year=2021&target=5&lang=en")
    assert "The target is met already" in english.text
    visit.see("/targets/plan?year=2021&target=5&lang=zh")


def test_what_if_is_answered_beside_the_plan(visit: Visit) -> None:
    found = visit.client.get("/v1/plans?year=2021&target=12").json()
    room = next(
        room for room in found["rooms"] if "SW02" in room["wastes"] and float(room["idle_tonnes"]) > 0
    )
    code = room["site"]["code"]
    page = visit.see(f"/targets/plan?year=2021&target=5&to={code}&of=SW02&tonnes=200000")
    asked = f"/v1/plans/what-if?year=2021&to={code}&of=SW02&tonnes=200000"
    supposed = visit.client.get(asked).json()
    words = page.by_id("supposed").text
    assert f"→ {supposed['terminal']['after']['percent']}%" in words
    assert len(supposed["beyond"]) == len(page.by_id("supposed").all("li", class_="late"))


def test_the_forecast_stands_beside_the_projection(visit: Visit) -> None:
    page = visit.see("/targets/forecast?year=2022&through=2022-08&waste=SW02")
    found = visit.client.get("/v1/forecasts?year=2022&through=2022-08&waste=SW02").json()
    assert f"{found['percent']}%" in page.by_id("tile-rate").text
    assert f"{found['low_percent']}%" in page.by_id("tile-rate").text
    assert f"{found['projection']['percent']}%" in page.by_id("tile-projection").text
    assert len(page.by_id("table-backtest").all("tr")) == 7
    young = visit.see("/targets/forecast?year=2021&through=2021-06")
    assert "不足 18 个" in young.text
    assert "—" in young.by_id("tile-rate").text


def test_targets_lead_there_and_wrong_questions_are_told(house: House, visit: Visit) -> None:
    targets = visit.see("/targets?region=1402&year=2021")
    links = {link.attributes["href"] for link in targets.all("a")}
    assert {"/targets/plan?region=1402&year=2021", "/targets/forecast?region=1402&year=2021"} <= links
    for wrong in ("year=99", "target=101", "target=-1", "limit_km=x", "region=x", "to=..%2F", "tonnes=x"):
        assert visit.see(f"/targets/plan?{wrong}", 422).by_id("invalid")
    for wrong in ("year=99", "through=2022-13", "waste=XX", "region=14"):
        visit.see(f"/targets/forecast?{wrong}", 403 if wrong == "region=14" else 422)
    visit.see("/targets/plan?region=1403", 403)
    with house.visit("county") as county:
        # A regulator of a county plans with what stands in it, and with nothing else.
        assert county.see("/targets/plan?year=2021&target=5").by_id("tile-nominal")
        sites = {
            room["site"]["code"] for room in county.client.get("/v1/plans?year=2021&target=5").json()["rooms"]
        }
        everywhere = {
            room["site"]["code"] for room in visit.client.get("/v1/plans?year=2021&target=5").json()["rooms"]
        }
        assert sites < everywhere
        county.see("/targets/plan?region=1402&year=2021", 403)
    with house.visit() as stranger:
        assert stranger.sent_to("/targets/plan").startswith("/sign-in")
