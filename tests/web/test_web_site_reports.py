"""The reports of a site as pages: the enterprise makes its own, the figures are the worksheet's, others are shown nothing."""

from collections.abc import Iterator

import pytest
from builders import MILL, WORKS, ledger
from support.run import Run
from tax.taxed_mill import SITE, vector
from web.html_tree import Node
from web.visits import House, Visit, open_house

from app.auth.subjects import Role

KINDS = ("tax", "site-sheet", "statistics-101", "half-year-industry", "ledger-tables")


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("site-reports")) as opened:
        opened.people.register(MILL)
        opened.people.register(WORKS)
        made = opened.people.file(ledger(SITE, "2025-01", vector(), vector(waste="SW05", method=None)))
        assert made.status_code == 201, made.text
        opened.user(Role.ENTERPRISE, "mill", enterprise=MILL)
        opened.user(Role.ENTERPRISE, "works", enterprise=WORKS)
        opened.user(Role.REGULATOR, "regulator", region="1402")
        yield opened


@pytest.fixture(scope="module")
def mill(house: House) -> Iterator[Visit]:
    with house.visit("mill") as visit:
        yield visit


def form_of(page: Node, kind: str) -> Node:
    return next(form for form in page.all("form") if form.attributes["action"] == f"/reports/{kind}")


def test_an_enterprise_is_offered_the_forms_of_its_sites(mill: Visit) -> None:
    page = mill.see("/reports")
    for kind in KINDS:
        assert form_of(page, kind).attributes.get("method", "get") == "get"
    # Its only site is there to be chosen.
    assert SITE in [option.attributes["value"] for option in form_of(page, "tax").all("option")]


def test_periods_are_chosen_and_an_older_one_stays_as_it_was_asked(mill: Visit) -> None:
    halves = form_of(mill.see("/reports"), "half-year-industry").all("option")
    values = [option.attributes["value"] for option in halves]
    assert {"2025-H1", "2025-H2"} <= set(values)
    assert len(values) == len(set(values))
    page = mill.see(f"/reports/ledger-tables?site={SITE}&period=2001-Q3")
    chosen = [o for o in form_of(page, "ledger-tables").all("option") if "selected" in o.attributes]
    assert "2001-Q3" in [option.attributes["value"] for option in chosen]


def test_an_official_is_reminded_of_the_sites_of_the_territory_and_an_enterprise_is_not(
    house: House, mill: Visit
) -> None:
    with house.visit("regulator") as visit:
        page = visit.see("/reports")
        listed = page.one("datalist", id="known-sites").all("option")
        assert SITE in [option.attributes["value"] for option in listed]
        assert page.one("datalist", id="known-sites").all("option")[0].text
        fields = [i for i in page.all("input") if i.attributes.get("name") == "site"]
        assert fields
        assert {i.attributes.get("list") for i in fields} == {"known-sites"}
        assert not visit.see("/reports/bulletin?region=1402&year=2025").all("datalist")
    assert not mill.see("/reports").all("datalist")


def test_the_worksheet_as_a_page_says_what_the_worksheet_says(mill: Visit) -> None:
    page = mill.see(f"/reports/tax?site={SITE}&quarter=2025-Q1")
    for words in ("5,000.00", "150,000.00", "155,000.00", "2025-04-15", "未填计量方式", "不是全季应纳税额"):
        assert words in page.text
    marked = mill.see(f"/reports/tax?site={SITE}&quarter=2025-Q1&falsely_declared=gangue:2025-01")
    assert "制表人标明虚假申报：煤矸石 2025-01" in marked.text
    assert "50,000.00" in marked.text


@pytest.mark.parametrize("kind", KINDS)
def test_each_form_can_be_read_and_kept(mill: Visit, kind: str) -> None:
    asked = {
        "tax": "quarter=2025-Q1",
        "site-sheet": "until=2025-12",
        "statistics-101": "year=2025",
        "half-year-industry": "half=2025-H1",
        "ledger-tables": "period=2025-01",
    }[kind]
    page = mill.see(f"/reports/{kind}?site={SITE}&{asked}")
    links = [a.attributes["href"] for a in page.all("a") if "/file?" in a.attributes["href"]]
    assert len(links) == 4
    answer = mill.client.get(next(link for link in links if "docx" in link))
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")


def test_what_was_written_wrong_is_said_on_a_page(mill: Visit) -> None:
    for asked in (
        "tax?quarter=2025-Q7",
        "tax?quarter=2025-Q1&falsely_declared=coal",
        "half-year-industry?half=2025",
    ):
        kind, _, rest = asked.partition("?")
        page = mill.see(f"/reports/{kind}?site={SITE}&{rest}", status=422)
        assert "应为" in page.text


def test_others_sites_are_not_there(house: House) -> None:
    with house.visit("works") as visit:
        for kind, rest in (("tax", "quarter=2025-Q1"), ("site-sheet", "until=2025-12")):
            page = visit.see(f"/reports/{kind}?site={SITE}&{rest}", status=404)
            assert "示例" not in page.one("main").text
    with house.visit("regulator") as visit:
        assert "5,000.00" in visit.see(f"/reports/tax?site={SITE}&quarter=2025-Q1").text


def test_the_site_sheet_leads_to_its_paper_and_to_the_tax(mill: Visit) -> None:
    page = mill.see(f"/sites/{SITE}?until=2025-06")
    papers = [a.attributes["href"] for a in page.one("p", id="files").all("a")]
    assert [paper.rpartition("format=")[2][:4] for paper in papers] == ["pdf&", "docx", "xlsx"]
    answer = mill.client.get(papers[0])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    tax = next(a for a in page.all("a") if a.attributes["href"].startswith("/reports/tax?"))
    assert "quarter=2025-Q2" in tax.attributes["href"]
    mill.see(tax.attributes["href"])
