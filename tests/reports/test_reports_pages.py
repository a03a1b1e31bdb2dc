"""The pages of reports: everybody is offered what they may make, reads it, and takes it along as a file."""

from collections.abc import Iterator

import pytest
from support.run import Run
from web import small_city
from web.visits import House, Visit, filled, open_house

from app.auth.subjects import Role
from app.web.reports.kinds import KINDS


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("report-pages")) as made:
        small_city.build(made.people, "AD")
        made.user(Role.REGULATOR, region="1402")
        made.user(Role.ENTERPRISE, enterprise=small_city.FIRMS["A"])
        made.user(Role.PERMIT_SYSTEM, region="1402")
        yield made


@pytest.fixture(scope="module")
def visit(house: House) -> Iterator[Visit]:
    with house.visit("regulator") as made:
        yield made


def test_every_kind_is_offered_once_to_those_who_may_make_it(house: House, visit: Visit) -> None:
    official = {panel.attributes["id"] for panel in visit.see("/reports").all("section", class_="panel")}
    assert official == {kind.code for kind in KINDS if Role.REGULATOR in kind.roles}
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    with house.visit("enterprise") as firm:
        own = {panel.attributes["id"] for panel in firm.see("/reports").all("section", class_="panel")}
        assert "bulletin" not in own
        assert own == {kind.code for kind in KINDS if Role.ENTERPRISE in kind.roles}
        assert firm.client.get("/reports/bulletin?year=2025").status_code == 403
    with house.visit("permit_system") as system:
        assert system.client.get("/reports").status_code == 403


@pytest.mark.parametrize("code", ["bulletin", "brief", "year-end", "comparison"])
def test_a_form_as_it_stands_leads_to_the_report_and_its_files(visit: Visit, code: str) -> None:
    (form,) = [
        each
        for each in visit.see("/reports").all("form")
        if each.attributes.get("action") == f"/reports/{code}"
    ]
    asked = "&".join(f"{name}={value}" for name, value in filled(form).items())
    page = visit.see(f"/reports/{code}?{asked}&lang=en")
    assert "2025" in page.one("h1").text
    links = [link for link in page.all("a") if f"/reports/{code}/file?" in link.attributes["href"]]
    assert [link.text for link in links] == ["PDF", "Word", "Excel", "JSON"]
    begins = (b"%PDF-", b"PK", b"PK", b"{")
    for link, begin in zip(links, begins, strict=True):
        answer = visit.client.get(link.attributes["href"])
        assert answer.content.startswith(begin)
        assert "attachment" in answer.headers["content-disposition"]
    visit.see("/reports?lang=zh")


def test_a_page_says_what_the_interface_says(visit: Visit) -> None:
    page = visit.see("/reports/bulletin?region=1402&year=2025")
    told = visit.client.get("/v1/reports/bulletin?region=1402&year=2025").json()
    assert page.one("h1").text == told["title"]["zh"]
    cells = [cell.text for cell in page.one("table", id="table-amounts").all("td")]
    (amounts,) = [each for each in told["sections"][0]["tables"] if each["id"] == "amounts"]
    assert [cell.replace(",", "") for cell in cells] == [row["tonnes"] for row in amounts["rows"]]
    assert told["provenance"]["caveats"][0]["zh"] in page.one("section", id="provenance").text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/reports/nothing", 404),
        ("/reports/bulletin?year=2125&region=1402", 422),
        ("/reports/bulletin?year=abc", 422),
        ("/reports/bulletin?year=2025&region=%27--", 422),
        ("/reports/bulletin?year=2025&region=1301", 403),
        ("/reports/brief?quarter=2025-Q9", 422),
        ("/reports/comparison?year=2025&as_of=31.12.2025", 422),
    ],
)
def test_what_cannot_be_made_is_said_on_a_page(visit: Visit, address: str, status: int) -> None:
    visit.see(address, status)
    assert visit.client.get(address.replace("?", "/file?")).status_code == status


def test_without_a_choice_the_form_is_shown(visit: Visit) -> None:
    page = visit.see("/reports/brief")
    assert page.one("form", action="/reports/brief")
    assert not page.all("table")
