"""Transactions that change tables and leave nothing in the audit log."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

LOG = "audit_entries"
OWN_BUSINESS = {
    "jobs": "what is still to be done, not what is so",
    "periodic_runs": "the same",
    "events": "told in the transaction of the change; only its place is given later",
    "audit_anchors": "the log about itself",
    "sent_sums": "sums of what the log has told already, put together",
    "filed_counts": "the same",
    "alembic_version": "the schema's own",
}
_WRITE = re.compile(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


@contextmanager
def unrecorded(besides: Collection[str] = ()) -> Iterator[list[frozenset[str]]]:
    """While this lasts, gather the tables of each committed transaction that wrote to some and not to the log.

    `besides` are tables whose own transactions need not be in it; the test that names them says why.
    """
    found: list[frozenset[str]] = []
    left_out = {*OWN_BUSINESS, *besides}

    def on_execute(connection: Connection, _c: Any, statement: str, _p: Any, _x: Any, _many: bool) -> None:  # noqa: FBT001
        if named := _WRITE.match(statement):
            connection.info.setdefault("written", set()).add(named[1])

    def on_commit(connection: Connection) -> None:
        written = connection.info.pop("written", set())
        if LOG not in written and written - left_out:
            found.append(frozenset(written - left_out))

    def on_rollback(connection: Connection) -> None:
        connection.info.pop("written", None)

    listeners = (("after_cursor_execute", on_execute), ("commit", on_commit), ("rollback", on_rollback))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield found
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
