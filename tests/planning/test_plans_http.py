"""The way to the target over HTTP, on a town that can be planned by hand, on both databases."""

from io import BytesIO
from typing import Any

import pytest
from builders import JSON, People
from openpyxl import load_workbook
from planning.town import KILN, MINE, OTHER, settle, site

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""What does not depend on the database."""


@pytest.fixture
def town(people: People) -> People:
    settle(people)
    return people


def ask(town: People, path: str, status: int = 200, **headers: str) -> Any:
    answer = town.client.get(f"/v1/{path}", headers=headers or town.regulator())
    assert answer.status_code == status, answer.text
    return answer.json()


def test_the_cheapest_way_to_thirty_per_cent(town: People) -> None:
    found = ask(town, "plans?region=1402&year=2025&target=30")
    assert (found["status"], found["gap_tonnes"], found["planned_tonnes"]) == ("feasible", "350", "350")
    assert found["nominal"]["before"]["percent"] == "6.67"
    assert found["nominal"]["after"]["value"] == "0.300000"
    # Of fired gangue 15 % go to the air by the chain library; the rest is brick: 0.85 · 100 and 0.85 · 450 of 1500 t.
    assert (found["terminal"]["before"]["percent"], found["terminal"]["after"]["percent"]) == (
        "5.67",
        "25.50",
    )
    (link,) = found["links"]
    assert (link["sender"]["code"], link["receiver"]["code"]) == (site(MINE), site(KILN))
    assert (link["process"], link["existing_tonnes"]) == ("sintered_brick", "100")
    # A tenth of a degree is 11.120 km, by road 14.790: 6.66 yuan at 0.45 a km, and 10 at the gate.
    assert (link["great_circle_km"], link["road_km"]) == ("11.120", "14.790")
    assert (link["yuan_per_tonne"], link["yuan"], found["yuan"]) == ("16.66", "5831.00", "5831.00")
    progress = ask(town, "targets/progress?region=1402&year=2025")["items"]
    same = next(item for item in progress if item["target"]["code"] == "datong-2025-60")
    assert same["percent"] == found["nominal"]["before"]["percent"]
    assert found["highest_percent"] == "40.00"
    assert [point["percent"] for point in found["curve"]][-1] == "30.00"
    assert float(found["curve"][-1]["yuan"]) == pytest.approx(5831)


@ON_SQLITE
def test_out_of_reach_is_said_with_what_binds(town: People) -> None:
    found = ask(town, "plans?region=1402&year=2025&target=60")
    assert (found["status"], found["highest_percent"], found["planned_tonnes"]) == (
        "infeasible",
        "40.00",
        "500",
    )
    (binding,) = found["bottlenecks"]
    assert (binding["kind"], binding["site"]["code"], binding["worth_tonnes"]) == (
        "intake",
        site(KILN),
        "1.000",
    )
    without = {limit["kind"]: limit["percent_without"] for limit in found["limits"]}
    # 900 t of the first mine, none of the second: its permit knows no entrusted use.
    assert without == {"capacity": "66.67", "blending": "40.00", "route": "40.00", "distance": "40.00"}
    (room,) = found["rooms"]
    assert (room["capacity_tonnes"], room["taken_tonnes"], room["idle_tonnes"]) == ("600", "100", "500")
    # Nobody may come from farther than ten kilometres: nothing is left.
    near = ask(town, "plans?region=1402&year=2025&target=60&limit_km=10")
    assert (near["highest_percent"], near["links"]) == ("6.67", [])
    assert {limit["kind"]: limit["percent_without"] for limit in near["limits"]}["distance"] == "40.00"


@ON_SQLITE
def test_met_and_without_data_need_no_plan(town: People) -> None:
    met = ask(town, "plans?region=1402&year=2025&target=5")
    assert (met["status"], met["links"], met["yuan"]) == ("met", [], "0.00")
    nothing = ask(town, "plans?region=1402&year=2024&target=60")
    assert (nothing["status"], nothing["highest_percent"], nothing["links"]) == ("no_data", None, [])
    assert nothing["nominal"]["before"]["reason"] == "no_ledgers"


@ON_SQLITE
def test_what_if_the_kiln_took_more_than_it_may(town: People) -> None:
    asked = f"plans/what-if?region=1402&year=2025&to={site(KILN)}&of=SW04"
    found = ask(town, f"{asked}&tonnes=600")
    (link,) = found["links"]
    assert (link["sender"]["code"], link["tonnes"], found["process"]) == (site(MINE), "600", "sintered_brick")
    rate = found["nominal"]["utilization.new_waste"]
    assert (rate["before"]["percent"], rate["after"]["percent"]) == ("6.67", "46.67")
    assert found["terminal"]["after"]["percent"] == "39.67"
    assert [message["en"] for message in found["beyond"]] == [
        "100 t more than the permitted capacity that is idle"
    ]
    named = ask(town, f"{asked}&tonnes=300&from={site(OTHER)}")
    assert "entrusted use" in named["beyond"][0]["en"]
    # A power plant leaves ash: what is burnt is used by name, and only what is no ash ends in a product.
    burnt = ask(town, f"{asked}&tonnes=400&process=gangue_power")
    assert float(burnt["terminal"]["after"]["percent"]) < float(
        burnt["nominal"]["utilization.new_waste"]["after"]["percent"]
    )
    assert burnt["links"][0]["residues_tonnes"] == {"SW02": "130", "SW03": "130"}
    for wrong, pointer in (("&tonnes=901", "tonnes"), ("&tonnes=1&process=aac_block", "process")):
        refused = ask(town, f"{asked}{wrong}", 422)
        assert refused["errors"][0]["pointer"] == f"#query/{pointer}"
    ask(town, "plans/what-if?region=1402&year=2025&to=NOBODY&of=SW04&tonnes=1", 404)


@ON_SQLITE
def test_who_may_not_ask_learns_nothing(town: People) -> None:
    for path in ("plans?region=1402&year=2025", f"plans/what-if?year=2025&to={site(KILN)}&of=SW04&tonnes=1"):
        ask(town, path, 403, **town.of(MINE))
    ask(town, "plans?region=1402&year=2025", 403, **town.regulator("1403"))
    ask(town, f"plans/what-if?year=2025&to={site(KILN)}&of=SW04&tonnes=1", 404, **town.regulator("1403"))
    for wrong in (
        "target=101",
        "target=x",
        "year=1",
        "metric=disposal.plain&year=2025",
        "waste=XX&year=2025",
    ):
        assert ask(
            town, f"plans?region=1402&{wrong}&year=2025" if "year" not in wrong else f"plans?{wrong}", 422
        )


@ON_SQLITE
def test_a_workbook_says_what_the_answer_says(town: People) -> None:
    path = "/v1/plans?region=1402&year=2025&target=30"
    found = town.client.get(path, headers=town.regulator()).json()
    answer = town.client.get(f"{path}&format=xlsx&language=en", headers=town.regulator())
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    cells = [cell for sheet in load_workbook(BytesIO(answer.content)) for row in sheet.values for cell in row]
    assert float(found["planned_tonnes"]) in cells
    assert float(found["yuan"]) in cells
    assert "Haulage by road" in cells


def test_a_parameter_changes_the_cost_and_is_written_down(town: People) -> None:
    body: JSON = {"value": "1", "stated_for": "2025-12", "source": "市价"}
    path = "/v1/plan-parameters/haul.yuan_per_tonne_km"
    assert town.client.put(path, json=body, headers=town.regulator()).status_code == 403
    changed = town.client.put(path, json=body, headers=town.admin)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["value"], changed.json()["version"], changed.json()["verified"]) == ("1", 2, False)
    found = ask(town, "plans?region=1402&year=2025&target=30")
    assert found["links"][0]["yuan_per_tonne"] == "24.79"
    row = next(
        row for row in ask(town, "plan-parameters")["items"] if row["code"] == "haul.yuan_per_tonne_km"
    )
    assert (row["source"], row["unit"]) == ("市价", "元/(t·km)")
    assert town.client.put(f"{path}x", json=body, headers=town.admin).status_code == 404
    for wrong in ({"value": "-1"}, {"value": "0.00001"}, {"stated_for": "2025"}, {"source": ""}):
        assert town.client.put(path, json=body | wrong, headers=town.admin).status_code == 422
    detour = town.client.put(
        "/v1/plan-parameters/haul.detour_factor", json=body | {"value": "0.9"}, headers=town.admin
    )
    assert (detour.status_code, detour.json()["errors"][0]["pointer"]) == (422, "/value")
    entries = town.client.get("/v1/audit?limit=200", headers=town.admin).json()["items"]
    assert any("haul.yuan_per_tonne_km" in str(entry) for entry in entries)
