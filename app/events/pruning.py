"""Old events are let go: a feed is for following what happens, the ledgers and the audit log keep what happened."""

from datetime import datetime

from sqlalchemy import delete, func, select

from app.db.base import table_of
from app.db.session import WriteSession
from app.outbox.models import Event

AT_ONCE = 2_000


def prune(session: WriteSession, before: datetime) -> int:
    """Let at most `AT_ONCE` events go, from the beginning of the feed on; tell how many.

    It stops at the first one that is younger, so what is left has no gap, and never takes the last one: the next event's
    place follows from it.
    """
    table = table_of(Event)
    last = session.scalar(select(func.max(table.c.position))) or 0
    rows = session.execute(
        select(table.c.position, table.c.occurred_at)
        .where(table.c.position < last)
        .order_by(table.c.position)
        .limit(AT_ONCE)
    ).all()
    old = 0
    for position, occurred_at in rows:
        if occurred_at >= before:
            break
        old = position
    if not old:
        return 0
    session.execute(delete(table).where(table.c.position <= old))
    return sum(position <= old for position, _ in rows)
