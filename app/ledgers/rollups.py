"""The rollup of site region × waste × month: kept by integer differences in the filing transaction, proved by recomputing."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from app.db.base import table_of
from app.db.rows import OnConflict, merge_plain
from app.db.session import ReadSession, WriteSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Site
from app.ledgers.models import Ledger, LedgerLine, Rollup

SUMMED = (
    "generated_grams",
    "own_used_grams",
    "own_used_prior_grams",
    "own_disposed_grams",
    "own_disposed_prior_grams",
    "own_disposed_harmlessly_grams",
    "used_on_site_grams",
    "sent_for_use_grams",
    "sent_grams",
    "stored_grams",
    "dumped_grams",
)
"""The columns of a line that are summed, in the order of `Sums`."""

_ADDED = OnConflict(("region", "waste", "month"), added=SUMMED)

Sums = tuple[int, ...]
Key = tuple[str, str, Month]


def apply(session: WriteSession, differences: Mapping[Key, Sums]) -> None:
    """Add differences to the rollup. Keys go in sorted order, so that two filings never deadlock."""
    rows = [(*key, *sums) for key, sums in sorted(differences.items()) if any(sums)]
    merge_plain(session, table_of(Rollup), (*_ADDED.key, *SUMMED), rows, _ADDED)


def drop_empty(session: WriteSession, keys: Iterable[Key]) -> None:
    """A waste that was amended away leaves no row: as if it had never been filed."""
    rows = [{"r": region, "w": waste, "m": month} for region, waste, month in sorted(keys)]
    if rows:
        table = table_of(Rollup)
        place = (
            table.c.region == bindparam("r"),
            table.c.waste == bindparam("w"),
            table.c.month == bindparam("m", type_=table.c.month.type),
        )
        nothing = (table.c[name] == 0 for name in SUMMED)
        session.connection().execute(delete(table).where(*place, *nothing), rows)


def differences_from_lines(session: ReadSession) -> list[dict[str, Any]]:
    """Every key whose rollup is not the sum of the current lines; empty when all is well."""
    lines = {
        (region, waste, month): tuple(int(value) for value in sums)
        for region, waste, month, *sums in session.execute(
            select(
                Site.region,
                LedgerLine.waste,
                Ledger.month,
                *(func.sum(getattr(LedgerLine, name)) for name in SUMMED),
            )
            .join(Ledger, Ledger.version_id == LedgerLine.version_id)
            .join(Site, Site.id == Ledger.site_id)
            .where(Ledger.state != LedgerState.DRAFT)
            .group_by(Site.region, LedgerLine.waste, Ledger.month)
        )
    }
    stored = {
        (region, waste, month): tuple(sums)
        for region, waste, month, *sums in session.execute(
            select(Rollup.region, Rollup.waste, Rollup.month, *(getattr(Rollup, name) for name in SUMMED))
        )
    }
    nothing = (0,) * len(SUMMED)
    return [
        {"region": key[0], "waste": key[1], "month": str(key[2])}
        for key in sorted({*lines, *stored})
        if lines.get(key, nothing) != stored.get(key, nothing)
    ]
