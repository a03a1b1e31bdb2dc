"""A worker that is killed between two batches: the next one goes on behind the last, and nothing is filed twice."""

import uuid

import pytest
from imports.sending import Desk, as_xlsx, line

from app.imports import filing
from app.imports.jobs import carry_out
from app.imports.models import Import, Part
from app.imports.pieces import PIECES
from app.outbox.jobs import JobContext, LeaseLost

MONTHS = [f"2025-{month:02d}" for month in range(1, 8)]


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs."""


@pytest.fixture
def batches_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "AT_ONCE", 2)


def killed_after(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    file_batch, done = filing.file_batch, iter(range(batches))

    def dying(*arguments: object, **more: object) -> None:
        if next(done, None) is None:
            raise Killed
        file_batch(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(filing, "file_batch", dying)


def test_the_next_worker_goes_on_behind_the_last_batch(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, batches_of_two: None
) -> None:
    answer = desk.send(as_xlsx(*(line(month) for month in MONTHS)))
    context = JobContext(desk.sessions, desk.settings, desk.clock)
    payload = {"import_id": answer.json()["id"]}
    with monkeypatch.context() as patched:
        killed_after(patched, 2)
        with pytest.raises(Killed):
            carry_out(context, payload)
    half = desk.get(answer.headers["Location"]).json()
    assert half["state"] == "running"
    assert half["summary"]["created"] == 4
    assert 0 < half["progress_percent"] < 100
    carry_out(context, payload)
    told = desk.get(answer.headers["Location"]).json()
    assert told["state"] == "done"
    assert told["summary"]["created"] == 7
    assert [each["version"] for each in desk.ledgers()] == [1] * 7
    assert [each["position"] for each in desk.ledgers_of(told)] == list(range(7))
    assert len(desk.workbook_of(told)) == 8


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_worker_that_was_overtaken_files_nothing_more(desk: Desk, batches_of_two: None) -> None:
    answer = desk.send(as_xlsx(*(line(month) for month in MONTHS)))
    context = JobContext(desk.sessions, desk.settings, desk.clock)
    import_id = uuid.UUID(answer.json()["id"])
    with desk.sessions.reading() as session:
        as_the_slow_one_knows_it = session.get_one(Import, import_id)
    carry_out(context, {"import_id": str(import_id)})
    with PIECES.spooled(desk.sessions, import_id, Part.UPLOADED) as source, pytest.raises(LeaseLost):
        filing.file_all(filing.Task(context, as_the_slow_one_knows_it, source))
    told = desk.get(answer.headers["Location"]).json()
    assert told["summary"]["created"] == 7
    assert told["summary"]["unchanged"] == 0
