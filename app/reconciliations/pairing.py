"""Transfers as flows with up to two reports: month by month it is asked who has filed, then the months are summed.

A side that filed its month and says nothing of a transfer reports nought, with the uncertainty of weighing what
the other side says. A side that did not file says nothing at all: those months cross the boundary.
"""

import uuid
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.domain.periods import Month
from app.reconciliations.measured import MeasuredFlow, Readings, Report, Stream, Terms
from app.reconciliations.models import MeasuredKind, Months
from app.transfers.models import Decision


class TransferRow(NamedTuple):
    """A row of `columns.Read.transfers`."""

    month: Month
    waste: str
    purpose: str
    sender: str
    receiver: str
    sender_here: str | None
    receiver_here: str | None
    sender_enterprise: uuid.UUID | None
    receiver_enterprise: uuid.UUID | None
    sender_is_one: bool
    receiver_is_one: bool
    sent: int | None
    of_received: int | None
    received: int | None
    decision: Decision | None
    decided: int | None


class Precision(NamedTuple):
    """How well figures were measured: by stream and month, else by stream, else as an estimate."""

    by_month: Mapping[tuple[str, str, Month], float]
    by_stream: Mapping[Stream, float]
    unknown: float

    def of(self, site: str, waste: str, month: Month) -> float:
        found = self.by_month.get((site, waste, month))
        return self.by_stream.get((site, waste), self.unknown) if found is None else found


@dataclass(slots=True)
class _Month:
    """One pair's figures of one month [g], over all purposes; None where a side says nothing."""

    sent: int | None = None
    received: int | None = None
    by_purpose: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    enterprises: tuple[uuid.UUID | None, uuid.UUID | None] = (None, None)


@dataclass(slots=True)
class _Flow:
    """What becomes one flow: readings of each side that reports, and what was sent for by purpose [g]."""

    sent: Readings | None = None
    received: Readings | None = None
    by_purpose: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


Pair = tuple[str, str, str, str | None, str | None]
"""Waste, sender and receiver as transfers name them, and their sites in the scope."""

_Key = tuple[MeasuredKind, Stream | None, Stream | None, str | None]


class Transfers:
    """Rows of transfers, gathered."""

    def __init__(
        self,
        rows: Iterable[Sequence[Any]],
        filed: Container[tuple[str, Month]],
        precision: Precision,
        prior: Mapping[tuple[str, str, str], float],
    ) -> None:
        self._filed, self._precision, self._prior = filed, precision, prior
        self._months: dict[tuple[Pair, Month], _Month] = defaultdict(_Month)
        self._vague: set[tuple[str, str, Month, uuid.UUID | None]] = set()
        for row in rows:
            self._add(TransferRow(*row))

    def flows(self, months: Months) -> list[MeasuredFlow]:
        """Give the flows, summed over the months."""
        found: dict[_Key, _Flow] = defaultdict(_Flow)
        for (pair, month), told in self._months.items():
            self._sum(found, pair, month, told)
        return [self._measured(key, flow, months) for key, flow in found.items()]

    def _add(self, row: TransferRow) -> None:
        if row.sender_here is not None and row.sender_here == row.receiver_here:
            return
        pair = (row.waste, row.sender, row.receiver, row.sender_here, row.receiver_here)
        told = self._months[pair, row.month]
        told.enterprises = (row.sender_enterprise, row.receiver_enterprise)
        if row.sent is not None:
            told.sent = (told.sent or 0) + row.sent
            amounts = told.by_purpose[row.purpose]
            amounts[0] += row.sent
            amounts[1] += row.of_received or 0
        received = _received(row)
        if received is not None:
            told.received = (told.received or 0) + received
        # Sent to, or received from, a firm of several sites, it is not said which.
        if not row.receiver_is_one and row.receiver_enterprise is not None:
            self._vague.add((row.sender, row.waste, row.month, row.receiver_enterprise))
        if not row.sender_is_one and row.sender_enterprise is not None:
            self._vague.add((row.receiver, row.waste, row.month, row.sender_enterprise))

    def _sum(self, found: dict[_Key, _Flow], pair: Pair, month: Month, told: _Month) -> None:
        waste, sender, receiver, sender_here, receiver_here = pair
        sent, received = told.sent, told.received
        by_sender, by_receiver = told.enterprises
        sent_silent = sent is None and self._denies(sender_here, waste, month, by_receiver)
        received_silent = received is None and self._denies(receiver_here, waste, month, by_sender)
        # Only a side that speaks of it, in a month that it filed, has the transfer in its balance.
        source = self._stream(sender_here, waste, month, speaks=sent is not None or sent_silent)
        target = self._stream(receiver_here, waste, month, speaks=received is not None or received_silent)
        if source is None and target is None:
            return
        key = _key(source, target, sender, receiver)
        flow = found[key]
        if sent is not None or sent_silent:
            flow.sent = flow.sent or Readings()
            sigma = self._precision.of(sender, waste, month)
            _read(flow.sent, sent, received, sigma)
        if received is not None or received_silent:
            flow.received = flow.received or Readings()
            sigma = self._precision.of(receiver, waste, month)
            _read(flow.received, received, sent, sigma)
        for purpose, (grams, of_received) in told.by_purpose.items():
            amounts = flow.by_purpose[purpose]
            amounts[0] += grams
            amounts[1] += of_received

    def _stream(self, site: str | None, waste: str, month: Month, *, speaks: bool) -> Stream | None:
        return (site, waste) if site is not None and speaks and (site, month) in self._filed else None

    def _denies(self, site: str | None, waste: str, month: Month, other: uuid.UUID | None) -> bool:
        """Tell whether a site's silence about the other party says that nothing was handed over."""
        if site is None or (site, month) not in self._filed:
            return False
        return (site, waste, month, other) not in self._vague

    def _measured(self, key: _Key, flow: _Flow, months: Months) -> MeasuredFlow:
        kind, source, target, detail = key
        received_of_others: Terms = (("stored_grams", -1.0),) if target is not None else ()
        return MeasuredFlow(
            kind=kind,
            source=source,
            target=target,
            detail=detail,
            sent=_report(flow.sent, months),
            received=_report(flow.received, months),
            giving=() if source is None else self._giving(source, flow),
            taking=received_of_others,
        )

    def _giving(self, source: Stream, flow: _Flow) -> Terms:
        """Say what the sent tonnes count for with their sender, after domain.ledger.totals_of."""
        whole = 0 if flow.sent is None else flow.sent.grams
        if whole == 0:
            return ()
        share: dict[str, float] = defaultdict(float)
        for purpose, (grams, of_received) in flow.by_purpose.items():
            own, prior = grams - of_received, self._prior.get((*source, purpose), 0.0) * grams
            share["stored_grams"] += of_received
            if purpose == "store":
                share["stored_grams"] += own
                continue
            share["stored_grams"] += prior
            if purpose == "use":
                share["used_grams"] += own
                share["used_from_prior_stock_grams"] += prior
            else:
                share["disposed_grams"] += own
                share["disposed_harmlessly_grams"] += own
                share["disposed_from_prior_stock_grams"] += prior
        return tuple((name, grams / whole) for name, grams in sorted(share.items()) if grams)


def _received(row: TransferRow) -> int | None:
    """Give the receiver's figure: what it corrected to, else its ledger, else what it confirmed."""
    if row.decision is Decision.CORRECT:
        return row.decided
    if row.received is None and row.decision is Decision.CONFIRM:
        return row.decided
    return row.received


def _key(source: Stream | None, target: Stream | None, sender: str, receiver: str) -> _Key:
    if source is not None and target is not None:
        return MeasuredKind.TRANSFER, source, target, None
    if source is not None:
        return MeasuredKind.EXPORTED, source, None, receiver
    return MeasuredKind.IMPORTED, None, target, sender


def _read(readings: Readings, own: int | None, other: int | None, relative_sigma: float) -> None:
    readings.add(own or 0, relative_sigma)
    if not own:
        # Nought is known as well as the tonnes that the other side says would have been weighed.
        error = relative_sigma * (other or 0)
        readings.spread += error
        readings.squares += error * error


def _report(readings: Readings | None, months: Months) -> Report | None:
    return None if readings is None else Report(readings.grams, readings.sigma(months))
