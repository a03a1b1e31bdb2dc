"""Idempotency keys: the first answer is kept in the transaction that earned it, and given again to the same request."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from app.db.base import table_of
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.errors import Message
from app.http.problems import Conflict
from app.ledgers.models import IdempotencyKey


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    title = Message(
        "同一 Idempotency-Key 已用于另一请求", "This Idempotency-Key was used for another request"
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: Any


def request_hash(route: str, content: str) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(f"{route}\n{content}".encode()).hexdigest()


def first_answer(
    session: WriteSession, subject_id: uuid.UUID, key: str | None, request_sha256: str
) -> Answer | None:
    """The answer this request got before, None when it is new. Holds the key until the transaction ends."""
    if key is None:
        return None
    lock_names(session, [f"idempotency:{subject_id}:{key}"])
    row = session.execute(
        select(IdempotencyKey).where(IdempotencyKey.subject_id == subject_id, IdempotencyKey.key == key)
    ).scalar_one_or_none()
    if row is None:
        return None
    if row.request_sha256 != request_sha256:
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
        row = {
            "subject_id": subject_id,
            "key": key,
            "request_sha256": request_sha256,
            "status": answer.status,
            "headers": json.dumps(dict(answer.headers)),
            "body": json.dumps(answer.body, ensure_ascii=False),
            "created_at": now,
        }
        session.execute(insert(table_of(IdempotencyKey)), [row])
    return answer
