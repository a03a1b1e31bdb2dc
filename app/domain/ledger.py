"""A site's monthly ledger: its content in grams, its states, and what can be said of it without looking anything up.

Line balance (always checked, never corrected):
opening + generated + Σreceived = Σused + Σdisposed + Σsent + dumped + closing
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from app.domain.periods import Month
from app.domain.rates import Totals

Purpose = Literal["use", "dispose", "store"]


class LedgerState(StrEnum):
    """draft → submitted → (accepted | returned) → closed."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CLOSED = "closed"


DECISIONS: Mapping[LedgerState, frozenset[LedgerState]] = {
    LedgerState.DRAFT: frozenset(),
    LedgerState.SUBMITTED: frozenset({LedgerState.ACCEPTED, LedgerState.RETURNED, LedgerState.CLOSED}),
    LedgerState.ACCEPTED: frozenset({LedgerState.RETURNED, LedgerState.CLOSED}),
    LedgerState.RETURNED: frozenset({LedgerState.ACCEPTED, LedgerState.CLOSED}),
    LedgerState.CLOSED: frozenset(),
}
"""What a regulator may decide. Drafts belong to their author; a closed month opens again only by an amendment."""


@dataclass(frozen=True, slots=True)
class Received:
    """Waste taken in: from whom, how much [g], for what."""

    party: str
    grams: int
    purpose: Purpose = "use"


@dataclass(frozen=True, slots=True)
class Used:
    """Own utilization on the site [g]; `of_received_grams` is others' waste, `prior_stock_grams` from earlier years.

    `product_grams`: what was made of it, None when the ledger does not say. What several wastes went into together is told
    in shares that add up to it.
    """

    grams: int
    process: str | None = None
    product: str | None = None
    prior_stock_grams: int = 0
    of_received_grams: int = 0
    product_grams: int | None = None


@dataclass(frozen=True, slots=True)
class Disposed:
    """Own disposal on the site [g]."""

    grams: int
    method: str | None = None
    facility: str | None = None
    prior_stock_grams: int = 0
    of_received_grams: int = 0
    compliant: bool | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Waste handed on [g]: to whom, for what; `of_received_grams` is others' waste passed on."""

    party: str
    grams: int
    purpose: Purpose = "use"
    prior_stock_grams: int = 0
    of_received_grams: int = 0
    out_of_province: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One waste stream of a site's month, masses in grams."""

    waste: str
    waste_code: str | None = None
    basis: Literal["wet", "dry"] | None = None
    moisture_millipercent: int | None = None
    method: str | None = None
    opening_grams: int = 0
    generated_grams: int = 0
    received: tuple[Received, ...] = ()
    used: tuple[Used, ...] = ()
    disposed: tuple[Disposed, ...] = ()
    sent: tuple[Sent, ...] = ()
    dumped_grams: int = 0
    compliant_stored_grams: int = 0
    closing_grams: int = 0

    @property
    def received_grams(self) -> int:
        return sum(flow.grams for flow in self.received)

    @property
    def used_grams(self) -> int:
        return sum(flow.grams for flow in self.used)

    @property
    def disposed_grams(self) -> int:
        return sum(flow.grams for flow in self.disposed)

    @property
    def sent_grams(self) -> int:
        return sum(flow.grams for flow in self.sent)

    @property
    def balance_gap_grams(self) -> int:
        """What came in and is not accounted for [g]; negative when more went out than there was."""
        into = self.opening_grams + self.generated_grams + self.received_grams
        out = self.used_grams + self.disposed_grams + self.sent_grams + self.dumped_grams + self.closing_grams
        return into - out


@dataclass(frozen=True, slots=True)
class Activity:
    """What the site did: raw coal, coal burnt, crude steel … [g], with the analysis it was burnt or made at."""

    kind: str
    grams: int
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerContent:
    """What one site says of one month."""

    site: str
    month: Month
    nil: bool = False
    signed_by: str | None = None
    lines: tuple[Line, ...] = ()
    activity: tuple[Activity, ...] = ()


def own(flow: Used | Disposed | Sent) -> int:
    """The part of a flow that is the site's own waste [g]."""
    return flow.grams - flow.of_received_grams


def totals_of(line: Line) -> Totals:
    """The generator-side totals of a line [g]: own waste used or disposed of here, or sent for it; others' waste is left out.

    stored = closing − opening + prior-stock draws + sent for storage − received and kept: this period's increase, equal to
    generated − (used − prior) − (disposed − prior) − dumped whenever the line balances (domain.md §3).
    """
    used_on_site = prior_used = disposed = prior_disposed = harmlessly = passed_on = 0
    for flow in line.used:
        used_on_site += own(flow)
        prior_used += flow.prior_stock_grams
        passed_on += flow.of_received_grams
    for disposal in line.disposed:
        disposed += own(disposal)
        harmlessly += own(disposal) if disposal.compliant else 0
        prior_disposed += disposal.prior_stock_grams
        passed_on += disposal.of_received_grams
    sent: dict[Purpose, int] = {"use": 0, "dispose": 0, "store": 0}
    prior_sent: dict[Purpose, int] = {"use": 0, "dispose": 0, "store": 0}
    for handed in line.sent:
        sent[handed.purpose] += own(handed)
        prior_sent[handed.purpose] += handed.prior_stock_grams
        passed_on += handed.of_received_grams
    prior_used, prior_disposed = prior_used + prior_sent["use"], prior_disposed + prior_sent["dispose"]
    return Totals(
        generated_grams=line.generated_grams,
        used_grams=used_on_site + sent["use"],
        used_from_prior_stock_grams=prior_used,
        disposed_grams=disposed + sent["dispose"],
        disposed_from_prior_stock_grams=prior_disposed,
        disposed_harmlessly_grams=harmlessly + sent["dispose"],
        stored_grams=line.closing_grams
        - line.opening_grams
        + prior_used
        + prior_disposed
        + sent["store"]
        - (line.received_grams - passed_on),
        dumped_grams=line.dumped_grams,
        used_on_site_grams=used_on_site,
        sent_for_use_grams=sent["use"],
    )
