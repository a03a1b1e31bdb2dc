"""Whoever changes the log in the database itself is found, and what was changed is named."""

from datetime import timedelta
from typing import Any

import pytest
from audit.log import SOMEONE, named, seal, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from support.clock import SettableClock

from app.audit import anchors
from app.audit.models import AuditEntry
from app.audit.service import Actor
from app.audit.verification import verify
from app.db.session import Database
from app.domain.audit.anchors import Anchor
from app.domain.audit.flaws import Report
from app.ids import new_id

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ENTRIES = 12
_WHO = Actor("enterprise", new_id(), "示例企业")
TEXTS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "action",
    "object_kind",
    "object_id",
    "before",
    "after",
    "region",
    "marks",
    "previous",
    "seal",
)


@pytest.fixture
def filled(log: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Twelve sealed entries; the first eight under an anchor."""
    monkeypatch.setattr("app.audit.recording.current_address", lambda: "192.0.2.7")
    for number in range(ENTRIES):
        write(
            log,
            clock() + timedelta(seconds=number),
            f"site-{number}",
            by=_WHO if number % 2 else SOMEONE,
            before="b" * 64,
            version=number + 1,
            region="140212",
        )
        if number == 7:
            seal(log)
            with log.writing() as session:
                anchors.take(session, clock().date(), clock())
    seal(log)
    return log


def spoil(log: Database, statement: str, **values: Any) -> None:
    with log.writing() as session:
        assert session.connection().execute(text(statement), values).rowcount >= 1


def checked(log: Database, published: tuple[Anchor, ...] = ()) -> Report:
    with log.reading() as session:
        return verify(session, published=published)


def kept_anchors(log: Database) -> tuple[Anchor, ...]:
    with log.reading() as session:
        return tuple(anchors.all_anchors(session))


@on_sqlite
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, ENTRIES), name=st.sampled_from(TEXTS), data=st.data())
def test_a_changed_letter_of_any_column_is_found_and_named(
    filled: Database, number: int, name: str, data: st.DataObject
) -> None:
    where = f"FROM audit_entries WHERE number = {number}"
    with filled.reading() as session:
        was = session.execute(text(f"SELECT {name} {where}")).scalar_one()
    if was is None:
        now = data.draw(st.sampled_from("aZ0"))
    else:
        place = data.draw(st.integers(0, len(was) - 1))
        now = was[:place] + data.draw(st.sampled_from("abcdefABCDEF0123456789xyzÄ的- T")) + was[place + 1 :]
    spoil(filled, f"UPDATE audit_entries SET {name} = :now WHERE number = :number", now=now, number=number)
    try:
        if now == was:
            assert checked(filled).is_intact
        else:
            assert (number, name) in {(flaw.number, flaw.field) for flaw in checked(filled).flaws}
    finally:
        spoil(
            filled, f"UPDATE audit_entries SET {name} = :was WHERE number = :number", was=was, number=number
        )
    assert checked(filled).is_intact


@on_sqlite
def test_a_changed_version_is_named(filled: Database) -> None:
    spoil(filled, "UPDATE audit_entries SET version = 9999 WHERE number = 5")
    assert named(checked(filled)) == {(5, "version", "changed")}


def test_a_deleted_entry_is_named(filled: Database) -> None:
    spoil(filled, "DELETE FROM audit_entries WHERE number BETWEEN 4 AND 5")
    report = checked(filled)
    assert (4, "number", "missing") in named(report)
    assert report.flaws[0].message.en.endswith("4-5")


@on_sqlite
def test_entries_that_changed_places_are_found(filled: Database) -> None:
    for number, other in ((5, -1), (6, 5), (-1, 6)):
        spoil(filled, "UPDATE audit_entries SET number = :other WHERE number = :it", other=other, it=number)
    found = named(checked(filled))
    assert {(5, "number", "changed"), (6, "number", "changed")} <= found


@on_sqlite
def test_a_number_that_is_skipped_is_found(filled: Database) -> None:
    spoil(filled, "UPDATE audit_entries SET number = number + 1 WHERE number = 12")
    assert named(checked(filled)) == {(12, "number", "changed")}


@on_sqlite
def test_what_is_cut_off_is_found_by_the_anchor(filled: Database) -> None:
    """After the last anchor nobody can tell; before it the anchor does, and one kept elsewhere when ours is gone."""
    elsewhere = kept_anchors(filled)
    spoil(filled, "DELETE FROM audit_entries WHERE number > 10")
    assert checked(filled).is_intact
    spoil(filled, "DELETE FROM audit_entries WHERE number > 6")
    assert named(checked(filled)) == {(7, "number", "truncated")}
    spoil(filled, "DELETE FROM audit_anchors")
    assert checked(filled).is_intact
    assert named(checked(filled, elsewhere)) == {(7, "number", "truncated")}


@on_sqlite
def test_a_changed_anchor_is_found(filled: Database) -> None:
    elsewhere = kept_anchors(filled)
    spoil(filled, "UPDATE audit_anchors SET root = :root", root="0" * 64)
    assert named(checked(filled)) == {(8, "root", "differs_from_anchor")}
    spoil(filled, "UPDATE audit_anchors SET seal = :seal", seal="0" * 64)
    assert (8, "seal", "differs_from_anchor") in named(checked(filled))
    assert checked(filled, elsewhere).is_intact, "what was kept elsewhere is believed"


@on_sqlite
def test_an_operator_who_rewrites_everything_is_caught_only_by_a_published_anchor(
    filled: Database, clock: SettableClock
) -> None:
    elsewhere = kept_anchors(filled)
    spoil(filled, "UPDATE audit_entries SET actor_name = 'nobody' WHERE number = 3")
    spoil(filled, "UPDATE audit_entries SET number = NULL, seal = NULL, marks = NULL, previous = NULL")
    spoil(filled, "DELETE FROM audit_anchors")
    seal(filled)
    with filled.writing() as session:
        anchors.take(session, clock().date() + timedelta(days=1), clock())
    assert checked(filled).is_intact
    assert (8, "seal", "differs_from_anchor") in named(checked(filled, elsewhere))


@on_sqlite
def test_a_value_that_is_not_of_its_type_is_named_and_the_rest_checked(filled: Database) -> None:
    spoil(filled, "UPDATE audit_entries SET id = 'not an id' WHERE number = 3")
    spoil(filled, "UPDATE audit_entries SET at = 'yesterday', version = 'x' WHERE number = 9")
    report = checked(filled)
    assert {(3, "id", "malformed"), (9, "at", "malformed")} <= named(report)
    assert report.checked == ENTRIES - 2


@on_sqlite
def test_reading_goes_on_in_small_steps(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.audit.verification._AT_ONCE", 5)
    assert checked(filled).checked == ENTRIES
    with filled.reading() as session:
        assert len(session.scalars(select(AuditEntry)).all()) == ENTRIES
