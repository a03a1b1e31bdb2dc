"""The JSON of the audit log."""

from pydantic import BaseModel, ConfigDict, Field

from app.http.answers import TextOut

_EXAMPLE_SEAL = "9f2c" * 16


class AuditEntryOut(BaseModel):
    """One write, as it is sealed. `before` and `after` are SHA-256 of the object's canonical JSON."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": 4711,
                    "id": "01933b5c-7b1e-7c3a-9d43-6c0f6f3c2a10",
                    "at": "2026-01-10T08:00:00.000000Z",
                    "actor_kind": "enterprise",
                    "actor_id": "01933b5c-7b1d-7d21-8d0b-2f6f3c2a1000",
                    "actor_name": "示例电厂接口",
                    "request_id": "01933b5c-7b1c-7d21-8d0b-2f6f3c2a1000",
                    "address": "192.0.2.7",
                    "action": "ledger.submitted",
                    "object_kind": "ledger",
                    "object_id": "01933b5c-7b1d-7d21-8d0b-2f6f3c2a1001",
                    "version": 1,
                    "before": None,
                    "after": _EXAMPLE_SEAL,
                    "region": "140212",
                }
            ]
        }
    )

    number: int | None = Field(description="its place in the chain, from 1; null while it waits for its seal")
    id: str
    at: str
    actor_kind: str = Field(
        description="a role; operator (at the command line), worker (the service), setup (the first page)"
    )
    actor_id: str | None
    actor_name: str
    request_id: str | None
    address: str | None
    action: str
    object_kind: str
    object_id: str
    version: int | None
    before: str | None
    after: str | None
    region: str | None


class AuditRowOut(BaseModel):
    """An entry with its seal; `marks`, `previous` and `seal` are null while it waits for it."""

    entry: AuditEntryOut
    sealed: bool
    marks: str | None
    previous: str | None
    seal: str | None


class AuditPage(BaseModel):
    """Some entries, the newest first, and where to go on."""

    items: list[AuditRowOut]
    next_cursor: str | None


class FlawOut(BaseModel):
    """What is wrong with which field of which entry."""

    number: int | None
    field: str
    code: str
    message: TextOut


class VerifiedOut(BaseModel):
    """What a check of a stretch of the chain found; `next_after` is where to go on, null at the end."""

    ok: bool
    checked: int
    first: int | None
    last: int | None
    head: str | None = Field(description="the seal of the last entry checked")
    unsealed: int = Field(description="entries that wait for their seal")
    anchors_met: int
    flaw_count: int
    flaws: list[FlawOut]
    next_after: int | None


class AnchorOut(BaseModel):
    """How far the chain had come on a day: the entries `first` to `number`, the last seal, the Merkle root over all."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-01-11",
                    "first": 4698,
                    "number": 4711,
                    "seal": _EXAMPLE_SEAL,
                    "root": _EXAMPLE_SEAL,
                    "at": "2026-01-10T16:10:00Z",
                }
            ]
        }
    )

    day: str
    first: int
    number: int
    seal: str
    root: str
    at: str


class AnchorPage(BaseModel):
    """Some anchors, the newest first, and where to go on."""

    items: list[AnchorOut]
    next_cursor: str | None
