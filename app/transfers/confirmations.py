"""The receiver's word on a transfer."""

import uuid
from datetime import datetime

from sqlalchemy import select

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.db.session import WriteSession
from app.domain.errors import Message
from app.enterprises import service as enterprises
from app.http.problems import Conflict, Forbidden, NotFound
from app.ids import new_id
from app.outbox.events import publish
from app.transfers import events
from app.transfers.models import Decision, Transfer, TransferConfirmation
from app.transfers.reading import one


def _lock(session: WriteSession, transfer: Transfer) -> None:
    """Read it as it is now and hold it; an amendment of the sender may have taken it back meanwhile."""
    newest = select(Transfer).where(Transfer.id == transfer.id).with_for_update()
    if session.scalar(newest, execution_options={"populate_existing": True}) is None:
        raise NotFound


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
    enterprises.hold_register(session)
    transfer = one(session, subject, transfer_id)
    receiver = transfer.receiver_enterprise_id
    answers = None if receiver is None else enterprises.last_successor(session, receiver)
    if subject.role is not Role.ENTERPRISE or answers is None or subject.enterprise_id != answers:
        raise Forbidden(Message("只有接收方可以确认", "only the receiver confirms a transfer"))
    _lock(session, transfer)
    if transfer.sent_grams is None:
        raise Conflict(Message("转出方尚未填报，无可确认", "the sender has not declared anything to confirm"))
    before = audit.digest(transfer)
    transfer.decision = decision
    transfer.decided_grams = {
        Decision.CONFIRM: transfer.sent_grams,
        Decision.CORRECT: grams,
        Decision.DISPUTE: 0,
    }[decision]
    said = TransferConfirmation(
        id=new_id(),
        transfer_id=transfer.id,
        decision=decision,
        grams=transfer.decided_grams,
        declared_grams=transfer.sent_grams,
        comment=comment,
        actor=subject.actor,
        at=now,
    )
    session.add(said)
    session.flush()
    _tell(session, subject, transfer, decision, before, now)
    return transfer


def _tell(
    session: WriteSession,
    subject: Subject,
    transfer: Transfer,
    decision: Decision,
    before: str,
    now: datetime,
) -> None:
    told = events.of_confirmation(session, transfer, decision)
    publish(session, [told], now=now)
    # The receiver acts, in its own territory; where it is not registered with a site, in the sender's.
    region = told.counterpart_region or told.region
    change = audit.Change(
        told.type, "transfer", str(transfer.id), before, audit.digest(transfer), region=region
    )
    audit.record(session, subject, [change], now=now)
