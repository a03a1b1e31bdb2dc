"""The JSON of imports."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.http.answers import TextOut

Outcome = Literal["created", "unchanged", "amended", "rejected"]


class FileFaultOut(BaseModel):
    """Why the file as a whole could not be taken; `column` is the head as it stands in the file."""

    code: str
    row: int | None
    column: str | None
    message: TextOut


class SummaryOut(BaseModel):
    """How many ledgers had which outcome; `with_warnings` counts those accepted with something said about them."""

    created: int
    unchanged: int
    amended: int
    rejected: int
    with_warnings: int


class ImportOut(BaseModel):
    """A file on its way into the ledgers. `saved` says whether anything of it is on file now."""

    id: str
    name: str
    kind: Literal["xlsx", "csv", "ndjson", "parquet"]
    size: int
    sha256: str
    mode: Literal["each", "atomic"]
    dry_run: bool
    state: Annotated[
        Literal["queued", "running", "done", "refused", "failed"],
        Field(description="refused: the file cannot be read; failed: it is tried again by itself"),
    ]
    progress_percent: int
    rows_done: int
    saved: bool
    summary: SummaryOut
    faults: list[FileFaultOut]
    created_at: str
    ended_at: str | None


class ImportPage(BaseModel):
    """Some imports, the newest first, and where to go on."""

    items: list[ImportOut]
    next_cursor: str | None


class NoteOut(BaseModel):
    """What is said of one cell: the row as the spreadsheet counts, the column by key and by head."""

    row: int
    column: str | None
    head: TextOut | None
    code: str
    severity: Literal["error", "warning", "info"]
    message: TextOut


class ImportedLedgerOut(BaseModel):
    """What became of the ledger in some rows of the file; in a preview, what would have."""

    position: int
    first_row: int
    last_row: int
    site: str | None
    month: str | None
    outcome: Outcome
    ledger: str | None
    version: int | None
    notes: list[NoteOut]


class ImportedLedgerPage(BaseModel):
    """Some ledgers in the order of the file, and where to go on."""

    items: list[ImportedLedgerOut]
    next_cursor: str | None
