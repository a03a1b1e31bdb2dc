"""Findings on pages: who sees what, the case from notification to closing, files, and what is refused and kept typed."""

import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from findings.town import RECEIVER, SENDER, STRANGER, A, B, C, Town, fly_ash, sent
from support.run import Run
from web.html_tree import Node
from web.visits import House, Visit, open_house

from app.auth.subjects import Role
from app.domain.errors import Message
from app.web.findings.evidence import Vocabulary, table
from app.web.findings.list_view import Names, Writer
from app.web.languages import Language

PDF = b"%PDF-1.4 weighing slip"


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("findings")) as made:
        town = Town(made.people.client, made.people, made.database, made.app.state.settings, made.clock)
        town.settle()
        town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"), sent("500", waste="SW06"))
        town.file(B, "2025-09")
        town.work()
        made.user(Role.REGULATOR, region="1402")
        made.user(Role.REGULATOR, username="elsewhere", region="1403")
        for name, firm in (("sender", SENDER), ("receiver", RECEIVER), ("stranger", STRANGER)):
            made.user(Role.ENTERPRISE, username=name, enterprise=firm)
        yield made


@pytest.fixture(scope="module")
def official(house: House) -> Iterator[Visit]:
    with house.visit("regulator") as made:
        yield made


@pytest.fixture(scope="module")
def sender(house: House) -> Iterator[Visit]:
    with house.visit("sender") as made:
        yield made


def lines(page: Node) -> list[Node]:
    return page.one("ol", class_="cases").all("li") if page.all("ol", class_="cases") else []


def of_rule(visit: Visit, rule: str) -> str:
    """The address of the one finding of a rule."""
    (line,) = lines(visit.see(f"/findings?rule={rule}&view=all"))
    return line.one("h2").one("a").attributes["href"]


def decision(page: Node, name: str) -> Node:
    (form,) = [
        form
        for form in page.by_id("handle").all("form")
        if any(field.attributes.get("value") == name for field in form.all("input"))
    ]
    return form


def test_the_list_is_what_the_api_gives(official: Visit) -> None:
    page = official.see("/findings")
    items = official.client.get("/v1/findings").json()["items"]
    assert len(items) >= 2
    assert [line.one("h2").one("a").attributes["href"] for line in lines(page)] == [
        f"/findings/{item['id']}" for item in items
    ]
    assert page.by_id("tile-findings-open").one("span", class_="value").text == str(len(items))
    scores = official.client.get("/v1/findings/scores").json()["items"]
    unseen = page.by_id("tile-findings-unseen").one("p", class_="figure").attributes["title"]
    assert unseen == f"{sum(float(score['unseen_tonnes']) for score in scores):,.0f} 吨"


def test_the_list_can_be_narrowed_and_says_when_nothing_is_left(official: Visit) -> None:
    (line,) = lines(official.see("/findings?rule=line_balance"))
    mass = line.one("p", class_="case-mass")
    assert mass.text == "600 ± 11 吨"
    assert mass.attributes["title"] == "600 ± 10.77033 吨"
    assert not lines(official.see("/findings?view=done"))
    assert official.see("/findings?site=nobody").by_id("empty")
    newest = official.see("/findings?order=newest&lang=en")
    assert newest.one("select", name_="order").one("option", selected="").text == "newest"
    official.see("/findings?lang=zh")
    for query in ("view=x", "order=x", "severity=x", "region=x", "from=2025-13", "cursor=x"):
        assert official.see(f"/findings?{query}", 422).by_id("invalid")


def test_nobody_sees_what_does_not_concern_them(house: House, official: Visit, sender: Visit) -> None:
    address = of_rule(official, "line_balance")
    assert not lines(sender.see("/findings?view=all"))
    sender.see(address, 404)
    for name in ("elsewhere", "stranger"):
        with house.visit(name) as other:
            assert not lines(other.see("/findings?view=all"))
            other.see(address, 404)
    official.see(f"/findings/{uuid.uuid4()}", 404)
    official.see("/findings/nonsense", 404)
    with house.visit() as nobody:
        assert nobody.sent_to("/findings").startswith("/sign-in")


def test_the_evidence_stands_in_words_with_its_numbers(official: Visit) -> None:
    address = of_rule(official, "line_balance")
    page = official.see(address)
    told = official.client.get(f"/v1{address}").json()
    rows = page.by_id("figures").one("tbody").all("tr")
    assert [row.all("td")[2].text.replace(",", "") for row in rows] == [
        figure["tonnes"] or "—" for figure in told["evidence"]["figures"]
    ]
    assert "600 吨" in page.one("p", class_="lead").text or "600" in page.one("p", class_="lead").text
    law = official.client.get("/v1/rules/line_balance").json()["law"]["zh"]
    evidence = page.by_id("evidence").text
    assert law in evidence
    assert "条款号与原文待核" in evidence, "nobody has compared it with the official text"
    assert len(page.by_id("table-threshold").one("tbody").all("tr")) == len(told["evidence"]["threshold"])


def test_a_case_goes_its_way_by_forms_alone(house: House, official: Visit, sender: Visit) -> None:
    address = of_rule(official, "line_balance")
    page = official.see(address)
    # Without a deadline in the future the form comes again, with what was typed.
    answer = official.fill(decision(page, "notify"), deadline="2020-01-01", reason="请说明 <b>600 吨</b>")
    assert answer.status_code == 422
    assert "期限须晚于今天" in answer.text
    assert "请说明 &lt;b&gt;600 吨&lt;/b&gt;" in answer.text
    assert "待通知" in official.see(address).text
    page = official.do(decision(page, "notify"), deadline="2026-02-10", reason="请说明去向")
    assert page.one("p", class_="done").text == "已通知企业。"
    assert "期限 2026-02-10" in page.text

    _answer(official, sender, address)
    _decide(official, sender, address)


def _answer(official: Visit, sender: Visit, address: str) -> None:
    """Answer as the enterprise: a file that is refused leaves nothing behind, one that is right comes back as it was."""
    own = sender.see(address)
    assert "请说明去向" in own.by_id("case").text
    assert "regulator" not in own.text
    (form,) = [form for form in own.all("form") if form.attributes["action"].endswith("/response")]
    answer = sender.fill(
        form, {"file": ("磅单.exe", b"MZ\x00\x01", "application/octet-stream")}, text="已外运"
    )
    assert answer.status_code == 422, answer.text
    assert "只接受 PDF" in answer.text
    assert "已外运" in answer.text
    assert "已通知" in sender.see(address).text, "a refused file must not leave half an answer"
    own = sender.do(form, {"file": ("a/磅单.pdf", PDF, "application/pdf")}, text="扬尘与自然损耗")
    assert "已答复" in own.text
    (file,) = own.one("ul", class_="files").all("a")
    assert file.text == "磅单.pdf"
    download = official.client.get(file.attributes["href"])
    assert (download.content, download.headers["content-type"]) == (PDF, "application/octet-stream")
    assert download.headers["content-disposition"].startswith("attachment")


def _decide(official: Visit, sender: Visit, address: str) -> None:
    """Remark among officials, confirm, close."""
    page = official.see(address)
    internal = next(form for form in page.all("form") if form.attributes["action"].endswith("/comment"))
    page = official.do(internal, text="已电话核实", internal="1")
    assert "已电话核实" in page.by_id("case").text
    assert "已电话核实" not in sender.see(address).text
    page = official.do(decision(page, "confirm"), reason="属实")
    page = official.do(decision(page, "close"))
    assert "已结案" in page.text
    assert not page.by_id("handle").all("textarea")
    assert [
        line.one("h2").one("a").attributes["href"] for line in lines(official.see("/findings?view=done"))
    ] == [address]
    steps = official.client.get(f"/v1{address}").json()["steps"]
    assert [step["kind"] for step in steps] == [
        "opened",
        "notified",
        "attached",
        "answered",
        "commented",
        "confirmed",
        "closed",
    ]


def test_a_step_that_is_no_longer_allowed_is_told(official: Visit) -> None:
    address = of_rule(official, "receiver_silent")
    page = official.see(address)
    stale = decision(page, "notify")
    official.do(stale, deadline="2026-02-10")
    answer = official.fill(stale, deadline="2026-02-10")
    assert answer.status_code == 409
    assert "案件状态为" in answer.text
    refused = official.fill(decision(official.see(address), "dismiss"), reason="")
    assert refused.status_code == 422
    assert "说明理由" in refused.text


def test_findings_are_assigned_together(official: Visit, sender: Visit) -> None:
    page = official.see("/findings?view=all")
    form = page.one("form", action="/findings/assign")
    ids = [box.attributes["value"] for box in form.all("input", name_="finding")]
    page = official.do(form, finding=ids, assignee="王工")
    assert page.one("p", class_="done").text == "已指派。"
    assert len(lines(official.see("/findings?view=all&assignee=%E7%8E%8B%E5%B7%A5"))) == len(ids)
    official.do(form, finding=ids[:1], assignee="")
    assert len(lines(official.see("/findings?view=all&assignee=%E7%8E%8B%E5%B7%A5"))) == len(ids) - 1
    assert official.fill(form, assignee="王工").status_code == 422
    # What is not shown to an enterprise it cannot do either.
    page = sender.see("/findings?view=all")
    assert not page.all("input", name_="finding")
    token = page.all("input", name_="csrf")[0].attributes["value"]
    answer = sender.client.post("/findings/assign", data={"csrf": token, "finding": ids, "assignee": "x"})
    assert answer.status_code == 403


def test_the_tiles_follow_what_is_filed_and_decided(house: House) -> None:
    """What is counted is kept while nothing happens, for those only who may see the same."""

    def opened(visit: Visit) -> int:
        return int(visit.see("/findings").by_id("tile-findings-open").one("span", class_="value").text)

    with house.visit("elsewhere") as other, house.visit("regulator") as official:
        before = opened(official)
        assert (opened(official), opened(other)) == (before, 0)
        town = Town(house.people.client, house.people, house.database, house.app.state.settings, house.clock)
        town.file(C, "2025-09", fly_ash(closing_stock_tonnes="300"))
        town.work()
        assert opened(official) > before
        (finding, *_) = official.client.get("/v1/findings", params={"site": C}).json()["items"]
        page = official.see(f"/findings/{finding['id']}")
        now = opened(official)
        official.do(decision(page, "dismiss"), reason="已核实")
        assert opened(official) == now - 1
        assert opened(other) == 0


def test_names_stand_in_place_of_sites_and_permits_keep_their_numbers() -> None:
    codes = {
        "SW04": Message("煤矸石", "coal gangue"),
        "gangue_power": Message("煤矸石发电", "power from gangue"),
    }
    names = Names({}, {}, {A: Message("示例\\一厂", "示例\\一厂")}, codes)
    writer = Writer(Language.ZH, Role.REGULATOR, date(2026, 1, 10), "", names)
    assert (
        writer.with_names(f"{A} 转出，排污许可证 {A}（第 1 版）")
        == f"示例\\一厂 转出，排污许可证 {A}（第 1 版）"
    )
    assert (
        writer.with_names(f"{A} sent; permit {A} (version 1)") == f"示例\\一厂 sent; permit {A} (version 1)"
    )
    assert writer.with_names("3 吨 SW04 用于 gangue_power") == "3 吨 煤矸石 用于 煤矸石发电"
    assert writer.with_names("SW99 用于 no_such_process") == "SW99 用于 no_such_process"


def test_values_of_the_evidence_stand_in_words() -> None:
    vocabulary = Vocabulary({}, {"SW02": Message("粉煤灰", "fly ash"), "SW03": Message("炉渣", "bottom ash")})
    values = {
        "residues": "SW02+SW03",
        "route": "self_use",
        "declared": True,
        "capacity_tonnes": "1234567.5",
        "year": "2022",
        "departure": "route_not_permitted",
    }
    made = table("findings.values", values, vocabulary, Language.EN)
    assert made is not None
    assert [row[1] for row in made.rows] == ["fly ash + bottom ash", "own use", "yes", "1,234,567.5", "2022"]
    assert table("findings.values", {"departure": "x"}, vocabulary, Language.EN) is None
