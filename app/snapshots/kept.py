"""What a snapshot keeps: tables under the names of the online system, so that its own questions can be put to them.

`filed_lines` is the subquery of that name that the online rates are summed from, its rows written down. What has months
is kept in one part a month, the rest in one part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, select

from app.db.base import table_of
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ledgers.models import Ledger
from app.rates.service import FILED_LINES, AnySelect, filed_lines
from app.reference.models import ReferenceRow
from app.snapshots.keys import IDENTIFIER, SITES
from app.transfers.models import Transfer

_LEDGERS, _TRANSFERS = table_of(Ledger), table_of(Transfer)
_SITES, _ENTERPRISES, _REFERENCE = table_of(Site), table_of(Enterprise), table_of(ReferenceRow)
CODES_KEPT = ("regions", "wastes")


@dataclass(frozen=True, slots=True)
class Kept:
    """One table of a snapshot.

    `marks`: (month, …), rows that change whenever the month's part would; a month whose marks are as they were is not
    read again. None: the table has no months and is written each time.
    """

    name: str
    source: FromClause
    columns: tuple[ColumnElement[Any], ...]
    order: tuple[ColumnElement[Any], ...]
    marks: AnySelect | None = None
    only: ColumnElement[bool] | None = None
    site_keys: tuple[str, ...] = ()
    """The columns that name a site, and hold its number (keys.py)."""

    def rows(self, month: Month | None = None) -> AnySelect:
        """The rows of a month, or all, in an order that both databases give."""
        query = select(*self.columns).select_from(self.source).order_by(*self.order)
        if self.only is not None:
            query = query.where(self.only)
        return query if month is None else query.where(self.source.c.month == month)


def _kept(
    name: str,
    source: FromClause,
    order: Sequence[ColumnElement[Any]],
    *,
    columns: Sequence[str] = (),
    **more: Any,
) -> Kept:
    chosen = tuple(source.c[each] for each in columns) if columns else tuple(source.c)
    return Kept(name, source, chosen, tuple(order), **more)


def _by_month(table: FromClause, *columns: str) -> AnySelect:
    names = ("month", *columns)
    return select(*(table.c[name] for name in names)).order_by(*(table.c[name] for name in names))


_HEAD = ("site_id", "month", "state", "version_id")
_TRANSFER = (
    "month",
    "waste",
    "purpose",
    "sender_party",
    "receiver_party",
    "sender_site_id",
    "receiver_site_id",
    "sent_grams",
    "sent_of_received_grams",
    "received_grams",
    "decision",
    "decided_grams",
)
_SITE = (
    "id",
    "code",
    "enterprise_id",
    "name",
    "region",
    "industry",
    "base",
    "park",
    "reports_from",
    "reports_until",
)

_FILED = filed_lines()
# By site first: rows of the same site lie together, and its number takes next to no room.
KEPT = (
    _kept(
        "ledgers",
        _LEDGERS,
        (_LEDGERS.c.site_id,),
        columns=_HEAD,
        marks=_by_month(_LEDGERS, "site_id", "state", "version_id"),
        site_keys=("site_id",),
    ),
    # A version's lines never change: which versions count says which lines do.
    _kept(
        FILED_LINES,
        _FILED,
        (_FILED.c.site_id, _FILED.c.waste),
        marks=_by_month(_LEDGERS, "site_id", "version_id").where(_LEDGERS.c.state != LedgerState.DRAFT),
        site_keys=("site_id",),
    ),
    _kept(
        "transfers",
        _TRANSFERS,
        (_TRANSFERS.c.sender_site_id.nulls_first(), _TRANSFERS.c.id),
        columns=_TRANSFER,
        marks=_by_month(_TRANSFERS, "id", *_TRANSFER[1:]),
        site_keys=("sender_site_id", "receiver_site_id"),
    ),
    replace(
        _kept(SITES, _SITES, (_SITES.c.id,), columns=_SITE, site_keys=("id",)),
        columns=(*(_SITES.c[name] for name in _SITE), _SITES.c.id.label(IDENTIFIER)),
    ),
    _kept(
        "enterprises",
        _ENTERPRISES,
        (_ENTERPRISES.c.id,),
        columns=("id", "credit_code", "name", "industry", "region"),
    ),
    _kept(
        "reference_rows",
        _REFERENCE,
        tuple(_REFERENCE.c[name] for name in ("kind", "code", "version")),
        columns=("kind", "code", "version", "zh", "en", "superseded_at"),
        only=_REFERENCE.c.kind.in_(CODES_KEPT),
    ),
)
