"""What a bulk call is answered."""

from typing import Any, Literal

from pydantic import BaseModel

from app.ledgers.schemas import ReceiptOut, WarningOut


class BulkItemOut(BaseModel):
    """What became of one ledger of a bulk call."""

    line: int
    outcome: Literal["created", "unchanged", "amended", "rejected"]
    id: str | None = None
    site: str | None = None
    month: str | None = None
    version: int | None = None
    receipt: ReceiptOut | None = None
    warnings: list[WarningOut] = []
    errors: list[dict[str, Any]] = []


class BulkOut(BaseModel):
    """Per-line results in the order of the input."""

    mode: Literal["atomic", "each"]
    summary: dict[str, int]
    items: list[BulkItemOut]
