"""What a receiver gets: everything its owner may see, signed, in order, again when it failed, and nothing else."""

import json
from datetime import timedelta
from typing import Any

import pytest
from builders import MILL, WORKS, People, ledger
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from standardwebhooks import Webhook as Signer
from webhooks.desk import Desk, Receiver

from app.auth.subjects import Role
from app.ids import new_id
from app.outbox.models import Event, Job
from app.outbox.queue import is_anything_due

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def is_signed(message: Any, secret: str, desk: Desk) -> bool:
    """Whether one of the signatures is by this secret; the package's own check would look at the wall's clock."""
    headers = message["headers"]
    signed = Signer(secret).sign(headers["webhook-id"], desk.clock(), message["body"])
    return signed in headers["webhook-signature"].split(" ")


def test_events_arrive_signed_and_in_order_and_stay_in_the_log(desk: Desk, receiver: Receiver) -> None:
    desk.tell([0])
    desk.work()
    hook = desk.hook(receiver.url, types=["ledger.*"])
    desk.tell([1, 2, 3])
    desk.tell([4], event_type="site.touched")
    desk.work()
    assert receiver.numbers == [1, 2, 3], "from its making on, and only what it asked for"
    first = receiver.messages[0]
    assert is_signed(first, hook["secret"], desk)
    assert first["headers"]["webhook-timestamp"] == str(int(desk.clock().timestamp()))
    assert first["headers"]["content-type"] == "application/json"
    document = receiver.documents[0]
    feed = desk.client.get("/v1/events?type=ledger.submitted", headers=desk.who()).json()["items"]
    assert document == feed[1], "the same document as in the feed"
    assert first["headers"]["webhook-id"] == document["id"]
    log = desk.deliveries(hook)
    assert [entry["state"] for entry in log] == ["delivered"] * 3
    assert [entry["attempts"] for entry in log] == [1] * 3
    assert [entry["response_status"] for entry in log] == [204] * 3
    assert [entry["event"] for entry in log] == [each["id"] for each in reversed(receiver.documents)]
    shown = desk.show(hook)
    assert (shown["pending"], shown["failures"], shown["enabled"]) == (0, 0, True)
    assert "secret" not in shown, "told once"


@SQLITE
def test_a_receiver_gets_what_its_owner_may_see(desk: Desk, people: People, receiver: Receiver) -> None:
    (site,) = people.register()
    people.register(WORKS, region="140311")
    desk.work()
    owners = {
        "mill": desk.who(Role.ENTERPRISE, enterprise=MILL),
        "works": desk.who(Role.ENTERPRISE, enterprise=WORKS),
        "county": desk.who(region="140212"),
        "far": desk.who(region="1403"),
        "permits": desk.who(Role.PERMIT_SYSTEM),
        "admin": desk.who(Role.ADMIN),
    }
    for name, token in owners.items():
        desk.hook(f"{receiver.url}&who={name}", token)
    people.file(ledger(site))
    desk.tell([7], event_type="permit.received")
    desk.work()
    got: dict[str, set[str]] = {}
    for delivery in _all_deliveries(desk, owners):
        got.setdefault(delivery[0], set()).add(delivery[1])
    assert got == {
        "mill": {"ledger.submitted"},
        "county": {"ledger.submitted", "permit.received"},
        "permits": {"permit.received"},
        "admin": {"ledger.submitted", "permit.received"},
    }
    assert len(receiver.messages) == 6


def _all_deliveries(desk: Desk, owners: Any) -> list[tuple[str, str]]:
    found = []
    for name, token in owners.items():
        for hook in desk.ask("GET", "", token)["items"]:
            if hook["url"].endswith(f"who={name}"):
                log = desk.ask("GET", f"/{hook['id']}/deliveries", desk.who(Role.ADMIN))["items"]
                found += [(name, entry["type"]) for entry in log]
    return found


@SQLITE
def test_pages_of_unwanted_events_are_passed(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.webhooks.fan_out.PAGE", 2)
    hook = desk.hook(receiver.url, types=["ledger.*"])
    desk.tell(range(5), event_type="finding.opened")
    desk.tell([5])
    desk.tell(range(6, 11), event_type="finding.opened")
    desk.work()
    assert receiver.numbers == [5]
    assert int(desk.show(hook)["cursor"]) >= 10


@SQLITE
def test_what_was_rolled_back_is_never_sent(desk: Desk, receiver: Receiver) -> None:
    desk.hook(receiver.url)
    with pytest.raises(IntegrityError):
        desk.tell_and_fail(1)
    desk.tell([2])
    desk.work()
    assert receiver.numbers == [2]


@SQLITE
def test_a_site_waits_for_its_earlier_event_and_the_others_do_not(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    here, there = new_id(), new_id()
    desk.tell([1], site_id=here, event_type="ledger.amended")
    receiver.answer("poison 500 ledger.amended")
    desk.tell([2, 3], site_id=here)
    desk.tell([4], site_id=there)
    desk.tell([5])
    desk.work()
    assert receiver.numbers == [1], "after a failure the receiver is left alone for a moment"
    desk.pass_time(seconds=6)
    assert receiver.numbers == [1, 1]
    desk.pass_time(seconds=31)
    assert receiver.numbers == [1, 1, 4, 5], "the site of the refused event waits, the others go on"
    assert desk.show(hook)["pending"] == 3
    receiver.answer("ok")
    desk.pass_time(minutes=6)
    assert receiver.numbers == [1, 1, 4, 5, 1, 2, 3]
    ids = [document["id"] for document in receiver.documents]
    assert ids[0] == ids[1] == ids[4], "the same event has the same id, however often it is sent"


@SQLITE
def test_three_days_of_trying_then_it_is_given_up_and_said(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    site = new_id()
    receiver.answer("poison 500 ledger.amended")
    desk.tell([1], site_id=site, event_type="ledger.amended")
    desk.tell([2], site_id=site)
    begun = desk.clock()
    desk.work()
    while desk.deliveries(hook)[-1]["state"] == "pending":
        assert receiver.numbers.count(2) == 0
        desk.jump()
    assert desk.clock() - begun == timedelta(days=3)
    entry = desk.deliveries(hook)[-1]
    assert (entry["state"], entry["response_status"], entry["failure"]) == ("given_up", 500, "refused")
    assert entry["attempts"] == receiver.numbers.count(1) == 11
    assert entry["excerpt"].startswith("no thanks no"), "printable, on one line"
    assert len(entry["excerpt"]) <= 300
    desk.jump()
    assert receiver.numbers[-1] == 2, "now the next of the site"
    (notice,) = desk.told("webhook.delivery_given_up")
    assert (notice["webhook"], notice["delivery"]) == (hook["id"], entry["id"])
    assert [each["type"] for each in desk.deliveries(hook)].count("webhook.delivery_given_up") == 0


@SQLITE
def test_a_receiver_that_is_down_is_left_alone_for_longer_and_longer(desk: Desk, receiver: Receiver) -> None:
    desk.hook(receiver.url)
    receiver.answer("500")
    for _ in range(30):
        desk.tell([1], site_id=new_id())
    begun = desk.clock()
    desk.work()
    at = []
    for _ in range(8):
        desk.jump()
        at.append((desk.clock() - begun).total_seconds())
    assert len(receiver.messages) == 9, "one event tries it out, whatever waits"
    assert at == [5, 35, 155, 755, 2555, 6155, 9755, 13355]
    receiver.answer("ok")
    desk.jump()
    assert len(receiver.messages) >= 9 + 20, "and all that may be sent follows as soon as it is back"


@SQLITE
def test_410_disables_with_a_notice(desk: Desk, receiver: Receiver) -> None:
    hook, other = desk.hook(receiver.url, description="permits"), desk.hook(receiver.url, types=["webhook.*"])
    receiver.answer("poison 410 ledger")
    desk.tell([1])
    desk.work()
    receiver.answer("ok")
    shown = desk.show(hook)
    assert (shown["enabled"], shown["disabled_reason"], shown["pending"]) == (False, "gone", 1)
    assert "410" in shown["notice"]["en"]
    assert "410" in shown["notice"]["zh"]
    (told,) = desk.told("webhook.disabled")
    assert told == {"webhook": hook["id"], "description": "permits", "reason": "gone"}
    desk.tell([2, 3])
    desk.pass_time(hours=30)
    assert receiver.numbers == [1, None], "nothing more but the notice to the owner's other webhook"
    assert receiver.documents[-1]["data"] == told
    assert desk.show(other)["enabled"]
    assert desk.told("webhook.disabled", desk.who(region="1403")) == []
    assert desk.told("webhook.disabled", desk.who(region="140212")) == []
    assert len(desk.told("webhook.disabled", desk.who(region="14"))) == 1
    desk.change(hook, enabled=True)
    desk.work()
    assert receiver.numbers == [1, None, 1, 2, 3], "it goes on where it stopped"


@SQLITE
def test_skipping_what_was_missed(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    receiver.answer("410")
    desk.tell([1])
    desk.work()
    receiver.answer("ok")
    desk.tell([2])
    desk.work()
    assert desk.change(hook, enabled=True, skip_missed=True)["pending"] == 0
    desk.tell([3])
    desk.work()
    assert receiver.numbers == [1, 3]
    assert [entry["failure"] for entry in desk.deliveries(hook, "?state=given_up")] == ["skipped"]


@SQLITE
def test_days_without_any_receipt_disable(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    receiver.answer("503")
    desk.tell(range(3), site_id=new_id())
    begun = desk.clock()
    desk.work()
    while desk.show(hook)["enabled"]:
        # Its own pauses, but for the many of an hour.
        desk.pass_time(hours=6)
    assert desk.show(hook)["disabled_reason"] == "failing"
    assert timedelta(days=5) <= desk.clock() - begun < timedelta(days=6), (
        "at the first failure after five days"
    )
    assert [told["reason"] for told in desk.told("webhook.disabled")] == ["failing"]
    states = [entry["state"] for entry in desk.deliveries(hook)]
    assert states.count("given_up") == 1, "three days each, one after the other"
    assert states.count("pending") == 2


@SQLITE
@pytest.mark.parametrize("status", ["429", "503"])
def test_a_receiver_that_asks_for_time_gets_it(desk: Desk, receiver: Receiver, status: str) -> None:
    hook = desk.hook(receiver.url)
    receiver.answer(f"{status} 3600")
    desk.tell([1, 2])
    desk.work()
    receiver.answer("ok")
    desk.pass_time(minutes=59)
    assert receiver.numbers == [1]
    assert desk.show(hook)["paused_until"] == "2026-01-10T09:00:00Z"
    desk.pass_time(minutes=2)
    assert receiver.numbers == [1, 1, 2]


@SQLITE
@pytest.mark.parametrize(
    ("mode", "failure"),
    [("cut", "broken"), ("late 5", "timeout"), ("redirect http://127.0.0.1:1/", "refused")],
)
def test_what_is_no_receipt(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, mode: str, failure: str
) -> None:
    monkeypatch.setattr("app.webhooks.delivering.TIMEOUT_SECONDS", 0.3)
    hook = desk.hook(receiver.url)
    receiver.answer(mode)
    desk.tell([1])
    desk.work()
    (entry,) = desk.deliveries(hook)
    assert (entry["state"], entry["failure"], entry["attempts"]) == ("pending", failure, 1)
    assert entry["latency_ms"] is not None
    receiver.answer("ok")
    desk.pass_time(seconds=10)
    (entry,) = desk.deliveries(hook)
    assert (entry["state"], entry["failure"], entry["attempts"]) == ("delivered", None, 2)
    assert [message["headers"]["webhook-id"] for message in receiver.messages] == [entry["event"]] * 2


@SQLITE
def test_a_receiver_that_dies_in_the_middle(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    receiver.answer("die")
    desk.tell([1, 2])
    desk.work()
    receiver.wait_for_death()
    desk.pass_time(seconds=10)
    assert [entry["failure"] for entry in desk.deliveries(hook)] == [None, "not_connected"]
    receiver.answer("ok")
    receiver.start()
    desk.pass_time(minutes=2)
    assert receiver.numbers == [1, 1, 2], "what it may have understood is sent again, with the same id"


@SQLITE
def test_nothing_is_left_in_the_queue_when_all_is_delivered(desk: Desk, receiver: Receiver) -> None:
    desk.hook(receiver.url)
    desk.tell(range(250), site_id=new_id())
    desk.work()
    assert receiver.numbers == list(range(250))
    with desk.sessions.reading() as session:
        assert session.scalars(select(Job.kind)).all() == []
        assert not is_anything_due(session, ["webhooks.deliver"], desk.clock())
        assert session.scalars(select(Event.position).order_by(Event.position)).all() == list(range(1, 251))


@SQLITE
def test_a_private_address_is_not_connected_to(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    desk.tell([1])
    shut = desk.settings.model_copy(update={"outbound_allowed_networks": ()})
    open_settings, desk.settings = desk.settings, shut
    desk.work()
    assert [entry["failure"] for entry in desk.deliveries(hook)] == ["bad_url"], (
        "http is for allowed networks"
    )
    assert receiver.messages == []
    desk.settings = open_settings
    desk.pass_time(minutes=1)
    assert json.loads(receiver.messages[0]["body"])["data"] == {"n": 1}


@SQLITE
def test_with_the_door_shut_everything_waits(desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    desk.tell([1])
    open_settings, desk.settings = desk.settings, desk.settings.model_copy(update={"outbound": False})
    for _ in range(3):
        desk.pass_time(hours=3)
    assert (receiver.messages, desk.show(hook)["pending"], desk.show(hook)["failures"]) == ([], 1, 0)
    desk.settings = open_settings
    desk.pass_time(hours=1)
    assert receiver.numbers == [1]
