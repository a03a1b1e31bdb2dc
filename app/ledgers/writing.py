"""What a set of filings changes, gathered first and then written with a few multi-row statements."""

import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update

from app.audit import service as audit
from app.db.base import table_of
from app.db.rows import insert_rows
from app.db.session import WriteSession
from app.domain.ledger import Disposed, LedgerContent, LedgerState, Line, Sent, Used, totals_of
from app.domain.ledger_checks import Warn
from app.enterprises.service import SiteRow
from app.ids import new_id
from app.ledgers import rollups
from app.ledgers.commands import Command, Filing, Intent
from app.ledgers.documents import warning_document
from app.ledgers.models import (
    FlowKind,
    Ledger,
    LedgerActivity,
    LedgerFlow,
    LedgerLine,
    LedgerTransition,
    LedgerVersion,
)
from app.ledgers.rollups import SUMMED, Key, Sums
from app.ledgers.surroundings import Current, SiteMonth, Surroundings, figures_of, sums_of
from app.transfers import service as transfers

Row = dict[str, Any]


class Batch:
    """The rows of a set of filings, not yet written."""

    def __init__(self) -> None:
        self._heads: dict[SiteMonth, Current] = {}
        self._versions: dict[uuid.UUID, Row] = {}
        self._lines: list[Row] = []
        self._flows: list[Row] = []
        self._activities: list[Row] = []
        self._transitions: list[Row] = []
        self._superseded: dict[uuid.UUID, datetime] = {}
        self._differences: dict[Key, Sums] = {}
        self._withdrawn: set[Key] = set()
        self._declared: dict[SiteMonth, transfers.Declared] = {}
        self._entries: list[audit.Entry] = []

    def place(
        self, filing: Filing, site: SiteRow, old: Current | None, warnings: tuple[Warn, ...]
    ) -> Current:
        """Gather the rows of one accepted ledger; answers what is now on file."""
        command, content, now = filing.command, filing.command.content, filing.filer.now
        version_id = new_id()
        lines = [_line_row(version_id, position, line) for position, line in enumerate(content.lines)]
        current = Current(
            ledger_id=old.ledger_id if old else new_id(),
            state=_state_after(command, old),
            version=old.version + 1 if old else 1,
            version_id=version_id,
            sha256=command.sha256,
            received_at=now,
            sums=sums_of(lines),
            figures=figures_of(lines),
            is_new=old is None or old.is_new,
        )
        if old is not None:
            self._supersede(old, now)
        self._versions[version_id] = _version_row(filing, current, warnings)
        self._lines += lines
        self._flows += [
            row
            for position, line in enumerate(content.lines)
            for row in _flow_rows(version_id, position, line)
        ]
        self._activities += _activity_rows(version_id, content)
        self._transitions.append(_transition_row(filing, old, current))
        self._heads[(site.id, content.month)] = current
        self._entries.append(_entry(filing, _change(site, old, current)))
        self._roll(site, content, old, current)
        if current.counts:
            self._declared[(site.id, content.month)] = transfers.Declared(site, content)
        return current

    def _supersede(self, old: Current, now: datetime) -> None:
        of_this_set = self._versions.get(old.version_id)
        if of_this_set is None:
            self._superseded[old.version_id] = now
        else:
            of_this_set["superseded_at"] = now

    def _roll(self, site: SiteRow, content: LedgerContent, old: Current | None, new: Current) -> None:
        for current, sign in ((old, -1), (new, 1)):
            if current is None or not current.counts:
                continue
            for waste, sums in current.sums.items():
                key = (site.region, waste, content.month)
                if sign < 0:
                    self._withdrawn.add(key)
                before = self._differences.get(key, (0,) * len(SUMMED))
                self._differences[key] = tuple(a + sign * b for a, b in zip(before, sums, strict=True))

    def write(self, session: WriteSession, around: Surroundings) -> None:
        """Write everything gathered; a dozen statements, however many ledgers."""
        self._write_heads(session)
        for model, rows in (
            (LedgerVersion, list(self._versions.values())),
            (LedgerLine, self._lines),
            (LedgerFlow, self._flows),
            (LedgerActivity, self._activities),
            (LedgerTransition, self._transitions),
        ):
            insert_rows(session, table_of(model), rows)
        if self._superseded:
            table = table_of(LedgerVersion)
            statement = update(table).where(table.c.id == bindparam("pk"))
            ended = [{"pk": version_id, "at": at} for version_id, at in self._superseded.items()]
            statement = statement.values(superseded_at=bindparam("at"))
            session.connection().execute(statement, ended)
        rollups.apply(session, self._differences)
        rollups.drop_empty(session, self._withdrawn)
        transfers.record(session, list(self._declared.values()), around.reported, around.parties)
        audit.record_each(session, self._entries)

    def _write_heads(self, session: WriteSession) -> None:
        fresh: list[Row] = []
        changed: list[Row] = []
        for (site_id, month), current in self._heads.items():
            row = {"state": current.state, "version": current.version, "version_id": current.version_id}
            if current.is_new:
                fresh.append({"id": current.ledger_id, "site_id": site_id, "month": month, **row})
                current.is_new = False
            else:
                changed.append({"pk": current.ledger_id, **row})
        insert_rows(session, table_of(Ledger), fresh)
        if changed:
            table = table_of(Ledger)
            statement = update(table).where(table.c.id == bindparam("pk"))
            values: dict[str, Any] = {name: bindparam(name) for name in ("state", "version", "version_id")}
            session.connection().execute(statement.values(values), changed)


def _version_row(filing: Filing, current: Current, warnings: tuple[Warn, ...]) -> Row:
    command = filing.command
    return {
        "id": current.version_id,
        "ledger_id": current.ledger_id,
        "number": current.version,
        "is_draft": command.draft,
        "nil": command.content.nil,
        "body": command.text,
        "warnings": json.dumps([warning_document(warn) for warn in warnings], ensure_ascii=False),
        "sha256": current.sha256,
        "signed_by": command.content.signed_by,
        "reason": command.reason,
        "filed_by": filing.filer.subject.actor,
        "received_at": current.received_at,
        "superseded_at": None,
    }


def _transition_row(filing: Filing, old: Current | None, current: Current) -> Row:
    return {
        "id": new_id(),
        "ledger_id": current.ledger_id,
        "from_state": old.state if old else None,
        "to_state": current.state,
        "reason": filing.command.reason,
        "actor": filing.filer.subject.actor,
        "at": current.received_at,
    }


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


def _line_row(version_id: uuid.UUID, position: int, line: Line) -> Row:
    totals = totals_of(line)
    return {
        "version_id": version_id,
        "position": position,
        "waste": line.waste,
        "waste_code": line.waste_code,
        "basis": line.basis,
        "moisture_millipercent": line.moisture_millipercent,
        "method": line.method,
        "opening_grams": line.opening_grams,
        "generated_grams": line.generated_grams,
        "received_grams": line.received_grams,
        "used_grams": line.used_grams,
        "disposed_grams": line.disposed_grams,
        "sent_grams": line.sent_grams,
        "dumped_grams": line.dumped_grams,
        "compliant_stored_grams": line.compliant_stored_grams,
        "closing_grams": line.closing_grams,
        "own_used_grams": totals.used_grams,
        "own_used_prior_grams": totals.used_from_prior_stock_grams,
        "own_disposed_grams": totals.disposed_grams,
        "own_disposed_prior_grams": totals.disposed_from_prior_stock_grams,
        "own_disposed_harmlessly_grams": totals.disposed_harmlessly_grams,
        "used_on_site_grams": totals.used_on_site_grams,
        "sent_for_use_grams": totals.sent_for_use_grams,
        "stored_grams": totals.stored_grams,
    }


_FLOW_NONE: Row = {
    "prior_stock_grams": 0,
    "of_received_grams": 0,
    **dict.fromkeys(("purpose", "party", "process", "product", "product_grams")),
    **dict.fromkeys(("facility", "compliant", "out_of_province")),
}


def _flow_rows(version_id: uuid.UUID, line_position: int, line: Line) -> list[Row]:
    """The entries of a line's four lists, each with the columns that its list has."""
    lists: dict[FlowKind, list[Row]] = {
        FlowKind.RECEIVED: [
            {"grams": r.grams, "party": r.party, "purpose": r.purpose} for r in line.received
        ],
        FlowKind.USED: [
            {**_masses(u), "process": u.process, "product": u.product, "product_grams": u.product_grams}
            for u in line.used
        ],
        FlowKind.DISPOSED: [
            {**_masses(d), "process": d.method, "facility": d.facility, "compliant": d.compliant}
            for d in line.disposed
        ],
        FlowKind.SENT: [
            {**_masses(s), "party": s.party, "purpose": s.purpose, "out_of_province": s.out_of_province}
            for s in line.sent
        ],
    }
    return [
        {
            **_FLOW_NONE,
            "version_id": version_id,
            "line": line_position,
            "kind": kind,
            "position": position,
            **row,
        }
        for kind, rows in lists.items()
        for position, row in enumerate(rows)
    ]


def _masses(flow: Used | Disposed | Sent) -> Row:
    return {
        "grams": flow.grams,
        "prior_stock_grams": flow.prior_stock_grams,
        "of_received_grams": flow.of_received_grams,
    }


def _activity_rows(version_id: uuid.UUID, content: LedgerContent) -> list[Row]:
    return [
        {
            "version_id": version_id,
            "position": position,
            "kind": activity.kind,
            "grams": activity.grams,
            "parameters": json.dumps(dict(activity.parameters), sort_keys=True),
        }
        for position, activity in enumerate(content.activity)
    ]
