"""Reconciled flows as CSV: a header line, then one row a flow, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

from app.http.spreadsheet import safe_cell
from app.reconciliations.schemas import ReconciledFlowOut

_COLUMNS = (
    "position",
    "kind",
    "waste",
    "from",
    "to",
    "detail",
    "sent_tonnes",
    "sent_sigma_tonnes",
    "received_tonnes",
    "received_sigma_tonnes",
    "value_tonnes",
    "sd_tonnes",
    "half_width_95_tonnes",
    "z",
    "pair_z",
    "class",
    "flagged",
    "at_bound",
)


def csv_text(flows: Iterable[ReconciledFlowOut]) -> str:
    """Write the flows; what is not known stays empty, which is not nought."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    for flow in flows:
        writer.writerow([safe_cell(_text(cell)) for cell in _cells(flow)])
    return file.getvalue()


def _cells(flow: ReconciledFlowOut) -> tuple[object, ...]:
    sent, received = flow.sent, flow.received
    return (
        flow.position,
        flow.kind.value,
        flow.waste,
        flow.from_,
        flow.to,
        flow.detail,
        sent and sent.tonnes,
        sent and sent.sigma_tonnes,
        received and received.tonnes,
        received and received.sigma_tonnes,
        flow.value_tonnes,
        flow.sd_tonnes,
        flow.half_width_95_tonnes,
        flow.z,
        flow.pair_z,
        flow.class_.value,
        str(flow.flagged).lower(),
        str(flow.at_bound).lower(),
    )


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
