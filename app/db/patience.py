"""An end for statements of SQLite that go on for too long; PostgreSQL has `statement_timeout` for that.

SQLite asks back after so many steps of its machine. Questions of requests hardly ever come that far, so that they pay nothing for
it but a look at the clock a statement; whoever asks back needs the interpreter's lock, so that it must not happen often either.
"""

import math
import sqlite3
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event

_STEPS = 2_000_000
"""Some 20 to 100 ms of work on data in memory."""


class Patient(sqlite3.Connection):
    """A connection whose statement ends at a moment, `until`: never, unless somebody says so."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.until = math.inf
        self.set_progress_handler(self._is_late, _STEPS)

    def _is_late(self) -> bool:
        return monotonic() > self.until


def bounded(engine: Engine, limit_ms: int) -> Engine:
    """The same engine, of Patient connections, whose statements end with OperationalError, “interrupted”, after `limit_ms`."""
    limited, limit_s = engine.execution_options(), limit_ms / 1000

    def restart(_connection: Any, cursor: sqlite3.Cursor, *_statement: Any) -> None:
        patient = cursor.connection
        if isinstance(patient, Patient):
            patient.until = monotonic() + limit_s

    event.listen(limited, "before_cursor_execute", restart)
    return limited
