"""Filing ledgers over HTTP, on both databases."""

import hashlib
import json
from typing import Any

import pytest
from builders import MILL, WORKS, People, example_line, ledger

from app.ledgers.service import differences_from_lines


def rules(answer: Any) -> set[str]:
    return {warning["rule"] for warning in answer.json()["warnings"]}


def test_a_ledger_is_filed_and_read_again(people: People) -> None:
    (site,) = people.register()
    answer = people.file(ledger(site))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["version"], body["state"], body["month"]) == (1, "submitted", "2025-03")
    assert answer.headers["etag"] == '"1"'
    again = people.client.get(answer.headers["location"], headers=people.of())
    assert again.json()["lines"][0]["generated_tonnes"] == "1000"
    assert again.json()["receipt"] == body["receipt"]


def test_the_receipt_can_be_checked_offline(people: People) -> None:
    (site,) = people.register()
    filed = people.file(ledger(site)).json()
    kept = people.client.get(f"/v1/ledgers/{filed['id']}", headers=people.of()).json()
    record = {name: kept[name] for name in ("site", "month", "nil", "signed_by", "lines", "activity")}
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == filed["receipt"]["sha256"]


def test_what_does_not_balance_is_accepted_and_flagged_with_tonnes(people: People) -> None:
    (site,) = people.register()
    answer = people.file(ledger(site, "2025-03", example_line(closing_stock_tonnes="20.5")))
    assert answer.status_code == 201
    gaps = [w for w in answer.json()["warnings"] if w["rule"] == "line_balance"]
    assert [(gap["tonnes"], gap["pointer"]) for gap in gaps] == [("199.5", "/lines/0")]
    assert "unknown_receiver" in rules(answer)


def test_opening_stock_must_follow_the_last_closing(people: People) -> None:
    (site,) = people.register()
    people.file(ledger(site, "2025-03"))
    answer = people.file(ledger(site, "2025-04"))
    found = [w for w in answer.json()["warnings"] if w["rule"] == "stock_continuity"]
    assert [(w["tonnes"], w["pointer"]) for w in found] == [("100", "/lines/0/opening_stock_tonnes")]


def test_a_thousandfold_figure_is_asked_about(people: People) -> None:
    (site,) = people.register()
    people.file(ledger(site, "2025-03"))
    answer = people.file(ledger(site, "2025-04", {"waste": "SW02", "generated_tonnes": "1000000"}))
    assert "unit_slip" in rules(answer)


def test_a_second_filing_names_the_first(people: People) -> None:
    (site,) = people.register()
    first = people.file(ledger(site)).json()
    answer = people.file(ledger(site))
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["ledger"]["id"] == first["id"]
    assert answer.json()["ledger"]["receipt"] == first["receipt"]


def test_the_same_key_gets_the_first_answer_and_another_body_is_refused(people: People) -> None:
    (site,) = people.register()
    first = people.file(ledger(site), **{"Idempotency-Key": "k1"})
    again = people.file(ledger(site), **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = people.file(ledger(site, "2025-05"), **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:huanlian:problem:idempotency_key_reused")


def test_validate_says_the_same_and_stores_nothing(people: People) -> None:
    (site,) = people.register()
    body = ledger(site, "2025-03", example_line(closing_stock_tonnes="0"))
    dry = people.client.post("/v1/ledgers/validate", json=body, headers=people.of())
    assert dry.status_code == 200
    assert people.client.get("/v1/ledgers", headers=people.of()).json()["items"] == []
    assert people.file(body).json()["warnings"] == dry.json()["warnings"]
    assert people.client.post("/v1/ledgers/validate", json=body, headers=people.of()).status_code == 409


def test_a_nil_return_is_a_filing(people: People) -> None:
    (site,) = people.register()
    assert people.file({"site": site, "month": "2025-03", "nil": True}).status_code == 201
    rate = people.client.get(
        "/v1/rates?metric=utilization.plain&region=1402&from=2025-03&to=2025-03", headers=people.regulator()
    ).json()["items"][0]
    assert (rate["value"], rate["coverage"]["ledgers_filed"], rate["coverage"]["ledgers_expected"]) == (
        None,
        1,
        1,
    )


def test_an_amendment_needs_its_reason_and_its_version(people: People) -> None:
    (site,) = people.register()
    filed = people.file(ledger(site)).json()
    url = f"/v1/ledgers/{filed['id']}/amendments"
    body = ledger(
        site,
        "2025-03",
        example_line(generated_tonnes="1100", closing_stock_tonnes="320"),
        reason="复核地磅记录",
    )

    def amend(body: Any, **headers: str) -> Any:
        return people.client.post(url, json=body, headers=people.of() | headers)

    assert amend(body).status_code == 428
    assert amend({**body, "reason": " "}, **{"If-Match": '"1"'}).status_code == 422
    done = amend(body, **{"If-Match": '"1"'})
    assert (done.status_code, done.json()["version"], done.headers["etag"]) == (200, 2, '"2"')
    assert amend(body, **{"If-Match": '"1"'}).status_code == 412
    kept = people.client.get(f"/v1/ledgers/{filed['id']}/versions", headers=people.of()).json()["items"]
    assert [(v["version"], v["reason"]) for v in kept] == [(2, "复核地磅记录"), (1, None)]


def test_as_of_shows_what_stood_then(people: People, clock: Any) -> None:
    (site,) = people.register()
    filed = people.file(ledger(site)).json()
    before = clock().isoformat()
    clock.advance(minutes=5)
    body = ledger(site, "2025-03", example_line(generated_tonnes="2000"), reason="更正")
    people.client.post(
        f"/v1/ledgers/{filed['id']}/amendments", json=body, headers=people.of() | {"If-Match": '"1"'}
    )
    url = f"/v1/ledgers/{filed['id']}"
    then = people.client.get(url, params={"as_of": before}, headers=people.of()).json()
    now = people.client.get(url, headers=people.of()).json()
    assert [x["lines"][0]["generated_tonnes"] for x in (then, now)] == ["1000", "2000"]


def test_drafts_count_for_nothing_until_filed(people: People) -> None:
    (site,) = people.register()
    assert people.file(ledger(site, draft=True)).json()["state"] == "draft"
    assert people.client.get("/v1/ledgers", headers=people.regulator()).json()["items"] == []
    assert people.client.get("/v1/transfers", headers=people.of()).json()["items"] == []
    filed = people.file(ledger(site))
    assert (filed.status_code, filed.json()["version"], filed.json()["state"]) == (201, 2, "submitted")


def test_a_regulator_decides_and_a_closed_month_changes_only_with_a_reason(people: People) -> None:
    site, other = people.register(sites=2)
    filed = people.file(ledger(site)).json()
    url = f"/v1/ledgers/{filed['id']}/decisions"
    assert people.client.post(url, json={"to": "accepted"}, headers=people.of()).status_code == 403
    assert people.client.post(url, json={"to": "returned"}, headers=people.regulator()).status_code == 422
    done = people.client.post(url, json={"to": "accepted"}, headers=people.regulator())
    assert done.json()["state"] == "accepted"
    closing = {"region": "1402", "month": "2025-03"}
    closed = people.client.post("/v1/closings", json=closing, headers=people.regulator())
    assert closed.json()["ledgers_closed"] == 1
    assert (
        people.client.post("/v1/closings", json=closing, headers=people.regulator("14")).json()[
            "ledgers_closed"
        ]
        == 0
    )
    late = people.file(ledger(other))
    assert (late.status_code, late.json()["type"]) == (409, "urn:huanlian:problem:month_closed")
    assert people.file(ledger(other, reason="迟报")).status_code == 201
    amended = people.client.post(
        f"/v1/ledgers/{filed['id']}/amendments",
        json=ledger(site, reason="复核"),
        headers=people.of() | {"If-Match": '"1"'},
    )
    assert (amended.status_code, amended.json()["state"]) == (200, "closed")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"month": "2025-13"}, "/month"),
        ({"month": "2026-02"}, "/month"),
        ({"colour": "red"}, "/colour"),
        ({"nil": True}, "/lines"),
        ({"lines": []}, "/lines"),
        ({"lines": [{"waste": "SW98"}]}, "/lines/0/waste"),
        ({"lines": [{"waste": "SW02", "generated_tonnes": "-1"}]}, "/lines/0/generated_tonnes"),
        ({"lines": [{"waste": "SW02", "generated_tonnes": "NaN"}]}, "/lines/0/generated_tonnes"),
        ({"lines": [{"waste": "SW02", "generated_tonnes": 1e12}]}, "/lines/0/generated_tonnes"),
        ({"lines": [{"waste": "SW02", "generated_tonnes": "0.0000001"}]}, "/lines/0/generated_tonnes"),
        ({"lines": [{"waste": "SW02", "method": "guess"}]}, "/lines/0/method"),
        ({"lines": [{"waste": "SW02"}, {"waste": "SW02"}]}, "/lines/1/waste"),
        (
            {"lines": [{"waste": "SW02", "used": [{"tonnes": "1", "received_tonnes": "2"}]}]},
            "/lines/0/used/0",
        ),
        ({"signed_by": "示\x00例"}, "/signed_by"),
    ],
)
def test_bad_input_is_refused_with_its_place_in_both_languages(
    people: People, change: Any, pointer: str
) -> None:
    (site,) = people.register()
    answer = people.file(ledger(site) | change)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["message"]["zh"]
    assert error["message"]["en"]
    assert people.client.get("/v1/ledgers", headers=people.of()).json()["items"] == []


@pytest.mark.parametrize(
    "raw",
    [b'{"site": NaN}', b"\xff\xfe", b'{"site": "\\ud800"}', b"[" * 5000, b"", b'{"\\ud800": 1}', b"9" * 5000],
)
def test_unreadable_bodies_are_the_callers_fault(people: People, raw: bytes) -> None:
    headers = people.register() and people.of() | {"Content-Type": "application/json"}
    answer = people.client.post("/v1/ledgers", content=raw, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_huge_body_is_refused_announced_or_not(people: People) -> None:
    people.register()
    announced = people.client.post("/v1/ledgers", content=b" " * (3 * 1024 * 1024), headers=people.of())
    assert (announced.status_code, announced.json()["type"]) == (
        413,
        "urn:huanlian:problem:payload_too_large",
    )
    streamed = people.client.post(
        "/v1/ledgers", content=(b" " * 65536 for _ in range(64)), headers=people.of()
    )
    assert streamed.status_code == 413


def test_anothers_site_is_not_there(people: People) -> None:
    (site,) = people.register()
    people.register(WORKS)
    theirs = people.file(ledger(site), enterprise=WORKS)
    nobodys = people.file(ledger("no-such-site"), enterprise=WORKS)
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json()["errors"] == nobodys.json()["errors"]
    filed = people.file(ledger(site)).json()
    assert people.client.get(f"/v1/ledgers/{filed['id']}", headers=people.of(WORKS)).status_code == 404
    assert (
        people.client.get(f"/v1/ledgers/{filed['id']}", headers=people.regulator("1101")).status_code == 404
    )
    assert people.client.get(f"/v1/ledgers/{filed['id']}", headers=people.regulator("14")).status_code == 200
    assert people.client.post("/v1/ledgers", json=ledger(site), headers=people.regulator()).status_code == 403


def test_bulk_each_answers_line_by_line(people: People) -> None:
    (site,) = people.register()
    people.file(ledger(site, "2025-01"))
    changed = ledger(site, "2025-01", example_line(dumped_tonnes="1"))
    lines = [
        ledger(site, "2025-01"),
        changed,
        changed | {"reason": "更正"},
        ledger(site, "2025-02"),
        {"site": site, "month": "bad"},
        ledger(WORKS + "001P", "2025-02"),
    ]
    raw = "\n".join(json.dumps(line) for line in lines) + "\n{not json}\n"
    headers = people.of() | {"Content-Type": "application/x-ndjson"}
    answer = people.client.post("/v1/ledgers/bulk?mode=each", content=raw.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    outcomes = [item["outcome"] for item in answer.json()["items"]]
    assert outcomes == ["unchanged", "rejected", "amended", "created", "rejected", "rejected", "rejected"]
    assert answer.json()["summary"] == {"created": 1, "unchanged": 1, "amended": 1, "rejected": 4}
    assert [item["line"] for item in answer.json()["items"]] == list(range(7))


def test_bulk_atomic_saves_all_or_nothing(people: People) -> None:
    (site,) = people.register()
    good = [ledger(site, f"2025-{month:02d}") for month in range(1, 7)]
    url = "/v1/ledgers/bulk?mode=atomic"
    refused = people.client.post(url, json=[*good, ledger(site, "2099-01")], headers=people.of())
    assert refused.status_code == 422
    assert refused.json()["summary"]["rejected"] == 1
    assert people.client.get("/v1/ledgers", headers=people.of()).json()["items"] == []
    done = people.client.post(url, json=good, headers=people.of() | {"Idempotency-Key": "b"})
    assert done.json()["summary"]["created"] == 6
    again = people.client.post(url, json=good, headers=people.of() | {"Idempotency-Key": "b"})
    assert again.json() == done.json()
    # a later line of a set sees the stock that an earlier one put there
    later = done.json()["items"][1]["warnings"]
    assert [w["tonnes"] for w in later if w["rule"] == "stock_continuity"] == ["100"]


def test_the_rollup_equals_the_lines_after_amendments(people: People) -> None:
    sites = people.register(sites=2)
    for site in sites:
        for month in range(1, 4):
            people.file(ledger(site, f"2025-{month:02d}"))
    changed = [
        ledger(sites[0], "2025-02", {"waste": "SW04", "generated_tonnes": "7"}, reason="改") for _ in range(1)
    ]
    people.client.post("/v1/ledgers/bulk", json=changed, headers=people.of())
    with people.sessions.reading() as session:
        assert differences_from_lines(session) == []


def test_a_page_of_ledgers_leads_to_the_next(people: People) -> None:
    (site,) = people.register(MILL)
    for month in range(1, 6):
        people.file(ledger(site, f"2025-{month:02d}"))
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = people.client.get("/v1/ledgers", params=params, headers=people.of()).json()
        seen += [item["month"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"2025-{month:02d}" for month in range(1, 6)]
    bad = people.client.get("/v1/ledgers?cursor=%25%25", headers=people.of())
    assert bad.status_code == 422
