"""Batch forms over HTTP: recorded once, held against the ledger, linked, traced, withdrawn."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batches.forms import MILL_SITE, WORKS_SITE, after, cement, form, works_ledger
from builders import MILL, WORKS, People, ledger
from support.run import Run
from web.visits import open_house


@pytest.fixture(scope="module")
def shared(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The mill filed March 2025: 1000 t generated, 300 used, 100 disposed, 500 sent to the works."""
    with open_house(run, tmp_path_factory.mktemp("batches")) as opened:
        _town(opened.people)
        yield opened.people


@pytest.fixture
def town(people: People) -> People:
    """The same for a test that needs both databases, or a town of its own."""
    _town(people)
    return people


def _town(people: People) -> None:
    people.register(MILL)
    people.register(WORKS)
    assert people.file(ledger(MILL_SITE)).status_code == 201
    assert people.file(works_ledger("400"), enterprise=WORKS).status_code == 201


def post(people: People, body: Any, enterprise: str = MILL, path: str = "/v1/batches") -> Any:
    return people.client.post(path, json=body, headers=people.of(enterprise))


def made(people: People, body: Any, enterprise: str = MILL) -> dict[str, Any]:
    answer = post(people, body, enterprise)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def read(people: People, path: str, headers: Any = None) -> Any:
    answer = people.client.get(path, headers=headers or people.of(MILL))
    assert answer.status_code == 200, answer.text
    return answer.json()


def rules(found: dict[str, Any]) -> set[str]:
    return {warning["rule"] for warning in found["warnings"]}


def test_a_form_is_recorded_once(town: People) -> None:
    first = post(town, form("CS-1"))
    assert first.status_code == 201
    assert first.json()["table"] == 4
    assert first.json()["month"] == "2025-03"
    again = post(town, form("CS-1"))
    assert (again.status_code, again.json()) == (200, first.json())
    other = post(town, form("CS-1", tonnes="101"))
    assert other.status_code == 409
    assert other.json()["errors"][0]["pointer"] == "/number"
    assert len(read(town, "/v1/batches")["items"]) == 1


def test_forms_are_held_against_the_line_that_counts_now(town: People) -> None:
    assert rules(made(town, form("LY-1", "used", "300"))) == set()
    beyond = made(town, form("LY-2", "used", "0.5"))
    (warning,) = beyond["warnings"]
    assert (warning["rule"], warning["pointer"], warning["tonnes"]) == ("beyond_line", "/tonnes", "0.5")
    (row,) = read(town, f"/v1/batches/sums?site={MILL_SITE}&from=2025-01&to=2025-12")["items"]
    assert (row["batches_tonnes"], row["ledger_tonnes"]) == ("300.5", "300")
    assert (row["difference_tonnes"], row["standing"], row["forms"]) == ("0.5", "beyond", 2)
    town.client.post(
        f"/v1/batches/{beyond['id']}/withdrawal", json={"reason": "重复"}, headers=town.of()
    ).raise_for_status()
    (row,) = read(town, f"/v1/batches/sums?site={MILL_SITE}&from=2025-03&to=2025-03")["items"]
    assert (row["standing"], row["forms"]) == ("equal", 1)


def test_without_a_ledger_a_form_is_accepted_and_says_so(shared: People) -> None:
    assert rules(made(shared, form("CS-MAY", day="2025-05-02"))) == {"no_line"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"tonnes": "0"}, "/tonnes"),
        ({"tonnes": "10000000.000001"}, "/tonnes"),
        ({"tonnes": "1e3x"}, "/tonnes"),
        ({"waste": "SW08"}, "/waste"),
        ({"day": "2026-01-11"}, "/day"),
        ({"day": "2025-02-30"}, "/day"),
        ({"kind": "sold"}, "/kind"),
        ({"signed_by": "  "}, "/signed_by"),
        ({"preceding": after("A", "A")}, "/preceding/1/number"),
        ({"preceding": after(*map(str, range(21)))}, "/preceding"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_what_cannot_mean_anything_is_refused_where_it_stands(
    shared: People, change: dict[str, Any], pointer: str
) -> None:
    answer = post(shared, form("BAD", **change))
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_preceding_forms_link_across_sites_and_what_is_drawn_is_counted(town: People) -> None:
    made(town, form("CS-1", tonnes="100"))
    made(town, form("CC-1", "left", "60", receiver=WORKS_SITE, preceding=after("CS-1")))
    over = made(town, form("CC-2", "left", "50", receiver=WORKS_SITE, preceding=after("CS-1")))
    (warning,) = over["warnings"]
    assert (warning["rule"], warning["tonnes"]) == ("preceding_overdrawn", "10")
    taken = form("LY-1", "used", "60", site=WORKS_SITE, preceding=after("CC-1", site=MILL_SITE))
    used = made(town, taken, WORKS)
    assert rules(used) == set()
    assert used["preceding"][0]["known"] is True
    # What the mill did not send to the works stays unknown to them, on file or not: numbers cannot be probed.
    for number in ("CS-1", "NOT-ON-FILE"):
        probing = form(f"P-{number}", "used", "1", site=WORKS_SITE, preceding=after(number, site=MILL_SITE))
        assert rules(made(town, probing, WORKS)) == {"unknown_preceding"}
    _assert_traces(town, used["id"])


def _assert_traces(town: People, used_id: str) -> None:
    official = read(town, f"/v1/batches/{used_id}/trace", town.regulator())
    assert {node["number"]: node["distance"] for node in official["nodes"]} == {
        "CS-1": -2,
        "CC-1": -1,
        "LY-1": 0,
    }
    assert [link["tonnes"] for link in official["links"]] == ["60", "60"]
    assert (official["beyond_upstream"], official["truncated"]) == (0, False)
    theirs = read(town, f"/v1/batches/{used_id}/trace", town.of(WORKS))
    assert {node["number"] for node in theirs["nodes"]} == {"CC-1", "LY-1"}
    assert theirs["beyond_upstream"] == 1
    assert "CS-1" not in json.dumps(theirs)
    (start,) = (node["id"] for node in official["nodes"] if node["number"] == "CS-1")
    down = read(town, f"/v1/batches/{start}/trace?direction=down")
    assert {node["number"] for node in down["nodes"]} == {"CS-1", "CC-1", "CC-2"}
    assert down["beyond_downstream"] == 2


def test_a_ring_is_refused_however_it_closes(town: People) -> None:
    assert post(town, form("R-0", preceding=after("R-0"))).status_code == 409
    made(town, form("R-1", preceding=after("R-3")))
    made(town, form("R-2", preceding=after("R-1")))
    closing = post(town, form("R-3", preceding=after("R-2")))
    assert closing.status_code == 409
    assert closing.json()["type"].endswith("precedes_itself")
    body = [form("S-1", preceding=after("S-2")), form("S-2", preceding=after("S-1")), form("S-3")]
    answer = post(town, body, path="/v1/batches/bulk").json()
    assert [item["outcome"] for item in answer["items"]] == ["created", "rejected", "created"]
    # Withdrawn, a form draws on nothing: the ring is open, and its number stays taken.
    first = read(town, "/v1/batches?limit=1")["items"][0]
    town.client.post(
        f"/v1/batches/{first['id']}/withdrawal", json={"reason": "更正"}, headers=town.of()
    ).raise_for_status()
    assert made(town, form("R-3", preceding=after("R-2")))["number"] == "R-3"


def test_two_who_close_a_ring_at_once_do_not_both_succeed(town: People) -> None:
    town.of(MILL), town.of(WORKS)
    answers: list[int] = []

    def send(body: Any, enterprise: str) -> None:
        answers.append(post(town, body, enterprise).status_code)

    one = form("X-1", preceding=after("Y-1", site=WORKS_SITE))
    other = form("Y-1", site=WORKS_SITE, preceding=after("X-1", site=MILL_SITE))
    threads = [threading.Thread(target=send, args=each) for each in ((one, MILL), (other, WORKS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 409]


def test_bulk_answers_line_by_line_and_atomic_keeps_nothing(shared: People) -> None:
    lines = [form("B-1"), form("B-2", waste="SW08"), {"site": 1}, form("B-1", tonnes="7"), form("B-1")]
    body = "\n".join(json.dumps(line) for line in lines).encode()
    headers = shared.of(MILL) | {"Content-Type": "application/x-ndjson"}
    refused = shared.client.post("/v1/batches/bulk?mode=atomic", content=body, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["summary"] == {"created": 1, "unchanged": 1, "rejected": 3}
    assert "B-1" not in {item["number"] for item in read(shared, "/v1/batches?limit=200")["items"]}
    each = shared.client.post("/v1/batches/bulk", content=body, headers=headers).json()
    assert [item["outcome"] for item in each["items"]] == [
        "created", "rejected", "rejected", "rejected", "unchanged",
    ]  # fmt: skip
    again = shared.client.post("/v1/batches/bulk", content=body, headers=headers).json()
    assert again["summary"] == {"created": 0, "unchanged": 2, "rejected": 3}
    for bad in (b"{}", b"[]", b"[[[", b"\xff"):
        answer = shared.client.post("/v1/batches/bulk", content=bad, headers=shared.of(MILL))
        assert answer.status_code == 422


def test_others_neither_see_nor_write(shared: People) -> None:
    mine = made(shared, form("SEEN"))
    works = shared.of(WORKS)
    assert shared.client.get(f"/v1/batches/{mine['id']}", headers=works).status_code == 404
    assert shared.client.get(f"/v1/batches/{mine['id']}/trace", headers=works).status_code == 404
    assert post(shared, form("STOLEN"), WORKS).status_code == 404
    gone = f"/v1/batches/{mine['id']}/withdrawal"
    assert shared.client.post(gone, json={"reason": "x"}, headers=works).status_code == 404
    assert shared.client.post(gone, json={"reason": "x"}, headers=shared.regulator()).status_code == 403
    far = read(shared, "/v1/batches", shared.regulator("13"))
    assert far["items"] == []
    near = read(shared, f"/v1/batches?site={MILL_SITE}&kind=generated&region=1402", shared.regulator())
    assert mine["number"] in {item["number"] for item in near["items"]}


def test_pages_of_forms_miss_none(shared: People) -> None:
    for number in range(5):
        post(shared, form(f"PAGE-{number}", "disposed", "1"))
    seen, cursor = [], ""
    while cursor is not None:
        page = read(shared, f"/v1/batches?kind=disposed&limit=2{cursor}")
        seen += [item["number"] for item in page["items"]]
        cursor = None if page["next_cursor"] is None else f"&cursor={page['next_cursor']}"
    assert seen == [f"PAGE-{number}" for number in range(5)]


def test_a_recipe_is_held_against_the_ledger(town: People) -> None:
    first = post(town, cement("P-1"), WORKS, "/v1/product-batches")
    assert first.status_code == 201, first.text
    assert (first.json()["waste_share"], first.json()["warnings"]) == ("0.250000", [])
    second = post(town, cement("P-2", ash="200"), WORKS, "/v1/product-batches").json()
    (warning,) = second["warnings"]
    assert (warning["rule"], warning["tonnes"]) == ("beyond_line", "50")
    assert warning["pointer"] == "/inputs/0/tonnes"
    named = cement("P-3", inputs=[{"waste": "SW02", "tonnes": "1", "batch": "NOWHERE"}])
    assert "unknown_batch" in rules(post(town, named, WORKS, "/v1/product-batches").json())
    gone = town.client.post(
        f"/v1/product-batches/{second['id']}/withdrawal", json={"reason": "误报"}, headers=town.of(WORKS)
    )
    assert gone.json()["withdrawn_reason"] == "误报"
    assert (
        town.client.post(gone.request.url.path, json={"reason": "误报"}, headers=town.of(WORKS)).status_code
        == 409
    )


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"product": "moonstone"}, "/product"),
        ({"inputs": []}, "/inputs"),
        ({"inputs": [{"tonnes": "1"}]}, "/inputs/0"),
        ({"inputs": [{"waste": "SW02", "material": "水", "tonnes": "1"}]}, "/inputs/0"),
        ({"inputs": [{"waste": "SW08", "tonnes": "1"}]}, "/inputs/0/waste"),
        ({"grade": "high"}, "/grade"),
    ],
)
def test_a_recipe_that_means_nothing_is_refused(shared: People, change: dict[str, Any], pointer: str) -> None:
    answer = post(shared, cement("BAD", **change), WORKS, "/v1/product-batches")
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_the_tables_of_the_guide_sum_to_the_forms(shared: People, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    for number in range(3):
        post(shared, form(f"T-{number}", "stored", "1.000001", day="2025-07-01", note="=cmd|' /C calc'!A0"))
    report = read(shared, f"/v1/reports/batch-tables?site={MILL_SITE}&month=2025-07")
    tables = {table["id"]: table for table in report["sections"][0]["tables"]}
    assert set(tables) == {f"table_{number}" for number in range(3, 8)}
    assert tables["table_5"]["rows"][-1]["tonnes"] == "3.000003"
    assert "verified = false" in report["provenance"]["caveats"][0]["en"]
    answer = shared.client.get(
        f"/v1/reports/batch-tables?site={MILL_SITE}&month=2025-07&format=xlsx", headers=shared.of(MILL)
    )
    (tmp_path / "b.xlsx").write_bytes(answer.content)
    assert CalamineWorkbook.from_path(str(tmp_path / "b.xlsx")).sheet_names
