"""The site sheet: months in, out and in stock, partners, what is missing; the figures of hand."""

import re
from collections.abc import Iterator

import pytest
from builders import MILL, WORKS, example_line, ledger
from permits.permit_bodies import facility, permit
from support.run import Run
from web.html_tree import Node
from web.visits import House, Visit, open_house

from app.auth.subjects import Role

SITE = f"{MILL}001P"


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """January to April on file without February; March does not balance by 30 t and was amended."""
    with open_house(run, tmp_path_factory.mktemp("sheet")) as opened:
        opened.people.register(MILL, sites=2)
        opened.people.register(WORKS)
        gangue = {"waste": "SW04", "generated_tonnes": "40", "dumped_tonnes": "40"}
        for month in ("2025-01", "2025-03", "2025-04"):
            made = opened.people.file(ledger(SITE, month, example_line(), gangue))
            assert made.status_code == 201, made.text
            if month == "2025-03":
                address, version = made.headers["Location"], made.headers["ETag"]
        changed = ledger(SITE, "2025-03", example_line(generated_tonnes="1030"), gangue, reason="重新过磅")
        amended = opened.people.client.post(
            f"{address}/amendments", json=changed, headers=opened.people.of() | {"If-Match": version}
        )
        assert amended.status_code == 200, amended.text
        _permit(opened)
        opened.user(Role.ENTERPRISE, "mill", enterprise=MILL)
        opened.user(Role.ENTERPRISE, "works", enterprise=WORKS)
        opened.user(Role.REGULATOR, "regulator", region="1402")
        yield opened


def _permit(house: House) -> None:
    """The works may store 500 t of ash at once; it took in 300 t in May and kept them."""
    body = permit(facilities=[facility(capacity={"amount": "500", "unit": "t"})])
    system = house.people.headers(Role.PERMIT_SYSTEM, region="1402")
    put = house.people.client.put(f"/v1/permits/{WORKS}001P", json=body, headers=system)
    assert put.status_code in (200, 201), put.text
    kept = {"waste": "SW02", "received": [{"from": SITE, "tonnes": "300"}], "closing_stock_tonnes": "300"}
    filed = house.people.file(ledger(f"{WORKS}001P", "2025-05", kept), enterprise=WORKS)
    assert filed.status_code == 201, filed.text


@pytest.fixture(scope="module")
def mill(house: House) -> Iterator[Visit]:
    with house.visit("mill") as visit:
        yield visit


def cells(page: Node, month: str) -> list[str]:
    for row in page.one("table", id="by-month").one("tbody").all("tr"):
        if row.one("th").text == month:
            return [cell.text for cell in row.all("td")]
    raise AssertionError(month)


def parts(page: Node, chart: str) -> int:
    drawn = page.one("svg", id=f"chart-{chart}")
    return len([node for node in drawn.walk() if node.attributes.get("class") == "part"])


def test_every_month_adds_up_and_leads_to_its_ledger(mill: Visit) -> None:
    page = mill.see(f"/sites/{SITE}?until=2025-04")
    assert cells(page, "2025年1月") == ["120", "1,040", "0", "300", "100", "500", "40", "220", "0"]
    assert cells(page, "2025年3月")[-1] == "30"
    assert cells(page, "2025年2月") == ["未报"]
    assert cells(page, "2024年12月") == ["不需报"]
    totals = [cell.text for cell in page.one("tfoot").all("td")]
    assert totals == ["", "3,150", "0", "900", "300", "1,500", "120", "", "30"]
    links = [link.attributes["href"] for link in page.one("table", id="by-month").all("a")]
    assert len(links) == 24
    assert links[0] == f"/ledgers/{SITE}/2025-04"
    assert "应报 4 个月，已报 3 个月" in page.text


def test_the_marks_are_those_of_the_months_on_file(mill: Visit) -> None:
    page = mill.see(f"/sites/{SITE}?until=2025-04")
    assert (parts(page, "in"), parts(page, "out"), parts(page, "stock")) == (3, 12, 3)
    assert "1,040" in page.one("svg", id="chart-in").text
    gangue = mill.see(f"/sites/{SITE}?until=2025-04&waste=SW04")
    assert (parts(gangue, "in"), parts(gangue, "out"), parts(gangue, "stock")) == (3, 3, 0)
    assert cells(gangue, "2025年1月")[1] == "40"
    names = re.findall("自行利用|自行处置|委托|倾倒", gangue.one("svg", id="chart-out").all("text")[-1].text)
    assert names in ([], ["倾倒"])


def test_partners_missing_months_and_amendments_are_named(mill: Visit) -> None:
    page = mill.see(f"/sites/{SITE}?until=2025-04")
    (partner,) = page.one("table", id="by-partner").one("tbody").all("tr")
    assert partner.one("th").text == f"示例场所 {WORKS}001P"
    assert [cell.text for cell in partner.all("td")] == ["转出", "SW02", "1,500", "未填"]
    assert page.one("section", id="late").one("a").attributes["href"] == f"/ledgers/{SITE}/2025-02"
    assert "重新过磅" in page.one("section", id="amended").text
    assert "没有可以对照" in page.one("section", id="permit").text


def test_a_site_without_ledgers_and_an_odd_month_are_told(mill: Visit) -> None:
    page = mill.see(f"/sites/{MILL}002P")
    assert "还没有台账" in page.text
    assert len(page.one("section", id="late").all("a")) == 12
    mill.see(f"/sites/{SITE}?until=1990-01")
    mill.see(f"/sites/{SITE}?until=2199-12&lang=en")
    mill.see(f"/sites/{SITE}?waste=' OR 1", 422)
    mill.see(f"/sites/{SITE}?lang=zh")


def test_what_the_permit_leaves_stands_beside_the_months(house: House) -> None:
    with house.visit("works") as works:
        (row,) = works.see(f"/sites/{WORKS}001P").one("table", id="by-facility").one("tbody").all("tr")
    assert row.one("th").text == "TS001 示例灰场"
    waste, capacity, taken, room, pace, exceeded = (cell.text for cell in row.all("td"))
    assert (waste, capacity, taken, room, pace) == ("SW02", "500", "300", "200", "300")
    assert exceeded == "2025年6月"


def test_it_is_shown_to_its_regulator_and_to_nobody_else(house: House) -> None:
    with house.visit("regulator") as regulator:
        assert "重新过磅" in regulator.see(f"/sites/{SITE}?until=2025-04").text
    with house.visit("works") as works:
        works.see(f"/sites/{SITE}", 404)
    with house.visit() as stranger:
        assert stranger.sent_to(f"/sites/{SITE}").startswith("/sign-in?next=")
