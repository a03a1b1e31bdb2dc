"""The rules over HTTP: what each says, and the numbers an administrator may change within bounds."""

import re
from pathlib import Path

import pytest
from builders import JSON
from findings.town import SENDER, A, Town, fly_ash

from app.findings import registry
from app.findings.rule import Partition
from app.worker.loop import Worker
from app.worker.registry import shipped


def test_every_rule_says_what_an_official_asks(town: Town) -> None:
    listed = town.client.get("/v1/rules", headers=town.people.of(SENDER)).json()["items"]
    assert [each["id"] for each in listed] == [rule.id for rule in registry.RULES]
    for each in listed:
        assert each["text"]["zh"]
        assert each["text"]["en"]
        assert each["law"]["zh"]
        assert each["law"]["verified"] is False, "set it when somebody has compared it with the official text"
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", each["since"])
        for parameter in each["parameters"]:
            assert float(parameter["low"]) <= float(parameter["value"]) <= float(parameter["high"])
            assert parameter["unit"]
    assert len({rule.id for rule in registry.RULES}) == len(registry.RULES)
    assert {rule.partition for rule in registry.RULES} >= {Partition.SITE, Partition.PAIR}
    assert town.client.get("/v1/rules").status_code == 401
    assert town.client.get("/v1/rules/no_such", headers=town.people.of(SENDER)).status_code == 404


def test_the_handbook_names_every_rule() -> None:
    handbook = (Path(__file__).parents[2] / "docs" / "findings.md").read_text(encoding="utf-8")
    unnamed = [rule.id for rule in registry.RULES if f"`{rule.id}`" not in handbook]
    assert unnamed == []


def put(town: Town, headers: JSON, rule: str = "line_balance", **values: str) -> tuple[int, JSON]:
    answer = town.client.put(
        f"/v1/rules/{rule}/parameters", json={"values": values, "reason": "本地核定"}, headers=headers
    )
    body: JSON = answer.json()
    return answer.status_code, body


def test_a_change_is_kept_with_its_reason_and_evaluated(town: Town) -> None:
    town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.work()
    assert town.only("line_balance")["present"]
    status, rule = put(town, town.people.admin, least_tonnes="700")
    assert status == 200
    town.work()
    gone = town.only("line_balance")
    assert (gone["state"], gone["present"]) == ("closed", False)
    assert "参数" in town.detail(gone)["steps"][-1]["details"]["zh"]
    put(town, town.people.admin, least_tonnes="500", critical_z="2.5")
    town.work()
    back = town.detail(town.only("line_balance"))
    assert back["present"]
    assert back["evidence"]["threshold"] == {
        "critical_z": "2.5",
        "least_tonnes": "500",
        "unstated_sigma": "0.05",
    }
    _, rule = put(town, town.people.admin, least_tonnes="500")
    assert [(each["number"], each["values"]["least_tonnes"]) for each in rule["history"]] == [
        (2, "500"),
        (1, "700"),
    ], "the same values again are no change"
    assert rule["history"][0]["reason"] == "本地核定"
    assert rule["history"][0]["changed_by"].startswith("admin:")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"critical_z": "0.5"}, "/values/critical_z"),
        ({"critical_z": "21"}, "/values/critical_z"),
        ({"no_such": "1"}, "/values/no_such"),
        ({"least_tonnes": "-1"}, "/values/least_tonnes"),
        ({"least_tonnes": "NaN"}, "/values/least_tonnes"),
        ({}, "/values"),
    ],
)
def test_values_out_of_bounds_are_refused(town: Town, values: dict[str, str], pointer: str) -> None:
    status, problem = put(town, town.people.admin, **values)
    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


def test_only_an_administrator_changes_rules(town: Town) -> None:
    assert put(town, town.people.regulator(), critical_z="2")[0] == 403
    assert put(town, town.people.of(SENDER), critical_z="2")[0] == 403
    assert put(town, town.people.admin, rule="no_such", critical_z="2")[0] == 404


def test_the_night_finds_what_only_time_brings(town: Town) -> None:
    """A month falls due while nobody files anything."""
    town.clock.set("2025-10-15T00:00:00Z")
    worker = Worker(town.sessions, town.settings, shipped(), clock=town.clock)
    worker.drain()
    assert town.findings(headers(town)) == []
    town.clock.set("2025-10-20T19:00:00Z")
    Worker(town.sessions, town.settings, shipped(), clock=town.clock).drain()
    found = town.findings(headers(town))
    assert {(each["rule"], each["from"]) for each in found} == {("missing_month", "2025-09")}
    assert len(found) == 3


def headers(town: Town) -> JSON:
    """A token of the moment on the clock."""
    return town.people.regulator("14" if town.clock().day == 15 else "140212")
