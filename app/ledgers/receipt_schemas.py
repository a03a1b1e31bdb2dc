"""The JSON of receipts, and of what is said against a filing."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.http.fields import LongText


class RepudiationIn(BaseModel):
    """Which version is not one's own, and why."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"version": 1, "reason": "本单位未填报该月台账，疑似账号被盗用"}]},
    )

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    reason: LongText


class RepudiationOut(BaseModel):
    """That an enterprise said of a version that it is not its own; the version stays."""

    at: str
    actor: str
    reason: str


class SealedRowOut(BaseModel):
    """An entry of the audit log with its seal."""

    entry: dict[str, str | int | None]
    marks: str
    previous: str
    seal: str


class ProofOut(BaseModel):
    """The way from the seal to the Merkle root of an anchor (RFC 6962)."""

    index: int
    size: int
    path: list[str]


class CopyOfRecordOut(BaseModel):
    """What was filed, with its place in the audit log; `huanlian receipt verify` checks it without the service.

    `row` is null until the log has sealed the filing, seconds later; `proof` and `anchor` until the night after.
    """

    format: Literal["huanlian-receipt/1"]
    ledger: str
    version: int
    site: str
    month: str
    sha256: str
    content: dict[str, Any]
    row: SealedRowOut | None
    proof: ProofOut | None
    anchor: dict[str, str | int] | None
