"""Whether what is kept of regions is what their transfers and ledgers come to; and making it so."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, and_, case, delete, func, or_, select, text

from app.db.base import Base, table_of
from app.db.session import ReadSession, WriteSession
from app.domain.ledger import LedgerState
from app.enterprises.models import Site
from app.ledgers.models import Ledger
from app.rates.confirmed import figures_of_transfers
from app.rates.folding import keep, key_of, summed_of
from app.rates.models import FiledCount, SentSum
from app.rates.repository import AnySelect
from app.transfers.models import Transfer

TRIGGERS = (
    "keep_filed_counts_delete",
    "keep_filed_counts_insert",
    "keep_filed_counts_update",
    "keep_sent_sums_delete",
    "keep_sent_sums_insert",
    "keep_sent_sums_update",
    "move_kept_sums",
)

Sums = dict[tuple[Any, ...], tuple[int, ...]]


def differences(session: ReadSession) -> list[dict[str, Any]]:
    """Name every key of which something else is kept than it comes to, and every trigger that is not there."""
    found: list[dict[str, Any]] = [{"trigger": name} for name in TRIGGERS if name not in _triggers(session)]
    for model, query in _anew().items():
        table = table_of(model)
        due, kept = _read(session, table, query), _read(session, table, _kept(table))
        wrong = sorted(key for key in {*due, *kept} if due.get(key) != kept.get(key))
        names = key_of(table)
        found += [
            {"table": table.name} | {name: str(value) for name, value in zip(names, key, strict=True)}
            for key in wrong
        ]
    return found


def recount(session: WriteSession) -> None:
    """Keep what transfers and ledgers come to, whatever was kept before. Filings wait meanwhile."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE sites, ledgers, transfers IN SHARE ROW EXCLUSIVE MODE"))
    for model, query in _anew().items():
        table = table_of(model)
        due = _read(session, table, query)
        session.execute(delete(table))
        keep(session, table, due)


def _anew() -> Mapping[type[Base], AnySelect]:
    """The keys and sums of each kept table, from what they are sums of."""
    sent = (
        select(Site.region, Transfer.month, Transfer.waste, *figures_of_transfers())
        .join(Site, Site.id == Transfer.sender_site_id)
        .where(Transfer.sent_grams.is_not(None))
        .group_by(Site.region, Transfer.month, Transfer.waste)
    )
    due = and_(
        Ledger.month >= Site.reports_from,
        or_(Site.reports_until.is_(None), Ledger.month <= Site.reports_until),
    )
    filed = (
        select(Site.region, Ledger.month, func.count(), func.sum(case((due, 1), else_=0)))
        .join(Site, Site.id == Ledger.site_id)
        .where(Ledger.state != LedgerState.DRAFT)
        .group_by(Site.region, Ledger.month)
    )
    return {SentSum: sent, FiledCount: filed}


def _kept(table: Table) -> AnySelect:
    key = [table.c[name] for name in key_of(table)]
    return select(*key, *(func.sum(table.c[name]) for name in summed_of(table))).group_by(*key)


def _read(session: ReadSession, table: Table, query: AnySelect) -> Sums:
    length = len(key_of(table))
    rows = (
        (tuple(row[:length]), tuple(int(value) for value in row[length:])) for row in session.execute(query)
    )
    return {key: sums for key, sums in rows if any(sums)}


def _triggers(session: ReadSession) -> set[str]:
    sqlite = session.get_bind().dialect.name == "sqlite"
    named = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'" if sqlite else "SELECT tgname FROM pg_trigger"
    )
    return set(session.scalars(text(named)))
