"""Changes of the register and of the reference data reach findings at once, and to the same set as a full run."""

import pytest
from builders import JSON
from findings.test_coefficients import PERSON, gangue
from findings.town import RECEIVER, SENDER, STRANGER, A, B, C, Town, received, sent
from sqlalchemy import select

from app.findings.models import Finding
from app.reference import service as reference
from app.reference.models import ReferenceRow

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""What is touched is read by plain queries; both databases walk through them in test_incremental."""


@pytest.fixture(autouse=True)
def _after_a_night(town: Town) -> None:
    """What comes with time alone has been found."""
    town.run_all()


def present(town: Town) -> set[tuple[str, str]]:
    with town.sessions.reading() as session:
        rows = session.execute(select(Finding.rule, Finding.key).where(Finding.present.is_(True)))
        return {(rule, key) for rule, key in rows}


def agrees_with_a_full_run(town: Town) -> set[tuple[str, str]]:
    town.work()
    found = present(town)
    town.run_all()
    assert present(town) == found
    return found


def test_a_receiver_that_registers_is_unknown_no_more(town: Town) -> None:
    stranger = "91140200MA0TOWNEEE"
    town.file(A, "2025-09", sent("500", to=f"{stranger}001P"))
    assert ("unknown_receiver" in {rule for rule, _ in agrees_with_a_full_run(town)}) is True
    town.people.register(stranger, reports_from="2025-09", reports_until="2025-09")
    assert "unknown_receiver" not in {rule for rule, _ in agrees_with_a_full_run(town)}


def test_a_facility_that_is_registered_at_last(town: Town) -> None:
    town.file(A, "2025-09", sent("500"))
    town.file(B, "2025-09", received("500"))
    before = {rule for rule, _ in agrees_with_a_full_run(town)}
    assert "receiver_unfit" in before
    body = {"site": B, "code": "TS001", "name": "利用线", "kind": "utilization", "capacity_tonnes": "100"}
    answer = town.client.post("/v1/facilities", json=body, headers=town.people.of(RECEIVER))
    assert answer.status_code == 201, answer.text
    after = {rule for rule, _ in agrees_with_a_full_run(town)}
    assert "receiver_unfit" not in after
    assert "over_capacity" in after, "500 t in a works of 100 t a year"


def test_a_shorter_reporting_period(town: Town) -> None:
    town.file(A, "2025-09", sent("500"))
    town.run_all()
    assert any(rule == "missing_month" and key.startswith(A) for rule, key in present(town))
    body = {"reports_until": "2025-09", "reason": "停产"}
    answer = town.client.patch(f"/v1/sites/{A}", json=body, headers=town.people.of(SENDER))
    assert answer.status_code == 200, answer.text
    found = agrees_with_a_full_run(town)
    assert not any(rule in {"missing_month", "silent_site"} and key.startswith(A) for rule, key in found)


def test_a_succession_moves_the_pairs(town: Town) -> None:
    town.file(A, "2025-09", sent("500", to=RECEIVER))
    town.file(B, "2025-09")
    assert {rule for rule, _ in agrees_with_a_full_run(town)} >= {"receiver_silent"}
    body = {"successor": STRANGER, "from": "2025-10", "reason": "吸收合并"}
    answer = town.client.post(f"/v1/enterprises/{RECEIVER}/succession", json=body, headers=town.people.admin)
    assert answer.status_code == 200, answer.text
    agrees_with_a_full_run(town)
    town.file(C, "2025-09", received("500"))
    agrees_with_a_full_run(town)


def test_a_site_that_moves_to_another_province(town: Town) -> None:
    town.file(A, "2025-09", sent("500"))
    town.file(B, "2025-09", received("500"))
    assert "out_of_province" not in {rule for rule, _ in agrees_with_a_full_run(town)}
    body = {"region": "130202", "reason": "更正"}
    answer = town.client.patch(f"/v1/sites/{B}", json=body, headers=town.people.admin)
    assert answer.status_code == 200, answer.text
    assert "out_of_province" in {rule for rule, _ in agrees_with_a_full_run(town)}


def test_a_changed_coefficient_counts_at_once(town: Town) -> None:
    gangue(town, "2025-09", "300")
    gangue(town, "2025-10", "300")
    town.work()
    assert town.only("generation_outside_band")["present"] is True
    with town.sessions.writing() as session:
        current = select(ReferenceRow).where(
            ReferenceRow.code == "gangue.raw_coal", ReferenceRow.superseded_at.is_(None)
        )
        row = session.execute(current).scalar_one()
        plain: JSON = {
            name: getattr(row, name) for name in ("zh", "en", "source", "url", "retrieved_on", "verified")
        }
        change = reference.Change(body=row.body | {"low": "0.02"}, **plain)
        reference.change(session, "coefficients", row.code, change, subject=PERSON, now=town.clock())
    town.work()
    assert town.only("generation_outside_band")["present"] is False


def test_what_the_loader_ships_first_is_no_change(town: Town) -> None:
    events = town.client.get("/v1/events", headers=town.people.admin).json()["items"]
    assert [each for each in events if each["type"].startswith("reference.")] == []
