"""The lines, flows and activities of a ledger as rows, their values in the order of the columns named here."""

import json
import uuid
from collections.abc import Iterator
from operator import attrgetter

from app.db.rows import Plain
from app.domain.ledger import LedgerContent, Line, totals_of
from app.ledgers.models import FlowKind

_OF_LINE = (
    "waste",
    "waste_code",
    "basis",
    "moisture_millipercent",
    "method",
    "opening_grams",
    "generated_grams",
    "received_grams",
    "used_grams",
    "disposed_grams",
    "sent_grams",
    "dumped_grams",
    "compliant_stored_grams",
    "closing_grams",
)
# Column → what `totals_of` calls it.
_OF_TOTALS = {
    "own_used_grams": "used_grams",
    "own_used_prior_grams": "used_from_prior_stock_grams",
    "own_disposed_grams": "disposed_grams",
    "own_disposed_prior_grams": "disposed_from_prior_stock_grams",
    "own_disposed_harmlessly_grams": "disposed_harmlessly_grams",
    "used_on_site_grams": "used_on_site_grams",
    "sent_for_use_grams": "sent_for_use_grams",
    "stored_grams": "stored_grams",
}
LINES = ("version_id", "position", *_OF_LINE, *_OF_TOTALS)
FLOWS = (
    *("version_id", "line", "kind", "position"),
    *("grams", "prior_stock_grams", "of_received_grams"),
    *("purpose", "party", "out_of_province"),
    *("process", "product", "product_grams"),
    *("facility", "compliant"),
)
ACTIVITIES = ("version_id", "position", "kind", "grams", "parameters")

_line = attrgetter(*_OF_LINE)
_totals = attrgetter(*_OF_TOTALS.values())


def line_row(version_id: uuid.UUID, position: int, line: Line) -> Plain:
    """The values of `LINES`."""
    return (version_id, position, *_line(line), *_totals(totals_of(line)))


def flow_rows(version_id: uuid.UUID, line_position: int, line: Line) -> Iterator[Plain]:
    """The values of `FLOWS` for the entries of a line's four lists, each with the columns that its list has."""
    nowhere, unmade, unplaced = (None, None, None), (None, None, None), (None, None)
    place = (version_id, line_position)
    for position, taken in enumerate(line.received):
        by = (taken.purpose, taken.party, None)
        yield (*place, FlowKind.RECEIVED, position, taken.grams, 0, 0, *by, *unmade, *unplaced)
    for position, used in enumerate(line.used):
        masses = (used.grams, used.prior_stock_grams, used.of_received_grams)
        made = (used.process, used.product, used.product_grams)
        yield (*place, FlowKind.USED, position, *masses, *nowhere, *made, *unplaced)
    for position, disposed in enumerate(line.disposed):
        masses = (disposed.grams, disposed.prior_stock_grams, disposed.of_received_grams)
        made, at = (disposed.method, None, None), (disposed.facility, disposed.compliant)
        yield (*place, FlowKind.DISPOSED, position, *masses, *nowhere, *made, *at)
    for position, sent in enumerate(line.sent):
        masses = (sent.grams, sent.prior_stock_grams, sent.of_received_grams)
        to = (sent.purpose, sent.party, sent.out_of_province)
        yield (*place, FlowKind.SENT, position, *masses, *to, *unmade, *unplaced)


def activity_rows(version_id: uuid.UUID, content: LedgerContent) -> Iterator[Plain]:
    """The values of `ACTIVITIES`."""
    for position, activity in enumerate(content.activity):
        parameters = json.dumps(dict(activity.parameters), sort_keys=True)
        yield version_id, position, activity.kind, activity.grams, parameters
