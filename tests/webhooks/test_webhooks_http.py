"""Webhooks over HTTP: made, changed, rotated, replayed, pinged, taken away; and refused."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook as Signer
from webhooks.desk import Desk, Receiver

from app.audit.models import AuditEntry
from app.auth.subjects import Role
from app.clients import service as clients
from app.ids import new_id
from app.outbox.models import Event
from app.settings import Settings
from app.webhooks.models import Delivery, WebhookSecret

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
URL = "https://receiver.example/hook"


def signers(message: Any, secrets: list[str]) -> list[bool]:
    """Which of the secrets have signed a message."""
    headers = message["headers"]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]))  # noqa: DTZ006 - replaced
    given = headers["webhook-signature"].split(" ")
    return [
        Signer(secret).sign(headers["webhook-id"], at.astimezone(), message["body"]) in given
        for secret in secrets
    ]


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer["errors"]]


def test_a_webhook_from_its_making_to_its_end(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url, types=["ledger.submitted", "permit.*"], description="许可系统")
    assert hook["secret"].startswith("whsec_")
    assert (hook["types"], hook["description"]) == (["ledger.submitted", "permit.*"], "许可系统")
    assert [shown["id"] for shown in desk.ask("GET", "")["items"]] == [hook["id"]]
    other = desk.hook(URL)
    pages = desk.ask("GET", "?limit=1")
    assert desk.ask("GET", f"?limit=1&cursor={pages['next_cursor']}")["items"][0]["id"] == other["id"]
    changed = desk.change(hook, url=URL, types=[], description=None)
    assert (changed["url"], changed["types"], changed["description"]) == (URL, [], None)
    desk.change(hook, url=receiver.url)
    desk.tell([1])
    desk.work()
    assert receiver.numbers == [1]
    assert desk.change(hook, enabled=False)["disabled_reason"] == "owner"
    assert desk.told("webhook.disabled") == [], "one need not be told of one's own wish"
    desk.ask("DELETE", f"/{hook['id']}", expect=204)
    desk.ask("GET", f"/{hook['id']}", expect=404)
    desk.tell([2])
    desk.work()
    assert receiver.numbers == [1]
    with desk.sessions.reading() as session:
        assert {row.webhook_id.hex for row in session.scalars(select(WebhookSecret))} == {
            other["id"].replace("-", "")
        }


@SQLITE
def test_a_webhook_is_its_owners_alone(desk: Desk) -> None:
    hook = desk.hook(URL)
    peer = desk.who(region="140212")
    for method, rest, body in [
        ("GET", "", None),
        ("PATCH", "", {"enabled": False}),
        ("DELETE", "", None),
        ("POST", "/secret", {}),
        ("GET", "/deliveries", None),
        ("GET", f"/deliveries/{new_id()}", None),
        ("POST", f"/deliveries/{new_id()}/replay", None),
        ("POST", "/replay?after=0", None),
        ("POST", "/ping", None),
    ]:
        desk.ask(method, f"/{hook['id']}{rest}", peer, expect=404, json=body)
    assert desk.ask("GET", "", peer)["items"] == []
    admin = desk.who(Role.ADMIN)
    assert [shown["id"] for shown in desk.ask("GET", "", admin)["items"]] == [hook["id"]]
    assert desk.ask("PATCH", f"/{hook['id']}", admin, json={"enabled": False})["enabled"] is False
    desk.ask("GET", f"/{hook['id']}/deliveries/{new_id()}", expect=404)


@SQLITE
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://127.0.0.1/", "refused_address"),
        ("https://localhost/", "refused_address"),
        ("https://api.localhost:8443/", "refused_address"),
        ("https://0x7f.1/", "refused_address"),
        ("https://2130706433/", "refused_address"),
        ("https://[::ffff:10.0.0.1]/", "refused_address"),
        ("https://[fe80::1]/", "refused_address"),
        ("https://169.254.169.254/latest/meta-data/", "refused_address"),
        ("https://100.64.0.1/", "refused_address"),
        ("http://receiver.example/", "bad_url"),
        ("https://user:secret@receiver.example/", "bad_url"),
        ("https://receiver.example/#top", "bad_url"),
        ("https://receiver.example:99999/", "bad_url"),
        ("https://[::1/", "bad_url"),
        ("https:///hook", "bad_url"),
    ],
)
def test_addresses_that_are_refused_at_once(desk: Desk, url: str, code: str) -> None:
    strict = Settings(database_url=desk.settings.database_url)
    desk.client.app.state.settings = strict  # type: ignore[attr-defined]
    answer = desk.ask("POST", "", expect=422, json={"url": url})
    assert faults(answer) == [("/url", code)]
    assert "secret@" not in str(answer), "what was sent is not repeated"


@SQLITE
def test_bodies_that_are_refused(desk: Desk) -> None:
    enterprise_like = desk.who(Role.PERMIT_SYSTEM)
    refused = desk.ask(
        "POST",
        "",
        enterprise_like,
        expect=422,
        json={"url": URL, "types": ["permit.*", "ledger.*", "no.such"]},
    )
    assert faults(refused) == [("/types/1", "topic_not_readable"), ("/types/2", "unknown_topic")]
    for body in ({}, {"url": "ftp://x.example/"}, {"url": URL, "types": ["*"]}, {"url": URL, "more": 1}):
        desk.ask("POST", "", expect=422, json=body)
    desk.ask("POST", "", expect=422, json={"url": "https://x.example/" + "a" * 2000})
    hook = desk.hook(URL)
    assert faults(desk.ask("PATCH", f"/{hook['id']}", expect=422, json={"url": None})) == [("/url", "null")]
    desk.ask("POST", f"/{hook['id']}/secret", expect=422, json={"previous_ends_in_hours": 169})
    desk.ask("POST", f"/{hook['id']}/replay?after=-1", expect=422)
    desk.ask("POST", f"/{hook['id']}/replay", expect=422)
    for _ in range(19):
        desk.hook(URL)
    assert desk.ask("POST", "", expect=409, json={"url": URL})["type"].endswith("too_many_webhooks")


@SQLITE
def test_while_a_secret_is_changed_both_sign(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    path = f"/{hook['id']}/secret"
    second = desk.ask("POST", path, expect=201, json={"previous_ends_in_hours": 2})
    assert second["previous_ends_at"] == "2026-01-10T10:00:00Z"
    secrets = [hook["secret"], second["secret"]]
    desk.tell([1])
    desk.work()
    assert signers(receiver.messages[-1], secrets) == [True, True]
    third = desk.ask("POST", path, expect=201, json={})
    secrets.append(third["secret"])
    desk.tell([2])
    desk.work()
    assert signers(receiver.messages[-1], secrets) == [False, True, True], "at most two sign"
    desk.clock.advance(hours=25)
    desk.tell([3])
    desk.work()
    assert signers(receiver.messages[-1], secrets) == [False, False, True]
    leaked = desk.ask("POST", path, expect=201, json={"previous_ends_in_hours": 0})
    desk.tell([4])
    desk.work()
    assert signers(receiver.messages[-1], [*secrets, leaked["secret"]]) == [False, False, False, True]
    assert len(set(secrets)) == 3


@SQLITE
def test_the_database_alone_holds_no_secret(desk: Desk) -> None:
    hook = desk.hook(URL)
    with desk.sessions.reading() as session:
        rows = [vars(row) for row in session.scalars(select(WebhookSecret))]
    assert hook["secret"].removeprefix("whsec_")[:10] not in str(rows)


@SQLITE
def test_another_key_of_the_service_is_noticed(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    desk.tell([1])
    old, other = desk.settings, "another secret key, of at least 32 characters"
    desk.settings = Settings(
        database_url=old.database_url,
        secret_key=other,  # type: ignore[arg-type]
        outbound_allowed_networks=old.outbound_allowed_networks,
    )
    desk.work()
    assert receiver.messages == [], "better none than one that no receiver believes"
    desk.client.app.state.settings = desk.settings  # type: ignore[attr-defined]
    assert desk.show(hook)["disabled_reason"] == "key_changed"
    desk.ask("POST", f"/{hook['id']}/secret", expect=201, json={})
    desk.change(hook, enabled=True)
    desk.work()
    assert receiver.numbers == [1]


@SQLITE
def test_a_client_that_was_shut_out_gets_nothing(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    with desk.sessions.writing() as session:
        (client_id,) = desk.clients.values()
        clients.disable_client(session, client_id, desk.clock())
    desk.tell([1])
    desk.work()
    assert receiver.messages == []
    shown = desk.ask("GET", f"/{hook['id']}", desk.who(Role.ADMIN))
    assert shown["disabled_reason"] == "client_disabled"


def test_replays(desk: Desk, receiver: Receiver) -> None:
    site = new_id()
    desk.tell([1, 2], site_id=site)
    desk.tell([3], event_type="site.touched", region="140311")
    desk.work()
    hook = desk.hook(receiver.url)
    desk.tell([4, 5], site_id=site)
    desk.work()
    first = desk.deliveries(hook)[-1]
    again = desk.ask("POST", f"/{hook['id']}/deliveries/{first['id']}/replay", expect=202)
    assert (again["state"], again["attempts"]) == ("pending", 0)
    desk.work()
    assert receiver.numbers == [4, 5, 4]
    assert receiver.documents[0] == receiver.documents[2]
    assert desk.ask("POST", f"/{hook['id']}/replay?after=0", expect=202) == {"after": "0", "upto": "5"}
    desk.work()
    assert receiver.numbers[3:] == [1, 2, 4, 5], "also what was before, and nothing that it may not see"
    assert len(desk.deliveries(hook)) == 4
    nothing = desk.ask("POST", f"/{hook['id']}/replay?after=999999999999999999", expect=202)
    assert nothing == {"after": "5", "upto": "5"}
    desk.work()
    assert len(receiver.messages) == 7
    with desk.sessions.reading() as session:
        query = select(AuditEntry).where(AuditEntry.object_id == hook["id"]).order_by(AuditEntry.id)
        written = [(entry.action, entry.actor_kind) for entry in session.scalars(query)]
    assert written == [
        ("webhook.created", "regulator"),
        ("webhook.secret_added", "regulator"),
        ("webhook.replayed", "regulator"),
        ("webhook.replayed", "regulator"),
    ]


@SQLITE
def test_a_long_replay_goes_page_by_page(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.webhooks.fan_out.PAGE", 3)
    desk.tell(range(8), site_id=new_id())
    desk.work()
    hook = desk.hook(receiver.url)
    desk.ask("POST", f"/{hook['id']}/replay?after=1", expect=202)
    desk.work()
    assert receiver.numbers == list(range(1, 8))


@SQLITE
def test_a_replay_tries_at_once_what_waits(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    receiver.answer("500")
    desk.tell([1])
    desk.work()
    receiver.answer("ok")
    (entry,) = desk.deliveries(hook, "?state=pending")
    desk.ask("POST", f"/{hook['id']}/deliveries/{entry['id']}/replay", expect=202)
    desk.work()
    assert receiver.numbers == [1, 1]
    desk.change(hook, enabled=False)
    refused = desk.ask("POST", f"/{hook['id']}/deliveries/{entry['id']}/replay", expect=409)
    assert refused["type"].endswith("webhook_disabled")
    desk.ask("POST", f"/{hook['id']}/ping", expect=409)


@SQLITE
def test_a_ping_is_tried_once_and_holds_up_nothing(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    ping = desk.ask("POST", f"/{hook['id']}/ping", expect=202)
    desk.work()
    (message,) = receiver.messages
    assert message["headers"]["webhook-id"] == ping["id"]
    assert signers(message, [hook["secret"]]) == [True]
    assert receiver.documents[0]["type"] == "webhook.pinged"
    assert receiver.documents[0]["data"] == {"webhook": hook["id"]}
    assert desk.ask("GET", f"/{hook['id']}/deliveries/{ping['id']}")["state"] == "delivered"
    receiver.answer("500")
    lost = desk.ask("POST", f"/{hook['id']}/ping", expect=202)
    desk.work()
    shown = desk.ask("GET", f"/{hook['id']}/deliveries/{lost['id']}")
    assert (shown["state"], shown["event"], shown["response_status"]) == ("given_up", None, 500)
    receiver.answer("ok")
    desk.tell([1])
    desk.pass_time(seconds=10)
    assert receiver.numbers == [None, None, 1]
    with desk.sessions.reading() as session:
        assert session.scalars(select(Event.type)).all() == ["ledger.submitted"], "a ping is no news"


@SQLITE
def test_the_log_is_kept_for_thirty_days(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    desk.tell([1])
    desk.work()
    receiver.answer("poison 500 amended")
    desk.tell([2], event_type="ledger.amended", site_id=new_id())
    desk.pass_time(days=29)
    assert len(desk.deliveries(hook)) == 2
    desk.pass_time(days=2)
    with desk.sessions.reading() as session:
        assert [row.type for row in session.scalars(select(Delivery))] == ["ledger.amended"]


@SQLITE
def test_metrics_tell_how_webhooks_fare(desk: Desk, receiver: Receiver) -> None:
    desk.hook(receiver.url)
    stopped = desk.hook(receiver.url)
    desk.change(stopped, enabled=False)
    receiver.answer("500")
    desk.tell([1, 2])
    desk.work()
    desk.clock.advance(seconds=3)
    text = desk.client.get("/metrics", headers=desk.who(Role.ADMIN)).text
    told = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("huanlian_webhook"))
    assert told == {
        'huanlian_webhooks{state="working"}': "0.0",
        'huanlian_webhooks{state="failing"}': "1.0",
        'huanlian_webhooks{state="disabled"}': "1.0",
        'huanlian_webhook_deliveries{state="pending"}': "2.0",
        'huanlian_webhook_deliveries{state="delivered"}': "0.0",
        'huanlian_webhook_deliveries{state="given_up"}': "0.0",
        'huanlian_webhook_deliveries{state="retrying"}': "1.0",
        "huanlian_webhook_oldest_pending_seconds": "3.0",
    }
