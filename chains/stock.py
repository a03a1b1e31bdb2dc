"""Which tonnes leave a stock: the rule is a choice, and a result says which one it used.

- **mixed** (default): what is drawn has the mix of all that lies there at that moment;
- **fifo**: the oldest is drawn first;
- **cohort**: what came in during a period leaves by its age, whatever the reports of draws say (buildings,
  filled ground).

Arrays over n periods in tonnes [t]; cohort c is what came in during period c. `by_cohort` has shape (n, n):
row t, column c ≤ t. Within a period inflow comes before the draw. Source of the cohort rule: dynamic stock
model (Müller 2006; Pauliuk & Heeren 2020, ODYM), checked against the tests of ODYM.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from chains import arrays
from chains.arrays import np
from chains.late import LateModule

if TYPE_CHECKING:
    from scipy import special
else:
    special = LateModule("scipy.special")

Floats: TypeAlias = arrays.Floats


class StockRule(StrEnum):
    """How the tonnes of a draw are chosen."""

    MIXED = "mixed"
    FIFO = "fifo"
    COHORT = "cohort"


class StockOverdrawn(ValueError):  # noqa: N818 — a fact, as the other refusals are named
    """More was drawn than there was: `period` (index), `missing` [t]."""

    def __init__(self, period: int, missing: float) -> None:
        super().__init__(f"period {period}: {missing:g} t more drawn than in stock")
        self.period = period
        self.missing = missing


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """`drawn` and `left` (n, n) [t] by period and cohort; row sums are the outflow and the closing stock."""

    rule: StockRule
    drawn: Floats
    left: Floats

    @property
    def outflow(self) -> Floats:
        """(n,) [t] drawn in each period."""
        return np.asarray(self.drawn.sum(axis=1))

    @property
    def closing(self) -> Floats:
        """(n,) [t] in stock at the end of each period."""
        return np.asarray(self.left.sum(axis=1))


def mixed(inflow: Floats, drawn: Floats) -> Stock:
    """Draw `drawn` (n,) from all cohorts in proportion. Raises StockOverdrawn."""

    def share(lying: Floats, amount: float) -> Floats:
        total = float(lying.sum())
        return lying * (amount / total) if total > 0 else np.zeros_like(lying)

    return _drawn(StockRule.MIXED, inflow, drawn, share)


def fifo(inflow: Floats, drawn: Floats) -> Stock:
    """Draw `drawn` (n,) from the oldest cohorts first. Raises StockOverdrawn."""

    def oldest(lying: Floats, amount: float) -> Floats:
        before = np.concatenate(([0.0], np.cumsum(lying)[:-1]))
        return np.clip(amount - before, 0.0, lying)

    return _drawn(StockRule.FIFO, inflow, drawn, oldest)


def cohort(inflow: Floats, survival: Floats) -> Stock:
    """Let cohorts leave by age: `survival` (n,) is the share there at age 0, 1, …, never rising."""
    periods = len(inflow)
    age = np.arange(periods)[:, None] - np.arange(periods)[None, :]
    alive = np.where(age >= 0, survival[np.maximum(age, 0)], 0.0)
    before = np.where(age > 0, survival[np.maximum(age - 1, 0)], np.where(age == 0, 1.0, 0.0))
    return Stock(StockRule.COHORT, (before - alive) * inflow, alive * inflow)


def fixed_lifetime(periods: int, lifetime: int) -> Floats:
    """Survival (n,) when all leave at age `lifetime`."""
    return (np.arange(periods) < lifetime).astype(np.float64)


def normal_lifetime(periods: int, mean: float, sd: float) -> Floats:
    """Survival (n,) when ages at leaving are normal, not truncated: some of it leaves in its first period."""
    return np.asarray(special.ndtr((mean - np.arange(periods)) / sd), dtype=np.float64)


def _drawn(
    rule: StockRule, inflow: Floats, drawn: Floats, choose: Callable[[Floats, float], Floats]
) -> Stock:
    periods = len(inflow)
    taken, left = np.zeros((periods, periods)), np.zeros((periods, periods))
    lying = np.zeros(periods)
    for period, amount in enumerate(drawn.tolist()):
        lying[period] += inflow[period]
        total = float(lying.sum())
        if amount > total * (1 + 1e-12):
            raise StockOverdrawn(period, amount - total)
        taken[period] = np.minimum(choose(lying, amount), lying)
        lying -= taken[period]
        left[period] = lying
    return Stock(rule, taken, left)
