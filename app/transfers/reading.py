"""The inbox of transfers: those that a subject may see, with both sides' figures."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.enterprises.models import Site
from app.http.problems import NotFound
from app.transfers.models import Decision, Transfer
from app.transfers.positions import after_key, cursor_at_key, id_of, key_columns, key_of

_STATES = {Decision.CONFIRM: "confirmed", Decision.CORRECT: "corrected", Decision.DISPUTE: "disputed"}
Direction: TypeAlias = Literal["incoming", "outgoing"]
_OWN: dict[Direction, str] = {"outgoing": "sender", "incoming": "receiver"}
_WALKED = 2_000
"""Rows looked at in the order of their keys before the sites in sight are asked for theirs: 2 to 5 ms."""


@dataclass(frozen=True, slots=True)
class TransferQuery:
    """Which transfers are asked for; the direction is seen from one's own sites, or from the territory."""

    direction: Direction | None = None
    site: str | None = None
    waste: str | None = None
    first: Month | None = None
    last: Month | None = None
    undecided: bool = False
    limit: int = 50
    cursor: str | None = None


def confirmed_grams(transfer: Transfer) -> int:
    """What two signatures support [g]: the receiver's decision, else its own signed ledger; never above what was sent."""
    sent = transfer.sent_grams or 0
    if transfer.decision is Decision.DISPUTE:
        return 0
    said = transfer.received_grams if transfer.decision is None else transfer.decided_grams
    return min(sent, said or 0)


def page(
    session: ReadSession, subject: Subject, query: TransferQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """Some transfers and the cursor of the next page: by key where months are asked for, else by id."""
    by_key = query.first is not None or query.last is not None
    first = _first_by_key if by_key else _first_by_id
    rows = first(session, subject, query, query.limit + 1)
    shown = rows[: query.limit]
    documents = [transfer_document(row) for row in shown]
    if len(rows) <= query.limit:
        return documents, None
    return documents, cursor_at_key(shown[-1]) if by_key else str(shown[-1].id)


def one(session: ReadSession, subject: Subject, transfer_id: uuid.UUID) -> Transfer:
    """One transfer, or NotFound when there is none that this subject may see."""
    wanted = selected(subject, TransferQuery(), Transfer.id == transfer_id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def selected(subject: Subject, query: TransferQuery, *more: ColumnElement[bool]) -> Select[Transfer]:
    """The transfers that the subject may see and asks for, in no order and from no cursor on.

    Each side is looked for by its own index and the two are united: a database finds no index for an OR over two
    joined tables.
    """
    conditions = [*more, *_conditions(query)]
    if _sees_all(subject, query):
        return select(Transfer).where(*conditions)
    return select(Transfer).where(Transfer.id.in_(union(*_all_parts(subject, query, conditions))))


def _first_by_id(
    session: ReadSession, subject: Subject, query: TransferQuery, count: int
) -> Sequence[Transfer]:
    """The first transfers by id. Each side gives its first ones before any row is read: that may be all there is."""
    conditions = _conditions(query)
    if query.cursor is not None:
        conditions.append(Transfer.id > id_of(query.cursor))
    parts = [
        part.order_by(Transfer.id).limit(count).subquery() for part in _all_parts(subject, query, conditions)
    ]
    # Materialized, or PostgreSQL looks through it and walks the primary key all the same.
    found = union(*(select(part.c.id) for part in parts)).cte("found").prefix_with("MATERIALIZED")
    ids = select(found.c.id).order_by(found.c.id).limit(count)
    return session.scalars(select(Transfer).where(Transfer.id.in_(ids)).order_by(Transfer.id)).all()


def _first_by_key(
    session: ReadSession, subject: Subject, query: TransferQuery, count: int
) -> Sequence[Transfer]:
    """The first transfers of months by key.

    Of whoever sees many sites, nearly each row of a month is in sight: some rows are walked in the order of keys, and a page is
    found before they end. Of whoever sees few, the few have their transfers fetched by their indexes, and sorted. Nobody counts
    sites to know which it is: a walk that ends without a page has cost some milliseconds.
    """
    within = _within(query)
    if query.cursor is not None:
        within.append(after_key(key_of(query.cursor)))
    if subject.role is not Role.ENTERPRISE and query.site is None:
        found, whole = _walked(session, subject, query, within, count)
        if whole:
            return found
    conditions = [*within, *_undecided(query)]
    parts = [part.add_columns(*key_columns()) for part in _all_parts(subject, query, conditions)]
    seen = union(*parts).subquery()
    ids = select(seen.c.id).order_by(*key_columns(seen)).limit(count)
    return session.scalars(select(Transfer).where(Transfer.id.in_(ids)).order_by(*key_columns())).all()


def _walked(
    session: ReadSession,
    subject: Subject,
    query: TransferQuery,
    within: list[ColumnElement[bool]],
    count: int,
) -> tuple[Sequence[Transfer], bool]:
    """Those in sight among the next rows by key, and whether they are the whole page."""
    walk = select(Transfer).where(*within).order_by(*key_columns()).limit(_WALKED).subquery()
    row = aliased(Transfer, walk)
    in_sight = or_(*(_in_sight(subject, _column(_OWN[each], "site_id", row)) for each in _directions(query)))
    wanted = select(row).where(in_sight, *_undecided(query, row)).order_by(*key_columns(walk)).limit(count)
    found = session.scalars(wanted).all()
    if len(found) == count:
        return found, True
    return found, session.execute(select(func.count()).select_from(walk)).scalar_one() < _WALKED


def _in_sight(subject: Subject, site: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    if subject.role is Role.ADMIN:
        return true()
    return exists().where(Site.id == site, visible_to(subject, region=Site.region))


def _sees_all(subject: Subject, query: TransferQuery) -> bool:
    return subject.role is Role.ADMIN and query.site is None


def _directions(query: TransferQuery) -> list[Direction]:
    return list(_OWN) if query.direction is None else [query.direction]


def _all_parts(
    subject: Subject, query: TransferQuery, conditions: list[ColumnElement[bool]]
) -> list[Select[uuid.UUID]]:
    """The ids that are asked for, in parts of which each is found by an index; one may be in several."""
    if _sees_all(subject, query):
        return [select(Transfer.id).where(*conditions)]
    return [part for each in _directions(query) for part in _parts(subject, query, each, conditions)]


def _parts(
    subject: Subject, query: TransferQuery, direction: Direction, conditions: list[ColumnElement[bool]]
) -> list[Select[uuid.UUID]]:
    """The ids of one direction: of the side that is the subject's, narrowed to the site that is asked for."""
    own, other = ("sender", "receiver") if direction == "outgoing" else ("receiver", "sender")
    seen = [select(Transfer.id).where(*conditions, mine) for mine in _seen(subject, own)]
    if query.site is None:
        return seen
    return [part.where(named) for part in seen for side in (own, other) for named in _named(side, query.site)]


def _seen(subject: Subject, side: str) -> list[ColumnElement[bool]]:
    """The conditions of which one holds where a side of a transfer is the subject's."""
    place, site = aliased(Site), _column(side, "site_id")
    visible = visible_to(subject, region=place.region, enterprises=(place.enterprise_id,))
    if subject.role is Role.ADMIN:
        return [visible]
    seen: list[ColumnElement[bool]] = [site.in_(select(place.id).where(visible))]
    if subject.role is Role.ENTERPRISE:
        # Where no single site is meant, the enterprise is.
        nowhere = and_(site.is_(None), visible_to(subject, enterprises=(_column(side, "enterprise_id"),)))
        seen.append(nowhere)
    return seen


def _named(side: str, code: str) -> list[ColumnElement[bool]]:
    """The conditions of which one holds where a side is the site of this code, or only goes by it."""
    site = _column(side, "site_id")
    return [
        site.in_(select(Site.id).where(Site.code == code)),
        and_(site.is_(None), _column(side, "party") == code),
    ]


def _column(side: str, name: str, row: Any = Transfer) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(row, f"{side}_{name}")
    return column


def _conditions(query: TransferQuery) -> list[ColumnElement[bool]]:
    return [*_within(query), *_undecided(query)]


def _within(query: TransferQuery) -> list[ColumnElement[bool]]:
    """Of which waste and months."""
    conditions: list[ColumnElement[bool]] = []
    if query.waste is not None:
        conditions.append(Transfer.waste == query.waste)
    if query.first is not None:
        conditions.append(Transfer.month >= query.first)
    if query.last is not None:
        conditions.append(Transfer.month <= query.last)
    return conditions


def _undecided(query: TransferQuery, row: Any = Transfer) -> list[ColumnElement[bool]]:
    return [row.decision.is_(None), row.sent_grams.is_not(None)] if query.undecided else []


def transfer_document(transfer: Transfer) -> dict[str, Any]:
    """A transfer as it is answered."""
    sent, received = transfer.sent_grams, transfer.received_grams
    return {
        "id": str(transfer.id),
        "month": str(transfer.month),
        "waste": transfer.waste,
        "purpose": transfer.purpose,
        "sender": transfer.sender_party,
        "receiver": transfer.receiver_party,
        "sent_tonnes": None if sent is None else tonnes_text(sent),
        "received_tonnes": None if received is None else tonnes_text(received),
        "difference_tonnes": None if sent is None or received is None else tonnes_text(sent - received),
        "state": "declared" if transfer.decision is None else _STATES[transfer.decision],
        "confirmed_tonnes": tonnes_text(confirmed_grams(transfer)),
    }
