"""What is changed without a request is in the log too: by commands, and by the worker.

Requests are held to it by the route walk (tests/api/route_walk/recorded.py), one by one.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from audit.log import SOMEONE, entries, write
from builders import People, example_line, ledger
from sqlalchemy import insert
from support.clock import SettableClock
from support.unrecorded import unrecorded
from typer.testing import CliRunner

from app.audit.verification import verify
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.chain_runs import runs as chain_runs
from app.chain_runs.service import RunQuery
from app.cli import cli
from app.db.base import table_of
from app.db.session import Database
from app.domain.periods import Month
from app.ids import new_id
from app.outbox.models import Job, JobState
from app.reconciliations import runs as reconciliations
from app.reconciliations.service import ReconciliationQuery
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import shipped

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ADMIN = Subject(new_id(), "admin", Role.ADMIN, SCOPES_OF[Role.ADMIN])
# How far a job has come: what it leads to is written down when it is there.
PROGRESS = {"chain_runs", "reconciliations", "reconciled_flows", "webhooks", "webhook_deliveries"}


def told(*arguments: str) -> Any:
    done = CliRunner().invoke(cli, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_watch_sees_a_write_that_nobody_wrote_down(log: Database, clock: SettableClock) -> None:
    with unrecorded() as found:
        with log.writing() as session:
            session.execute(insert(table_of(Job)), [_dead(clock)])
        write(log, clock(), "s1", by=SOMEONE)
        assert found == []
        with log.writing() as session:
            session.connection().exec_driver_sql("UPDATE sites SET name = 'x'")
    assert found == [frozenset({"sites"})]


def _dead(clock: SettableClock) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": "findings.full",
        "key": None,
        "payload": {},
        "state": JobState.DEAD,
        "due_at": clock(),
        "attempts": 9,
        "created_at": clock(),
    }


def test_commands_that_change_something_are_in_the_log(
    log: Database, database: str, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    monkeypatch.chdir(tmp_path)
    with log.writing() as session:
        session.execute(insert(table_of(Job)), [_dead(clock)])
        session.connection().exec_driver_sql("UPDATE reference_rows SET zh = 'x' WHERE code = 'SW02'")
    with unrecorded() as found:
        assert told("seed", "load")["changed"] == 1
        client = told("client", "create", "--name", "erp", "--admin")
        told("user", "create", "--username", "wang", "--name", "王工", "--region", "1402")
        assert CliRunner().invoke(cli, ["jobs", "retry", "--all"]).exit_code == 0
    assert found == []
    by_operator = entries(log, actor_kind="operator")
    assert [entry.action for entry in by_operator] == [
        "reference.loaded",
        "client.created",
        "client.secret_added",
        "user.created",
        "job.retried",
    ]
    assert by_operator[1].object_id == client["client_id"]
    assert all(entry.actor_name and entry.address is None for entry in by_operator)


def test_what_the_worker_does_is_in_the_log(
    people: People, log: Database, settings: Settings, clock: SettableClock
) -> None:
    """A ledger that does not balance, so that the rules find something; a run and a reconciliation over it."""
    [site] = people.register()
    people.file(ledger(site, "2025-03", example_line(closing_stock_tonnes="999")))
    month = Month(2025, 3)
    with log.writing() as session:
        asked = RunQuery("all", region="14", first=month, last=month)
        run = chain_runs.request(session, ADMIN, asked, clock())
        question = ReconciliationQuery("1402", first=month, last=month)
        balanced = reconciliations.request(session, ADMIN, question, clock())
        requested = {str(run.id), str(balanced.id)}
    with unrecorded(PROGRESS) as found:
        Worker(log, settings, shipped(), clock=clock).drain()
    assert found == []
    by_worker = entries(log, actor_kind="worker")
    assert {entry.object_id for entry in by_worker if entry.action.endswith(".made")} == requested
    assert any(entry.action == "finding.opened" for entry in by_worker)
    with log.reading() as session:
        report = verify(session)
    assert report.is_intact
    assert (report.unsealed, report.anchors_met) == (0, 1)
