"""Many ledgers in one call: read line by line, filed as one set, answered line by line in the order of the input."""

from dataclasses import dataclass
from typing import Any, Literal

from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.http.bulk import entries_of, read_entry
from app.http.problems import Invalid, Problem, fault_document
from app.ledgers.commands import Command, Filer, Intent, Outcome, Result
from app.ledgers.file import file
from app.ledgers.schemas import LedgerIn

MAX_LEDGERS = 1_000
Mode = Literal["atomic", "each"]


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """Per-line results; `refused` says that because of one of them nothing was written."""

    mode: Mode
    summary: dict[str, int]
    items: list[dict[str, Any]]

    @property
    def refused(self) -> bool:
        return self.mode == "atomic" and bool(self.summary[Outcome.REJECTED])

    @property
    def happened(self) -> dict[str, int]:
        """How many ledgers had which outcome in the end; of a refused call only the rejections count."""
        rejected = Outcome.REJECTED.value
        return {rejected: self.summary[rejected]} if self.refused else self.summary

    def document(self) -> dict[str, Any]:
        return {"mode": self.mode, "summary": self.summary, "items": self.items}


def read(body: bytes, *, ndjson: bool) -> list[LedgerIn | Invalid]:
    """The ledgers of a body, or why one could not be read. A body that is no list at all is refused as a whole."""
    entries = entries_of(body, Message("台账", "ledgers"), ndjson=ndjson, most=MAX_LEDGERS)
    return [read_ledger(entry) for entry in entries]


def read_ledger(entry: Any) -> LedgerIn | Invalid:
    """One ledger of a document or of its JSON text, or why it could not be read."""
    return read_entry(LedgerIn, entry)


def file_bulk(
    session: WriteSession, entries: list[LedgerIn | Invalid], mode: Mode, filer: Filer
) -> BulkAnswer:
    """File what can be filed; in `atomic` mode nothing at all when one line is refused. The caller commits."""
    good = {place: entry for place, entry in enumerate(entries) if isinstance(entry, LedgerIn)}
    commands = [
        Command(entry.content(), Intent.UPSERT, draft=entry.draft, reason=entry.reason)
        for entry in good.values()
    ]
    unreadable = len(good) < len(entries)
    results = iter(
        file(session, commands, filer, dry_run=mode == "atomic" and unreadable, atomic=mode == "atomic")
    )
    items = [
        _item(place, next(results)) if place in good else _rejected(place, entry)  # type: ignore[arg-type]
        for place, entry in enumerate(entries)
    ]
    summary = {outcome.value: sum(item["outcome"] == outcome for item in items) for outcome in Outcome}
    return BulkAnswer(mode, summary, items)


def _item(place: int, result: Result) -> dict[str, Any]:
    if result.problem is not None:
        return _rejected(place, result.problem) | {"site": result.site, "month": str(result.month)}
    received_at = result.received_at.isoformat() if result.received_at else None
    return {
        "line": place,
        "outcome": result.outcome.value,
        "id": str(result.ledger_id),
        "site": result.site,
        "month": str(result.month),
        "version": result.version,
        "receipt": {"sha256": result.sha256, "received_at": received_at},
        "warnings": list(result.told),
        "errors": [],
    }


def _rejected(place: int, problem: Problem) -> dict[str, Any]:
    faults = problem.errors or (Fault("", problem.code, problem.detail),)
    return {
        "line": place,
        "outcome": Outcome.REJECTED.value,
        "id": problem.extra.get("ledger", {}).get("id"),
        "site": None,
        "month": None,
        "version": None,
        "receipt": None,
        "warnings": [],
        "errors": [fault_document(fault) for fault in faults],
    }
