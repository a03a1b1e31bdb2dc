"""Made-up entries of the audit log, sealed one after the other; pure."""

from collections.abc import Sequence
from typing import Any

from app.domain.audit.chain import GENESIS, Row, sealed
from app.domain.canonical_json import canonical


def entry(number: int, **parts: Any) -> dict[str, Any]:
    """An entry of which every field but the request differs from entry to entry."""
    return {
        "number": number,
        "id": f"01933b5c-7b1e-7c3a-9d43-{number:012x}",
        "at": f"2026-01-10T08:00:00.{number:06d}Z",
        "actor_kind": "enterprise",
        "actor_id": f"01933b5c-7b1d-7d21-8d0b-{number:012x}",
        "actor_name": f"示例企业{number}",
        "request_id": None,
        "address": f"192.0.2.{number % 250}",
        "action": "ledger.submitted",
        "object_kind": "ledger",
        "object_id": f"01933b5c-7b1c-7d21-8d0b-{number:012x}",
        "version": 1 + number % 3,
        "before": None if number % 2 else f"{number:064x}",
        "after": f"{number * 31:064x}",
        "region": "140212",
    } | parts


def chain(length: int) -> list[Row]:
    rows: list[Row] = []
    for number in range(1, length + 1):
        rows.append(sealed(rows[-1].seal if rows else GENESIS, entry(number)))
    return rows


def lines(rows: Sequence[Row]) -> list[bytes]:
    """An export of the rows."""
    return [canonical(row.document()).encode() + b"\n" for row in rows]
