"""Product tonnes of a use, from every door in to every door out; a ledger that does not state them is what it was."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from builders import JSON, MILL, People, example_line, ledger
from findings.books import T
from findings.town import A, B, Town
from imports.sending import as_xlsx, line
from sqlalchemy import select
from support.run import Run
from web.visits import House, open_house

from app.auth.subjects import Role
from app.db.session import Database
from app.imports.entries import entries_of
from app.imports.rows import Progress
from app.imports.workbook import workbook_rows
from app.ledgers.documents import canonical, sha256_of
from app.ledgers.models import FlowKind, LedgerFlow
from app.ledgers.schemas import LedgerIn
from seed.demo.bodies import ledger_body

BEFORE = "bdd60a096a96e13e992d729b5df9f33224738bb7aa5bd61efd56cfd42a810e67"
"""The receipt of the example ledger before product tonnes were part of the contract."""


def using(product_tonnes: Any = None, **more: Any) -> JSON:
    """The example line whose use states its product, or says in so many words that it does not."""
    used = {
        "process": "cement_blending",
        "product": "cement",
        "tonnes": "300",
        "product_tonnes": product_tonnes,
    }
    return example_line(used=[used], **more)


def test_a_ledger_without_product_tonnes_keeps_its_receipt() -> None:
    site = f"{MILL}001P"
    silent, null, stated = (
        LedgerIn.model_validate(body).content()
        for body in (ledger(site), ledger(site, "2025-03", using()), ledger(site, "2025-03", using("1111")))
    )
    assert sha256_of(canonical(silent)) == BEFORE
    assert canonical(null) == canonical(silent)
    assert canonical(stated) != canonical(silent)
    assert '"product_tonnes":"1111"' in canonical(stated)


def test_zero_is_a_figure_and_not_silence() -> None:
    site = f"{MILL}001P"
    zero = LedgerIn.model_validate(ledger(site, "2025-03", using(0))).content()
    assert zero.lines[0].used[0].product_grams == 0
    assert '"product_tonnes":"0"' in canonical(zero)
    assert LedgerIn.model_validate(ledger_body(zero)).content().lines[0].used == zero.lines[0].used


def test_it_is_filed_amended_and_read_as_of(people: People, sessions: Database, clock: Any) -> None:
    (site,) = people.register()
    filed = people.file(ledger(site, "2025-03", using("1111.5")))
    assert filed.status_code == 201, filed.text
    url, before = f"/v1/ledgers/{filed.json()['id']}", clock().isoformat()
    clock.advance(minutes=5)
    body = ledger(site, "2025-03", using("900"), reason="更正")
    etag = {"If-Match": '"1"'}
    amended = people.client.post(f"{url}/amendments", json=body, headers=people.of() | etag)
    assert amended.status_code == 200, amended.text
    assert amended.json()["receipt"]["sha256"] != filed.json()["receipt"]["sha256"]
    told = [
        people.client.get(url, params=asked, headers=people.of()).json()["lines"][0]["used"][0][
            "product_tonnes"
        ]
        for asked in ({"as_of": before}, {})
    ]
    assert told == ["1111.5", "900"]
    with sessions.reading() as session:
        query = select(LedgerFlow.product_grams).where(LedgerFlow.kind == FlowKind.USED)
        assert sorted(session.scalars(query), key=str) == [1_111_500_000, 900_000_000]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wrong", ["-1", "1000000001", "NaN", "1.1234567", "many", [1]])
def test_what_is_no_mass_is_refused_at_its_place(people: People, wrong: Any) -> None:
    (site,) = people.register()
    answer = people.file(ledger(site, "2025-03", using(wrong)))
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == "/lines/0/used/0/product_tonnes"
    assert set(fault["message"]) >= {"zh", "en"}


@pytest.mark.parametrize(
    ("head", "told", "grams"),
    [
        ("利用产品产量（吨）\nProduct made (t)", 2600.5, 2_600_500_000),
        ("Product made (10kt)", 0.26, 2_600_000_000),
        ("利用产品产量（吨）", None, None),
    ],
)
def test_a_workbook_states_it_in_a_column_of_its_own(head: str, told: Any, grams: int | None) -> None:
    content = as_xlsx(
        line(**{"used.product": "cement", "used.product_tonnes": told}), heads={"used.product_tonnes": head}
    )
    (entry,) = entries_of(workbook_rows(io.BytesIO(content), Progress()), Progress())
    assert entry.notes == []
    assert entry.ledger is not None
    (used,) = entry.ledger.content().lines[0].used
    assert (used.grams, used.product_grams) == (800_000_000, grams)


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("product")) as opened:
        opened.people.register(MILL)
        opened.user(Role.ENTERPRISE, "mill", enterprise=MILL)
        yield opened


def test_the_form_states_it_and_shows_it_again(house: House) -> None:
    place, use = f"/ledgers/{MILL}001P/2025-03", "lines-0-used-0-"
    with house.visit("mill") as visit:
        form = visit.see(place).one("form", id="ledger")
        fields = {
            "lines-0-waste": "SW02",
            "lines-0-generated_tonnes": "300",
            f"{use}process": "cement_blending",
            f"{use}product": "cement",
            f"{use}tonnes": "300",
            f"{use}product_tonnes": "1,111.5",
            "signed_by": "王工",
            "action": "submit",
        }
        visit.do(form, **fields)
        assert "1,111.5" in visit.see(place).one("table", id="flows").text
        again = visit.see(f"{place}?amend=1").one("input", name_=f"{use}product_tonnes")
        assert again.attributes["value"] == "1111.5"


def burning(tonnes: str, made: str | None) -> JSON:
    used = {
        "process": "building_gypsum",
        "product": "building_gypsum",
        "tonnes": tonnes,
        "product_tonnes": made,
    }
    return {"waste": "SW06", "method": "weighbridge", "generated_tonnes": tonnes, "used": [used]}


def test_the_finding_opens_with_the_ledger_and_closes_with_its_amendment(town: Town) -> None:
    town.file(B, "2025-09", burning("1000", None))
    filed = town.file(A, "2025-09", burning("1000", "500"))
    town.work()
    finding = town.only("product_yield")
    assert (finding["site"], finding["waste"], finding["state"]) == (A, "SW06", "open")
    assert round(float(finding["tonnes"])) == 407
    assert float(finding["sigma_tonnes"]) * T < 30 * T
    assert "配方" in finding["explanation"]["zh"]
    assert "over-stated" in finding["explanation"]["en"]
    assert town.run_all().changed == 0
    town.amend(filed, burning("1000", "843"))
    town.work()
    assert town.findings(rule="product_yield", state="open") == []
    assert town.detail(finding)["present"] is False


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_rule_is_told_with_its_parameters_which_an_administrator_changes(town: Town) -> None:
    rule = next(
        each
        for each in town.client.get("/v1/rules", headers=town.people.regulator()).json()["items"]
        if each["id"] == "product_yield"
    )
    names = {each["name"] for each in rule["parameters"]}
    assert names == {"tolerance", "critical_z", "product_sigma", "unstated_sigma", "least_tonnes"}
    town.file(A, "2025-09", burning("1000", "500"))
    town.work()
    assert town.only("product_yield")["present"]
    body = {"values": {"least_tonnes": "500"}, "reason": "示例"}
    changed = town.client.put("/v1/rules/product_yield/parameters", json=body, headers=town.people.admin)
    assert changed.status_code == 200, changed.text
    town.run_all()
    assert town.findings(rule="product_yield", state="open") == []
