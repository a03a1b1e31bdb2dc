"""From the rows of ledgers to the measured network (docs/engine.md, “Reconciling ledgers”)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE
from app.ledgers.models import FlowKind
from app.reconciliations.columns import Read, Rows
from app.reconciliations.measured import (
    FLOOR_GRAMS,
    MeasuredFlow,
    MeasuredNetwork,
    Readings,
    Report,
    Stream,
    Terms,
    assemble,
)
from app.reconciliations.models import MeasuredKind, Months
from app.reconciliations.pairing import Precision, Transfers

SiteMonth = tuple[str, Month]

NO_METHOD = "estimate"
"""How a figure without a method of measurement counts."""


def measured_network(read: Read, sigma: Mapping[str, float], months: Months) -> MeasuredNetwork:
    """Build the network. `sigma`: relative standard uncertainty (1σ) of each method of measurement."""
    lines = _Lines(read.lines, sigma)
    # A ledger that was filed between two of the statements stands among the lines alone.
    filed = {(site, month) for site, month in read.filed} | lines.months
    flows = [
        *_from_lines(lines, filed, months),
        *_own_flows(read.own, sigma, months),
        *Transfers(
            read.transfers,
            filed,
            lines.precision(sigma[NO_METHOD]),
            {(site, waste, purpose): prior / grams for site, waste, purpose, grams, prior in read.drawn},
        ).flows(months),
    ]
    ends = (end for flow in flows for end in (flow.source, flow.target) if end is not None)
    return assemble(ends, flows)


@dataclass(slots=True)
class _Stock:
    """Opening and closing stock of a stream's month [g]."""

    opening: int = 0
    closing: int = 0


@dataclass(slots=True)
class _StreamLines:
    """What the lines of a stream say."""

    generated: Readings = field(default_factory=Readings)
    dumped: Readings = field(default_factory=Readings)
    stock: dict[Month, _Stock] = field(default_factory=lambda: defaultdict(_Stock))
    turnover: int = 0
    weighed: float = 0.0

    def relative_sigma(self, otherwise: float) -> float:
        """Relative σ of the stream as a whole, by turnover."""
        return self.weighed / self.turnover if self.turnover else otherwise


class _Lines:
    """Lines gathered by stream; the least exact of several methods of a stream's month counts for the month."""

    def __init__(self, rows: Rows, sigma: Mapping[str, float]) -> None:
        self.streams: dict[Stream, _StreamLines] = defaultdict(_StreamLines)
        self._by_month: dict[tuple[str, str, Month], float] = {}
        self.unknown = sigma[NO_METHOD]
        for site, waste, month, method, generated, dumped, opening, closing in rows:
            own = sigma.get(method or NO_METHOD, self.unknown)
            lines = self.streams[site, waste]
            lines.generated.add(generated, own)
            lines.dumped.add(dumped, own)
            stock = lines.stock[month]
            stock.opening += opening
            stock.closing += closing
            turnover = generated + dumped + opening + closing
            lines.turnover += turnover
            lines.weighed += own * turnover
            key = (site, waste, month)
            self._by_month[key] = max(own, self._by_month.get(key, 0.0))

    @property
    def months(self) -> set[SiteMonth]:
        """Sites and months with a line."""
        return {(site, month) for site, _, month in self._by_month}

    def precision(self, unknown: float) -> Precision:
        by_stream = {stream: lines.relative_sigma(unknown) for stream, lines in self.streams.items()}
        return Precision(self._by_month, by_stream, unknown)


def _from_lines(lines: _Lines, filed: set[SiteMonth], months: Months) -> Iterator[MeasuredFlow]:
    runs = _runs(filed)
    for stream, told in lines.streams.items():
        if told.generated.grams:
            report = Report(told.generated.grams, told.generated.sigma(months))
            terms: Terms = (("generated_grams", 1.0),)
            yield MeasuredFlow(MeasuredKind.GENERATED, None, stream, None, None, report, taking=terms)
        if told.dumped.grams:
            report = Report(told.dumped.grams, told.dumped.sigma(months))
            terms = (("dumped_grams", 1.0),)
            yield MeasuredFlow(MeasuredKind.DUMPED, stream, None, None, report, None, giving=terms)
        yield from _stock_increase(stream, told, lines.unknown, runs, months)


def _stock_increase(
    stream: Stream,
    told: _StreamLines,
    unknown: float,
    runs: Mapping[SiteMonth, int],
    months: Months,
) -> Iterator[MeasuredFlow]:
    """Take the change of the stock over each run of filed months: what a month without a ledger did is unknown."""
    spans: dict[int, list[Month]] = defaultdict(list)
    for month in told.stock:
        spans[runs[stream[0], month]].append(month)
    ends = [(told.stock[min(span)].opening, told.stock[max(span)].closing) for span in spans.values()]
    opening, closing = sum(one for one, _ in ends), sum(other for _, other in ends)
    if not opening and not closing:
        return
    relative = told.relative_sigma(unknown)
    if months is Months.CORRELATED:
        # The same survey with the same error in the beginning and in the end: the change has its share of it.
        sigma = relative * abs(closing - opening)
    else:
        sigma = relative * sum(one * one + other * other for one, other in ends) ** 0.5
    report = Report(closing - opening, max(sigma, FLOOR_GRAMS))
    yield MeasuredFlow(
        MeasuredKind.STOCK_INCREASE,
        stream,
        None,
        None,
        report,
        None,
        giving=(("stored_grams", 1.0),),
        least=-opening / GRAMS_PER_TONNE,
    )


def _runs(filed: set[SiteMonth]) -> dict[SiteMonth, int]:
    """Number the runs of months that a site filed without a gap."""
    months: dict[str, list[Month]] = defaultdict(list)
    for site, month in filed:
        months[site].append(month)
    found = {}
    for site, mine in months.items():
        run, before = 0, None
        for month in sorted(mine):
            run += before is not None and before.plus(1) != month
            found[site, month] = run
            before = month
    return found


def _own_flows(rows: Rows, sigma: Mapping[str, float], months: Months) -> Iterator[MeasuredFlow]:
    """Use and disposal on the site, by process or method of disposal; the methods of measurement summed."""
    readings: dict[tuple[Stream, FlowKind, str | None], Readings] = defaultdict(Readings)
    parts: dict[tuple[Stream, FlowKind, str | None], list[int]] = defaultdict(lambda: [0, 0, 0])
    for site, waste, kind, process, method, grams, squares, of_received, prior, compliant in rows:
        key = ((site, waste), kind, process)
        own = sigma.get(method or NO_METHOD, sigma[NO_METHOD])
        sums = readings[key]
        sums.grams += grams
        sums.spread += own * grams
        sums.squares += own * own * squares
        for number, part in enumerate((of_received, prior, compliant)):
            parts[key][number] += part
    for key, sums in readings.items():
        stream, kind, process = key
        used = kind is FlowKind.USED
        yield MeasuredFlow(
            MeasuredKind.USED if used else MeasuredKind.DISPOSED,
            stream,
            None,
            process,
            Report(sums.grams, sums.sigma(months)),
            None,
            giving=_terms(sums.grams, *parts[key], used=used),
        )


def _terms(grams: int, of_received: int, prior: int, compliant: int, *, used: bool) -> Terms:
    """Say what own use or disposal counts for, after domain.ledger.totals_of."""
    own = grams - of_received
    share = {"stored_grams": of_received + prior}
    if used:
        share |= {"used_grams": own, "used_from_prior_stock_grams": prior}
    else:
        share |= {
            "disposed_grams": own,
            "disposed_from_prior_stock_grams": prior,
            "disposed_harmlessly_grams": compliant,
        }
    return tuple((name, part / grams) for name, part in sorted(share.items()) if part)
