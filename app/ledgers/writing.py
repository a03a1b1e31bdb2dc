"""What a set of filings changes, gathered first and then written with a few multi-row statements."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from operator import add, itemgetter, sub
from typing import Any

from pydantic_core import to_json
from sqlalchemy import bindparam, update

from app.audit import service as audit
from app.db.base import table_of
from app.db.rows import Plain, insert_plain
from app.db.session import WriteSession
from app.domain.ledger import LedgerContent, LedgerState
from app.enterprises.service import SiteRow
from app.ids import new_id
from app.ledgers import rollups
from app.ledgers.commands import Command, Filing, Intent
from app.ledgers.line_rows import ACTIVITIES, FLOWS, LINES, activity_rows, flow_rows, line_row
from app.ledgers.models import (
    Ledger,
    LedgerActivity,
    LedgerFlow,
    LedgerLine,
    LedgerTransition,
    LedgerVersion,
)
from app.ledgers.rollups import SUMMED, Key, Sums
from app.ledgers.surroundings import FIGURES, Current, SiteMonth, Surroundings
from app.transfers import service as transfers

_HEAD_STATE = ("state", "version", "version_id")
_VERSIONS = (
    *("id", "ledger_id", "number"),
    *("is_draft", "nil", "body"),
    "warnings",
    *("sha256", "signed_by", "reason"),
    *("filed_by", "received_at", "superseded_at"),
)
_TRANSITIONS = ("id", "ledger_id", "from_state", "to_state", "reason", "actor", "at")
_NOTHING = (0,) * len(SUMMED)
_figures_of = itemgetter(*(LINES.index(name) for name in FIGURES))


class Batch:
    """The rows of a set of filings, not yet written."""

    def __init__(self) -> None:
        self._heads: dict[SiteMonth, Current] = {}
        self._versions: dict[uuid.UUID, Plain] = {}
        self._lines: list[Plain] = []
        self._flows: list[Plain] = []
        self._activities: list[Plain] = []
        self._transitions: list[Plain] = []
        self._superseded: dict[uuid.UUID, datetime] = {}
        self._differences: dict[Key, Sums] = {}
        self._withdrawn: set[Key] = set()
        self._said: dict[SiteMonth, transfers.Resolved] = {}
        self._entries: list[audit.Entry] = []

    def place(
        self, filing: Filing, said: transfers.Resolved, old: Current | None, told: Sequence[dict[str, Any]]
    ) -> Current:
        """Gather the rows of one accepted ledger; answers what is now on file."""
        command, now, site = filing.command, filing.filer.now, said.report.site
        content = command.content
        version_id = new_id()
        lines = [line_row(version_id, position, line) for position, line in enumerate(content.lines)]
        current = Current(
            ledger_id=old.ledger_id if old else new_id(),
            state=_state_after(command, old),
            version=old.version + 1 if old else 1,
            version_id=version_id,
            sha256=command.sha256,
            received_at=now,
            lines=[_figures_of(line) for line in lines],
            is_new=old is None or old.is_new,
        )
        if old is not None:
            self._supersede(old, now)
        self._versions[version_id] = _version_row(filing, current, told)
        self._lines += lines
        for position, line in enumerate(content.lines):
            self._flows += flow_rows(version_id, position, line)
        self._activities += activity_rows(version_id, content)
        self._transitions.append(_transition_row(filing, old, current))
        self._heads[(site.id, content.month)] = current
        self._entries.append(_entry(filing, _change(site, old, current)))
        self._roll(site, content, old, current)
        if current.counts:
            self._said[(site.id, content.month)] = said
        return current

    def _supersede(self, old: Current, now: datetime) -> None:
        of_this_set = self._versions.get(old.version_id)
        if of_this_set is None:
            self._superseded[old.version_id] = now
        else:
            self._versions[old.version_id] = (*of_this_set[:-1], now)

    def _roll(self, site: SiteRow, content: LedgerContent, old: Current | None, new: Current) -> None:
        for current, sign in ((old, -1), (new, 1)):
            if current is None or not current.counts:
                continue
            for waste, sums in current.sums.items():
                key = (site.region, waste, content.month)
                if sign < 0:
                    self._withdrawn.add(key)
                before = self._differences.get(key, _NOTHING)
                self._differences[key] = tuple(map(add if sign > 0 else sub, before, sums))

    def write(self, session: WriteSession, around: Surroundings) -> None:
        """Write everything gathered but its sums; a dozen statements, however many ledgers."""
        self._write_heads(session)
        for model, columns, rows in (
            (LedgerVersion, _VERSIONS, list(self._versions.values())),
            (LedgerLine, LINES, self._lines),
            (LedgerFlow, FLOWS, self._flows),
            (LedgerActivity, ACTIVITIES, self._activities),
            (LedgerTransition, _TRANSITIONS, self._transitions),
        ):
            insert_plain(session, table_of(model), columns, rows)
        if self._superseded:
            table = table_of(LedgerVersion)
            statement = update(table).where(table.c.id == bindparam("pk"))
            ended = [{"pk": version_id, "at": at} for version_id, at in self._superseded.items()]
            statement = statement.values(superseded_at=bindparam("at"))
            session.connection().execute(statement, ended)
        transfers.record(session, list(self._said.values()), around.reported.rows)
        audit.record_each(session, self._entries)

    def sum_up(self, session: WriteSession) -> None:
        """Add to the rollup, last of all: from here to the commit nobody else can file for these regions and months."""
        rollups.apply(session, self._differences)
        rollups.drop_empty(session, self._withdrawn)

    def _write_heads(self, session: WriteSession) -> None:
        fresh: list[Plain] = []
        changed: list[dict[str, Any]] = []
        for (site_id, month), current in self._heads.items():
            now = (current.state, current.version, current.version_id)
            if current.is_new:
                fresh.append((current.ledger_id, site_id, month, *now))
                current.is_new = False
            else:
                changed.append({"pk": current.ledger_id, **dict(zip(_HEAD_STATE, now, strict=True))})
        insert_plain(session, table_of(Ledger), ("id", "site_id", "month", *_HEAD_STATE), fresh)
        if changed:
            table = table_of(Ledger)
            statement = update(table).where(table.c.id == bindparam("pk"))
            values: dict[str, Any] = {name: bindparam(name) for name in _HEAD_STATE}
            session.connection().execute(statement.values(values), changed)


def _version_row(filing: Filing, current: Current, told: Sequence[dict[str, Any]]) -> Plain:
    command, content = filing.command, filing.command.content
    return (
        *(current.version_id, current.ledger_id, current.version),
        *(command.draft, content.nil, command.text),
        to_json(told).decode(),
        *(current.sha256, content.signed_by, command.reason),
        *(filing.filer.subject.actor, current.received_at, None),
    )


def _transition_row(filing: Filing, old: Current | None, current: Current) -> Plain:
    moved = (old.state if old else None, current.state)
    by = (filing.command.reason, filing.filer.subject.actor, current.received_at)
    return (new_id(), current.ledger_id, *moved, *by)


def _entry(filing: Filing, change: audit.Change) -> audit.Entry:
    filer = filing.filer
    return audit.Entry(change, audit.Actor.of(filer.subject), filer.now, filer.request)


def _change(site: SiteRow, old: Current | None, current: Current) -> audit.Change:
    """What the log says of a filing; its hashes are the receipts."""
    if not current.counts:
        action = "ledger.drafted"
    else:
        action = "ledger.amended" if old is not None and old.counts else "ledger.submitted"
    before = None if old is None else old.sha256
    return audit.Change(
        action, "ledger", str(current.ledger_id), before, current.sha256, current.version, site.region
    )


def _state_after(command: Command, old: Current | None) -> LedgerState:
    """A correction of a closed month leaves the month closed; any other filing waits for the regulator again."""
    if command.draft:
        return LedgerState.DRAFT
    amends = command.intent is not Intent.FILE and old is not None
    if amends and old is not None and old.state is LedgerState.CLOSED:
        return LedgerState.CLOSED
    return LedgerState.SUBMITTED
