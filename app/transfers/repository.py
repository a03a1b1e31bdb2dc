"""The statements that keep both sides of a transfer. Each side writes its own figures and no other's."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import delete, or_, select, update

from app.db.base import table_of
from app.db.rows import OnConflict, merge_rows
from app.db.session import ReadSession, WriteSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises import service as enterprises
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerLine
from app.transfers.models import Transfer, TransferConfirmation
from app.transfers.sides import Report

Row: TypeAlias = Mapping[str, Any]
SENT = ("sent_grams", "sent_of_received_grams")
_MAX_IN_LIST = 500
FIGURES = ("id", "sent_grams", "received_grams")
KEY = ("month", "waste", "purpose", "sender_party", "receiver_party")
PARTIES = ("sender_site_id", "sender_enterprise_id", "receiver_site_id", "receiver_enterprise_id")
_key_of = itemgetter(*KEY)
_ON_FILE = OnConflict(KEY, replaced=PARTIES, filled=(*SENT, "received_grams"))


def of_sites(
    session: ReadSession, site_codes: Iterable[str], months: Iterable[Month], columns: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Every transfer in which one of the sites is a party in one of the months, with these columns, or with all."""
    codes = sorted(site_codes)
    table = table_of(Transfer)
    parties = or_(table.c.sender_party.in_(codes), table.c.receiver_party.in_(codes))
    query = select(*(table.c[name] for name in columns or table.c.keys()))
    rows = session.execute(query.where(parties, table.c.month.in_(set(months))))
    names = tuple(rows.keys())
    return [dict(zip(names, row, strict=True)) for row in rows]


def upsert(session: WriteSession, sent: Iterable[Row], received: Iterable[Row]) -> None:
    """Insert what sides say of transfers, or set what they say of those that are there; the other side's stays.

    One statement in the order of the keys, so that two filings never wait for each other in a ring, whichever sides
    of which transfers each of them holds.
    """
    rows: dict[tuple[Any, ...], Row] = {_key_of(row): row for row in sent}
    for row in received:
        other = rows.get(_key_of(row))
        rows[_key_of(row)] = row if other is None else {**other, "received_grams": row["received_grams"]}
    ordered = [rows[key] for key in sorted(rows)]
    merge_rows(session, table_of(Transfer), ordered, _ON_FILE)


def withdraw(session: WriteSession, ids: Sequence[uuid.UUID], columns: Sequence[str]) -> None:
    """A side no longer says anything; a transfer that nobody speaks of any more goes."""
    for batch in _batches(ids):
        session.execute(update(Transfer).where(Transfer.id.in_(batch)).values(dict.fromkeys(columns)))
        _drop_silent(session, batch)


def _drop_silent(session: WriteSession, ids: Sequence[uuid.UUID]) -> None:
    decided = select(TransferConfirmation.transfer_id).where(TransferConfirmation.transfer_id.in_(ids))
    session.execute(
        delete(Transfer).where(
            Transfer.id.in_(ids),
            Transfer.sent_grams.is_(None),
            Transfer.received_grams.is_(None),
            Transfer.id.not_in(decided),
        )
    )


def touching(session: ReadSession, codes: Iterable[str], site_ids: Iterable[uuid.UUID]) -> list[Row]:
    """Every transfer that names one of the codes as a party, or one of the sites."""
    table = table_of(Transfer)
    found: dict[uuid.UUID, Row] = {}
    for columns, keys in (
        ((table.c.sender_party, table.c.receiver_party), codes),
        ((table.c.sender_site_id, table.c.receiver_site_id), site_ids),
    ):
        for batch in _batches(sorted(keys)):
            either = or_(*(column.in_(batch) for column in columns))
            rows = session.execute(select(table).where(either)).mappings()
            found |= {row["id"]: dict(row) for row in rows}
    return list(found.values())


def reports(session: ReadSession, site_months: Iterable[tuple[uuid.UUID, Month]]) -> list[Report]:
    """What the ledgers that count say of the transfers of these site-months, as it was written."""
    wanted = set(site_months)
    sites = enterprises.sites_by_id(session, {site_id for site_id, _ in wanted})
    made = {key: Report(sites[key[0]], key[1]) for key in sorted(wanted)}
    months = {month for _, month in wanted}
    for batch in _batches(sorted(sites)):
        query = (
            select(Ledger.site_id, Ledger.month, LedgerLine.waste, LedgerFlow)
            .join(LedgerLine, LedgerLine.version_id == Ledger.version_id)
            .join(
                LedgerFlow,
                (LedgerFlow.version_id == LedgerLine.version_id) & (LedgerFlow.line == LedgerLine.position),
            )
            .where(
                Ledger.site_id.in_(batch),
                Ledger.month.between(min(months), max(months)),
                Ledger.state != LedgerState.DRAFT,
                LedgerFlow.kind.in_((FlowKind.SENT, FlowKind.RECEIVED)),
            )
        )
        for site_id, month, waste, flow in session.execute(query):
            if (site_id, month) in made:
                _add(made[site_id, month], waste, flow)
    return list(made.values())


def _add(report: Report, waste: str, flow: LedgerFlow) -> None:
    purpose, party = flow.purpose or "use", flow.party or ""
    if flow.kind is FlowKind.SENT:
        report.add_sent(waste, purpose, party, flow.grams, flow.of_received_grams)
    else:
        report.add_received(waste, purpose, party, flow.grams)


def move_statements(session: WriteSession, old: Row, new_id: uuid.UUID) -> None:
    """Hand the receiver's statements, and the one that counts, to another transfer."""
    of_old = TransferConfirmation.transfer_id == old["id"]
    session.execute(update(TransferConfirmation).where(of_old).values(transfer_id=new_id))
    counting = {"decision": old["decision"], "decided_grams": old["decided_grams"]}
    session.execute(update(Transfer).where(Transfer.id == new_id).values(counting))
    session.execute(update(Transfer).where(Transfer.id == old["id"]).values(dict.fromkeys(counting)))
    _drop_silent(session, [old["id"]])


def _batches(keys: Sequence[Any]) -> list[Sequence[Any]]:
    return [keys[start : start + _MAX_IN_LIST] for start in range(0, len(keys), _MAX_IN_LIST)]
