"""A fingerprint that is kept is the one that would be taken, whatever was written meanwhile, by whomever, in whatever order."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from builders import People
from reconciliations.city import ADMIN, MINE, REGIONS, WORKS, gangue, register, site
from sqlalchemy import and_, func, or_, select

from app.audit import sealing
from app.audit import service as audit
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database, ReadSession, WriteSession
from app.domain.periods import Month
from app.enterprises.models import Site
from app.ids import new_id
from app.rates.service import Scope
from app.reconciliations import fingerprints, marks, repository
from app.reconciliations.fingerprints import fingerprint_of
from app.transfers.models import Transfer

MONTHS = [Month(2025, 1).plus(step) for step in range(4)]
REGULATOR = Subject(new_id(), "office", Role.REGULATOR, SCOPES_OF[Role.REGULATOR], region="1402")
QUESTIONS = [
    (ADMIN, Scope(first=MONTHS[0], last=MONTHS[0])),
    (ADMIN, Scope(first=MONTHS[1], last=MONTHS[2], region="1403")),
    (REGULATOR, Scope(first=MONTHS[2], last=MONTHS[2], region="1402")),
    (REGULATOR, Scope(first=MONTHS[0], last=MONTHS[3], region="140213")),
]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Scope]:
    """The scopes whose fingerprint was not kept."""
    scopes: list[Scope] = []

    def counted(session: ReadSession, subject: Subject, scope: Scope) -> str:
        scopes.append(scope)
        return repository.fingerprint(session, subject, scope)

    monkeypatch.setattr(
        fingerprints, "repository", type("Counted", (), {"fingerprint": staticmethod(counted)})
    )
    return scopes


def agree(sessions: Database, done: object) -> None:
    with sessions.reading() as session:
        for subject, scope in QUESTIONS:
            kept, anew = (take(session, subject, scope) for take in (fingerprint_of, repository.fingerprint))
            assert kept == anew, (done, scope)


@dataclass
class Town:
    """Writes at random, as all who may."""

    people: People
    drawn: random.Random
    filed: dict[tuple[str, Month], tuple[str, int]] = field(default_factory=dict)
    more: int = 0

    def deeds(self) -> list[Callable[[], Any]]:
        often = [self.file] * 6 + [self.confirm] * 3 + [self.seal] * 3
        return [*often, self.decide, self.close, self.move, self.found, self.look_away]

    def file(self) -> Any:
        """A site's month, or what is amended of it; who is told of it may lie in another region."""
        enterprise, month = self.drawn.choice(list(REGIONS)), self.drawn.choice(MONTHS)
        other = self.drawn.choice([each for each in REGIONS if each != enterprise])
        tonnes = str(self.drawn.randint(1, 90))
        sent, received = [{"to": site(other), "tonnes": tonnes}], [{"from": site(other), "tonnes": tonnes}]
        told = self.drawn.choice([{"sent": sent}, {"sent": sent}, {"received": received}, {}])
        line = gangue(generated_tonnes="100", **told)
        body = {"site": site(enterprise), "month": str(month), "signed_by": "示例", "lines": [line]}
        before = self.filed.get((enterprise, month))
        if before is None:
            answer = self.people.file(body, enterprise=enterprise)
        else:
            headers = self.people.of(enterprise) | {"If-Match": f'"{before[1]}"'}
            url = f"/v1/ledgers/{before[0]}/amendments"
            answer = self.people.client.post(url, json=body | {"reason": "更正"}, headers=headers)
        if answer.status_code in (200, 201):
            self.filed[enterprise, month] = answer.json()["id"], answer.json()["version"]
        return answer.status_code

    def confirm(self) -> Any:
        listed = self.people.client.get("/v1/transfers", headers=self.people.admin).json()["items"]
        declared = [row for row in listed if row["sent_tonnes"] is not None]
        if not declared:
            return None
        row = self.drawn.choice(declared)
        body = self.drawn.choice([{"decision": "confirm"}, {"decision": "dispute", "comment": "未收到"}])
        url = f"/v1/transfers/{row['id']}/confirmation"
        headers = self.people.of(row["receiver"][:18])
        return self.people.client.post(url, json=body, headers=headers).status_code

    def seal(self) -> int:
        with self.people.sessions.writing() as session:
            return sealing.seal_some(session)

    def decide(self) -> Any:
        if not self.filed:
            return None
        ledger_id, _ = self.drawn.choice(list(self.filed.values()))
        body = {"to": self.drawn.choice(["accepted", "returned"]), "reason": "复核"}
        url = f"/v1/ledgers/{ledger_id}/decisions"
        return self.people.client.post(url, json=body, headers=self.people.admin).status_code

    def close(self) -> Any:
        body = {"region": "1402", "month": str(self.drawn.choice(MONTHS))}
        return self.people.client.post("/v1/closings", json=body, headers=self.people.regulator()).status_code

    def move(self) -> Any:
        body = {"region": self.drawn.choice(["140212", "140213", "140311"])}
        code = site(self.drawn.choice(list(REGIONS)))
        return self.people.client.patch(f"/v1/sites/{code}", json=body, headers=self.people.admin).status_code

    def found(self) -> Any:
        self.more += 1
        code = f"{MINE}90{self.more}P"
        body = {"code": code, "enterprise": MINE, "name": "示例场所", "region": "140212"}
        headers = self.people.admin
        return self.people.client.post(
            "/v1/sites", json=body | {"reports_from": "2025-01"}, headers=headers
        ).status_code

    def look_away(self) -> Any:
        """Something else is asked for."""
        body = {"region": "1402", "from": "2025-03", "to": "2025-03"}
        return self.people.client.post(
            "/v1/reconciliations", json=body, headers=self.people.regulator()
        ).status_code


def test_what_is_kept_is_what_would_be_taken(people: People, taken: list[Scope], database_kind: str) -> None:
    register(people)
    town = Town(people, random.Random(database_kind))
    deeds, done = town.deeds(), []
    for _ in range(45):
        deed = town.drawn.choice(deeds)
        done.append((deed.__name__, deed()))
        agree(people.sessions, done)
    assert {name for name, status in done if status in (200, 201)} >= {"file", "confirm"}
    assert len(taken) < 0.7 * len(done) * len(QUESTIONS)


def test_only_what_may_touch_it_has_it_taken_anew(people: People, taken: list[Scope]) -> None:
    register(people)
    town = Town(people, random.Random(3))
    agree(people.sessions, "begun")
    del taken[:]
    town.look_away()
    town.seal()
    agree(people.sessions, "asked elsewhere, and sealed")
    assert taken == []
    body = {"site": site(WORKS), "month": str(MONTHS[0]), "signed_by": "示例", "nil": True}
    assert people.file(body, enterprise=WORKS).status_code == 201
    agree(people.sessions, "a nil return of January")
    assert taken == [scope for _, scope in QUESTIONS if scope.first == MONTHS[0]]


def test_transfers_of_both_sides_are_counted_once(people: People, sessions: Database) -> None:
    register(people)
    town = Town(people, random.Random(4))
    for _ in range(25):
        town.file()
    sides = (Transfer.sent_grams, Transfer.received_grams)
    plain = select(*(of(side) for side in sides for of in (func.count, func.sum)))
    months = Transfer.month.between(MONTHS[0], MONTHS[2])
    with sessions.reading() as session:
        for region in ("14", "1402", "140212", "1403", "15"):
            here = select(Site.id).where(Site.region.startswith(region))
            sending, receiving = Transfer.sender_site_id.in_(here), Transfer.receiver_site_id.in_(here)
            expected = session.execute(plain.where(and_(months, or_(sending, receiving)))).one()
            assert repository.told(session, months, sending, receiving) == list(expected)


def _write(session: WriteSession, people: People, kind: str = "site") -> None:
    audit.record(session, audit.worker("test"), [audit.Change("x.y", kind, "x")], now=people.now)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_write_that_is_committed_late_is_seen(people: People, sessions: Database) -> None:
    """Its entry has an earlier number of writing than one that was sealed before the mark was made."""
    with sessions.writing() as late:
        _write(late, people)
        late.flush()
        with sessions.writing() as early:
            _write(early, people)
        with sessions.writing() as session:
            assert sealing.seal_some(session) > 0
        with sessions.reading() as session:
            mark = marks.mark_now(session)
    assert mark is not None
    for sealed in (False, True):
        if sealed:
            with sessions.writing() as session:
                assert sealing.seal_some(session) == 1
        with sessions.reading() as session:
            since = marks.written_since(session, mark)
            assert since is not None
            assert [entry.kind for entry in since[1]] == ["site"]


def test_another_log_and_too_many_entries_tell_nothing(
    people: People, sessions: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.writing() as session:
        for _ in range(3):
            _write(session, people)
        sealing.seal_some(session)
        _write(session, people)
    with sessions.reading() as session:
        mark = marks.mark_now(session)
        assert mark is not None
        assert marks.written_since(session, mark) == (mark, [])
        for other in ("0" * 64, None):
            assert marks.written_since(session, marks.Mark(mark.number, other, mark.waiting)) is None
        ahead = marks.Mark(mark.number, mark.seal, mark.waiting | {10**6})
        assert marks.written_since(session, ahead) is None
        monkeypatch.setattr(marks, "MOST_ENTRIES", 1)
        assert marks.written_since(session, mark) is None
        assert marks.mark_now(session) is None


def test_what_has_gone_may_have_been_of_any_month(sessions: Database) -> None:
    scope = Scope(first=MONTHS[0], last=MONTHS[0])
    with sessions.reading() as session:
        for kind in ("ledger", "transfer"):
            assert marks.may_touch(session, scope, [marks.Entry(1, 1, None, kind, str(new_id()))])
        assert not marks.may_touch(session, scope, [marks.Entry(1, 1, None, "finding", str(new_id()))])
