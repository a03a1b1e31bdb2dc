"""Putting the differences of kept sums together, so that a question reads one row a key and not one a filing.

Nothing changes by it: the rows of a region and month go and their sum comes in one transaction, and what is appended
meanwhile is not among those that went.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, not_, select, tuple_

from app.db.base import Base, table_of
from app.db.rows import insert_rows
from app.db.session import WriteSession
from app.ids import new_id
from app.rates.models import FiledCount, SentSum

KEPT: tuple[type[Base], ...] = (SentSum, FiledCount)
MONTHS_AT_ONCE = 500
_NEITHER = ("id", "folded")


def key_of(table: Table) -> tuple[str, ...]:
    """The columns whose values make rows belong together."""
    return tuple(name for name in table.primary_key.columns.keys() if name not in _NEITHER)  # noqa: SIM118 - of columns


def summed_of(table: Table) -> tuple[str, ...]:
    """The columns that are summed."""
    keys = key_of(table)
    return tuple(name for name in table.c.keys() if name not in (*keys, *_NEITHER))  # noqa: SIM118 - of columns


def fold(session: WriteSession, model: type[Base]) -> bool:
    """Put the rows of some region-months together; tells whether there may be more of them."""
    table = table_of(model)
    place = (table.c.region, table.c.month)
    waiting = select(*place).where(not_(table.c.folded)).distinct().order_by(*place).limit(MONTHS_AT_ONCE)
    key, summed = key_of(table), summed_of(table)
    gone = (
        delete(table)
        .where(tuple_(*place).in_(waiting))
        .returning(*(table.c[name] for name in (*key, *summed)))
    )
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(summed))
    for row in session.execute(gone):
        mine = sums[tuple(row[: len(key)])]
        for number, value in enumerate(row[len(key) :]):
            mine[number] += value
    keep(session, table, sums)
    return len({at[: len(place)] for at in sums}) == MONTHS_AT_ONCE


def keep(session: WriteSession, table: Table, sums: Mapping[tuple[Any, ...], Sequence[int]]) -> None:
    """Write one row a key; a key of nothing has none."""
    key, summed = key_of(table), summed_of(table)
    insert_rows(session, table, [_row(key, summed, at, sums[at]) for at in sorted(sums) if any(sums[at])])


def _row(
    key: Sequence[str], summed: Sequence[str], at: Sequence[Any], values: Sequence[int]
) -> dict[str, Any]:
    named = dict(zip((*key, *summed), (*at, *values), strict=True))
    return named | {"id": new_id(), "folded": True}
