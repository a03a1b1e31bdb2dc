"""Idempotency keys: the first answer is kept in the transaction that earned it, and given again to the same request."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import select, tuple_

from app.db.base import table_of
from app.db.locks import lock_names
from app.db.rows import insert_rows
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
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))


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


def first_answers(session: WriteSession, slots: Sequence[Slot]) -> dict[Place | None, IdempotencyKey]:
    """What these keys were answered before. Holds the keys until the transaction ends."""
    if not slots:
        return {}
    lock_names(session, [f"idempotency:{slot.subject_id}:{slot.key}" for slot in slots])
    named = tuple_(IdempotencyKey.subject_id, IdempotencyKey.key)
    rows = session.scalars(select(IdempotencyKey).where(named.in_([slot.place for slot in slots])))
    return {(row.subject_id, row.key): row for row in rows}


def first_answer(
    session: WriteSession, subject_id: uuid.UUID, key: str | None, request_sha256: str
) -> Answer | None:
    """The answer this request got before, None when it is new. Holds the key until the transaction ends."""
    if key is None:
        return None
    slot = Slot(subject_id, key, request_sha256)
    row = first_answers(session, [slot]).get(slot.place)
    return None if row is None else again(row, slot)


def again(row: IdempotencyKey, slot: Slot) -> Answer:
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
        {
            "subject_id": slot.subject_id,
            "key": slot.key,
            "request_sha256": slot.request_sha256,
            "status": answer.status,
            "headers": json.dumps(dict(answer.headers)),
            "body": answer.text,
            "created_at": now,
        }
        for slot, answer, now in kept
    ]
    insert_rows(session, table_of(IdempotencyKey), rows)
