"""Idempotency keys: the first answer is kept in the transaction that earned it, and given again to the same request."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from pydantic_core import to_json
from sqlalchemy import select

from app.db.base import table_of
from app.db.locks import lock_names
from app.db.questions import Among, Question
from app.db.rows import insert_plain
from app.db.session import WriteSession
from app.domain.errors import Message
from app.http.problems import Conflict
from app.ledgers.models import IdempotencyKey

Place: TypeAlias = tuple[uuid.UUID, str]


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    title = Message(
        "同一 Idempotency-Key 已用于另一请求", "This Idempotency-Key was used for another request"
    )


@dataclass(frozen=True)
class Answer:
    """A response as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @cached_property
    def text(self) -> str:
        """The body's JSON, written once for the wire and for the record."""
        return to_json(self.body).decode()


@dataclass(frozen=True, slots=True)
class Slot:
    """Whose key it is, and the request that it stands for."""

    subject_id: uuid.UUID
    key: str
    request_sha256: str

    @property
    def place(self) -> Place:
        return self.subject_id, self.key


def request_hash(route: str, content: str) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(f"{route}\n{content}".encode()).hexdigest()


_TABLE = table_of(IdempotencyKey)
_KEPT = Question(
    select(
        *(_TABLE.c[name] for name in ("subject_id", "key", "request_sha256", "status", "headers", "body"))
    ).where(Among(_TABLE.c.subject_id, "subjects"), Among(_TABLE.c.key, "keys")),
    subjects=_TABLE.c.subject_id,
    keys=_TABLE.c.key,
)
_COLUMNS = ("subject_id", "key", "request_sha256", "status", "headers", "body", "created_at")


class Kept(NamedTuple):
    """An answer as it is kept."""

    request_sha256: str
    status: int
    headers: str
    body: str


def first_answers(session: WriteSession, slots: Sequence[Slot]) -> dict[Place | None, Kept]:
    """What these keys were answered before. Holds the keys until the transaction ends."""
    if not slots:
        return {}
    lock_names(session, [f"idempotency:{slot.subject_id}:{slot.key}" for slot in slots])
    asked = {slot.place for slot in slots}
    rows = _KEPT.ask(session, subjects={subject for subject, _ in asked}, keys={key for _, key in asked})
    return {(row[0], row[1]): Kept(*row[2:]) for row in rows if (row[0], row[1]) in asked}


def first_answer(
    session: WriteSession, subject_id: uuid.UUID, key: str | None, request_sha256: str
) -> Answer | None:
    """The answer this request got before, None when it is new. Holds the key until the transaction ends."""
    if key is None:
        return None
    slot = Slot(subject_id, key, request_sha256)
    row = first_answers(session, [slot]).get(slot.place)
    return None if row is None else again(row, slot)


def again(row: Kept, slot: Slot) -> Answer:
    """The answer that was kept. Raises KeyReused when it answered another request."""
    if row.request_sha256 != slot.request_sha256:
        raise KeyReused
    headers = json.loads(row.headers) | {"Idempotent-Replayed": "true"}
    return Answer(row.status, headers, json.loads(row.body))


def keep(
    session: WriteSession,
    subject_id: uuid.UUID,
    key: str | None,
    request_sha256: str,
    answer: Answer,
    now: datetime,
) -> Answer:
    """Keep an answer with what it answers for; without a key there is nothing to keep."""
    if key is not None:
        keep_each(session, [(Slot(subject_id, key, request_sha256), answer, now)])
    return answer


def keep_each(session: WriteSession, kept: Sequence[tuple[Slot, Answer, datetime]]) -> None:
    """Keep answers under their keys."""
    rows = [
        (
            slot.subject_id,
            slot.key,
            slot.request_sha256,
            answer.status,
            json.dumps(dict(answer.headers)),
            answer.text,
            now,
        )
        for slot, answer, now in kept
    ]
    insert_plain(session, _TABLE, _COLUMNS, rows)
