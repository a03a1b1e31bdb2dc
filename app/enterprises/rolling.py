"""The rollups of a site whose region changed: its sums move, so that they stay those of the lines."""

import uuid

from sqlalchemy import delete, func, select

from app.db.session import WriteSession
from app.domain.ledger import LedgerState
from app.ledgers.models import Ledger, LedgerLine, Rollup
from app.ledgers.rollups import SUMMED, Key, Sums, apply

_KEYS_AT_ONCE = 500


def move_rollups(session: WriteSession, site_id: uuid.UUID, old: str, new: str) -> None:
    """Take the sums of all the site's ledgers out of one region and put them into the other."""
    rows = session.execute(
        select(LedgerLine.waste, Ledger.month, *(func.sum(getattr(LedgerLine, name)) for name in SUMMED))
        .join(Ledger, Ledger.version_id == LedgerLine.version_id)
        .where(Ledger.site_id == site_id, Ledger.state != LedgerState.DRAFT)
        .group_by(LedgerLine.waste, Ledger.month)
    )
    differences: dict[Key, Sums] = {}
    for waste, month, *sums in rows:
        differences[old, waste, month] = tuple(-int(value) for value in sums)
        differences[new, waste, month] = tuple(int(value) for value in sums)
    keys = sorted(differences)
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        apply(session, {key: differences[key] for key in keys[start : start + _KEYS_AT_ONCE]})
    # A row of nothing would show the region as one that filed.
    nothing = [getattr(Rollup, name) == 0 for name in SUMMED]
    session.execute(delete(Rollup).where(Rollup.region == old, *nothing))
