"""The inbox of transfers: those that a subject may see, with both sides' figures."""

import uuid
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, select, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.enterprises.models import Site
from app.http.problems import NotFound
from app.transfers.models import Decision, Transfer

_STATES = {Decision.CONFIRM: "confirmed", Decision.CORRECT: "corrected", Decision.DISPUTE: "disputed"}
Direction: TypeAlias = Literal["incoming", "outgoing"]
_SIDES: dict[Direction, str] = {"outgoing": "sender", "incoming": "receiver"}


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
    cursor: uuid.UUID | None = None


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
    """Some transfers by id, and the cursor of the next page."""
    statement = select(Transfer).where(Transfer.id.in_(_first_ids(subject, query, query.limit + 1)))
    rows = session.execute(statement.order_by(Transfer.id)).scalars().all()
    shown = rows[: query.limit]
    return [transfer_document(row) for row in shown], str(shown[-1].id) if len(rows) > query.limit else None


def one(session: ReadSession, subject: Subject, transfer_id: uuid.UUID) -> Transfer:
    """One transfer, or NotFound when there is none that this subject may see."""
    wanted = selected(subject, TransferQuery(), Transfer.id == transfer_id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def selected(subject: Subject, query: TransferQuery, *more: ColumnElement[bool]) -> Select[Transfer]:
    """The transfers that the subject may see and asks for, in no order.

    Each side is looked for by its own index and the two are united: a database finds no index for an OR over two
    joined tables.
    """
    conditions = [*more, *_conditions(query)]
    if _sees_all(subject, query):
        return select(Transfer).where(*conditions)
    return select(Transfer).where(Transfer.id.in_(union(*_all_parts(subject, query, conditions))))


def _first_ids(subject: Subject, query: TransferQuery, count: int) -> Select[uuid.UUID]:
    """The ids of a page, found before any of its rows is read.

    Where months are asked for, all their ids are: ids grow with the months, so whoever walks them in order to find some of a
    late month walks all that came before, ten million in the end. Where none are, each side gives its first ones: what is
    asked for may be all there is.
    """
    conditions = _conditions(query)
    everything = [select(Transfer.id).where(*conditions)]
    parts = everything if _sees_all(subject, query) else _all_parts(subject, query, conditions)
    if query.first is None and query.last is None:
        firsts = [part.order_by(Transfer.id).limit(count).subquery() for part in parts]
        parts = [select(each.c.id) for each in firsts]
    # Materialized, or PostgreSQL looks through it and walks the primary key all the same.
    found = union(*parts).cte("found").prefix_with("MATERIALIZED")
    return select(found.c.id).order_by(found.c.id).limit(count)


def _sees_all(subject: Subject, query: TransferQuery) -> bool:
    return subject.role is Role.ADMIN and query.site is None


def _all_parts(
    subject: Subject, query: TransferQuery, conditions: list[ColumnElement[bool]]
) -> list[Select[uuid.UUID]]:
    directions = list(_SIDES) if query.direction is None else [query.direction]
    return [part for direction in directions for part in _parts(subject, query, direction, conditions)]


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


def _column(side: str, name: str) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(Transfer, f"{side}_{name}")
    return column


def _conditions(query: TransferQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.waste is not None:
        conditions.append(Transfer.waste == query.waste)
    if query.first is not None:
        conditions.append(Transfer.month >= query.first)
    if query.last is not None:
        conditions.append(Transfer.month <= query.last)
    if query.undecided:
        conditions += [Transfer.decision.is_(None), Transfer.sent_grams.is_not(None)]
    if query.cursor is not None:
        conditions.append(Transfer.id > query.cursor)
    return conditions


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
