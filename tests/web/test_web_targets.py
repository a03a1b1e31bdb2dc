"""The page of targets: what the API says of each, drawn with its mark and its interval."""

from collections.abc import Iterator

import pytest
from support.run import Run
from web import small_city
from web.visits import House, Visit, open_house

from app.auth.subjects import Role


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("targets")) as made:
        small_city.build(made.people)
        made.user(Role.REGULATOR, region="1402")
        made.user(Role.ENTERPRISE, enterprise=small_city.FIRMS["A"])
        yield made


@pytest.fixture(scope="module")
def visit(house: House) -> Iterator[Visit]:
    with house.visit("regulator") as made:
        yield made


def test_every_target_is_shown_as_the_api_judges_it(visit: Visit) -> None:
    page = visit.see("/targets?year=2025")
    items = visit.client.get("/v1/targets/progress?year=2025").json()["items"]
    assert len(items) >= 2
    panels = {panel.attributes["id"]: panel for panel in page.all("section", class_="panel")}
    assert set(panels) == {item["target"]["code"] for item in items}
    for item in items:
        panel = panels[item["target"]["code"]]
        assert panel.one("span", class_="value").text.removesuffix("%") == (item["percent"] or "—")
        assert len(panel.all("line", class_="target")) == 1
        assert len(panel.all("rect", class_="value")) == (item["percent"] is not None)


def test_the_city_is_short_of_its_target_in_points_and_tonnes(visit: Visit) -> None:
    panel = visit.see("/targets?year=2025").by_id("datong-2025-60")
    # 37 % of 10,000 t: 23 points and 2,300 t are missing; three months of twelve are filed.
    assert panel.attributes["data-verdict"] == "below"
    assert "差23.00个百分点、0.23 万吨" in panel.text
    assert "已报 3 个月，共 12 个月" in panel.text
    assert len(panel.all("g", class_="interval")) == 1
    assert "95%区间" in panel.text


def test_a_year_without_targets_and_a_wrong_question_are_told(house: House, visit: Visit) -> None:
    assert visit.see("/targets?year=1995").by_id("empty")
    for query in ("year=99", "year=x", "base=nowhere", "region=x"):
        assert visit.see(f"/targets?{query}", 422).by_id("invalid")
    visit.see("/targets?region=1403", 403)
    with house.visit("enterprise") as enterprise:
        enterprise.see("/targets", 403)
