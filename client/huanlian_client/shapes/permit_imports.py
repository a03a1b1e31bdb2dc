"""Files of many permits on their way in."""

from typing import Literal, TypedDict

from huanlian_client.shapes.values import TextOut


class PermitImportOut(TypedDict):
    """A file on its way in. `rows_total` is known when it has been read to its end; `counts` are rows by outcome."""

    counts: dict[str, int]
    created_at: str
    failure: dict[str, str] | None
    finished_at: str | None
    format: Literal["xlsx", "csv", "json"]
    id: str
    mapping: str
    name: str
    rows_done: int
    rows_total: int | None
    sha256: str
    size: int
    state: Literal["waiting", "running", "done", "failed"]


class PermitImportNoteOut(TypedDict):
    """What is said of a row; `field` is our name of the column."""

    code: str
    field: str | None
    message: TextOut
    severity: Literal["error", "warning"]


class PermitImportRowOut(TypedDict):
    """What became of one row of a file."""

    notes: list[PermitImportNoteOut]
    outcome: Literal["created", "unchanged", "changed", "unmatched", "rejected"]
    permit: str | None
    row: int


class PermitImportRows(TypedDict):
    """The rows of a file and where to go on."""

    items: list[PermitImportRowOut]
    next_cursor: str | None
