"""A figure of the overview is taken apart until the ledger that was filed: the parts add up at every step."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from builders import ledger
from support.run import Run
from web import small_city
from web.html_tree import Node
from web.visits import House, open_house

from app.auth.subjects import Role
from app.web.figures import view

PERIOD = "from=2025-01&to=2025-03"


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("figures")) as made:
        small_city.build(made.people)
        made.user(Role.REGULATOR, region="1402")
        made.user(Role.REGULATOR, "far", region="13")
        made.user(Role.PERMIT_SYSTEM, region="1402")
        made.user(Role.ENTERPRISE, enterprise=small_city.FIRMS["B"])
        yield made


def table(page: Node) -> tuple[list[list[str]], list[str]]:
    """The rows of the table, and its last one."""
    rows = [
        [cell.text for cell in row.walk() if cell.name in {"th", "td"}]
        for row in page.by_id("table-parts").all("tr")
    ]
    return rows[1:-1], rows[-1]


def tonnes(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-"))


def links(page: Node) -> list[str]:
    return [a.attributes["href"] for a in page.by_id("table-parts").all("a")]


@pytest.mark.parametrize(("tile", "column", "whole"), [("generated", 1, "10,000"), ("used", 2, "4,000")])
def test_a_figure_leads_to_sites_to_months_to_the_ledger(
    house: House, tile: str, column: int, whole: str
) -> None:
    with house.visit("regulator") as visit:
        figure = visit.see(f"/?{PERIOD}").by_id(f"tile-{tile}")
        assert whole in figure.one("p", class_="figure").attributes["title"]
        page = visit.see(figure.one("h2").one("a").attributes["href"])
        rows, total = table(page)
        assert total[column] == whole
        assert sum(tonnes(row[column]) for row in rows) == tonnes(whole)
        assert len(rows) == 4
        assert "2025年1月—2025年3月" in page.one("p", class_="scope-line").text
        months = visit.see(links(page)[0])
        rows_of_site, total_of_site = table(months)
        assert total_of_site[1:] == rows[0][1:]
        assert sum(tonnes(row[column]) for row in rows_of_site) == tonnes(total_of_site[column])
        ledger = visit.see(links(months)[0])
        assert "2025" in ledger.text


def test_the_row_of_the_figure_that_was_pressed_is_marked(house: House) -> None:
    with house.visit("regulator") as visit:
        page = visit.see(f"/figures?figure=disposed&{PERIOD}&lang=en")
        chosen = [head.text for head in page.by_id("table-parts").all("th", class_="chosen")]
        assert chosen == ["Disposed of"]
        assert page.one("span", class_="moment").text.startswith("As of 2026-01-10")


def test_many_sites_become_one_row_that_keeps_the_sum(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr(view, "MOST_ROWS", 1)
    with house.visit("regulator") as visit:
        rows, total = table(visit.see(f"/figures?figure=generated&{PERIOD}"))
        assert [row[0] for row in rows][1] == "其余3个场所"
        assert sum(tonnes(row[1]) for row in rows) == tonnes(total[1])


def test_an_enterprise_sees_its_own_and_others_see_nothing(house: House) -> None:
    own, other = (f"{small_city.FIRMS[name]}001P" for name in "BA")
    with house.visit("enterprise") as visit:
        rows, total = table(visit.see(f"/figures?{PERIOD}"))
        assert len(rows) == 1
        assert total[1] == "3,000"
        visit.see(f"/figures?site={own}&{PERIOD}")
        visit.see(f"/figures?site={other}&{PERIOD}", 404)
    with house.visit("far") as visit:
        assert visit.see(f"/figures?{PERIOD}").by_id("empty")
        visit.see(f"/figures?region=1402&{PERIOD}", 403)
        visit.see(f"/figures?site={own}&{PERIOD}", 404)
    with house.visit("permit_system") as visit:
        visit.see(f"/figures?{PERIOD}", 403)
    with house.visit() as stranger:
        assert stranger.sent_to(f"/figures?{PERIOD}").startswith("/sign-in")


@pytest.mark.parametrize(
    "query", ["region=9x", "waste=%00", "from=2025-13", "site=a/b", "figure=%F0%9F%98%80"]
)
def test_what_is_no_address_of_ours_is_refused_in_words(house: House, query: str) -> None:
    with house.visit("regulator") as visit:
        page = visit.see(f"/figures?{query}", 422)
        assert page.by_id("invalid").all("li")


def test_the_regions_below_stand_as_tiles_that_lead_on(house: House) -> None:
    with house.visit("regulator") as visit:
        assert not [
            one for one in visit.see(f"/?{PERIOD}").all("section") if one.attributes.get("id") == "regions"
        ]
        house.people.register("91140200MA0EXAMPEX", region="140213", industry="06")
        site = "91140200MA0EXAMPEX001P"
        line = {"waste": "SW04", "generated_tonnes": "100", "used": [], "closing_stock_tonnes": "100"}
        answer = house.people.file(ledger(site, "2025-01", line), enterprise="91140200MA0EXAMPEX")
        assert answer.status_code == 201, answer.text
        tiles = visit.see(f"/?{PERIOD}&lang=zh").by_id("regions").all("li")
        assert [tile.attributes["data-region"] for tile in tiles] == ["140212", "140213"]
        assert tiles[1].one("strong").text == "0.00%"
        assert all("差" in tile.text or "目标" in tile.text for tile in tiles)
        county = visit.see(tiles[1].one("a").attributes["href"])
        assert county.by_id("tile-generated").one("span", class_="value").text == "0.01"
        assert not [one for one in county.all("section") if one.attributes.get("id") == "regions"]
