"""Reading the log over HTTP: who sees what of it, filters, pages, the export, the check, the anchors."""

import json
from datetime import timedelta
from typing import Any

import pytest
from audit.log import entries, seal, write
from builders import JSON, MILL, WORKS, People, ledger
from sqlalchemy import text
from support.clock import SettableClock

from app.audit import anchors
from app.db.session import Database
from app.domain.audit.exports import verify_lines
from app.domain.audit.verifying import Verifier

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NDJSON = {"Accept": "application/x-ndjson"}


@pytest.fixture
def town(people: People, log: Database, clock: SettableClock) -> People:
    """Two firms in two provinces; one has filed and amended."""
    [site] = people.register()
    people.register(WORKS, region="520102")
    clock.advance(minutes=1)
    filed = people.file(ledger(site)).json()
    changed = ledger(site, reason="更正", signed_by="另一人")
    people.client.post(
        f"/v1/ledgers/{filed['id']}/amendments", json=changed, headers=people.of() | {"If-Match": '"1"'}
    )
    seal(log)
    return people


def get(people: People, headers: JSON, **query: Any) -> Any:
    answer = people.client.get("/v1/audit", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def actions(answer: Any) -> list[str]:
    return [item["entry"]["action"] for item in answer["items"]]


def test_a_regulator_reads_of_its_territory_the_newest_first(town: People) -> None:
    told = get(town, town.regulator("1402"))
    assert actions(told) == [
        "ledger.amended",
        "ledger.submitted",
        "site.registered",
        "enterprise.registered",
    ]
    first = told["items"][0]
    assert first["sealed"]
    assert first["entry"]["actor_name"] == f"enterprise {MILL} None"
    assert first["previous"] == told["items"][1]["seal"]
    assert actions(get(town, town.regulator("52"))) == ["site.registered", "enterprise.registered"]
    assert "client.created" in actions(get(town, town.admin))


def test_an_enterprise_reads_nothing_of_it(town: People) -> None:
    for path in ("/v1/audit", "/v1/audit/verify"):
        answer = town.client.get(path, headers=town.of())
        assert answer.status_code == 403, path
    answer = town.client.get("/v1/audit", headers=town.of() | NDJSON)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")


def test_what_waits_for_its_seal_is_visible_as_such(
    town: People, log: Database, clock: SettableClock
) -> None:
    write(log, clock(), "late", region="140212")
    newest = get(town, town.regulator())["items"][0]
    assert not newest["sealed"]
    assert (newest["entry"]["number"], newest["seal"]) == (None, None)
    told = town.client.get("/v1/audit/verify", headers=town.regulator()).json()
    # The clients that this very test made wait too.
    assert told["unsealed"] == len(entries(log, number=None))


def test_filters_narrow_and_pages_meet_without_gap(town: People, clock: SettableClock) -> None:
    ledger_id = entries(town.sessions, action="ledger.submitted")[0].object_id
    admin = town.admin
    assert actions(get(town, admin, object=f"ledger/{ledger_id}")) == ["ledger.amended", "ledger.submitted"]
    assert set(actions(get(town, admin, object="site"))) == {"site.registered"}
    assert actions(get(town, admin, action="ledger.amended")) == ["ledger.amended"]
    who = entries(town.sessions, action="ledger.amended")[0].actor_id
    for name in (str(who), f"enterprise {MILL} None"):
        assert actions(get(town, admin, who=name)) == ["ledger.amended", "ledger.submitted"]
    since = clock().isoformat()
    assert "ledger.submitted" in actions(get(town, admin, **{"from": since}))
    assert "ledger.submitted" not in actions(get(town, admin, to=since))
    whole = get(town, admin, limit=200)
    assert whole["next_cursor"] is None
    pieces: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = get(town, admin, limit=3, cursor=cursor)
        pieces += page["items"]
        cursor = page["next_cursor"]
    assert pieces == whole["items"]


def test_a_question_that_is_none_is_refused(people: People) -> None:
    for query in (
        {"object": "Ledger"},
        {"object": "ledger/"},
        {"action": "ledger"},
        {"from": "2026-01-10"},
        {"cursor": "-1"},
        {"limit": "201"},
        {"who": "x" * 201},
    ):
        answer = people.client.get("/v1/audit", params=query, headers=people.admin)
        assert answer.status_code == 422, query


def test_the_export_is_checked_without_the_service(
    town: People, log: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.audit.reading._AT_ONCE", 3)
    town.regulator()
    seal(log)
    write(log, clock(), "late", region="140212")
    whole = town.client.get("/v1/audit", headers=town.admin | NDJSON)
    assert whole.headers["content-type"].startswith("application/x-ndjson")
    assert whole.headers["content-disposition"] == 'attachment; filename="audit.ndjson"'
    lines = whole.content.splitlines(keepends=True)
    report = verify_lines(lines, Verifier())
    assert report.is_intact
    assert (report.checked, report.unsealed) == (len(entries(log)) - 1, 1)
    part = town.client.get("/v1/audit", headers=town.regulator() | NDJSON).content.splitlines()
    assert len(part) == 5
    assert not verify_lines(part, Verifier()).is_intact
    assert verify_lines(part, Verifier(is_partial=True)).is_intact
    only = town.client.get("/v1/audit?action=ledger.amended", headers=town.admin | NDJSON)
    assert [json.loads(line)["entry"]["action"] for line in only.content.splitlines()] == ["ledger.amended"]


def test_the_check_names_entry_and_field_and_goes_on_from_where_it_stopped(
    town: People, log: Database
) -> None:
    headers = town.regulator()
    told = town.client.get("/v1/audit/verify", headers=headers).json()
    assert told["ok"]
    assert (told["first"], told["next_after"]) == (1, None)
    seen, after = 0, 0
    while after is not None:
        piece = town.client.get(f"/v1/audit/verify?after={after}&limit=4", headers=headers).json()
        assert piece["ok"], piece
        seen, after = seen + piece["checked"], piece["next_after"]
    assert seen == told["checked"] > 4
    with log.writing() as session:
        session.execute(text("UPDATE audit_entries SET actor_name = 'x' WHERE number = 3"))
    told = town.client.get("/v1/audit/verify", headers=headers).json()
    assert (told["ok"], told["flaw_count"]) == (False, 1)
    flaw = told["flaws"][0]
    assert (flaw["number"], flaw["field"], flaw["code"]) == (3, "actor_name", "changed")
    assert "改动" in flaw["message"]["zh"]


def test_anchors_are_for_everyone_who_signs_in(town: People, log: Database, clock: SettableClock) -> None:
    for day in range(3):
        write(log, clock(), f"s{day}")
        seal(log)
        with log.writing() as session:
            anchors.take(session, clock().date() + timedelta(days=day), clock())
    first = town.client.get("/v1/audit/anchors?limit=2", headers=town.of()).json()
    assert [item["day"] for item in first["items"]] == ["2026-01-12", "2026-01-11"]
    rest = town.client.get(
        f"/v1/audit/anchors?limit=2&cursor={first['next_cursor']}", headers=town.of()
    ).json()
    assert [item["day"] for item in rest["items"]] == ["2026-01-10"]
    assert rest["next_cursor"] is None
    assert rest["items"][0]["number"] + 1 == first["items"][1]["first"]
    assert town.client.get("/v1/audit/anchors").status_code == 401


def test_metrics_tell_what_waits_for_its_seal(people: People, log: Database, clock: SettableClock) -> None:
    headers = people.admin
    seal(log)
    write(log, clock(), "s1", "s2")
    clock.advance(seconds=30)
    told = people.client.get("/metrics", headers=headers).text
    seen = dict(line.rsplit(" ", 1) for line in told.splitlines() if line.startswith("huanlian_audit"))
    assert seen == {
        'huanlian_audit_entries{state="sealed"}': "2.0",
        'huanlian_audit_entries{state="unsealed"}': "2.0",
        "huanlian_audit_oldest_unsealed_seconds": "30.0",
        "huanlian_audit_anchored_entries": "0.0",
    }
