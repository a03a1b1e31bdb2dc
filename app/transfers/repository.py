"""The statements that keep both sides of a transfer. Each side writes its own figures and no other's."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_, union_all, update

from app.db.base import table_of
from app.db.questions import Among, Question
from app.db.rows import OnConflict, merge_plain
from app.db.session import ReadSession, WriteSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises import service as enterprises
from app.enterprises.models import Site
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerLine
from app.transfers.models import Transfer, TransferConfirmation
from app.transfers.sides import COLUMNS, KEY, PARTIES, RECEIVED, SENT, Key, Report, TransferRow

Row: TypeAlias = Mapping[str, Any]
Side: TypeAlias = Literal["sender", "receiver"]
SIDES: tuple[Side, ...] = ("sender", "receiver")
_MAX_IN_LIST = 500
_TABLE = table_of(Transfer)
_RECEIVED_AT = COLUMNS.index(*RECEIVED)
_ON_FILE = OnConflict(KEY, replaced=PARTIES, filled=(*SENT, *RECEIVED))


class OnFile(NamedTuple):
    """What both sides say of a transfer [g]; None where a side says nothing."""

    month: Month
    waste: str
    purpose: str
    sender_party: str
    receiver_party: str
    sent_grams: int | None
    received_grams: int | None


# Two questions in one: asked with OR, SQLite goes through all transfers of the month.
_AROUND = Question(
    union_all(
        *(
            select(*(_TABLE.c[name] for name in OnFile._fields)).where(
                Among(_TABLE.c[f"{side}_site_id"], "sites"), Among(_TABLE.c.month, "months")
            )
            for side in SIDES
        )
    ),
    sites=_TABLE.c.sender_site_id,
    months=_TABLE.c.month,
)


def figures_of_sites(
    session: ReadSession, site_ids: Collection[uuid.UUID], months: Collection[Month]
) -> list[OnFile]:
    """Every transfer in which one of the sites is a party in one of the months; twice, when both its parties are."""
    return list(map(OnFile._make, _AROUND.ask(session, sites=site_ids, months=months)))


def on_file(row: Row) -> OnFile:
    """The figures of a row that `of_sites` gave."""
    return OnFile(*(row[name] for name in OnFile._fields))


def of_sites(session: ReadSession, site_ids: Iterable[uuid.UUID], months: Iterable[Month]) -> list[Row]:
    """Every transfer in which one of the sites is a party in one of the months, with all columns."""
    ids = sorted(site_ids)
    parties = or_(_TABLE.c.sender_site_id.in_(ids), _TABLE.c.receiver_site_id.in_(ids))
    rows = session.execute(select(_TABLE).where(parties, _TABLE.c.month.in_(set(months))))
    names = tuple(rows.keys())
    return [dict(zip(names, row, strict=True)) for row in rows]


def upsert(session: WriteSession, sent: Iterable[TransferRow], received: Iterable[TransferRow]) -> None:
    """Insert what sides say of transfers, or set what they say of those that are there; the other side's stays.

    One statement in the order of the keys, so that two filings never wait for each other in a ring, whichever sides
    of which transfers each of them holds.
    """
    rows = {_order(row): row for row in sent}
    for row in received:
        key = _order(row)
        other = rows.get(key)
        rows[key] = row if other is None else (*other[:_RECEIVED_AT], row[_RECEIVED_AT])
    merge_plain(session, _TABLE, COLUMNS, [rows[key] for key in sorted(rows)], _ON_FILE)


def _order(row: TransferRow) -> tuple[Any, ...]:
    """The key, its month as two numbers: to hash and compare months themselves costs more."""
    return row[0].year, row[0].number, *row[1 : len(KEY)]


def withdraw(session: WriteSession, keys: Sequence[Key], columns: Sequence[str]) -> None:
    """A side no longer says anything; a transfer that nobody speaks of any more goes."""
    named = tuple_(*(_TABLE.c[name] for name in KEY))
    for batch in _batches(sorted(keys)):
        ids = session.scalars(select(_TABLE.c.id).where(named.in_(batch))).all()
        session.execute(update(Transfer).where(Transfer.id.in_(ids)).values(dict.fromkeys(columns)))
        _drop_silent(session, ids)


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


def of_enterprises(
    session: ReadSession, ids: Collection[uuid.UUID], sides: Iterable[Side] = SIDES
) -> ColumnElement[bool]:
    """The transfers of enterprises on one of these sides: of their sites, or of themselves where no single site is meant.

    Equal to `{side}_enterprise_id IN ids`, in words that indexes serve.
    """
    sites = session.scalars(select(Site.id).where(Site.enterprise_id.in_(ids))).all()
    return or_(*(_of(side, sites, "enterprise_id", ids) for side in sides))


def naming(codes: Collection[str], sides: Iterable[Side] = SIDES) -> ColumnElement[bool]:
    """The transfers that name one of the codes on one of these sides, without a site being meant by it."""
    return or_(*(_of(side, (), "party", codes) for side in sides))


def _of(side: Side, sites: Sequence[uuid.UUID], name: str, keys: Collection[Any]) -> ColumnElement[bool]:
    site = _TABLE.c[f"{side}_site_id"]
    nowhere = and_(site.is_(None), _TABLE.c[f"{side}_{name}"].in_(keys))
    return or_(site.in_(sites), nowhere) if sites else nowhere


def touching(session: ReadSession, codes: Iterable[str], site_ids: Iterable[uuid.UUID]) -> list[Row]:
    """Every transfer that names one of the codes as a party, or one of the sites; a site's own code means that site."""
    found: dict[uuid.UUID, Row] = {}
    by_site = (_TABLE.c[f"{side}_site_id"] for side in SIDES)
    for condition in (
        *(naming(batch) for batch in _batches(sorted(codes))),
        *(column.in_(batch) for column in by_site for batch in _batches(sorted(site_ids))),
    ):
        rows = session.execute(select(_TABLE).where(condition)).mappings()
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
