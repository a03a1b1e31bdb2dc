"""The case of a finding: who may do what when, what each side sees, and what is told of it."""

from typing import Any

import pytest
from builders import JSON
from findings.town import RECEIVER, SENDER, STRANGER, A, B, C, Town, fly_ash, received, sent
from sqlalchemy import select

from app.auth.subjects import Role
from app.outbox.models import Event

NOTICE = {"decision": "notify", "deadline": "2026-02-10", "reason": "请说明去向"}


def one_sided(town: Town) -> JSON:
    """A ships 500 t to B, whose ledger knows nothing of it."""
    town.file(A, "2025-09", sent("500"))
    town.file(B, "2025-09")
    town.work()
    return town.only("receiver_silent")


def leaking(town: Town) -> JSON:
    """600 t of A's own go missing on the site."""
    town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.work()
    return town.only("line_balance")


def decide(town: Town, finding: JSON, **body: Any) -> Any:
    return town.post(finding, "decisions", body, town.people.regulator())


def test_a_case_goes_its_way(town: Town) -> None:
    finding = leaking(town)
    own, official = town.people.of(SENDER), town.people.regulator()
    assert decide(town, finding, **NOTICE).status_code == 200
    answered = town.post(finding, "responses", {"text": "扬尘与自然损耗"}, own)
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    assert town.post(finding, "responses", {"text": "另附磅单"}, own).json()["state"] == "answered"
    assert decide(town, finding, decision="confirm").json()["state"] == "confirmed"
    closed = decide(town, finding, decision="close").json()
    assert closed["state"] == "closed"
    assert closed["closed_at"] is not None
    steps = town.detail(finding, official)["steps"]
    assert [step["kind"] for step in steps] == [
        "opened",
        "notified",
        "answered",
        "answered",
        "confirmed",
        "closed",
    ]
    assert [step["actor"].partition(":")[0] for step in steps][1:3] == ["regulator", "enterprise"]
    assert steps[2]["text"] == "扬尘与自然损耗"


@pytest.mark.parametrize(
    ("taken", "refused", "allowed"),
    [
        ([], {"decision": "confirm"}, ["notify", "dismiss"]),
        ([], {"decision": "close"}, ["notify", "dismiss"]),
        ([NOTICE], NOTICE, ["confirm", "dismiss", "answer"]),
        ([NOTICE], {"decision": "close"}, ["confirm", "dismiss", "answer"]),
        ([NOTICE, {"decision": "confirm"}], {"decision": "dismiss", "reason": "误报"}, ["close"]),
        ([{"decision": "dismiss", "reason": "误报"}], NOTICE, ["close"]),
        ([NOTICE, {"decision": "confirm"}, {"decision": "close"}], NOTICE, []),
    ],
)
def test_steps_out_of_turn_are_refused_with_what_is_allowed(
    town: Town, taken: list[JSON], refused: JSON, allowed: list[str]
) -> None:
    finding = leaking(town)
    for step in taken:
        assert decide(town, finding, **step).status_code == 200
    answer = decide(town, finding, **refused)
    assert (answer.status_code, answer.json()["allowed"]) == (409, allowed)


def test_an_answer_before_the_notice_or_after_the_verdict_is_refused(town: Town) -> None:
    finding, own = leaking(town), town.people.of(SENDER)
    assert town.post(finding, "responses", {"text": "早"}, own).status_code == 404, (
        "it knows nothing of it yet"
    )
    decide(town, finding, **NOTICE)
    decide(town, finding, decision="confirm")
    assert town.post(finding, "responses", {"text": "晚"}, own).status_code == 409


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"decision": "notify"}, "/deadline"),
        ({"decision": "notify", "deadline": "2026-01-10"}, "/deadline"),
        ({"decision": "dismiss"}, "/reason"),
        ({"decision": "dismiss", "reason": "误报", "deadline": "2026-02-10"}, "/deadline"),
        ({"decision": "shred"}, "/decision"),
    ],
)
def test_what_a_decision_needs(town: Town, body: JSON, pointer: str) -> None:
    answer = decide(town, leaking(town), **body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_who_sees_a_finding_about_one_site(town: Town) -> None:
    finding = leaking(town)
    people = town.people
    assert town.findings(people.of(SENDER)) == [], "nothing before the notice"
    decide(town, finding, **NOTICE)
    assert [each["id"] for each in town.findings(people.of(SENDER))] == [finding["id"]]
    for nobody in (people.of(STRANGER), people.of(RECEIVER), people.regulator("1303")):
        assert town.findings(nobody) == []
        assert town.client.get(f"/v1/findings/{finding['id']}", headers=nobody).status_code == 404
    for path, body in (("decisions", {"decision": "confirm"}), ("comments", {"text": "x"})):
        assert town.post(finding, path, body, people.of(STRANGER)).status_code == 404
        assert town.post(finding, path, body, people.regulator("1303")).status_code == 404
    assert town.post(finding, "decisions", {"decision": "confirm"}, people.of(SENDER)).status_code == 403
    assert town.post(finding, "responses", {"text": "x"}, people.regulator()).status_code == 403
    permits = people.headers(Role.PERMIT_SYSTEM, region="1402")
    assert town.client.get("/v1/findings", headers=permits).status_code == 403
    assert town.client.get("/v1/findings").status_code == 401


def test_both_parties_of_a_transfer_answer_and_neither_reads_the_other(town: Town) -> None:
    finding = one_sided(town)
    decide(town, finding, **NOTICE)
    sender, receiver = town.people.of(SENDER), town.people.of(RECEIVER)
    assert town.findings(town.people.of(STRANGER)) == []
    town.post(finding, "responses", {"text": "磅单编号 0917"}, sender)
    town.post(finding, "responses", {"text": "本厂未收到"}, receiver)
    town.post(finding, "comments", {"text": "内部：先查甲", "internal": True}, town.people.regulator())
    town.post(finding, "comments", {"text": "请双方提供联单"}, town.people.regulator())
    texts = {
        who: [step["text"] for step in town.detail(finding, headers)["steps"] if step["text"]]
        for who, headers in (
            ("sender", sender),
            ("receiver", receiver),
            ("official", town.people.regulator()),
        )
    }
    assert "磅单编号 0917" in texts["sender"]
    assert "本厂未收到" not in texts["sender"]
    assert "本厂未收到" in texts["receiver"]
    assert "磅单编号 0917" not in texts["receiver"]
    for side in ("sender", "receiver"):
        assert "请双方提供联单" in texts[side]
        assert "内部：先查甲" not in texts[side]
    assert {"磅单编号 0917", "本厂未收到", "内部：先查甲", "请双方提供联单"} <= set(texts["official"])
    assert town.detail(finding, receiver)["site_name"] is None
    assert "regulator:" not in str(town.detail(finding, receiver)["steps"]), "which official is not told"
    assert town.post(finding, "comments", {"text": "x", "internal": True}, sender).status_code == 403
    town.work()
    for who in (sender, receiver):
        told = town.client.get("/v1/events", params={"type": "finding.answered"}, headers=who).json()["items"]
        assert len(told) == 1, "of an answer hears who gave it"
    strangers = town.client.get("/v1/events", headers=town.people.of(STRANGER)).json()["items"]
    assert not [each for each in strangers if each["type"].startswith("finding.")]


def test_the_counterpart_learns_only_the_two_reports(town: Town) -> None:
    finding = one_sided(town)
    decide(town, finding, **NOTICE)
    evidence = town.detail(finding, town.people.of(RECEIVER))["evidence"]
    assert {(figure["name"], figure["tonnes"]) for figure in evidence["figures"]} == {
        ("sent", "500"),
        ("received", None),
    }


def test_a_confirmed_finding_stays_confirmed_when_its_cause_goes(town: Town) -> None:
    filed = town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.work()
    finding = town.only("line_balance")
    decide(town, finding, **NOTICE)
    decide(town, finding, decision="confirm")
    town.amend(filed, fly_ash())
    town.work()
    after = town.only("line_balance")
    assert (after["state"], after["present"]) == ("confirmed", False)
    assert after["gone_at"] is not None


def test_what_was_dismissed_stays_dismissed_while_the_fact_stays(town: Town) -> None:
    filed = town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.work()
    finding = town.only("line_balance")
    decide(town, finding, decision="dismiss", reason="含水率变化，已核实")
    town.amend(filed, fly_ash(closing_stock_tonnes="300"))
    town.work()
    after = town.only("line_balance")
    assert (after["id"], after["state"], after["tonnes"]) == (finding["id"], "dismissed", "700")


def test_many_findings_are_given_to_one_official_or_none_are(town: Town) -> None:
    for month in ("2025-09", "2025-10"):
        town.file(A, month, fly_ash(closing_stock_tonnes="400", opening_stock_tonnes="0"))
    town.work()
    ids = [each["id"] for each in town.findings(rule="line_balance")]
    official = town.people.regulator()
    stranger = "0199f3c2-7e2c-7000-8000-000000000001"

    def give(findings: list[str], headers: JSON) -> Any:
        body = {"findings": findings, "assignee": "王工"}
        return town.client.post("/v1/findings/assignments", json=body, headers=headers)

    refused = give([*ids, stranger], official)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, f"/findings/{len(ids)}")
    assert town.findings(assignee="王工") == []
    assert give(ids, town.people.regulator("13")).status_code == 404
    assert give(ids, town.people.of(SENDER)).status_code == 403
    assert give(ids, official).json() == {"changed": 2}
    assert give(ids, official).json() == {"changed": 0}
    assert {each["id"] for each in town.findings(assignee="王工")} == set(ids)
    decide(town, {"id": ids[0]}, **NOTICE)
    seen = town.detail({"id": ids[0]}, town.people.of(SENDER))
    assert seen["assignee"] is None
    assert "王工" not in str(seen)


def test_past_their_deadline(town: Town) -> None:
    finding = leaking(town)
    decide(town, finding, **NOTICE)
    town.clock.set("2026-02-10T12:00:00Z")
    assert town.findings(fresh(town), overdue=True) == []
    town.clock.set("2026-02-11T12:00:00Z")
    assert [each["id"] for each in town.findings(fresh(town), overdue=True)] == [finding["id"]]


def fresh(town: Town) -> JSON:
    """A token of the moment on the clock: those of before have expired."""
    return town.people.headers(Role.REGULATOR, region="14" if town.clock().day == 10 else "140212")


def test_every_step_is_told_and_enterprises_hear_from_the_notice_on(town: Town) -> None:
    finding = leaking(town)
    decide(town, finding, **NOTICE)
    town.post(finding, "comments", {"text": "内部", "internal": True}, town.people.regulator())
    town.post(finding, "responses", {"text": "答复"}, town.people.of(SENDER))
    with town.sessions.reading() as session:
        query = select(Event).where(Event.type.startswith("finding."), Event.payload.is_not(None))
        events = [
            (event.type, event.enterprise_id is not None, event.region)
            for event in session.scalars(query.order_by(Event.number))
            if event.payload["finding"] == finding["id"]
        ]
    assert events == [
        ("finding.opened", False, "140212"),
        ("finding.notified", True, "140212"),
        ("finding.commented", False, "140212"),
        ("finding.answered", True, "140212"),
    ]


def test_pages_are_in_order_and_complete(town: Town) -> None:
    for month, left in (("2025-09", "400"), ("2025-10", "100"), ("2025-11", "700"), ("2025-12", "400")):
        town.file(C, month, fly_ash(closing_stock_tonnes=left, opening_stock_tonnes="0"))
    town.work()
    for order in ("tonnes", "newest"):
        seen, cursor = [], ""
        for _ in range(9):
            answer = town.client.get(
                "/v1/findings",
                params={"order": order, "limit": 2, "rule": "line_balance", "cursor": cursor},
                headers=town.people.regulator(),
            ).json()
            seen += [(each["tonnes"], each["id"]) for each in answer["items"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        assert len({each for _, each in seen}) == len(seen) == 4
        if order == "tonnes":
            assert [tonnes for tonnes, _ in seen] == ["900", "600", "600", "300"]
        else:
            assert [each for _, each in seen] == sorted((each for _, each in seen), reverse=True)


def test_filters(town: Town) -> None:
    one_sided(town)
    town.file(C, "2025-10", fly_ash(closing_stock_tonnes="400"))
    town.work()
    assert A in {each["site"] for each in town.findings(site=B)}, "as the counterpart"
    rules = {each["rule"] for each in town.findings(**{"from": "2025-10", "to": "2025-10"})}
    assert "line_balance" in rules
    assert "receiver_silent" not in rules, "which is of September"
    assert town.findings(min_tonnes="600.000001") == []
    assert len(town.findings(min_tonnes="600")) == 1
    assert town.findings(state="closed") == []
    assert town.findings(waste="SW04") == []
    assert town.findings(region="1302") == []
    assert {each["rule"] for each in town.findings(severity="high")} == {
        "receiver_silent",
    }


def test_csv_is_safe_in_a_spreadsheet(town: Town) -> None:
    leaking(town)
    town.client.post(
        "/v1/findings/assignments",
        json={"findings": [town.only("line_balance")["id"]], "assignee": "=HYPERLINK(1)"},
        headers=town.people.regulator(),
    )
    answer = town.client.get("/v1/findings", params={"format": "csv"}, headers=town.people.regulator())
    assert answer.headers["content-type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in answer.text
    head, *rows = answer.text.splitlines()
    assert head.startswith("id,rule,severity,state,site,")
    assert len(rows) == len(town.findings())


def test_received_twice_by_the_same_name(town: Town) -> None:
    """A receiver that is named by its credit code and by its site code is one receiver."""
    town.file(A, "2025-09", sent("500", to=RECEIVER))
    town.file(B, "2025-09", received("500"))
    town.work()
    assert [each["rule"] for each in town.findings() if each["rule"].endswith("_silent")] == []
