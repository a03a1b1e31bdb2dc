"""The copy of record of a filing."""

from typing import Any, Literal, TypedDict


class ProofOut(TypedDict):
    """The way from the seal to the Merkle root of an anchor (RFC 6962)."""

    index: int
    path: list[str]
    size: int


class SealedRowOut(TypedDict):
    """An entry of the audit log with its seal."""

    entry: dict[str, str | int | None]
    marks: str
    previous: str
    seal: str


class CopyOfRecordOut(TypedDict):
    """What was filed, with its place in the audit log; `huanlian receipt verify` checks it without the service."""

    anchor: dict[str, str | int] | None
    content: dict[str, Any]
    format: Literal["huanlian-receipt/1"]
    ledger: str
    month: str
    proof: ProofOut | None
    row: SealedRowOut | None
    sha256: str
    site: str
    version: int
