"""Ledger lines as the rows that reconciliation reads, without a database in between."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.ledger import Disposed, Line, Received, Sent, Used
from app.domain.periods import Month
from app.domain.quantities import grams_from_tonnes
from app.ledgers.models import FlowKind
from app.reconciliations.columns import Read, Rows
from app.reconciliations.gathering import measured_network
from app.reconciliations.measured import MeasuredNetwork
from app.reconciliations.models import MeasuredKind, Months
from chains.measures import METHOD_SIGMA
from chains.reconciliation import Options, Reconciliation, reconcile

JANUARY = Month(2025, 1)
Books = Mapping[tuple[str, Month], Sequence[Line]]
"""Site and month → lines; a month that is not there was not filed."""

_SPACE = uuid.UUID(int=0)
Key = tuple[Month, str, str, str, str]


def read_of(books: Books, *, scope: Sequence[str] | None = None) -> Read:
    """Rows of the books; every site is an enterprise of its own. Of sites outside of the scope only transfers are read."""
    sites = sorted({site for site, _ in books} if scope is None else scope)
    here = {(site, month): lines for (site, month), lines in books.items() if site in sites}
    lines: Rows = []
    own: Rows = []
    drawn: Rows = []
    for (site, month), told in here.items():
        for line in told:
            masses = (line.generated_grams, line.dumped_grams, line.opening_grams, line.closing_grams)
            lines.append((site, line.waste, month, line.method, *masses))
            own += [_own(site, line, FlowKind.USED, one.process, one, 0) for one in line.used]
            own += [
                _own(
                    site,
                    line,
                    FlowKind.DISPOSED,
                    one.method,
                    one,
                    one.grams - one.of_received_grams if one.compliant else 0,
                )
                for one in line.disposed
            ]
            drawn += [(site, line.waste, one.purpose, one.grams, one.prior_stock_grams) for one in line.sent]
    return Read(
        sites=[(site, site, "140212") for site in sites],
        filed=list(here),
        lines=lines,
        own=_summed(own, 5),
        drawn=_summed(drawn, 3),
        transfers=_transfers(books, set(sites)),
    )


def _own(
    site: str, line: Line, kind: FlowKind, process: str | None, flow: Used | Disposed, compliant: int
) -> tuple[object, ...]:
    return (
        site,
        line.waste,
        kind,
        process,
        line.method,
        flow.grams,
        float(flow.grams) ** 2,
        flow.of_received_grams,
        flow.prior_stock_grams,
        compliant,
    )


def _summed(rows: Rows, width: int) -> Rows:
    sums: dict[tuple[object, ...], list[float]] = {}
    for row in rows:
        before = sums.setdefault(tuple(row[:width]), [0] * (len(row) - width))
        for number, value in enumerate(row[width:]):
            before[number] += value
    return [(*key, *values) for key, values in sums.items()]


def _transfers(books: Books, scope: set[str]) -> Rows:
    sent: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    received: dict[Key, int] = defaultdict(int)
    for (site, month), lines in books.items():
        for line in lines:
            for one in line.sent:
                amounts = sent[month, line.waste, one.purpose, site, one.party]
                amounts[0] += one.grams
                amounts[1] += one.of_received_grams
            for taken in line.received:
                received[month, line.waste, taken.purpose, taken.party, site] += taken.grams
    rows: Rows = []
    for key in sorted({*sent, *received}):
        *_, giver, taker = key
        told = sent.get(key)
        rows.append(
            (
                *key,
                giver if giver in scope else None,
                taker if taker in scope else None,
                uuid.uuid5(_SPACE, giver),
                uuid.uuid5(_SPACE, taker),
                True,
                True,
                None if told is None else told[0],
                None if told is None else told[1],
                received.get(key),
                None,
                None,
            )
        )
    return [row for row in rows if row[5] is not None or row[6] is not None]


def measured(
    books: Books, months: Months = Months.CORRELATED, sigma: Mapping[str, float] = METHOD_SIGMA
) -> MeasuredNetwork:
    return measured_network(read_of(books), sigma, months)


def reconciled(found: MeasuredNetwork, alpha: float = 0.05) -> Reconciliation:
    return reconcile(found.network, found.reports, Options(alpha), found.bounds)


def flow_at(found: MeasuredNetwork, kind: MeasuredKind, site: str) -> int:
    """Position of the only flow of a kind that has the site on one end."""
    [position] = [
        number
        for number, flow in enumerate(found.flows)
        if flow.kind is kind and site in {end[0] for end in (flow.source, flow.target) if end is not None}
    ]
    return position


def line_of(body: Mapping[str, Any]) -> Line:
    """The line that the body of a ledger describes."""
    return Line(
        body["waste"],
        method=body.get("method"),
        opening_grams=_grams(body, "opening_stock_tonnes"),
        generated_grams=_grams(body, "generated_tonnes"),
        received=tuple(
            Received(one["from"], _grams(one, "tonnes"), one.get("purpose", "use"))
            for one in body.get("received", ())
        ),
        used=tuple(
            Used(_grams(one, "tonnes"), one.get("process"), None, *_parts(one))
            for one in body.get("used", ())
        ),
        disposed=tuple(
            Disposed(_grams(one, "tonnes"), one.get("method"), None, *_parts(one), one.get("compliant"))
            for one in body.get("disposed", ())
        ),
        sent=tuple(
            Sent(one["to"], _grams(one, "tonnes"), one.get("purpose", "use"), *_parts(one))
            for one in body.get("sent", ())
        ),
        dumped_grams=_grams(body, "dumped_tonnes"),
        closing_grams=_grams(body, "closing_stock_tonnes"),
    )


def _parts(entry: Mapping[str, Any]) -> tuple[int, int]:
    return _grams(entry, "prior_stock_tonnes"), _grams(entry, "received_tonnes")


def _grams(holder: Mapping[str, Any], name: str) -> int:
    return grams_from_tonnes(holder.get(name, "0"))
