"""What a failure leaves in the log of a running service: where it happened, and nothing of what was sent."""

import json
import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support.project import ROOT
from support.served import environment

from app.db.session import Database

_PROGRAM = """
import logging
import structlog
from app.observability.logs import configure
from app.settings import Settings

configure(Settings())

def fails(body):
    token = body + "-token"
    raise ValueError("it broke") if token else None

for log in (structlog.get_logger("huanlian.http"), logging.getLogger("uvicorn.error")):
    try:
        fails("somebody")
    except ValueError as error:
        log.error("unhandled", exc_info=error)
        log.exception("again")
"""


def test_a_traceback_in_the_log_holds_no_local() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=ROOT,
        env=environment({"database_url": "sqlite:///nowhere.db"}),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["unhandled", "again"] * 2
    for line in lines:
        assert "ValueError: it broke" in line["exception"]
        assert "in fails" in line["exception"]
    assert "somebody-token" not in done.stderr + done.stdout


def test_an_error_of_the_database_does_not_say_what_was_to_be_stored(sessions: Database) -> None:
    for engine in (sessions.engines.read, sessions.engines.write):
        with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
            connection.execute(text("SELECT no_such_column FROM ledgers WHERE id = :sent"), {"sent": "90817"})
        assert "no_such_column" in str(raised.value)
        assert "90817" not in str(raised.value)
