"""Writing down who changed what: every service that changes something calls `record` in the transaction of the change.

The entry gets its place in the chain afterwards (sealing.py), so that writers do not wait for each other.
"""

import getpass
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from app.audit.documents import moment_text
from app.audit.models import AuditEntry
from app.auth.subjects import Subject
from app.db.base import Base, table_of
from app.db.rows import Plain, insert_plain
from app.db.session import WriteSession
from app.domain.canonical_json import MAX_INTEGER, Canonical, sha256_of
from app.domain.periods import Month
from app.http.origin import current_address
from app.ids import new_id
from app.outbox.jobs import current_request

MAX_NAME = 200
_COLUMNS = (
    *("id", "at"),
    *("actor_kind", "actor_id", "actor_name"),
    *("request_id", "address"),
    *("action", "object_kind", "object_id"),
    *("version", "before", "after", "region"),
)
_SECRETS = frozenset({"password_hash", "secret_sha256"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: the kind of subject, its id where it has one, its name."""

    kind: str
    id: uuid.UUID | None
    name: str

    @classmethod
    def of(cls, subject: Subject) -> "Actor":
        return cls(subject.role.value, subject.id, subject.name)


def operator() -> Actor:
    """Whoever works at the command line of the machine, by the name that the machine knows."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"  # a container may run under a number that has no name
    return Actor("operator", None, name.encode("utf-8", "replace").decode())


def worker(name: str) -> Actor:
    """The service itself, in the background; `name` says by which of its duties."""
    return Actor("worker", None, name)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed: `ledger.amended`, by hash as it was before and as it is after.

    `version` is that of the object after the change, where it counts its versions. `region` (six digits) says whose
    territory it lies in, and so which regulator may read of it; without one only administrators do.
    """

    action: str
    object_kind: str
    object_id: str
    before: str | None = None
    after: str | None = None
    version: int | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The request that changes something, and where it comes from."""

    request_id: uuid.UUID | None
    address: str | None

    @classmethod
    def current(cls) -> "Origin":
        """That of the request that is being answered here; of none, nothing is known."""
        return cls(current_request(), current_address())


@dataclass(frozen=True, slots=True)
class Entry:
    """A change with who makes it, when, and in which request."""

    change: Change
    actor: Actor
    now: datetime
    origin: Origin


def territory(prefix: str | None) -> str | None:
    """The six digits of a region prefix: 1402 stands as 140200, within 14 and within itself, and outside of 1403."""
    return None if prefix is None else prefix.ljust(6, "0")


def record(session: WriteSession, by: Subject | Actor, changes: Iterable[Change], *, now: datetime) -> None:
    """Write down changes with one statement; it is committed or rolled back with them."""
    actor = Actor.of(by) if isinstance(by, Subject) else by
    origin = Origin.current()
    record_each(session, [Entry(change, actor, now, origin) for change in changes])


def record_each(session: WriteSession, entries: Iterable[Entry]) -> None:
    """Write down changes of several requests with one statement."""
    insert_plain(session, table_of(AuditEntry), _COLUMNS, [_row(entry) for entry in entries])


def _row(entry: Entry) -> Plain:
    actor, origin, change = entry.actor, entry.origin, entry.change
    return (
        *(new_id(), entry.now),
        *(actor.kind, actor.id, actor.name[:MAX_NAME]),
        *(origin.request_id, origin.address),
        *(change.action, change.object_kind, change.object_id),
        *(change.version, change.before, change.after, change.region),
    )


def digest(state: Base | Mapping[str, Any]) -> str:
    """The SHA-256 of an object's canonical JSON: of a row, all its columns but secrets; of a mapping, what is in it."""
    if isinstance(state, Mapping):
        return sha256_of(_plain(state))
    columns = table_of(type(state)).columns
    return sha256_of(
        {each.name: _plain(getattr(state, each.name)) for each in columns if each.name not in _SECRETS}
    )


def _plain(value: Any) -> Canonical:
    """A column's value as canonical JSON has it: fractions, moments, months and identifiers as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    for kinds, told in _TOLD:
        if isinstance(value, kinds):
            return told(value)
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


# The first that fits: an enumeration of texts is a text too, a boolean a number, a moment a date.
_TOLD: tuple[tuple[Any, Callable[[Any], Canonical]], ...] = (
    (Enum, lambda member: member.value),
    (str | bool | None, lambda plain: plain),
    (int, lambda whole: whole if abs(whole) <= MAX_INTEGER else str(whole)),
    (datetime, moment_text),
    (date | Month | uuid.UUID | Decimal, str),
    (float, repr),
    (bytes, bytes.hex),
    (frozenset | set, lambda members: [_plain(each) for each in sorted(members)]),
)
