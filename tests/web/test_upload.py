"""The upload pages: template, preview, filing for good, the workbook back."""

from collections.abc import Iterator

import pytest
from builders import MILL, WORKS
from imports.sending import SITE, as_csv, as_xlsx, line, read_back
from support.run import Run
from web.html_tree import parsed
from web.visits import House, Visit, open_house

from app.auth.subjects import Role
from app.imports import jobs
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("upload")) as opened:
        opened.people.register(MILL, sites=2)
        opened.people.register(WORKS)
        opened.user(Role.ENTERPRISE, "mill", enterprise=MILL)
        opened.user(Role.ENTERPRISE, "works", enterprise=WORKS)
        opened.user(Role.REGULATOR, "regulator", region="1402")
        yield opened


@pytest.fixture(scope="module")
def mill(house: House) -> Iterator[Visit]:
    with house.visit("mill") as visit:
        yield visit


def work(house: House) -> None:
    settings: Settings = house.app.state.settings
    Worker(house.database, settings, gather([SliceJobs(jobs.HANDLERS)]), clock=house.clock).drain()


def send(visit: Visit, content: bytes, name: str = "三月.xlsx", **fields: str) -> str:
    """Send a file; answers the address of its page."""
    form = visit.see("/upload").one("form", id="send")
    answer = visit.fill(form, {"file": (name, content)}, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_file_is_previewed_mended_and_filed(house: House, mill: Visit) -> None:
    address = send(mill, as_xlsx(line("2025-03"), line("2025-04", generated_tonnes="-1")))
    waiting = mill.see(address)
    assert "正在后台处理" in waiting.one("section", id="progress").text
    assert waiting.one("progress").attributes["value"] == "0"
    work(house)
    page = mill.see(address)
    assert "新增 1，修订 0，未变 0，未收 1" in page.one("section", id="verdict").text
    assert "还没有保存" in page.text
    march, april = page.one("table", id="rows").one("tbody").all("tr")
    assert march.attributes["data-outcome"] == "created"
    assert "第 3 行 产生量：吨数不能为负" in april.text
    only = mill.see(f"{address}?outcome=rejected&lang=en")
    assert "Row 3, Generated: Tonnes must not be negative" in only.text
    mill.see(f"{address}?lang=zh")
    filing = mill.fill(page.one("form", id="file-it"))
    work(house)
    filed = mill.see(filing.headers["location"])
    assert "台账已保存" in filed.text
    assert filed.one("table", id="rows").one("a", href=f"/ledgers/{SITE}/2025-03")
    back = mill.client.get(filed.one("section", id="verdict").all("a")[0].attributes["href"])
    assert read_back(back.content)[1][0] == SITE
    again = send(mill, as_xlsx(line("2025-03")), action="file")
    work(house)
    assert "早已在案" in mill.see(again).text
    assert len(mill.see("/upload").one("table", id="files").one("tbody").all("tr")) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "没有台账行"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", ".xls"), (None, "请选择文件")],
)
def test_what_is_no_file_is_told_at_once(mill: Visit, content: bytes | None, words: str) -> None:
    form = mill.see("/upload").one("form", id="send")
    answer = mill.fill(form, None if content is None else {"file": ("a.xlsx", content)})
    assert answer.status_code == 422
    assert words in parsed(answer.text).one("div", id="fault").text


def test_a_file_with_strange_heads_says_which(house: House, mill: Visit) -> None:
    address = send(mill, as_csv({"site": SITE, "month": "2025-03", "产生两": "5"}), "a.csv", action="file")
    work(house)
    page = mill.see(address)
    assert "第 1 行 列“产生两” 不认识这一列" in page.one("section", id="refused").text
    assert page.all("section", id="verdict") == []


def test_the_template_is_a_workbook_of_ones_own_sites(mill: Visit) -> None:
    page = mill.see("/upload")
    options = page.one("form", id="take").one("select").all("option")
    assert [option.attributes["value"] for option in options] == ["", SITE, f"{MILL}002P"]
    answer = mill.client.get("/upload/template", params={"month": "2025-05", "site": ""})
    assert answer.headers["content-disposition"] == 'attachment; filename="huanlian-2025-05.xlsx"'
    assert [row[0].split()[0] for row in read_back(answer.content)[1:]] == [SITE, f"{MILL}002P"]
    mill.see("/upload/template?month=2025-13", 422)
    mill.see(f"/upload/template?month=2025-05&site={WORKS}001P", 404)


def test_files_are_their_senders_alone(house: House, mill: Visit) -> None:
    address = send(mill, as_xlsx(line("2025-08")))
    with house.visit("works") as works:
        works.see(address, 404)
        assert "还没有上传过" in works.see("/upload").text
    with house.visit("regulator") as regulator:
        regulator.see("/upload", 403)
