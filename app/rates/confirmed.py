"""Tonnes that a sender declared and its receiver confirmed, now."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from app.auth.subjects import Subject
from app.db.base import table_of
from app.db.session import ReadSession
from app.rates import regional, repository
from app.rates.models import SentSum
from app.rates.repository import AnyRow, Scope
from app.transfers.models import Decision, Transfer

_KEPT = ("sent_grams", "confirmed_grams", "own_for_use_grams")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a group sent away [g]: declared, confirmed, and of its own waste confirmed for use."""

    sent_grams: int = 0
    confirmed_grams: int = 0
    own_for_use_grams: int = 0

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(
            self.sent_grams + other.sent_grams,
            self.confirmed_grams + other.confirmed_grams,
            self.own_for_use_grams + other.own_for_use_grams,
        )


def judged(
    sent: int,
    of_received: int,
    received: int | None,
    decision: Decision | None,
    decided: int | None,
    *,
    purpose: str,
) -> Sent:
    """Judge one transfer: the receiver's statement counts, else its ledger, at most what was declared."""
    said = (received or 0) if decision is None else (decided or 0)
    confirmed = 0 if decision is Decision.DISPUTE else min(sent, said)
    own = min(confirmed, sent - of_received) if purpose == "use" else 0
    return Sent(sent, confirmed, own)


def confirmed_now(session: ReadSession, subject: Subject, scope: Scope, group: str | None) -> dict[str, Sent]:
    """Sum `judged` over the transfers of the scope's senders, in the database."""
    if regional.answers(subject, scope, group):
        rows = regional.sums(session, table_of(SentSum), _KEPT, subject, scope, group)
    else:
        rows = _from_transfers(session, subject, scope, group)
    return {name: Sent(*(int(value or 0) for value in row[:3])) for name, row in rows.items()}


def figures_of_transfers() -> tuple[ColumnElement[Any], ...]:
    """Sums of what `judged` makes of each transfer that was declared, in the order of the fields of Sent."""
    said = case(
        (Transfer.decision.is_(None), func.coalesce(Transfer.received_grams, 0)),
        else_=func.coalesce(Transfer.decided_grams, 0),
    )
    confirmed = case((Transfer.decision == Decision.DISPUTE, 0), else_=_least(Transfer.sent_grams, said))
    own = _least(confirmed, Transfer.sent_grams - func.coalesce(Transfer.sent_of_received_grams, 0))
    for_use = case((Transfer.purpose == "use", own), else_=0)
    return func.sum(Transfer.sent_grams), func.sum(confirmed), func.sum(for_use)


def _from_transfers(
    session: ReadSession, subject: Subject, scope: Scope, group: str | None
) -> dict[str, AnyRow]:
    place = repository.places(scope)
    query = (
        select(*figures_of_transfers())
        .join(place, place.c.id == Transfer.sender_site_id)
        .where(
            *repository.sites_of(subject, scope, place),
            Transfer.month.between(scope.first, scope.last),
            Transfer.sent_grams.is_not(None),
        )
    )
    if scope.wastes:
        query = query.where(Transfer.waste.in_(scope.wastes))
    key = repository.site_key(group, scope, Transfer.month, Transfer.waste, place)
    return repository.by_key(session.execute(repository.grouped(query, key)), key)


def _least(one: Any, other: Any) -> ColumnElement[int]:
    # min(a, b) on SQLite and LEAST on PostgreSQL have no common name.
    return case((one < other, one), else_=other)
