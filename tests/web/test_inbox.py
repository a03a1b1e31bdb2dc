"""The inbox: what waits, overdue first; confirmed, corrected, disputed, and many at once."""

from collections.abc import Iterator

import pytest
from builders import MILL, WORKS, ledger
from support.run import Run
from web.html_tree import Node, parsed
from web.visits import House, Visit, open_house

from app.auth.subjects import Role

SITE = f"{MILL}001P"
MONTHS = ("2025-03", "2025-08", "2025-09", "2025-10", "2025-12")


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A mill that sends 500 t a month to the works, which booked as much in September alone; it is January 2026."""
    with open_house(run, tmp_path_factory.mktemp("inbox")) as opened:
        opened.people.register(MILL)
        opened.people.register(WORKS)
        for month in MONTHS:
            assert opened.people.file(ledger(SITE, month)).status_code == 201
        taken = {
            "waste": "SW02",
            "received": [{"from": SITE, "tonnes": "500"}],
            "closing_stock_tonnes": "500",
        }
        mine = ledger(f"{WORKS}001P", "2025-09", taken)
        assert opened.people.file(mine, enterprise=WORKS).status_code == 201
        opened.user(Role.ENTERPRISE, "mill", enterprise=MILL)
        opened.user(Role.ENTERPRISE, "works", enterprise=WORKS)
        opened.user(Role.REGULATOR, "regulator", region="1402")
        yield opened


@pytest.fixture(scope="module")
def works(house: House) -> Iterator[Visit]:
    with house.visit("works") as visit:
        yield visit


def rows(page: Node) -> list[Node]:
    return page.all("li", class_="transfer")


def answer_form(row: Node) -> Node:
    return row.one("form", class_="answer")


def transfers(house: House) -> dict[str, str]:
    """Month → state, as the sender reads it over the API."""
    items = house.people.client.get("/v1/transfers", headers=house.people.of()).json()["items"]
    return {item["month"]: item["state"] for item in items}


def test_what_waits_longest_stands_first_and_what_agrees_is_ticked(works: Visit) -> None:
    page = works.see("/inbox")
    assert "待确认 5" in page.text
    assert "其中逾期 4" in page.text
    assert [row.one("h2").text.split(" · ")[0] for row in rows(page)] == [
        "2025年3月",
        "2025年8月",
        "2025年9月",
        "2025年10月",
        "2025年12月",
    ]
    assert [row.attributes["data-overdue"] for row in rows(page)] == ["yes"] * 4 + ["no"]
    ticked = ["checked" in row.one("input", type="checkbox").attributes for row in rows(page)]
    assert ticked == [False, False, True, False, False]
    assert works.see("/inbox?lang=en")
    works.see("/inbox?lang=zh")


def test_one_is_confirmed_one_corrected_one_disputed(house: House, works: Visit) -> None:
    first, second, third, *_ = rows(works.see("/inbox"))
    confirming = next(form for form in first.all("form") if form.attributes["id"].startswith("confirm-"))
    assert "已确认" in works.do(confirming).text
    assert (
        "更正已记录" in works.do(answer_form(second), decision="correct", tonnes="480.5", comment="过磅").text
    )
    assert "异议已记录" in works.do(answer_form(third), decision="dispute", comment="没有收到").text
    told = transfers(house)
    assert [told[month] for month in MONTHS[:3]] == ["confirmed", "corrected", "disputed"]
    decided = works.see("/inbox?state=decided")
    assert "更正为 480.5 吨" in decided.text
    changed = works.do(answer_form(rows(decided)[0]), decision="confirm")
    assert "已确认" in changed.text
    assert transfers(house)["2025-09"] == "confirmed"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"decision": "correct", "tonnes": ""}, "更正时须填"),
        ({"decision": "correct", "tonnes": "-4"}, "吨数不能为负"),
        ({"decision": "dispute", "comment": " "}, "须说明原因"),
        ({"decision": "eat"}, "不是允许的取值"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_what_was_typed(
    house: House, works: Visit, fields: dict[str, str], words: str
) -> None:
    row = rows(works.see("/inbox"))[-1]
    answer = works.fill(answer_form(row), **fields)
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert words in page.text
    assert "open" in rows(page)[-1].one("details").attributes
    assert transfers(house)["2025-12"] == "declared"


def test_those_that_are_ticked_are_confirmed_together(house: House, works: Visit) -> None:
    page = works.see("/inbox")
    chosen = [row.one("input", type="checkbox").attributes["value"] for row in rows(page)]
    assert chosen
    assert "没有勾选" in works.do(page.one("form", id="bulk")).text
    done = works.do(page.one("form", id="bulk"), transfer=[*chosen, "no id"])
    assert "都已确认" in done.text
    assert "没有待确认的转移" in done.text
    assert set(transfers(house).values()) <= {"confirmed", "corrected"}


def test_only_the_receiver_answers(house: House) -> None:
    item = house.people.client.get("/v1/transfers", headers=house.people.of()).json()["items"][0]
    with house.visit("mill") as mill:
        assert "没有待确认的转移" in mill.see("/inbox").text
        form = mill.see("/ledgers").one("form", action="/sign-out")
        form.attributes["action"] = f"/inbox/{item['id']}"
        assert mill.fill(form, decision="confirm").status_code == 403
    with house.visit("regulator") as regulator:
        regulator.see("/inbox", 403)
