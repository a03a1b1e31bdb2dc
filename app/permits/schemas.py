"""The JSON of permits and of their imports as it is answered."""

import uuid
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from app.http.answers import TextOut


class PermitWarningOut(BaseModel):
    """Accepted, yet worth a look."""

    rule: str
    severity: Literal["warning"] = "warning"
    pointer: str
    message: TextOut


class PermitSummaryOut(BaseModel):
    """A permit in a list; `site` is null as long as no site has its number."""

    number: str
    credit_code: str
    region: str
    site: str | None
    matched: bool
    version: int
    valid_from: date | None
    valid_until: date | None
    received_at: datetime
    changed_at: datetime


class PermitPage(BaseModel):
    items: list[PermitSummaryOut]
    next_cursor: str | None


class PermitOut(PermitSummaryOut):
    """A permit with what its newest version says; `content` is in the shape in which it is sent."""

    effective_from: date
    content: dict[str, Any]
    content_sha256: str
    raw_sha256: str
    warnings: list[PermitWarningOut]


class PermitPutOut(PermitOut):
    """What became of a permit that was sent."""

    outcome: Literal["created", "changed", "unchanged"]


class PermitVersionOut(BaseModel):
    """One version: since which day it holds, who sent it when, by which way, and the hash of the bytes that came."""

    version: int
    effective_from: date
    received_at: datetime
    received_from: str
    source: str
    media_type: str
    raw_bytes: int
    raw_sha256: str
    content_sha256: str
    content: dict[str, Any]


class PermitVersions(BaseModel):
    items: list[PermitVersionOut]


class PermitImportOut(BaseModel):
    """A file on its way in. `rows_total` is known when it has been read to its end; `counts` are rows by outcome."""

    id: uuid.UUID
    name: str
    format: Literal["xlsx", "csv", "json"]
    mapping: str
    sha256: str
    size: int
    state: Literal["waiting", "running", "done", "failed"]
    rows_done: int
    rows_total: int | None
    counts: dict[str, int]
    failure: dict[str, str] | None
    created_at: datetime
    finished_at: datetime | None


class PermitImportNoteOut(BaseModel):
    """What is said of a row; `field` is our name of the column."""

    field: str | None
    severity: Literal["error", "warning"]
    code: str
    message: TextOut


class PermitImportRowOut(BaseModel):
    """What became of a row."""

    row: int
    permit: str | None
    outcome: Literal["created", "unchanged", "changed", "unmatched", "rejected"]
    notes: list[PermitImportNoteOut]


class PermitImportRows(BaseModel):
    items: list[PermitImportRowOut]
    next_cursor: str | None
