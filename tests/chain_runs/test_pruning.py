"""Stored runs are let go: what is beyond the newest of a question, what is long outdated, what failed long ago."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from builders import JSON, People, ledger
from chain_runs.city import ADMIN, MARCH, MINE, gangue_to_blocks, site
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from support.clock import SettableClock

from app.chain_runs import jobs, runs
from app.chain_runs.models import ChainRun, RunState
from app.chain_runs.service import RunQuery
from app.db.session import Database
from app.domain.stored_runs import NEWEST_KEPT, OUTDATED_AFTER
from app.outbox.jobs import JobContext
from app.outbox.models import Job
from app.settings import Settings

QUESTION = RunQuery("all", "1402", None, MARCH, MARCH)
ELSEWHERE = RunQuery("all", "140212", None, MARCH, MARCH)


class Runs:
    """Asks for runs, does them, lets time pass and prunes."""

    def __init__(self, database: Database, settings: Settings, clock: SettableClock) -> None:
        self.database, self.clock = database, clock
        self.context = JobContext(database, settings, clock)

    def queue(self, query: RunQuery = QUESTION) -> uuid.UUID:
        with self.database.writing() as session:
            return runs.request(session, ADMIN, query, self.clock()).id

    def make(self, query: RunQuery = QUESTION) -> uuid.UUID:
        made = self.queue(query)
        jobs.carry_out(self.context, {"run_id": str(made)})
        self.clock.advance(minutes=1)
        return made

    def change(self, run_id: uuid.UUID, **values: Any) -> None:
        with self.database.writing() as session:
            run = session.get_one(ChainRun, run_id)
            for name, value in values.items():
                setattr(run, name, value)

    def left_after_pruning(self) -> set[uuid.UUID]:
        jobs.prune(self.context, {})
        with self.database.reading() as session:
            return set(session.scalars(select(ChainRun.id)))


@pytest.fixture
def stored(people: People, sessions: Database, settings: Settings, clock: SettableClock) -> Runs:
    gangue_to_blocks(people)
    return Runs(sessions, settings, clock)


def test_the_newest_of_each_question_stay(stored: Runs) -> None:
    made = [stored.make() for _ in range(NEWEST_KEPT + 2)]
    other = stored.make(ELSEWHERE)
    assert stored.left_after_pruning() == {*made[2:], other}
    assert stored.left_after_pruning() == {*made[2:], other}, "pruning again changes nothing"


def test_the_run_that_answers_is_not_pushed_out_by_failures(stored: Runs) -> None:
    made = [stored.make() for _ in range(NEWEST_KEPT + 1)]
    for run in made[1:]:
        stored.change(run, state=RunState.FAILED, result=None, made_at=None)
    assert stored.left_after_pruning() == set(made)


def test_what_waits_or_runs_stays(stored: Runs) -> None:
    waiting = [stored.queue() for _ in range(NEWEST_KEPT + 2)]
    stored.change(waiting[0], state=RunState.RUNNING)
    stored.clock.advance(days=OUTDATED_AFTER.days + 1)
    assert stored.left_after_pruning() == set(waiting)


def test_outdated_runs_stay_for_a_month(stored: Runs, people: People) -> None:
    run, untouched = stored.make(), stored.make(RunQuery("all", "1403", None, MARCH, MARCH))
    [mine] = people.client.get("/v1/ledgers?region=140212", headers=people.regulator()).json()["items"]
    body: JSON = ledger(site(MINE), "2025-03", {"waste": "SW04", "generated_tonnes": "3"}, reason="更正")
    amended = people.client.post(
        f"/v1/ledgers/{mine['id']}/amendments", json=body, headers=people.of(MINE) | {"If-Match": '"1"'}
    )
    assert amended.status_code == 200, amended.text
    assert stored.left_after_pruning() == {run, untouched}
    stored.clock.advance(seconds=int((OUTDATED_AFTER - timedelta(minutes=3)).total_seconds()))
    assert stored.left_after_pruning() == {run, untouched}
    stored.clock.advance(minutes=4)
    assert stored.left_after_pruning() == {untouched}, "a run whose ledgers stand is right for ever"


def test_failed_runs_and_those_of_a_lost_chain_stay_for_a_month(stored: Runs) -> None:
    failed, lost = stored.make(), stored.make(ELSEWHERE)
    stored.change(failed, state=RunState.FAILED, made_at=None)
    stored.change(lost, chain_id="chain-of-yesterday")
    assert stored.left_after_pruning() == {failed, lost}
    stored.clock.advance(days=OUTDATED_AFTER.days + 1)
    assert stored.left_after_pruning() == set()


def test_a_job_whose_run_is_gone_ends(stored: Runs) -> None:
    run = stored.queue()
    with stored.database.writing() as session:
        session.delete(session.get_one(ChainRun, run))
    jobs.carry_out(stored.context, {"run_id": str(run)})
    with stored.database.reading() as session:
        assert session.get(ChainRun, run) is None


def test_every_night_a_job_prunes() -> None:
    [periodic] = jobs.PERIODIC
    assert jobs.HANDLERS[periodic.kind] is jobs.prune


def test_what_is_kept_of_a_failure_holds_no_parameter(stored: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise OperationalError("SELECT secret", {"name": "张三"}, Exception("disk of 张三"))

    monkeypatch.setattr(runs, "solve", breaks)
    run = stored.queue()
    with pytest.raises(OperationalError):
        jobs.carry_out(stored.context, {"run_id": str(run)})
    with stored.database.reading() as session:
        error = session.get_one(ChainRun, run).error
        assert session.scalar(select(Job.kind)) == runs.JOB
    assert error is not None
    assert error.startswith("OperationalError")
    assert "张三" not in error
    assert "secret" not in error
