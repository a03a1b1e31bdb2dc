"""The months that a site has on file, line by line: of each month the version that counts, drafts left out."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from app.db.session import ReadSession
from app.domain.ledger import Disposed, LedgerState, Line, Purpose, Received, Sent, Used
from app.domain.periods import Month
from app.domain.permits.case import FiledMonth
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerLine, LedgerVersion

_PURPOSES: Mapping[str | None, Purpose] = {"use": "use", "dispose": "dispose", "store": "store"}
_Flows = Mapping[FlowKind, list[LedgerFlow]]


@dataclass(frozen=True, slots=True)
class FiledReceipt:
    """A month on file as the enterprise can prove it: the copy of record's hash, and when it came."""

    month: Month
    ledger: str
    version: int
    state: str
    sha256: str
    received_at: datetime


def on_file(
    session: ReadSession, site_id: uuid.UUID, until: Month | None
) -> tuple[tuple[FiledMonth, ...], dict[Month, FiledReceipt]]:
    """The months on file in their order, up to one, and their receipts."""
    wanted = [Ledger.site_id == site_id, Ledger.state != LedgerState.DRAFT]
    if until is not None:
        wanted.append(Ledger.month <= until)
    heads = select(Ledger, LedgerVersion).join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
    lines = _lines(session, wanted)
    filed, receipts = [], {}
    for ledger, version in session.execute(heads.where(*wanted).order_by(Ledger.month)):
        name = str(ledger.id)
        filed.append(FiledMonth(ledger.month, tuple(lines[version.id]), name, version.number))
        receipts[ledger.month] = FiledReceipt(
            ledger.month, name, version.number, ledger.state.value, version.sha256, version.received_at
        )
    return tuple(filed), receipts


def _lines(session: ReadSession, wanted: Iterable[ColumnElement[bool]]) -> Mapping[uuid.UUID, list[Line]]:
    flows: dict[tuple[uuid.UUID, int], dict[FlowKind, list[LedgerFlow]]] = defaultdict(
        lambda: defaultdict(list)
    )
    query: Any = select(LedgerFlow).join(Ledger, Ledger.version_id == LedgerFlow.version_id)
    order = (LedgerFlow.version_id, LedgerFlow.line, LedgerFlow.kind, LedgerFlow.position)
    for flow in session.scalars(query.where(*wanted).order_by(*order)):
        flows[flow.version_id, flow.line][flow.kind].append(flow)
    found: dict[uuid.UUID, list[Line]] = defaultdict(list)
    query = select(LedgerLine).join(Ledger, Ledger.version_id == LedgerLine.version_id)
    for row in session.scalars(query.where(*wanted).order_by(LedgerLine.version_id, LedgerLine.position)):
        found[row.version_id].append(_line(row, flows[row.version_id, row.position]))
    return found


def _line(row: LedgerLine, flows: _Flows) -> Line:
    return Line(
        waste=row.waste,
        waste_code=row.waste_code,
        method=row.method,
        opening_grams=row.opening_grams,
        generated_grams=row.generated_grams,
        received=tuple(
            Received(each.party or "", each.grams, _PURPOSES.get(each.purpose, "use"))
            for each in flows.get(FlowKind.RECEIVED, ())
        ),
        used=tuple(
            Used(
                each.grams,
                each.process,
                each.product,
                each.prior_stock_grams,
                each.of_received_grams,
                each.product_grams,
            )
            for each in flows.get(FlowKind.USED, ())
        ),
        disposed=tuple(_disposed(each) for each in flows.get(FlowKind.DISPOSED, ())),
        sent=tuple(_sent(each) for each in flows.get(FlowKind.SENT, ())),
        dumped_grams=row.dumped_grams,
        compliant_stored_grams=row.compliant_stored_grams,
        closing_grams=row.closing_grams,
    )


def _disposed(each: LedgerFlow) -> Disposed:
    # The method of a disposal stands in the column of the process.
    return Disposed(
        each.grams,
        each.process,
        each.facility,
        each.prior_stock_grams,
        each.of_received_grams,
        each.compliant,
    )


def _sent(each: LedgerFlow) -> Sent:
    return Sent(
        each.party or "",
        each.grams,
        _PURPOSES.get(each.purpose, "use"),
        each.prior_stock_grams,
        each.of_received_grams,
        bool(each.out_of_province),
    )
