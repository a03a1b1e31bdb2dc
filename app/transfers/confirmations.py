"""The inbox of transfers, and the receiver's word on each."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.enterprises.models import Site
from app.http.problems import Conflict, Forbidden, NotFound
from app.ids import new_id
from app.outbox.events import publish
from app.transfers import events
from app.transfers.models import Decision, Transfer, TransferConfirmation

_STATES = {Decision.CONFIRM: "confirmed", Decision.CORRECT: "corrected", Decision.DISPUTE: "disputed"}


@dataclass(frozen=True, slots=True)
class TransferQuery:
    """Which transfers are asked for."""

    direction: Literal["incoming", "outgoing"] | None = None
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


def _visible(subject: Subject) -> Any:
    sender, receiver = aliased(Site), aliased(Site)
    parties = (Transfer.sender_enterprise_id, Transfer.receiver_enterprise_id)
    return (
        select(Transfer)
        .outerjoin(sender, sender.id == Transfer.sender_site_id)
        .outerjoin(receiver, receiver.id == Transfer.receiver_site_id)
        .where(
            or_(
                visible_to(subject, region=sender.region, enterprises=parties),
                visible_to(subject, region=receiver.region, enterprises=parties),
            )
        )
    )


def page(
    session: ReadSession, subject: Subject, query: TransferQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """Some transfers by id, and the cursor of the next page."""
    statement = _visible(subject)
    if query.direction is not None:
        column = (
            Transfer.receiver_enterprise_id
            if query.direction == "incoming"
            else Transfer.sender_enterprise_id
        )
        statement = statement.where(column == subject.enterprise_id)
    if query.site is not None:
        statement = statement.where(
            or_(Transfer.sender_party == query.site, Transfer.receiver_party == query.site)
        )
    if query.waste is not None:
        statement = statement.where(Transfer.waste == query.waste)
    if query.first is not None:
        statement = statement.where(Transfer.month >= query.first)
    if query.last is not None:
        statement = statement.where(Transfer.month <= query.last)
    if query.undecided:
        statement = statement.where(Transfer.decision.is_(None), Transfer.sent_grams.is_not(None))
    if query.cursor is not None:
        statement = statement.where(Transfer.id > query.cursor)
    rows = session.execute(statement.order_by(Transfer.id).limit(query.limit + 1)).scalars().all()
    shown = rows[: query.limit]
    return [transfer_document(row) for row in shown], str(shown[-1].id) if len(rows) > query.limit else None


def one(session: ReadSession, subject: Subject, transfer_id: uuid.UUID) -> Transfer:
    """One transfer, or NotFound when there is none that this subject may see."""
    found: Transfer | None = session.execute(
        _visible(subject).where(Transfer.id == transfer_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def confirm(
    session: WriteSession,
    subject: Subject,
    transfer_id: uuid.UUID,
    decision: Decision,
    grams: int | None,
    comment: str | None,
    now: datetime,
) -> Transfer:
    """Keep the receiver's statement; the last one counts."""
    transfer = one(session, subject, transfer_id)
    is_receiver = subject.role is Role.ENTERPRISE and subject.enterprise_id == transfer.receiver_enterprise_id
    if not is_receiver:
        raise Forbidden(Message("只有接收方可以确认", "only the receiver confirms a transfer"))
    session.refresh(transfer, with_for_update=True)
    if transfer.sent_grams is None:
        raise Conflict(Message("转出方尚未填报，无可确认", "the sender has not declared anything to confirm"))
    transfer.decision = decision
    transfer.decided_grams = {
        Decision.CONFIRM: transfer.sent_grams,
        Decision.CORRECT: grams,
        Decision.DISPUTE: 0,
    }[decision]
    session.add(
        TransferConfirmation(
            id=new_id(),
            transfer_id=transfer.id,
            decision=decision,
            grams=transfer.decided_grams,
            declared_grams=transfer.sent_grams,
            comment=comment,
            actor=subject.actor,
            at=now,
        )
    )
    session.flush()
    publish(session, [events.of_confirmation(session, transfer, decision)], now=now)
    return transfer


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
