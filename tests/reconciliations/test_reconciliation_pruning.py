"""What is kept of reconciliations: the newest of each question; what is outdated or failed goes after a month."""

import uuid

import pytest
from builders import People, ledger
from reconciliations.city import MINE, Work, asked, gangue, get, mine_sends, plant_burns, register, site
from sqlalchemy import func, select
from support.clock import SettableClock

from app.db.session import Database
from app.domain.stored_runs import NEWEST_KEPT, OUTDATED_AFTER
from app.outbox.jobs import JobContext
from app.reconciliations import runs
from app.reconciliations.jobs import prune
from app.reconciliations.models import ReconciledFlow, Reconciliation, ReconciliationState
from app.settings import Settings


@pytest.fixture
def city(people: People) -> People:
    register(people)
    mine_sends(people)
    plant_burns(people)
    return people


@pytest.fixture
def jobs(sessions: Database, settings: Settings, clock: SettableClock) -> JobContext:
    return JobContext(sessions, settings, clock)


def made(people: People, work: Work, **more: str) -> uuid.UUID:
    run = asked(people, **more)
    work(run["id"])
    return uuid.UUID(run["id"])


def left(sessions: Database) -> dict[uuid.UUID, int]:
    """Runs with the number of their flows."""
    with sessions.reading() as session:
        of_run = ReconciledFlow.reconciliation_id
        flows = dict(session.execute(select(of_run, func.count()).group_by(of_run)).all())
        assert flows.keys() <= set(session.scalars(select(Reconciliation.id)))
        return {run: flows.get(run, 0) for run in session.scalars(select(Reconciliation.id))}


def test_the_newest_of_each_question_stay(
    city: People, work: Work, jobs: JobContext, sessions: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "FLOWS_AT_ONCE", 3)
    same = [made(city, work) for _ in range(NEWEST_KEPT + 2)]
    other = made(city, work, months="independent")
    waiting = uuid.UUID(asked(city)["id"])
    prune(jobs, {})
    assert left(sessions) == {**dict.fromkeys([*same[2:], other], 4), waiting: 0}


def test_what_answers_stays_however_old_and_what_is_outdated_goes_after_a_month(
    city: People, work: Work, jobs: JobContext, sessions: Database, clock: SettableClock
) -> None:
    whole, station = made(city, work), made(city, work, region="140213")
    mine = get(city, "/v1/ledgers?region=140212")["items"][0]
    body = ledger(site(MINE), "2025-03", gangue(generated_tonnes="3"), reason="更正")
    answer = city.client.post(
        f"/v1/ledgers/{mine['id']}/amendments", json=body, headers=city.of(MINE) | {"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    elsewhere = made(city, work, region="140214")
    prune(jobs, {})
    assert set(left(sessions)) == {whole, station, elsewhere}
    clock.advance(days=OUTDATED_AFTER.days)
    prune(jobs, {})
    # What the mine no longer says of its transfer is the other half of the station's question.
    assert set(left(sessions)) == {elsewhere}


def test_a_failed_run_goes_after_a_month_and_does_not_push_out_what_answers(
    city: People, work: Work, jobs: JobContext, sessions: Database, clock: SettableClock
) -> None:
    answering = made(city, work)
    failed = [made(city, work) for _ in range(NEWEST_KEPT)]
    with sessions.writing() as session:
        for run in session.query(Reconciliation).filter(Reconciliation.id.in_(failed)):
            run.state = ReconciliationState.FAILED
    prune(jobs, {})
    assert set(left(sessions)) == {answering, *failed}
    clock.advance(days=OUTDATED_AFTER.days)
    prune(jobs, {})
    assert set(left(sessions)) == {answering}
