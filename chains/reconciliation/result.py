"""What a reconciliation answers."""

from dataclasses import dataclass

from chains.arrays import Codes, np
from chains.balance import Flags, Floats, Ints
from chains.reconciliation.bounds import Bounded
from chains.reconciliation.elimination import Elimination
from chains.reconciliation.hypotheses import Hypotheses
from chains.reconciliation.least_squares import Estimate
from chains.reconciliation.suspects import Suspect


@dataclass(frozen=True, slots=True)
class GlobalTest:
    """χ² of a component, or of the whole network: rejected when J exceeds the critical value."""

    statistic: float
    dof: int
    critical: float
    p: float

    @property
    def rejected(self) -> bool:
        return self.statistic > self.critical


@dataclass(frozen=True, slots=True)
class ComponentTest:
    """A connected component that has something to test, and its nodes."""

    nodes: tuple[int, ...]
    test: GlobalTest


@dataclass(frozen=True, slots=True, eq=False)
class FlowAnswers:
    """Per flow, (m,), masses and standard deviations in tonnes; NaN where not determined or not testable."""

    mass: Floats
    sd: Floats
    exact_sd: Flags
    z: Floats
    pair_z: Floats
    flow_class: Codes
    flagged: Flags
    at_bound: Flags


@dataclass(frozen=True, slots=True, eq=False)
class NodeAnswers:
    """Per node, (n,), in tonnes; NaN where no balance can be tested.

    `residual_before` and `z` are those of the balance the node belongs to (`group` numbers it; −1 for none):
    nodes joined by unmeasured flows share one. `untracked` ± `untracked_sd` is what is missing here if the
    loss is at this node.
    """

    residual_before: Floats
    z: Floats
    residual_after: Floats
    untracked: Floats
    untracked_sd: Floats
    group: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Reconciliation:
    """Reconciled masses and the tests of the reports behind them.

    `critical_z` is Šidák's for all flow and pair tests together; `found` is the unbounded solution the tests
    rest on.
    """

    found: Estimate
    bounded: Bounded
    flows: FlowAnswers
    nodes: NodeAnswers
    whole: GlobalTest
    components: tuple[ComponentTest, ...]
    critical_z: float
    suspects: tuple[Suspect, ...]
    elimination: tuple[Elimination, ...]
    table: Hypotheses

    @property
    def method(self) -> str:
        return self.found.equations.method

    @property
    def iterations(self) -> int:
        return self.found.iterations

    @property
    def residual(self) -> float:
        """Largest imbalance left at a node, in tonnes."""
        return float(np.max(np.abs(self.nodes.residual_after), initial=0.0))
