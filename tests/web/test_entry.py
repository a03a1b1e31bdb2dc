"""The ledger pages: a first month, a month carried over, a draft, an amendment, what a regulator sees."""

from collections.abc import Iterator

import pytest
from builders import MILL, WORKS, ledger
from support.run import Run
from web.html_tree import Node
from web.visits import House, Visit, open_house

from app.auth.subjects import Role

SITE, SECOND = f"{MILL}001P", f"{MILL}002P"


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A mill with two sites, its receiver, and a regulator; March of the first site is on file."""
    with open_house(run, tmp_path_factory.mktemp("entry")) as opened:
        opened.people.register(MILL, sites=2)
        opened.people.register(WORKS)
        assert opened.people.file(ledger(SITE, "2025-03")).status_code == 201
        opened.user(Role.ENTERPRISE, "mill", enterprise=MILL)
        opened.user(Role.ENTERPRISE, "works", enterprise=WORKS)
        opened.user(Role.REGULATOR, "regulator", region="1402")
        yield opened


@pytest.fixture(scope="module")
def mill(house: House) -> Iterator[Visit]:
    with house.visit("mill") as visit:
        yield visit


def form_of(page: Node) -> Node:
    return page.one("form", id="ledger")


def value_of(page: Node, name: str) -> str:
    return page.one("input", name_=name).attributes["value"]


def sentences(page: Node, name: str) -> str:
    return page.one("span", id=f"said-{name}").text


LINE = "lines-0-"
FIRST_MONTH = {
    f"{LINE}waste": "SW04",
    f"{LINE}generated_tonnes": "1,000.5",
    f"{LINE}used-0-process": "gangue_power",
    f"{LINE}used-0-tonnes": "400",
    f"{LINE}closing_stock_tonnes": "600.5",
    "signed_by": "王工",
    "action": "submit",
}


def test_a_first_month_is_filed_from_an_empty_form(mill: Visit) -> None:
    page = mill.see(f"/ledgers/{SECOND}/2025-01")
    assert "第一次填报" in page.text
    receipt = mill.do(form_of(page), **FIRST_MONTH)
    assert "台账已提交" in receipt.text
    assert "没有提示" in receipt.one("section", id="warnings").text
    assert "1,000.5" in receipt.one("table", id="lines").text
    assert "第 1 版" in receipt.one("section", id="receipt").text
    assert len(receipt.one("code").text) == 64
    english = mill.see(f"/ledgers/{SECOND}/2025-01?lang=en")
    assert "Nothing to object" in english.text
    mill.see("/ledgers?lang=zh")


def test_a_month_begins_with_what_the_last_one_left(mill: Visit) -> None:
    page = mill.see(f"/ledgers/{SITE}/2025-04")
    assert "2025年3月" in page.text
    assert value_of(page, f"{LINE}opening_stock_tonnes") == "220"
    assert value_of(page, f"{LINE}sent-0-to") == f"{WORKS}001P"
    assert value_of(page, f"{LINE}sent-0-tonnes") == ""
    assert value_of(form_of(page), "signed_by") == "示例负责人"
    chosen = page.one("select", name_=f"{LINE}used-0-process").all("option")
    assert [each.attributes["value"] for each in chosen if "selected" in each.attributes] == [
        "cement_blending"
    ]
    # Rows of partners without tonnes are no flows.
    checked = mill.fill(form_of(page), **{f"{LINE}generated_tonnes": "80", "action": "check"})
    assert checked.status_code == 200
    assert "还有 300 吨没有去向" in checked.text


def test_a_check_says_everything_at_its_field_and_keeps_nothing(house: House, mill: Visit) -> None:
    from web.html_tree import parsed

    form = form_of(mill.see(f"/ledgers/{SITE}/2025-05"))
    filled = {
        f"{LINE}generated_tonnes": "many",
        f"{LINE}closing_stock_tonnes": "-3",
        f"{LINE}sent-1-to": "no such party",
        f"{LINE}sent-1-tonnes": "5",
    }
    page = parsed(mill.fill(form, **filled, action="check").text)
    assert "应为吨数" in sentences(page, f"{LINE}generated_tonnes")
    assert "不能为负" in sentences(page, f"{LINE}closing_stock_tonnes")
    assert value_of(page, f"{LINE}generated_tonnes") == "many"
    form.attributes["action"] += "/check"
    told = mill.fill(
        form, **filled | {f"{LINE}generated_tonnes": "6", f"{LINE}closing_stock_tonnes": "0"}
    ).json()
    assert told[f"{LINE}sent-1-to"] == [["warning", "对方未在系统登记"]]
    assert told["lines-0"][0][0] == "warning"
    assert "物料不平衡" in told["lines-0"][0][1]
    assert (
        house.people.client.get(
            f"/v1/ledgers?site={SITE}&from=2025-05&to=2025-05", headers=house.people.of()
        ).json()["items"]
        == []
    )


def test_a_refused_form_comes_back_with_what_was_typed(mill: Visit) -> None:
    from web.html_tree import parsed

    form = form_of(mill.see(f"/ledgers/{SITE}/2025-05"))
    answer = mill.fill(form, **{f"{LINE}generated_tonnes": "7", "signed_by": "", "action": "submit"})
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert "填报负责人" in sentences(page, "signed_by")
    assert value_of(page, f"{LINE}generated_tonnes") == "7"


def test_room_is_made_without_a_script(mill: Visit) -> None:
    from web.html_tree import parsed

    form = form_of(mill.see(f"/ledgers/{SITE}/2025-05"))
    more = parsed(mill.fill(form, **{f"{LINE}generated_tonnes": "7", "action": "line"}).text)
    assert len(more.all("section", class_="waste-line")) == 2
    assert value_of(more, f"{LINE}generated_tonnes") == "7"
    rows = parsed(mill.fill(form, action="rows").text)
    assert rows.all("input", name_=f"{LINE}sent-2-to")


def test_a_draft_is_kept_for_its_author_alone(house: House, mill: Visit) -> None:
    form = form_of(mill.see(f"/ledgers/{SITE}/2025-06"))
    page = mill.do(form, **{f"{LINE}generated_tonnes": "12.5", "action": "draft"})
    assert "草稿已保存" in page.text
    assert value_of(page, f"{LINE}generated_tonnes") == "12.5"
    with house.visit("regulator") as regulator:
        assert "还没有填报" in regulator.see(f"/ledgers/{SITE}/2025-06").text
    cell = mill.see("/ledgers?until=2025-12").one("a", href=f"/ledgers/{SITE}/2025-06")
    assert cell.text == "草稿"


def test_one_click_files_a_nil_return(mill: Visit) -> None:
    page = mill.see(f"/ledgers/{SITE}/2025-07")
    assert "零申报" in mill.do(page.one("form", id="nil")).one("section", id="content").text
    assert mill.see(f"/ledgers/{SITE}/2025-07").all("form", id="nil") == []


def test_an_amendment_needs_a_reason_and_the_version_that_was_read(mill: Visit) -> None:
    form = form_of(mill.see(f"/ledgers/{SITE}/2025-03?amend=true"))
    assert form.one("input", name_="version").attributes["value"] == "1"
    changed = {f"{LINE}generated_tonnes": "1010", f"{LINE}closing_stock_tonnes": "230", "action": "submit"}
    without = mill.fill(form, **changed)
    assert without.status_code == 422
    assert "请写明修订理由" in without.text
    page = mill.do(form, **changed, reason="过磅更正")
    assert "修订已提交" in page.text
    assert "过磅更正" in page.one("table", id="history").text
    stale = mill.fill(form, **changed, reason="又一次")
    assert stale.status_code == 422
    assert "已被更新" in stale.text


def test_a_form_that_is_sent_twice_files_once(mill: Visit) -> None:
    form = form_of(mill.see(f"/ledgers/{SECOND}/2025-09"))
    first = mill.do(form, **FIRST_MONTH)
    again = mill.do(form, **FIRST_MONTH)
    assert "第 1 版" in first.one("section", id="receipt").text
    assert "第 1 版" in again.one("section", id="receipt").text
    other = mill.fill(form, **FIRST_MONTH | {f"{LINE}generated_tonnes": "9"})
    assert other.status_code == 422
    assert "该月已填报且内容不同" in other.text
    receipt = first.one("section", id="receipt").all("a")[0].attributes["href"]
    assert mill.client.get(receipt).json()["ledger"]


def test_what_the_receiver_said_stands_on_the_ledger(house: House, mill: Visit) -> None:
    assert "未回复" in mill.see(f"/ledgers/{SITE}/2025-03").one("section", id="answers").text
    with house.visit("works") as works:
        declared = works.see(f"/ledgers/{WORKS}001P/2025-03").one("section", id="declared")
        assert "500" in declared.text


def test_a_regulator_reads_accepts_and_returns(house: House, mill: Visit) -> None:
    address = f"/ledgers/{SITE}/2025-07"
    with house.visit("regulator") as regulator:
        page = regulator.see(address)
        assert page.all("a", href=f"{address}?amend=true") == []
        assert "已通过" in regulator.do(page.one("form", id="accept")).text
        back = regulator.do(regulator.see(address).one("form", id="return"), reason="请补充库存")
        assert back.all("form", id="accept")
        assert regulator.see("/ledgers").one("table", id="months")
        form = page.one("form", id="accept")
        form.attributes["action"] = address
        assert regulator.fill(form).status_code == 403
    assert "请补充库存" in mill.see(address).text
    assert "请补充库存" in mill.see(f"{address}?amend=true").text


def test_the_list_says_what_is_owed_and_leads_there(mill: Visit) -> None:
    page = mill.see("/ledgers")
    owed = page.one("a", href=f"/ledgers/{SITE}/2025-01", class_="button")
    assert "2025年1月" in owed.text
    assert "欠报" in page.text
    mill.see("/ledgers?until=2023-12&lang=en")
    assert "missing" in mill.see("/ledgers").text
    mill.see("/ledgers?lang=zh")


@pytest.mark.parametrize("month", ["2026-02", "2025-13", "x"])
def test_months_that_are_none_are_pages_that_are_not_there(mill: Visit, month: str) -> None:
    mill.see(f"/ledgers/{SITE}/{month}", 404)


def test_another_enterprises_site_is_not_there(house: House) -> None:
    with house.visit("works") as works:
        works.see(f"/ledgers/{SITE}/2025-03", 404)
