"""Entries as JSON: what is sealed, shown and exported."""

import uuid
from datetime import UTC, datetime
from typing import Any

from app.audit.models import AuditEntry
from app.domain.audit.chain import Row


def moment_text(moment: datetime) -> str:
    """A moment as entries have it: UTC to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def document(entry: AuditEntry) -> dict[str, str | int | None]:
    """An entry as it is sealed, shown and exported."""
    return {
        "number": entry.number,
        "id": str(entry.id),
        "at": moment_text(entry.at),
        "actor_kind": entry.actor_kind,
        "actor_id": _text(entry.actor_id),
        "actor_name": entry.actor_name,
        "request_id": _text(entry.request_id),
        "address": entry.address,
        "action": entry.action,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "version": entry.version,
        "before": entry.before,
        "after": entry.after,
        "region": entry.region,
    }


def row_document(entry: AuditEntry) -> dict[str, Any]:
    """An entry with its seal, both null while it waits for it."""
    return {
        "entry": document(entry),
        "marks": entry.marks,
        "previous": entry.previous,
        "seal": entry.seal,
    }


def sealed_row(entry: AuditEntry) -> Row | None:
    """An entry with its seal; None while it waits for it."""
    if entry.marks is None or entry.previous is None or entry.seal is None:
        return None
    return Row(document(entry), entry.marks, entry.previous, entry.seal)


def _text(value: uuid.UUID | None) -> str | None:
    return None if value is None else str(value)
