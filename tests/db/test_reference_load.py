"""Loading reference data: once, again, changed, and beside an administrator's change; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database
from app.http.problems import NotFound
from app.ids import new_id
from app.reference import service
from app.reference.models import ReferenceRelease, ReferenceRow
from seed.load import load_reference
from seed.reference_files import Release, read_reference

NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
LATER = datetime(2026, 2, 1, tzinfo=UTC)
EVA = Subject(new_id(), "eva", Role.ADMIN, SCOPES_OF[Role.ADMIN])


def _renamed(release: Release, kind: str, code: str, zh: str) -> Release:
    rows = tuple(replace(row, zh=zh) if (row.kind, row.code) == (kind, code) else row for row in release.rows)
    return Release("next-issue", "f" * 64, rows)


def test_a_second_load_changes_nothing(sessions: Database) -> None:
    with sessions.writing() as session:
        load_reference(session, NOW)
        rows = session.scalar(select(func.count(ReferenceRow.id)))
        report = load_reference(session, LATER)
        assert (report.inserted, report.changed, report.kept) == (0, 0, 0)
        assert report.unchanged == rows == len(read_reference().rows)
        assert session.scalar(select(func.count(ReferenceRelease.id))) == 1


def test_a_changed_row_becomes_a_version(sessions: Database) -> None:
    with sessions.writing() as session:
        load_reference(session, NOW)
        report = service.load(session, _renamed(read_reference(), "wastes", "SW02", "飞灰"), LATER)
        assert (report.inserted, report.changed) == (0, 1)
        new, old = service.history(session, "wastes", "SW02")
        assert (new.version, new.zh, new.superseded_at) == (2, "飞灰", None)
        assert (old.version, old.superseded_at) == (1, LATER)
        newest = service.newest_release(session)
        assert newest is not None
        assert newest.name == "next-issue"


def test_an_administrators_change_survives_a_load(sessions: Database) -> None:
    with sessions.writing() as session:
        load_reference(session, NOW)
        old = service.current(session, "coefficients")[0]
        names = ("zh", "body", "url", "retrieved_on", "verified")
        change = service.Change(
            en="Measured here", source="own", **{name: getattr(old, name) for name in names}
        )
        for _ in range(2):  # the second time nothing is new
            row = service.change(session, "coefficients", old.code, change, subject=EVA, now=LATER)
            assert (row.version, row.changed_by, row.release_id) == (2, "admin:eva", None)
        report = service.load(session, _renamed(read_reference(), "coefficients", old.code, "别的"), LATER)
        assert (report.changed, report.kept) == (0, 1)
        assert service.history(session, "coefficients", old.code)[0].en == "Measured here"
        with pytest.raises(NotFound):
            service.change(session, "coefficients", "no-such", change, subject=EVA, now=LATER)


def test_codes_follow_the_data_and_forget_what_was_rolled_back(sessions: Database) -> None:
    with sessions.writing() as session:
        load_reference(session, NOW)
    first = read_reference()
    extra = replace(next(row for row in first.rows if row.kind == "bases"), code="testing")
    with sessions.writing() as session:
        before = service.codes(session)
        assert "SW02" in before.processes["cement_blending"]
        assert service.codes(session) is before
        service.load(session, Release("more", "e" * 64, (*first.rows, extra)), LATER)
        assert "testing" in service.codes(session).bases
        session.rollback()
    with sessions.reading() as session:
        assert service.codes(session) == before


def test_a_row_that_a_release_drops_is_retired_and_may_come_back(sessions: Database) -> None:
    whole = read_reference()
    fewer = Release(
        "fewer", "d" * 64, tuple(row for row in whole.rows if (row.kind, row.code) != ("bases", "datong"))
    )
    with sessions.writing() as session:
        load_reference(session, NOW)
        assert "datong" in service.codes(session).bases
        report = service.load(session, fewer, LATER)
        assert (report.inserted, report.changed, report.retired) == (0, 0, 1)
        assert "datong" not in service.codes(session).bases
        assert "datong" not in {row.code for row in service.current(session, "bases")}
        [old] = service.history(session, "bases", "datong")
        assert (old.version, old.superseded_at) == (1, LATER)
        newest = service.newest_release(session)
        assert newest is not None
        assert newest.name == "fewer"
        assert service.load(session, fewer, LATER).retired == 0
        back = load_reference(session, datetime(2026, 3, 1, tzinfo=UTC))
        assert (back.inserted, back.retired) == (1, 0)
        assert [row.version for row in service.history(session, "bases", "datong")] == [2, 1]
        assert "datong" in service.codes(session).bases


def test_an_administrators_row_outlives_the_release_that_drops_it(sessions: Database) -> None:
    whole = read_reference()
    with sessions.writing() as session:
        load_reference(session, NOW)
        old = next(row for row in service.current(session, "coefficients") if row.body["value"] is not None)
        names = ("zh", "en", "body", "url", "retrieved_on", "verified")
        change = service.Change(source="own", **{name: getattr(old, name) for name in names})
        service.change(session, "coefficients", old.code, change, subject=EVA, now=LATER)
        rows = tuple(row for row in whole.rows if row.code != old.code)
        report = service.load(session, Release("without", "c" * 64, rows), LATER)
        assert report.retired == 0
        assert old.code in {row.code for row in service.current(session, "coefficients")}
