"""The pages of permits: validity, departures and headroom as the API gives them; who sees which."""

from collections.abc import Iterator

import pytest
from builders import MILL, ledger
from permits.permit_bodies import NUMBER, facility, permit
from support.run import Run
from web.html_tree import Node
from web.visits import House, Visit, open_house

from app.auth.subjects import Role

STRAY = "91140200MA0STRAYXX001P"
OLD = f"{MILL}002P"


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("permits")) as made:
        made.people.register(MILL, sites=2)
        system = made.people.headers(Role.PERMIT_SYSTEM, region="1402")
        small = permit(
            facilities=[facility(capacity={"amount": "500", "unit": "t"})], valid_until="2026-02-09"
        )
        for number, body in ((NUMBER, small), (OLD, permit(valid_until="2025-12-31")), (STRAY, permit())):
            answer = made.people.client.put(f"/v1/permits/{number}", json=body, headers=system)
            assert answer.status_code in (200, 201), answer.text
        lines = (
            {"waste": "SW02", "generated_tonnes": "800", "closing_stock_tonnes": "800"},
            {"waste": "SW04", "generated_tonnes": "5", "dumped_tonnes": "5"},
        )
        assert made.people.file(ledger(NUMBER, "2025-12", *lines)).status_code == 201
        made.user(Role.REGULATOR, region="1402")
        made.user(Role.REGULATOR, username="elsewhere", region="1403")
        made.user(Role.PERMIT_SYSTEM, region="1402")
        made.user(Role.ENTERPRISE, enterprise=MILL)
        yield made


@pytest.fixture(scope="module")
def visit(house: House) -> Iterator[Visit]:
    with house.visit("regulator") as made:
        yield made


def numbers_of(page: Node) -> list[str]:
    found = [node for node in page.walk() if node.attributes.get("id") == "table-permits"]
    return [row.one("th").text for table in found for row in table.one("tbody").all("tr")]


def test_the_list_says_what_is_valid_and_what_is_not(visit: Visit) -> None:
    page = visit.see("/permits")
    assert numbers_of(page) == sorted([NUMBER, OLD, STRAY])
    rows = {row.one("th").text: row for row in page.by_id("table-permits").one("tbody").all("tr")}
    # The clock stands at 2026-01-10.
    assert "还有30天到期" in rows[NUMBER].text
    assert "已过期10天" in rows[OLD].text
    assert "没有登记此编号的场所" in rows[STRAY].text
    for view, expected in (
        ("expired", [OLD]),
        ("expiring", [NUMBER]),
        ("unmatched", [STRAY]),
        ("departing", []),
    ):
        page = visit.see(f"/permits?view={view}")
        assert numbers_of(page) == expected
        assert page.by_id(f"tile-permits-{view}").one("span", class_="value").text == str(len(expected))
    assert visit.see("/permits?view=departing").by_id("empty")


def test_a_permit_stands_beside_its_ledgers_as_the_api_says(visit: Visit) -> None:
    page = visit.see(f"/permits/{NUMBER}")
    told = visit.client.get(f"/v1/permits/{NUMBER}/compliance").json()
    assert told["verdict"] == "departs"
    assert page.one("p", class_="headline").text == "台账超出许可"
    assert [
        line.text.startswith(each["reason"]["zh"][:8])
        for line, each in zip(page.by_id("departures").all("li"), told["departures"], strict=True)
    ] == [True] * len(told["departures"])
    room = visit.client.get(f"/v1/permits/{NUMBER}/headroom").json()["items"]
    lines = page.by_id("headroom").all("li")
    assert len(lines) == len(room)
    assert "data-missing" in lines[0].attributes, "800 t in a store of 500 t"
    assert lines[0].all("pattern")
    assert "粉煤灰" in page.by_id("table-wastes").text
    assert "自行贮存" in page.by_id("table-wastes").text
    assert visit.client.get(page.by_id("versions").all("a")[1].attributes["href"]).status_code == 200


def test_a_permit_without_a_site_says_so(visit: Visit) -> None:
    page = visit.see(f"/permits/{STRAY}?lang=en")
    assert page.one("h1").text == "no site has this number"
    visit.see(f"/permits/{STRAY}?lang=zh")


def test_others_do_not_see_it(house: House, visit: Visit) -> None:
    visit.see("/permits/nonsense", 404)
    visit.see(f"/permits/{'9' * 18}001P", 404)
    visit.see("/permits?view=x", 422)
    visit.see("/permits?region=1403", 403)
    with house.visit("elsewhere") as other:
        assert numbers_of(other.see("/permits")) == []
        other.see(f"/permits/{NUMBER}", 404)
    with house.visit("enterprise") as enterprise:
        enterprise.see("/permits", 403)
    with house.visit("permit_system") as system:
        assert system.sent_to("/") == "/permits"
        assert numbers_of(system.see("/permits")) == sorted([NUMBER, OLD, STRAY])
