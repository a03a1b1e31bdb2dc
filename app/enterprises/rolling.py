"""The rollups of a site whose region changed: its sums move, so that they stay those of the lines."""

import uuid
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.db.base import table_of
from app.db.session import WriteSession
from app.domain.ledger import LedgerState
from app.ledgers.models import Ledger, LedgerLine, Rollup

_KEY = ("region", "waste", "month")
_SUMMED = tuple(column.name for column in table_of(Rollup).columns if column.name not in _KEY)
_ROWS_AT_ONCE = 500


def move_rollups(session: WriteSession, site_id: uuid.UUID, old: str, new: str) -> None:
    """Take the sums of all the site's ledgers out of one region and put them into the other.

    The caller holds the register, so that no filing adds to the region that is left.
    """
    rows = session.execute(
        select(LedgerLine.waste, Ledger.month, *(func.sum(getattr(LedgerLine, name)) for name in _SUMMED))
        .join(Ledger, Ledger.version_id == LedgerLine.version_id)
        .where(Ledger.site_id == site_id, Ledger.state != LedgerState.DRAFT)
        .group_by(LedgerLine.waste, Ledger.month)
    ).all()
    differences = [
        {"region": region, "waste": waste, "month": month}
        | {name: sign * int(value) for name, value in zip(_SUMMED, sums, strict=True)}
        for region, sign in ((old, -1), (new, 1))
        for waste, month, *sums in rows
    ]
    # In the order in which filings add, so that nobody waits for another in a ring.
    differences.sort(key=lambda row: tuple(row[name] for name in _KEY))
    for start in range(0, len(differences), _ROWS_AT_ONCE):
        _add(session, differences[start : start + _ROWS_AT_ONCE])
    # A row of nothing would show the region as one that filed.
    nothing = [getattr(Rollup, name) == 0 for name in _SUMMED]
    session.execute(delete(Rollup).where(Rollup.region == old, *nothing))


def _add(session: WriteSession, rows: list[dict[str, Any]]) -> None:
    table = table_of(Rollup)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(rows)
    sums = {name: table.c[name] + statement.excluded[name] for name in _SUMMED}
    session.execute(statement.on_conflict_do_update(index_elements=list(_KEY), set_=sums))
