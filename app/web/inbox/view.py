"""The inbox as its template shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.transfers.models import Transfer
from app.transfers.reading import transfer_document
from app.web.inbox.gather import SHOWN, Inbox
from app.web.languages import Language
from app.web.numbers import month as month_text
from app.web.numbers import separated
from app.web.texts import text


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One transfer. `agrees` when the own ledger says the same; `suggested` is what it says otherwise.

    `refilled` holds a form that was not taken.
    """

    id: str
    month: str
    sender: str
    sender_code: str
    site: str
    waste: str
    purpose: str
    sent: str
    received: str
    difference: str
    overdue: bool
    agrees: bool
    answer: str
    name: str
    address: str
    sheet: str
    suggested: str
    refilled: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The whole page."""

    rows: tuple[InboxRow, ...]
    decided: bool
    waiting: str
    overdue: str
    more: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was not taken: of which transfer, why, and what stood in it."""

    transfer: str
    faults: Sequence[Message]
    values: Mapping[str, str]


def inbox_view(
    found: Inbox,
    wastes: Mapping[str, Message],
    language: Language,
    *,
    decided: bool,
    refused: Refused | None = None,
) -> InboxPage:
    """Place everything."""
    return InboxPage(
        tuple(_row(row, found, wastes, language, refused) for row in found.rows),
        decided,
        text("inbox.waiting", language, count=str(found.waiting)),
        text("inbox.overdue", language, count=str(found.overdue)) if found.overdue else "",
        text("inbox.more", language, count=str(SHOWN)) if found.waiting > SHOWN and not decided else "",
        tuple(language.heading(fault) for fault in refused.faults) if refused else (),
    )


def _row(
    row: Transfer, found: Inbox, wastes: Mapping[str, Message], language: Language, refused: Refused | None
) -> InboxRow:
    sent, received = row.sent_grams or 0, row.received_grams
    sender = found.names.get(row.sender_party, row.sender_party)
    waste = wastes.get(row.waste)
    waste_name = f"{row.waste} {language.of(waste)}" if waste else row.waste
    month = month_text(row.month, language)
    return InboxRow(
        id=str(row.id),
        month=month,
        sender=sender,
        sender_code=row.sender_party,
        site=found.names.get(row.receiver_party, row.receiver_party),
        waste=waste_name,
        purpose=text(f"entry.purpose.{row.purpose}", language),
        sent=separated(tonnes_text(sent)),
        received=text("inbox.not_filed", language) if received is None else separated(tonnes_text(received)),
        difference=_difference(sent, received, language),
        overdue=row.decision is None and row.month < found.overdue_before,
        agrees=received == sent,
        answer=_answer(row, language),
        name=f"{sender} {month} {waste_name}",
        address=f"/inbox/{row.id}",
        sheet=f"/ledgers/{row.receiver_party}/{row.month}",
        suggested="" if received is None or received == sent else tonnes_text(received),
        refilled=refused.values if refused is not None and refused.transfer == str(row.id) else {},
    )


def _difference(sent: int, received: int | None, language: Language) -> str:
    if received is None or received == sent:
        return ""
    return text("inbox.difference", language, tonnes=separated(tonnes_text(abs(received - sent))))


def _answer(row: Transfer, language: Language) -> str:
    if row.decision is None:
        return ""
    state = transfer_document(row)["state"]
    tonnes = separated(tonnes_text(row.decided_grams or 0))
    return text(f"inbox.state.{state}", language, **({"tonnes": tonnes} if state == "corrected" else {}))
