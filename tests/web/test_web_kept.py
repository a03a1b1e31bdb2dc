"""What pages keep: only while nothing happened, never more than a few, and never for somebody who may see other things."""

from collections.abc import Iterator

import pytest
from builders import ledger
from support.run import Run
from web import small_city
from web.visits import House, Visit, open_house

from app.auth.subjects import Role
from app.web.kept import Kept, data_version


def test_a_value_is_made_once_for_a_version_and_anew_for_the_next() -> None:
    kept, made = Kept[int](2), []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [kept.get("a", (1,), make) for _ in range(3)] == [0, 0, 0]
    assert kept.get("a", (2,), make) == 1
    assert kept.get("a", (2,), make) == 1
    assert kept.get("b", (2,), make) == 2
    assert kept.get("c", (2,), make) == 3
    assert kept.get("c", (2,), make) == 3
    assert kept.get("a", (2,), make) == 4, "the one used longest ago is gone"
    assert kept.get("a", None, make) == 5, "what cannot be told apart is not kept"


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("kept")) as made:
        small_city.build(made.people)
        made.user(Role.REGULATOR, region="1402")
        made.user(Role.ENTERPRISE, enterprise=small_city.FIRMS["D"])
        yield made


@pytest.fixture(scope="module")
def visit(house: House) -> Iterator[Visit]:
    with house.visit("regulator") as made:
        yield made


def rate(visit: Visit, address: str = "/") -> str:
    return visit.see(address).by_id("tile-rate").one("span", class_="value").text


def test_a_filing_shows_at_once_on_every_page(house: House, visit: Visit) -> None:
    assert (rate(visit), rate(visit)) == ("37.00", "37.00")
    before = visit.see("/targets?year=2025").by_id("datong-2025-60").one("span", class_="value").text
    body = ledger(f"{small_city.FIRMS['D']}001P", "2025-03", {"waste": "SW06", "generated_tonnes": "500"})
    assert house.people.file(body, enterprise=small_city.FIRMS["D"]).status_code == 201
    # 3,700 t of now 10,500 t
    assert rate(visit) == "35.24"
    assert before == "37.00%"
    assert (
        visit.see("/targets?year=2025").by_id("datong-2025-60").one("span", class_="value").text == "35.24%"
    )


def test_what_one_may_see_is_not_shown_to_another(house: House, visit: Visit) -> None:
    rate(visit)
    with house.visit("enterprise") as enterprise:
        assert (
            enterprise.see("/").by_id("tile-generated").one("p", class_="figure").attributes["title"]
            == "1,500 吨"
        )
    assert "Rate" in visit.see("/?lang=en").text
    assert "利用率" in visit.see("/?lang=zh").text


def test_every_change_is_a_new_version(house: House) -> None:
    with house.database.reading() as session:
        before = data_version(session)
    small_city.file_nil(house.people, "A", "2025-04")
    with house.database.reading() as session:
        filed = data_version(session)
    house.people.register("91140200MA0EXAMPZZ")
    with house.database.reading() as session:
        assert len({before, filed, data_version(session)}) == 3
