"""The transfers that others declared to one's sites, those that wait longest first."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.imports.service import named_parties
from app.transfers.models import Transfer
from app.transfers.reading import TransferQuery, selected

SHOWN = 100
_GRACE_MONTHS = 1
"""A month's transfers are to be answered in the month after it."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Some transfers; `waiting` and `overdue` count all."""

    rows: Sequence[Transfer]
    names: Mapping[str, str]
    waiting: int
    overdue: int
    overdue_before: Month


def overdue_before(today: Month) -> Month:
    """A transfer of an earlier month than this should have been answered."""
    return today.plus(-_GRACE_MONTHS)


def inbox(session: ReadSession, subject: Subject, today: Month, *, decided: bool) -> Inbox:
    """List what waits, the oldest first, or what was answered, the newest first."""
    open_ = selected(subject, TransferQuery("incoming", undecided=True))
    counted = select(func.count()).select_from(open_.subquery())
    before = overdue_before(today)
    late = select(func.count()).select_from(
        selected(subject, TransferQuery("incoming", undecided=True), Transfer.month < before).subquery()
    )
    if decided:
        query = selected(
            subject,
            TransferQuery("incoming"),
            Transfer.decision.is_not(None),
            Transfer.sent_grams.is_not(None),
        ).order_by(Transfer.month.desc(), Transfer.id)
    else:
        query = open_.order_by(Transfer.month, Transfer.id)
    rows = session.scalars(query.limit(SHOWN)).all()
    codes = {code for row in rows for code in (row.sender_party, row.receiver_party)}
    names = {code: name for code, name in named_parties(session, codes) if name}
    return Inbox(rows, names, session.scalar(counted) or 0, session.scalar(late) or 0, before)


def ids_of(texts: Sequence[str]) -> list[uuid.UUID]:
    """The ids that a form names, each once and in order, so that two people who confirm the same never wait in a ring."""
    found = set()
    for text in texts:
        try:
            found.add(uuid.UUID(text))
        except ValueError:
            continue
    return sorted(found)
