"""What ledgers and transfers tell, as read over HTTP by those concerned and by nobody else."""

from typing import Any

import pytest
from builders import MILL, WORKS, People, example_line, ledger
from sqlalchemy import func, select

from app.auth.subjects import Role
from app.db.session import Database
from app.outbox import feed
from app.outbox.models import Event


def place(people: People) -> None:
    with people.sessions.writing() as session:
        feed.place(session, now=people.now, subscriptions={})


def events(people: People, headers: Any, query: str = "") -> Any:
    answer = people.client.get(f"/v1/events{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def types(page: Any) -> list[str]:
    return [item["type"] for item in page["items"]]


def count(sessions: Database) -> int:
    with sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(Event)) or 0


def test_the_life_of_a_ledger_is_told(people: People) -> None:
    (site,) = people.register()
    filed = people.file(ledger(site)).json()
    url = f"/v1/ledgers/{filed['id']}"
    amended = ledger(site, "2025-03", example_line(generated_tonnes="1000.5"), reason="过磅")
    headers = people.of() | {"If-Match": '"1"'}
    assert people.client.post(f"{url}/amendments", json=amended, headers=headers).status_code == 200
    decision = {"to": "accepted"}
    assert (
        people.client.post(f"{url}/decisions", json=decision, headers=people.regulator()).status_code == 200
    )
    place(people)
    page = events(people, people.of())
    assert types(page) == ["ledger.submitted", "ledger.amended", "ledger.accepted"]
    first, second, third = (item["data"] for item in page["items"])
    assert first == {
        "ledger": filed["id"],
        "site": site,
        "month": "2025-03",
        "version": 1,
        "state": "submitted",
        "generated_tonnes": {"SW02": "1000"},
    }
    assert (second["version"], second["generated_tonnes"]) == (2, {"SW02": "1000.5"})
    assert (third["version"], third["state"]) == (2, "accepted")
    assert page["items"][0]["region"] == "140212"
    assert page["items"][0]["timestamp"] == "2026-01-10T08:00:00Z"
    assert events(people, people.regulator()) == page, "the same events, the same ids"
    assert types(events(people, people.regulator("1403"))) == []
    people.register(WORKS)
    assert types(events(people, people.of(WORKS))) == []


def test_a_poller_goes_on_with_its_cursor(people: People) -> None:
    sites = people.register(sites=3)
    people.file(ledger(sites[0]))
    place(people)
    first = events(people, people.of())
    assert (len(first["items"]), first["has_more"]) == (1, False)
    nothing = events(people, people.of(), f"?after={first['next_cursor']}")
    assert (nothing["items"], nothing["next_cursor"]) == ([], first["next_cursor"])
    for site in sites[1:]:
        people.file(ledger(site))
    place(people)
    second = events(people, people.of(), f"?after={first['next_cursor']}&limit=1")
    assert ([item["data"]["site"] for item in second["items"]], second["has_more"]) == ([sites[1]], True)
    third = events(people, people.of(), f"?after={second['next_cursor']}&limit=1")
    assert ([item["data"]["site"] for item in third["items"]], third["has_more"]) == ([sites[2]], False)


def test_types_can_be_chosen(people: People) -> None:
    (site,) = people.register()
    filed = people.file(ledger(site)).json()
    url = f"/v1/ledgers/{filed['id']}/decisions"
    body = {"to": "returned", "reason": "缺少附件"}
    assert people.client.post(url, json=body, headers=people.regulator()).status_code == 200
    place(people)
    assert types(events(people, people.of(), "?type=ledger.returned")) == ["ledger.returned"]
    both = "?type=ledger.returned&type=ledger.submitted"
    assert types(events(people, people.of(), both)) == ["ledger.submitted", "ledger.returned"]


def test_what_was_not_filed_is_not_told(people: People) -> None:
    (site,) = people.register()
    people.client.post("/v1/ledgers/validate", json=ledger(site), headers=people.of())
    people.file(ledger(site, "2031-01"))
    assert count(people.sessions) == 0
    bulk = [ledger(site, "2025-01"), ledger(site, "2031-01")]
    people.client.post("/v1/ledgers/bulk?mode=atomic", json=bulk, headers=people.of())
    assert count(people.sessions) == 0, "all or nothing was nothing"
    people.client.post("/v1/ledgers/bulk?mode=each", json=bulk, headers=people.of())
    assert count(people.sessions) == 1
    again = people.client.post("/v1/ledgers/bulk?mode=each", json=bulk[:1], headers=people.of()).json()
    assert again["items"][0]["outcome"] == "unchanged"
    assert count(people.sessions) == 1, "the same again is no news"


def test_a_draft_is_its_authors_business(people: People) -> None:
    (site,) = people.register()
    assert people.file(ledger(site, draft=True)).status_code == 201
    assert count(people.sessions) == 0
    assert people.file(ledger(site)).status_code == 201
    place(people)
    assert types(events(people, people.of())) == ["ledger.submitted"]


def test_closing_a_month_tells_every_ledger(people: People) -> None:
    sites = people.register(sites=3)
    for site in sites:
        people.file(ledger(site))
    body = {"region": "1402", "month": "2025-03"}
    answer = people.client.post("/v1/closings", json=body, headers=people.regulator())
    assert answer.status_code in (200, 201), answer.text
    place(people)
    page = events(people, people.of(), "?type=ledger.closed")
    assert sorted(item["data"]["site"] for item in page["items"]) == sites


@pytest.mark.parametrize(
    ("body", "told", "decided"),
    [
        ({"decision": "confirm"}, "transfer.confirmed", "500"),
        ({"decision": "correct", "tonnes": "480"}, "transfer.corrected", "480"),
        ({"decision": "dispute", "comment": "未收到"}, "transfer.disputed", "0"),
    ],
)
def test_the_receivers_word_is_told_to_both_parties(
    people: People, body: dict[str, str], told: str, decided: str
) -> None:
    people.register(MILL)
    people.register(WORKS, region="140311")
    people.file(ledger(MILL + "001P"))
    inbox = people.client.get("/v1/transfers?direction=incoming", headers=people.of(WORKS)).json()["items"]
    url = f"/v1/transfers/{inbox[0]['id']}/confirmation"
    assert people.client.post(url, json=body, headers=people.of(WORKS)).status_code == 200
    place(people)
    query = f"?type={told}"
    for who in (people.of(MILL), people.of(WORKS), people.regulator("1402"), people.regulator("1403")):
        (event,) = events(people, who, query)["items"]
        assert event["data"]["sent_tonnes"] == "500"
        assert event["data"]["decided_tonnes"] == decided
    assert types(events(people, people.regulator("15"), query)) == []


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=-1", "?limit=0", "?limit=201", "?type=Ledger", "?after=" + "9" * 19]
)
def test_what_is_no_cursor_is_refused(people: People, query: str) -> None:
    answer = people.client.get(f"/v1/events{query}", headers=people.admin)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_nobody_reads_the_feed_without_signing_in(people: People) -> None:
    assert people.client.get("/v1/events").status_code == 401
    assert events(people, people.headers(Role.PERMIT_SYSTEM, region="1402"))["items"] == []
