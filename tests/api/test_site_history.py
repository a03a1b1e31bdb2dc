"""What was known of a site at a moment: versions, and rates as of then; on both databases."""

from typing import Any

from builders import MILL, WORKS, People, example_line, ledger
from support.clock import SettableClock

from app.db.session import Database
from app.ledgers.service import differences_from_lines

THEN = "2026-01-10T08:01:00Z"


def rate(people: People, region: str, *, group: str = "", as_of: str = "", metric: str = "plain") -> Any:
    url = f"/v1/rates?metric=utilization.{metric}&region={region}&from=2025-03&to=2025-03"
    url += f"&group_by={group}" if group else ""
    url += f"&as_of={as_of}" if as_of else ""
    answer = people.client.get(url, headers=people.regulator(region))
    assert answer.status_code == 200, answer.text
    # An interval comes from a reconciliation of now: no question as of a moment has one.
    return [
        {name: value for name, value in item.items() if not name.startswith("interval_95")}
        for item in answer.json()["items"]
    ]


def moved(people: People, clock: SettableClock) -> str:
    """A mill of 140212 that has filed March, and is moved to 140311 of the neighbouring city five minutes later."""
    (mill,) = people.register(MILL, region="140212")
    people.register(WORKS, region="140212")
    assert people.file(ledger(mill)).status_code == 201
    clock.advance(minutes=5)
    patch = {"region": "140311", "from": "2025-02", "reason": "登记有误"}
    answer = people.client.patch(f"/v1/sites/{mill}", json=patch, headers=people.admin)
    assert (answer.status_code, answer.json()["region"]) == (200, "140311")
    return mill


def test_every_change_is_a_version_with_who_when_and_why(people: People, clock: SettableClock) -> None:
    mill = moved(people, clock)
    clock.advance(minutes=1)
    url = f"/v1/sites/{mill}"
    assert (
        people.client.patch(url, json={"name": "新名", "base": "datong"}, headers=people.of()).status_code
        == 200
    )
    assert people.client.patch(url, json={"name": "新名"}, headers=people.of()).status_code == 200
    answer = people.client.get(f"{url}/versions", headers=people.of())
    third, second, first = answer.json()["items"]
    assert [v["version"] for v in (first, second, third)] == [1, 2, 3]
    assert [v["region"] for v in (first, second, third)] == ["140212", "140311", "140311"]
    assert [v["from"] for v in (first, second, third)] == ["2025-01", "2025-02", "2026-01"]
    assert (second["reason"], second["changed_by"]) == ("登记有误", "admin:admin None None")
    assert third["changed_by"].startswith("enterprise:")
    assert (third["name"], third["base"], first["base"]) == ("新名", "datong", None)
    assert first["superseded_at"] == second["recorded_at"] == "2026-01-10T08:05:00Z"
    assert second["superseded_at"] == third["recorded_at"]
    assert third["superseded_at"] is None
    assert people.client.get(f"{url}/versions", headers=people.of(WORKS)).status_code == 404
    assert people.client.get(f"{url}/versions", headers=people.regulator("1402")).status_code == 404


def test_the_rollups_follow_a_site_into_another_region(
    people: People, clock: SettableClock, sessions: Database
) -> None:
    mill = moved(people, clock)
    with sessions.reading() as session:
        assert differences_from_lines(session) == []
    assert rate(people, "1402")[0]["reason"] == "no_ledgers"
    assert [item["group"] for item in rate(people, "14", group="region")] == [
        {"region": "1402"},
        {"region": "1403"},
    ]
    assert [(item["group"], item["reason"]) for item in rate(people, "1402", group="region")] == [
        ({"region": "140212"}, "no_ledgers")
    ]
    (item,) = rate(people, "1403")
    assert (item["numerator_tonnes"], item["denominator_tonnes"]) == ("800", "1000")
    listed = people.client.get("/v1/ledgers", headers=people.regulator("1403")).json()["items"]
    assert [one["site"] for one in listed] == [mill]
    url = f"/v1/ledgers/{listed[0]['id']}/amendments"
    body = ledger(mill, "2025-03", example_line(generated_tonnes="900"), reason="更正")
    amended = people.client.post(url, json=body, headers=people.of() | {"If-Match": '"1"'})
    assert amended.status_code == 200
    with sessions.reading() as session:
        assert differences_from_lines(session) == []


def test_as_of_answers_with_the_sites_of_then(people: People, clock: SettableClock) -> None:
    (mill,) = people.register(MILL, region="140212")
    people.register(WORKS, region="140212")
    people.file(ledger(mill))
    asked = [("1402", ""), ("1402", "site"), ("1402", "region"), ("1402", "industry"), ("1403", "")]
    before = {ask: rate(people, ask[0], group=ask[1], metric="confirmed") for ask in asked}
    clock.advance(minutes=5)
    patch = {"region": "140311", "industry": "45", "reports_from": "2025-03"}
    assert people.client.patch(f"/v1/sites/{mill}", json=patch, headers=people.admin).status_code == 200
    for (region, group), items in before.items():
        assert rate(people, region, group=group, as_of=THEN, metric="confirmed") == items
    now = {ask: rate(people, ask[0], group=ask[1], metric="confirmed") for ask in asked}
    assert now["1402", ""] != before["1402", ""]
    for (region, group), items in now.items():
        present = clock.now.isoformat().replace("+00:00", "Z")
        assert rate(people, region, group=group, as_of=present, metric="confirmed") == items


def test_a_site_counts_from_the_moment_it_is_known(people: People, clock: SettableClock) -> None:
    people.register(MILL)
    before = rate(people, "1402")
    clock.advance(minutes=5)
    people.register(WORKS)
    assert rate(people, "1402", as_of=THEN) == before
    assert rate(people, "1402")[0]["coverage"]["ledgers_expected"] == 2


def test_only_an_administrator_moves_a_site(people: People) -> None:
    (mill,) = people.register(MILL)
    url = f"/v1/sites/{mill}"
    refused = people.client.patch(url, json={"region": "140311"}, headers=people.of())
    assert refused.status_code == 403
    # To say again what stands there is no change.
    assert people.client.patch(url, json={"region": "140212"}, headers=people.of()).status_code == 200
    wrong = people.client.patch(url, json={"region": "999999"}, headers=people.admin)
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/region"]
    assert len(people.client.get(f"{url}/versions", headers=people.admin).json()["items"]) == 1
