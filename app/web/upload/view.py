"""The upload pages as their templates show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Message
from app.domain.periods import Month
from app.imports.columns import BY_KEY
from app.imports.models import Import, ImportedLedger, ImportState
from app.imports.service import Choices, outcome_words
from app.web.languages import Language
from app.web.numbers import moment
from app.web.numbers import month as month_text
from app.web.texts import text
from app.web.view_models import Choice

_UNDER_WAY = (ImportState.QUEUED, ImportState.RUNNING, ImportState.FAILED)
_MOST_NOTES = 12


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of the list."""

    name: str
    address: str
    when: str
    what: str
    state: str
    result: str


@dataclass(frozen=True, slots=True)
class UploadPage:
    """Where files are taken and sent."""

    sites: tuple[Choice, ...]
    month: str
    limit: str
    files: tuple[FileLine, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What became of one ledger of a file."""

    site: str
    month: str
    address: str
    outcome: str
    words: str
    rows: str
    notes: tuple[tuple[str, str], ...]
    more_notes: str


@dataclass(frozen=True, slots=True)
class FilePage:
    """One file: how far it is, or what became of it."""

    id: str
    name: str
    address: str
    when: str
    state: str
    state_words: str
    under_way: bool
    percent: int
    progress: str
    verdict: str
    counts: str
    can_file: bool
    has_answer: bool
    faults: tuple[str, ...]
    ledgers: tuple[LedgerLine, ...]
    only_rejected: bool
    any_rejected: bool
    more: str


def upload_view(
    files: Sequence[Import],
    offered: Choices,
    month: Month,
    most_bytes: int,
    timezone: str,
    language: Language,
    faults: Sequence[Message] = (),
) -> UploadPage:
    """Place everything."""
    sites = [Choice("", text("upload.all_sites", language), chosen=True)]
    sites += [Choice(site.code, language.of(site.name), chosen=False) for site in offered.sites]
    return UploadPage(
        tuple(sites),
        str(month),
        text("upload.step.file.lead", language, size=str(most_bytes // (1024 * 1024))),
        tuple(_file(made, timezone, language) for made in files),
        tuple(language.heading(fault) for fault in faults),
    )


def _file(made: Import, timezone: str, language: Language) -> FileLine:
    return FileLine(
        made.name,
        f"/upload/{made.id}",
        moment(made.created_at, timezone),
        text("upload.is_preview" if made.dry_run else "upload.is_filing", language),
        text(f"upload.state.{made.state.value}", language),
        _counts(made, language) if made.state is ImportState.DONE else "",
    )


def _counts(made: Import, language: Language) -> str:
    counted = {name: f"{getattr(made, name):,}" for name in ("created", "amended", "unchanged", "rejected")}
    return text("upload.counts", language, **counted)


def file_view(
    made: Import,
    ledgers: Sequence[ImportedLedger],
    following: int | None,
    timezone: str,
    language: Language,
    *,
    only_rejected: bool,
) -> FilePage:
    """Place everything."""
    address = f"/upload/{made.id}"
    outcome = "&outcome=rejected" if only_rejected else ""
    return FilePage(
        id=str(made.id),
        name=made.name,
        address=address,
        when=moment(made.created_at, timezone),
        state=made.state.value,
        state_words=text(f"upload.state.{made.state.value}", language),
        under_way=made.state in _UNDER_WAY,
        percent=made.done_permille // 10,
        progress=text(
            "upload.progress", language, percent=str(made.done_permille // 10), rows=f"{made.rows_done:,}"
        ),
        verdict=_verdict(made, language),
        counts=_counts(made, language),
        can_file=made.dry_run and made.state is ImportState.DONE and made.created + made.amended > 0,
        has_answer=made.state is ImportState.DONE,
        faults=tuple(_fault(fault, language) for fault in made.faults),
        ledgers=tuple(_ledger(made, ledger, language) for ledger in ledgers),
        only_rejected=only_rejected,
        any_rejected=made.rejected > 0,
        more="" if following is None else f"{address}?after={following}{outcome}",
    )


def _verdict(made: Import, language: Language) -> str:
    if made.state is not ImportState.DONE:
        return ""
    if made.dry_run:
        return text("upload.previewed", language)
    if made.saved:
        return text("upload.saved", language) + (text("upload.partly", language) if made.rejected else "")
    return text("upload.nothing_saved" if made.rejected else "upload.unchanged", language)


def _fault(fault: Mapping[str, Any], language: Language) -> str:
    where = [text("upload.where", language, row=str(fault["row"]))] if fault["row"] else []
    if fault["column"]:
        where.append(text("upload.column", language, column=fault["column"]))
    words = language.heading(Message(fault["message"]["zh"], fault["message"]["en"]))
    return " ".join([*where, words])


def _ledger(made: Import, ledger: ImportedLedger, language: Language) -> LedgerLine:
    first, last = ledger.first_row, ledger.last_row
    on_file = ledger.ledger_id is not None and made.saved
    return LedgerLine(
        site=ledger.site or "—",
        month="—" if ledger.month is None else month_text(ledger.month, language),
        address=f"/ledgers/{ledger.site}/{ledger.month}" if on_file else "",
        outcome=ledger.outcome,
        words=language.of(outcome_words(made, ledger.outcome)),
        rows=str(first) if first == last else f"{first}–{last}",
        notes=tuple((note["severity"], _note(note, language)) for note in ledger.notes[:_MOST_NOTES]),
        more_notes=text("upload.notes.more", language, count=str(len(ledger.notes) - _MOST_NOTES))
        if len(ledger.notes) > _MOST_NOTES
        else "",
    )


def _note(note: Mapping[str, Any], language: Language) -> str:
    words = language.heading(Message(note["message"]["zh"], note["message"]["en"]))
    column = BY_KEY.get(note["column"] or "")
    if column is None:
        return text("upload.note.row", language, row=str(note["row"]), words=words)
    head = language.of(column.head)
    return text("upload.note", language, row=str(note["row"]), column=head, words=words)
