"""What is told of transfers: the receiver's word, to both parties and to the regulators of both."""

import uuid

from pydantic import JsonValue
from sqlalchemy import select

from app.db.session import ReadSession
from app.domain.quantities import tonnes_text
from app.enterprises.models import Site
from app.outbox.events import NewEvent
from app.transfers.models import Decision, Transfer

_TYPES = {
    Decision.CONFIRM: "transfer.confirmed",
    Decision.CORRECT: "transfer.corrected",
    Decision.DISPUTE: "transfer.disputed",
}


def of_confirmation(session: ReadSession, transfer: Transfer, decision: Decision) -> NewEvent:
    """The event of a receiver's decision; the sender is whom it is about, the receiver the counterpart."""
    sites = [site for site in (transfer.sender_site_id, transfer.receiver_site_id) if site is not None]
    query = select(Site.id, Site.region).where(Site.id.in_(sites))
    regions: dict[uuid.UUID | None, str] = {row.id: row.region for row in session.execute(query)}
    payload: dict[str, JsonValue] = {
        "transfer": str(transfer.id),
        "month": str(transfer.month),
        "waste": transfer.waste,
        "sender": transfer.sender_party,
        "receiver": transfer.receiver_party,
        "sent_tonnes": _tonnes(transfer.sent_grams),
        "decided_tonnes": _tonnes(transfer.decided_grams),
    }
    return NewEvent(
        _TYPES[decision],
        payload,
        region=regions.get(transfer.sender_site_id),
        enterprise_id=transfer.sender_enterprise_id,
        site_id=transfer.sender_site_id,
        counterpart_region=regions.get(transfer.receiver_site_id),
        counterpart_enterprise_id=transfer.receiver_enterprise_id,
    )


def _tonnes(grams: int | None) -> str | None:
    return None if grams is None else tonnes_text(grams)
