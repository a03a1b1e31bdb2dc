"""What one line of a ledger generates and claims to have stored, disposed of and used in compliance.

A taxpayer's own waste alone counts: what it received from others is no part of its generation, and what it handed on lawfully
counts as its own storage, disposal or use (财税〔2018〕23号, point 3). Waste of earlier years that was used or disposed of
is left out, since the deduction is from what was generated in the same period (环境保护税法实施条例 article 5).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.ledger import Disposed, Line, Sent, Used, own, totals_of
from app.domain.periods import Month
from app.domain.permits.case import FiledMonth

MEASURED = frozenset({"weighbridge", "belt_scale", "flow_meter"})
CALCULATED = frozenset({"material_balance", "emission_factor"})
"""Worked out rather than weighed: deducted, and said so, because the tax office decides whether it is accurate enough.

Of every other way, an estimate, an unknown one or none, nothing is deducted: 财税〔2018〕23号, point 3.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of one ledger version, masses in grams.

    `storage`: the part of the month's increase in store that meets the standards, entrusted storage with it. `disposal`:
    compliant own disposal and what was sent for it. `use`: own use and what was sent for it. `unfit_disposal`: own
    disposal that is said not to comply; `unstated_disposal`: where nothing is said. `increase`: the statistics' 贮存量.
    `gap`: what the line does not account for. `position` is the place in the ledger's list of lines, from 0.
    """

    month: Month
    ledger: str
    version: int
    position: int
    waste: str
    method: str | None
    generated: int
    storage: int
    disposal: int
    use: int
    unfit_disposal: int
    unstated_disposal: int
    increase: int
    dumped: int
    gap: int

    @property
    def pointer(self) -> str:
        """Where the line stands in the ledger, as a JSON pointer."""
        return f"/lines/{self.position}"

    @property
    def is_measured(self) -> bool:
        """Whether the ledger names a way of measuring that allows a deduction."""
        return self.method in MEASURED or self.method in CALCULATED

    @property
    def claimed(self) -> int:
        """All that the line would deduct [g]."""
        return self.storage + self.disposal + self.use

    @property
    def refused(self) -> int:
        """What of it may not be deducted, for want of measurement [g]."""
        return 0 if self.is_measured else self.claimed

    @property
    def unfit_storage(self) -> int:
        """The month's increase in store that is not said to meet the standards [g]."""
        return max(0, self.increase - self.storage)

    @property
    def storage_beyond_increase(self) -> int:
        """Storage that is claimed although the stock did not grow by it [g]."""
        return max(0, self.storage - max(0, self.increase))


def claims_of(filed: Iterable[FiledMonth]) -> tuple[Claim, ...]:
    """Every line of these ledgers, in their order."""
    return tuple(_claim(each, position, line) for each in filed for position, line in enumerate(each.lines))


def _claim(each: FiledMonth, position: int, line: Line) -> Claim:
    disposed = [flow for flow in line.disposed if flow.compliant]
    return Claim(
        month=each.month,
        ledger=each.ledger,
        version=each.version,
        position=position,
        waste=line.waste,
        method=line.method,
        generated=line.generated_grams,
        storage=line.compliant_stored_grams,
        disposal=_of_the_period(disposed) + _of_the_period(_sent(line, "dispose")),
        use=_of_the_period(line.used) + _of_the_period(_sent(line, "use")),
        unfit_disposal=_of_the_period(flow for flow in line.disposed if flow.compliant is False),
        unstated_disposal=_of_the_period(flow for flow in line.disposed if flow.compliant is None),
        increase=totals_of(line).stored_grams,
        dumped=line.dumped_grams,
        gap=line.balance_gap_grams,
    )


def _sent(line: Line, purpose: str) -> list[Sent]:
    return [flow for flow in line.sent if flow.purpose == purpose]


def _of_the_period(flows: Iterable[Used | Disposed | Sent]) -> int:
    """Own waste without that of earlier years [g]."""
    return sum(max(0, own(flow) - flow.prior_stock_grams) for flow in flows)
