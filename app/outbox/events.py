"""Saying what happened: events are written in the transaction of the change, so a rollback takes them along."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from app.auth.subjects import Scope
from app.db.base import table_of
from app.db.rows import Plain, insert_plain
from app.db.session import WriteSession
from app.ids import new_id
from app.outbox.jobs import current_request
from app.outbox.models import Event

TOPICS: Mapping[str, Scope | None] = {
    "ledger": Scope.LEDGERS_READ,
    "transfer": Scope.LEDGERS_READ,
    "site": Scope.LEDGERS_READ,
    "chain_run": Scope.CHAINS_READ,
    "reconciliation": Scope.CHAINS_READ,
    "finding": Scope.FINDINGS_WRITE,
    "permit": Scope.PERMITS_READ,
    "webhook": None,
    "audit": Scope.ADMIN,
    "reference": Scope.LEDGERS_READ,
    "certificate": Scope.LEDGERS_READ,
}
"""What comes before the point of a type, and the scope that reading such events takes; None: whom it is about reads it."""

_TYPE = re.compile(r"([a-z_]+)\.[a-z_]+", re.ASCII)
_MAX_TYPE = 64
_COLUMNS = (
    *("id", "type", "schema_version"),
    *("site_id", "enterprise_id", "region"),
    *("counterpart_enterprise_id", "counterpart_region"),
    *("payload", "request_id", "occurred_at"),
)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, named in the past tense: `ledger.submitted`.

    `region` and `enterprise_id` say whom it is about and so who may see it; of a transfer, the counterpart too.
    The payload holds identifiers and figures that each of those may see; never secrets.
    """

    type: str
    payload: Mapping[str, JsonValue]
    region: str | None
    enterprise_id: uuid.UUID | None = None
    site_id: uuid.UUID | None = None
    counterpart_region: str | None = None
    counterpart_enterprise_id: uuid.UUID | None = None
    schema_version: int = 1


def publish(session: WriteSession, events: Sequence[NewEvent], *, now: datetime) -> list[uuid.UUID]:
    """Write events with one statement; answers their ids, which stay. Order: that of the list, after all before it.

    Two changes of one site stand in the feed in the order in which they were committed as long as the second was
    written after the first was committed: whoever changes a site's month holds its lock (see ledgers).
    """
    request_id = current_request()
    return publish_each(session, [(event, request_id, now) for event in events])


def publish_each(
    session: WriteSession, told: Iterable[tuple[NewEvent, uuid.UUID | None, datetime]]
) -> list[uuid.UUID]:
    """Write events of several requests, each with its request and moment, with one statement."""
    rows = [_row(*each) for each in told]
    insert_plain(session, table_of(Event), _COLUMNS, rows)
    return [row[0] for row in rows]


def _row(event: NewEvent, request_id: uuid.UUID | None, now: datetime) -> Plain:
    _refuse_unknown(event.type)
    return (
        *(new_id(), event.type, event.schema_version),
        *(event.site_id, event.enterprise_id, event.region),
        *(event.counterpart_enterprise_id, event.counterpart_region),
        *(dict(event.payload), request_id, now),
    )


def _refuse_unknown(event_type: str) -> None:
    # A type without a topic would be seen by nobody: better to fail in the first test than to be silent.
    named = _TYPE.fullmatch(event_type)
    if named is None or named[1] not in TOPICS or len(event_type) > _MAX_TYPE:
        raise ValueError(
            f"{event_type!r} is not a type of event: <topic>.<past tense>, topics {sorted(TOPICS)}"
        )
