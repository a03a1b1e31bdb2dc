"""What the scenarios read: the journal, and what is on file of the test firms."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs

from sqlalchemy import exists, select

from app.auth.models import Client
from app.auth.subjects import Role
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ledgers.models import Ledger, LedgerVersion
from app.permits.models import Permit
from app.sandbox.models import EVENTS, Exchange
from app.transfers.models import Decision, Transfer, TransferConfirmation
from app.webhooks.models import Delivery, DeliveryState

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Filed:
    """A ledger on file with its versions, the first one first."""

    id: uuid.UUID
    state: LedgerState
    versions: tuple[LedgerVersion, ...]

    @property
    def is_draft(self) -> bool:
        return self.versions[-1].is_draft

    @property
    def newest(self) -> LedgerVersion:
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Answered:
    """A transfer of the played supplier and what the receiver said of it last."""

    id: uuid.UUID
    decision: Decision | None
    decided_grams: int | None
    comment: str | None


def last_cut(session: ReadSession, clients: Sequence[uuid.UUID]) -> Exchange | None:
    """Give the answer that was cut off last."""
    query = select(Exchange).where(Exchange.subject_id.in_(clients), Exchange.cut.is_(True))
    return session.scalars(query.order_by(Exchange.id.desc()).limit(1)).first()


def read_after(session: ReadSession, cut: Exchange) -> list[Exchange]:
    """Give what the same client read of the feed after a cut, in order; the first thousand."""
    query = select(Exchange).where(
        Exchange.subject_id == cut.subject_id,
        Exchange.method == "GET",
        Exchange.path == EVENTS,
        Exchange.status == HTTPStatus.OK,
        Exchange.id > cut.id,
    )
    return list(session.scalars(query.order_by(Exchange.id).limit(_MOST)))


def wants_cut(session: ReadSession, subject: uuid.UUID) -> bool:
    """Whether to cut this client's answer: the first one, and again when it went on from another cursor after a cut."""
    cut = last_cut(session, [subject])
    if cut is None:
        return True
    next_ones = read_after(session, cut)
    return bool(next_ones) and cursor_of(next_ones[0]) != cursor_of(cut)


def cursor_of(asked: Exchange) -> str:
    """Give the cursor that a request for events named; without one it begins at the beginning."""
    return parse_qs(asked.query).get("after", [""])[0] or "0"


def clients_of(session: ReadSession, credit_code: str) -> list[uuid.UUID]:
    """Give the machine clients of an enterprise."""
    query = (
        select(Client.id)
        .join(Enterprise, Enterprise.id == Client.enterprise_id)
        .where(Enterprise.credit_code == credit_code)
    )
    return list(session.scalars(query))


def permit_clients(session: ReadSession) -> list[uuid.UUID]:
    """Give the machine clients that stand for permit systems."""
    return list(session.scalars(select(Client.id).where(Client.role == Role.PERMIT_SYSTEM)))


def exchanges(session: ReadSession, clients: Sequence[uuid.UUID], method: str, path: str) -> list[Exchange]:
    """Give the requests of these clients to a path (`%` stands for anything), in their order; the first thousand."""
    query = select(Exchange).where(
        Exchange.subject_id.in_(clients), Exchange.method == method, Exchange.path.like(path)
    )
    return list(session.scalars(query.order_by(Exchange.id).limit(_MOST)))


def filed(session: ReadSession, site: str, month: Month) -> Filed | None:
    """Give the ledger of a site's month."""
    query = (
        select(Ledger, LedgerVersion)
        .join(Site, Site.id == Ledger.site_id)
        .join(LedgerVersion, LedgerVersion.ledger_id == Ledger.id)
        .where(Site.code == site, Ledger.month == month)
        .order_by(LedgerVersion.number)
    )
    rows = session.execute(query).all()
    return Filed(rows[0][0].id, rows[0][0].state, tuple(version for _, version in rows)) if rows else None


def permit(session: ReadSession, number: str) -> Permit | None:
    """Give a permit by its number."""
    return session.scalars(select(Permit).where(Permit.number == number)).one_or_none()


def has_received(session: ReadSession, webhook: uuid.UUID) -> bool:
    """Whether a webhook's receiver has taken a message."""
    taken = exists().where(Delivery.webhook_id == webhook, Delivery.state == DeliveryState.DELIVERED)
    return session.execute(select(taken)).scalar_one()


def rules_of(version: LedgerVersion) -> set[str]:
    """Name the rules that warned of a version."""
    return {warning["rule"] for warning in json.loads(version.warnings)}


def answered(session: ReadSession, sender: str, receiver: str, month: Month) -> Answered | None:
    """Give a transfer between two sites with the last word on it."""
    found = session.scalars(
        select(Transfer).where(
            Transfer.sender_party == sender, Transfer.receiver_party == receiver, Transfer.month == month
        )
    ).first()
    if found is None:
        return None
    last = session.scalars(
        select(TransferConfirmation)
        .where(TransferConfirmation.transfer_id == found.id)
        .order_by(TransferConfirmation.at.desc(), TransferConfirmation.id.desc())
    ).first()
    return Answered(found.id, found.decision, found.decided_grams, None if last is None else last.comment)
