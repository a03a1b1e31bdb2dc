"""The statements that keep both sides of a transfer. Each side writes its own column and no other."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.db.base import table_of
from app.db.session import ReadSession, WriteSession
from app.domain.periods import Month
from app.transfers.models import Transfer, TransferConfirmation

KEY = ("month", "waste", "purpose", "sender_party", "receiver_party")


def of_sites(
    session: ReadSession, site_codes: Iterable[str], months: Iterable[Month]
) -> list[dict[str, Any]]:
    """Every transfer in which one of the sites is a party in one of the months."""
    codes = sorted(site_codes)
    table = table_of(Transfer)
    parties = or_(table.c.sender_party.in_(codes), table.c.receiver_party.in_(codes))
    rows = session.execute(select(table).where(parties, table.c.month.in_(set(months)))).mappings()
    return [dict(row) for row in rows]


def upsert_side(session: WriteSession, rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    """Insert transfers, or set only `columns` of those that are there. Sorted by key, so that filings never deadlock."""
    if not rows:
        return
    table = table_of(Transfer)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in KEY))
    statement = dialect.insert(table).values(ordered)
    changes = {name: statement.excluded[name] for name in columns}
    session.execute(statement.on_conflict_do_update(index_elements=list(KEY), set_=changes))


def withdraw(session: WriteSession, ids: Sequence[uuid.UUID], columns: Sequence[str]) -> None:
    """A side no longer says anything; a transfer that nobody speaks of any more goes."""
    if not ids:
        return
    session.execute(update(Transfer).where(Transfer.id.in_(ids)).values(dict.fromkeys(columns)))
    decided = select(TransferConfirmation.transfer_id).where(TransferConfirmation.transfer_id.in_(ids))
    session.execute(
        delete(Transfer).where(
            Transfer.id.in_(ids),
            Transfer.sent_grams.is_(None),
            Transfer.received_grams.is_(None),
            Transfer.id.not_in(decided),
        )
    )
