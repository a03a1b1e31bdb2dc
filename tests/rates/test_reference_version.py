"""Codes kept by a process are read anew after every change, also of a machine whose clock is behind."""

import uuid

import pytest
from sqlalchemy import select

from app.db.session import Database
from app.reference import repository
from app.reference.models import ReferenceRow


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_new_rows_have_growing_ids_whatever_the_clock_says(
    sessions: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "new_id", lambda: uuid.UUID(int=5))
    with sessions.reading() as session:
        before = repository.data_version(session)
        newest = session.scalars(select(ReferenceRow.id).order_by(ReferenceRow.id.desc())).first()
        ids = repository.next_ids(session)
        first, second = next(ids), next(ids)
    assert before[0] == newest
    assert newest is not None
    assert newest < first < second
