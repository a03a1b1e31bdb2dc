"""Receipts: downloaded by who filed, checked without the service, spoken against; any change of one is named."""

import copy
from typing import Any

import pytest
from audit.log import entries, seal
from builders import JSON, WORKS, People, ledger
from support.clock import SettableClock

from app.audit import anchors
from app.audit.verification import verify
from app.db.session import Database
from app.domain.audit.anchors import Anchor
from app.domain.audit.receipts import proven_by, verify_receipt
from app.domain.canonical_json import sha256_of
from app.ledgers.models import LedgerVersion
from app.outbox.models import Event

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def filed(people: People, log: Database) -> JSON:
    """A month filed by the mill, whose receiver is registered too."""
    people.register(WORKS)
    [site] = people.register()
    answer = people.file(ledger(site))
    assert answer.status_code == 201
    result: JSON = answer.json()
    return result


def anchored(log: Database, clock: SettableClock) -> Anchor:
    seal(log)
    with log.writing() as session:
        made = anchors.take(session, clock().date(), clock())
    assert made is not None
    return made


def download(people: People, filed: JSON, **query: Any) -> JSON:
    answer = people.client.get(f"/v1/ledgers/{filed['id']}/receipt", params=query, headers=people.of())
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="receipt-')
    told: JSON = answer.json()
    return told


def test_a_receipt_grows_from_content_to_seal_to_anchor(
    people: People, log: Database, clock: SettableClock, filed: JSON
) -> None:
    told = download(people, filed)
    assert told["sha256"] == filed["receipt"]["sha256"] == sha256_of(told["content"])
    assert (told["row"], told["proof"], told["anchor"]) == (None, None, None)
    assert verify_receipt(told) == []
    assert proven_by(told) == "content"
    seal(log)
    told = download(people, filed)
    assert told["row"]["entry"]["after"] == told["sha256"]
    assert verify_receipt(told) == []
    assert proven_by(told) == "seal"
    anchor = anchored(log, clock)
    told = download(people, filed)
    assert told["anchor"] == anchor.document()
    assert verify_receipt(told, [anchor]) == []
    assert (proven_by(told), proven_by(told, [anchor])) == ("anchor", "published_anchor")


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where the texts and numbers of a document stand."""
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves_of(value[key], (*path, key))]
    if isinstance(value, list):
        return [leaf for place, each in enumerate(value) for leaf in leaves_of(each, (*path, place))]
    return [path]


def changed(document: JSON, path: tuple[Any, ...]) -> JSON:
    """The document with one value changed by as little as can be."""
    made = copy.deepcopy(document)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    was = inner[path[-1]]
    if isinstance(was, bool) or was is None:
        inner[path[-1]] = "x"
    elif isinstance(was, int):
        inner[path[-1]] = was + 1
    else:
        inner[path[-1]] = was[:-1] + ("0" if was[-1:] != "0" else "1")
    return made


def test_every_value_of_a_receipt_counts(
    people: People, log: Database, clock: SettableClock, filed: JSON
) -> None:
    anchor = anchored(log, clock)
    told = download(people, filed)
    places = leaves_of(told)
    assert len(places) > 50
    for path in places:
        flaws = verify_receipt(changed(told, path), [anchor])
        assert flaws, f"a change of {path} is not found"
        if path[0] == "row":
            assert path[-1] in {flaw.field.rpartition("/")[2] for flaw in flaws}, path


def test_what_is_no_receipt_is_named_as_such(database_kind: str) -> None:
    for nonsense in (None, [], "x", {}, {"format": "other"}, {"format": "huanlian-receipt/1", "row": {}}):
        assert verify_receipt(nonsense), nonsense


def test_a_receipt_of_the_wrong_shape_is_no_crash(
    people: People, log: Database, clock: SettableClock, filed: JSON
) -> None:
    anchored(log, clock)
    told = download(people, filed)
    for member in ("content", "row", "proof", "anchor", "sha256", "version"):
        for value in (7, "x", [], {}, {"day": 1}, [[]], 1.5):
            assert verify_receipt(told | {member: value}), (member, value)


def test_who_may_download_it(people: People, filed: JSON) -> None:
    path = f"/v1/ledgers/{filed['id']}/receipt"
    assert people.client.get(path, headers=people.regulator("14")).status_code == 200
    assert people.client.get(path, headers=people.of(WORKS)).status_code == 404
    assert people.client.get(path, headers=people.regulator("52")).status_code == 404
    assert people.client.get(path + "?version=2", headers=people.of()).status_code == 404
    assert people.client.get(path).status_code == 401


def test_each_version_has_its_own(people: People, log: Database, filed: JSON) -> None:
    body = ledger(filed["site"], reason="更正", signed_by="另一人")
    people.client.post(
        f"/v1/ledgers/{filed['id']}/amendments", json=body, headers=people.of() | {"If-Match": '"1"'}
    )
    seal(log)
    now, then = download(people, filed), download(people, filed, version=1)
    assert (now["version"], then["version"]) == (2, 1)
    assert then["sha256"] == filed["receipt"]["sha256"] != now["sha256"]
    assert now["row"]["entry"]["before"] == then["sha256"]
    assert verify_receipt(now) == verify_receipt(then) == []


def repudiate(people: People, filed: JSON, headers: JSON, reason: str = "非本单位填报") -> Any:
    path = f"/v1/ledgers/{filed['id']}/repudiation"
    return people.client.post(path, json={"version": 1, "reason": reason}, headers=headers)


def test_a_repudiation_marks_tells_and_takes_nothing_back(
    people: People, log: Database, clock: SettableClock, filed: JSON
) -> None:
    clock.advance(minutes=10)
    answer = repudiate(people, filed, people.of())
    assert answer.status_code == 200, answer.text
    assert answer.json()["reason"] == "非本单位填报"
    seen = people.client.get(f"/v1/ledgers/{filed['id']}", headers=people.regulator()).json()
    assert seen["repudiation"] == answer.json()
    assert (seen["state"], seen["receipt"]["sha256"]) == ("submitted", filed["receipt"]["sha256"])
    listed = people.client.get("/v1/ledgers", headers=people.regulator()).json()["items"]
    versions = people.client.get(f"/v1/ledgers/{filed['id']}/versions", headers=people.regulator()).json()
    assert listed[0]["repudiation"] == versions["items"][0]["repudiation"] == answer.json()
    before = people.client.get(
        f"/v1/ledgers/{filed['id']}?as_of=2026-01-10T08:05:00Z", headers=people.regulator()
    )
    assert before.json()["repudiation"] is None
    [entry] = entries(log, action="ledger.repudiated")
    assert (entry.before, entry.version) == (filed["receipt"]["sha256"], 1)
    with log.reading() as session:
        [event] = session.query(Event).filter_by(type="ledger.repudiated").all()
        assert event.payload["sha256"] == filed["receipt"]["sha256"]
        assert session.query(LedgerVersion).count() == 1
        assert verify(session).is_intact
    assert verify_receipt(download(people, filed)) == [], "the receipt stays what it was"


def test_saying_it_again_changes_nothing_and_another_reason_is_refused(
    people: People, log: Database, filed: JSON
) -> None:
    first = repudiate(people, filed, people.of()).json()
    assert repudiate(people, filed, people.of()).json() == first
    other = repudiate(people, filed, people.of(), "另一理由")
    assert (other.status_code, other.json()["type"]) == (409, "urn:huanlian:problem:already_repudiated")
    assert len(entries(log, action="ledger.repudiated")) == 1


def test_only_whose_filing_it_is_may_say_so(people: People, filed: JSON) -> None:
    assert repudiate(people, filed, people.of(WORKS)).status_code == 404
    assert repudiate(people, filed, people.regulator()).status_code == 403
    assert repudiate(people, filed, people.admin).status_code == 403
    draft = people.file(ledger(filed["site"], "2025-04", draft=True)).json()
    assert repudiate(people, draft, people.of()).status_code == 409
