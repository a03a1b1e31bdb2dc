"""The pages of batches and certificates, as people use them: enter, correct, withdraw, certify, check, revoke."""

from collections.abc import Iterator

import pytest
from batches.forms import MILL_SITE, WORKS_SITE, after, form, works_ledger
from builders import MILL, WORKS, ledger
from support.run import Run
from web.html_tree import parsed
from web.visits import House, Visit, open_house

from app.auth.subjects import Role


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The mill sent ash to the works, which used 400 t of it in March 2025."""
    with open_house(run, tmp_path_factory.mktemp("custody-pages")) as opened:
        people = opened.people
        people.register(MILL)
        people.register(WORKS)
        assert people.file(ledger(MILL_SITE)).status_code == 201
        assert people.file(works_ledger("400"), enterprise=WORKS).status_code == 201
        for body in (
            form("CS-1"),
            form("CC-1", "left", "60", receiver=WORKS_SITE, preceding=after("CS-1")),
        ):
            people.client.post("/v1/batches", json=body, headers=people.of()).raise_for_status()
        opened.user(Role.ENTERPRISE, "mill", enterprise=MILL)
        opened.user(Role.ENTERPRISE, "works", enterprise=WORKS)
        opened.user(Role.REGULATOR, "regulator", region="1402")
        yield opened


@pytest.fixture(scope="module")
def works(house: House) -> Iterator[Visit]:
    with house.visit("works") as visit:
        yield visit


def test_a_form_is_entered_and_its_graph_leads_to_where_it_came_from(house: House, works: Visit) -> None:
    entering = works.see("/batches?month=2025-03").one("form", id="record")
    page = works.do(
        entering,
        number="LY-1",
        kind="used",
        day="2025-03-15",
        waste="SW02",
        tonnes="60",
        before="CC-1",
        before_site=MILL_SITE,
        signed_by="示例经办人",
    )
    assert "表单已登记" in page.text
    assert {row.one("th").text for row in page.one("table", id="nodes").one("tbody").all("tr")} == {
        "CC-1",
        "LY-1",
    }
    assert "另有 1 个上游" in page.text
    with house.visit("regulator") as official:
        seen = official.see(page.one("section", id="trace").all("a")[-1].attributes["href"])
        drawing = seen.one("svg", id="batch-graph")
        assert len(drawing.all("a", class_="batch-node")) == 3
        assert len(drawing.all("path", class_="batch-link")) == 2
        assert not seen.all("form", id="withdraw")


def test_what_is_refused_is_shown_again_with_what_was_filled_in(works: Visit) -> None:
    entering = works.see("/batches").one("form", id="record")
    answer = works.fill(
        entering, number="BAD-1", day="2025-03-15", tonnes="-3", carrier="示例<车>队", signed_by="示例"
    )
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert "吨数不能为负" in page.one("div", id="fault").text
    values = {field.attributes.get("name"): field.attributes.get("value") for field in page.all("input")}
    assert (values["number"], values["tonnes"], values["carrier"]) == ("BAD-1", "-3", "示例<车>队")
    assert "BAD-1" not in works.see("/batches?month=2025-03").one("main").text


def test_a_form_is_withdrawn_for_good(works: Visit) -> None:
    entering = works.see("/batches").one("form", id="record")
    page = works.do(
        entering, number="GONE", kind="disposed", day="2025-03-16", waste="SW02", tonnes="1", signed_by="示例"
    )
    assert "多 1 吨" in page.one("ul", id="said").text
    gone = works.do(page.one("form", id="withdraw"), reason="填错")
    assert "已作废 · 填错" in gone.text
    assert not gone.all("form", id="withdraw")


def test_content_is_certified_checked_by_a_stranger_and_revoked(house: House, works: Visit) -> None:
    recording = works.see("/product-batches").one("form", id="record")
    batch = works.do(
        recording,
        number="P-1",
        day="2025-03-20",
        product="cement",
        grade="42.5",
        product_tonnes="1000",
        waste_1="SW02",
        waste_tonnes_1="250",
        material_1="熟料",
        material_tonnes_1="750",
        signed_by="示例经办人",
    )
    assert "25.00%" in batch.text
    issuing = works.see("/certificates?period=2025-Q1").one("form", id="issue")
    fields = {
        "reference": "HT-1",
        "product": "cement",
        "product_tonnes": "400",
        "waste_1": "SW02",
        "signed_by": "示例",
    }
    refused = works.fill(issuing, **fields, tonnes_1="251")
    assert refused.status_code == 422
    assert "最多还可证明 250 吨" in parsed(refused.text).one("div", id="fault").text
    page = works.do(issuing, **fields, tonnes_1="100", recipient="示例建设公司")
    code = page.one("h1").text
    assert page.one("svg", id="qr").one("path").attributes["d"].startswith("M2 2h7")
    _assert_public(house, code, "有效")
    revoked = works.do(page.one("form", id="revoke"), reason="合同取消")
    assert "证书已吊销" in revoked.text
    _assert_public(house, code, "已吊销")


def _assert_public(house: House, code: str, state: str) -> None:
    with house.visit() as stranger:
        asking = stranger.see("/c").one("form", id="check")
        answer = stranger.client.get(
            asking.attributes["action"], params={"code": code.lower()}, follow_redirects=False
        )
        assert answer.headers["location"] == f"/c/{code}"
        page = stranger.see(f"/c/{code}")
        assert state in page.one("p", id="state").text
        assert "100" in page.one("table", id="content").text
        assert "示例建设公司" not in page.text
        assert WORKS_SITE not in page.text
        english = stranger.see(f"/c/{code}?lang=en")
        assert "Check a certificate" in english.text


@pytest.mark.parametrize("path", ["/c/0000-0000-0000", "/c/x'%22%3E%3Cscript", "/c/%F0%9F%92%A9"])
def test_an_unknown_code_is_no_certificate(house: House, path: str) -> None:
    with house.visit() as stranger:
        assert "没有这个编码的证书" in stranger.see(path, 404).text


def test_another_enterprise_and_a_stranger_are_kept_out(house: House) -> None:
    with house.visit("mill") as mill:
        assert mill.see(f"/batches?site={WORKS_SITE}", 404)
        assert mill.see(f"/certificates?site={WORKS_SITE}", 404)
        assert WORKS_SITE not in mill.see("/certificates").text
    with house.visit() as stranger:
        for path in ("/batches", "/product-batches", "/certificates"):
            assert stranger.sent_to(path).startswith("/sign-in")


def test_reports_of_batches_are_offered_to_both_sides(house: House, works: Visit) -> None:
    with house.visit("regulator") as official:
        for visit in (works, official):
            text = visit.see("/reports").text
            assert "增值税即征即退证据" in text
            assert "台账指南附表3—7" in text
