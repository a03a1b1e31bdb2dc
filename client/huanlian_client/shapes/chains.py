"""Chains: the flows of tonnes and where they end."""

from typing import Literal, NotRequired, TypedDict

from huanlian_client.shapes.rates import CoverageOut


class FollowedOut(TypedDict):
    """Which chain was followed, and by which definition. No wastes named: all there are."""

    digest: str
    id: str
    version: int
    wastes: list[str]


class SourceOut(TypedDict):
    """Where an answer comes from: a stored run whose ledgers have not changed since, or just now."""

    kind: Literal["run", "live"]
    made_at: str
    run: str | None


class FlowLinkOut(TypedDict):
    """Tonnes from node to node; without the links marked as loop the graph has no cycle."""

    kind: str
    loop: bool
    source: str
    target: str
    tonnes: str


class FlowNodeOut(TypedDict):
    """A node of a flow graph; what comes into a state or process equals what leaves it."""

    id: str
    internal_tonnes: str
    kind: str
    name: str
    site: str | None
    tonnes_in: str
    tonnes_out: str
    waste: str | None


class FlowGraphOut(TypedDict):
    """Nodes and links in the order of their ids."""

    level: Literal["site", "waste"]
    links: list[FlowLinkOut]
    nodes: list[FlowNodeOut]


RunScopeOut = TypedDict(
    "RunScopeOut",
    {
        "from": str,
        "to": str,
        "base": NotRequired[str | None],
        "enterprise": NotRequired[str | None],
        "region": NotRequired[str | None],
    },
)
"""Whose ledgers of which months; what crosses the edge of the scope counts as imported or exported."""


class FlowsOut(TypedDict):
    """The flows of a chain in a scope."""

    as_of: str | None
    chain: FollowedOut
    computed: SourceOut
    graph: FlowGraphOut
    scope: RunScopeOut
    stock_rule: Literal["mixed", "fifo", "cohort"]


class RateOut(TypedDict):
    """A rate with what it is made of."""

    denominator_tonnes: str
    numerator_tonnes: str
    percent: str | None
    reason: str | None
    value: str | None


class GroupFatesOut(TypedDict):
    """Where the generation of a group ends, beside its nominal rates; and what ends at the group itself."""

    counted_tonnes: str
    ended_here_tonnes: dict[str, str]
    fates_tonnes: dict[str, str]
    generated_tonnes: str
    group: dict[str, str]
    inputs_tonnes: dict[str, str]
    nominal: dict[str, RateOut]
    terminal: RateOut
    name: NotRequired[str | None]


class LoopOut(TypedDict):
    """States whose tonnes can come back, and how much of what passes the busiest has been there before."""

    more_states: int
    moved_tonnes: str
    recycled_share: str
    states: list[str]


class ProductOut(TypedDict):
    """Tonnes of waste that ended in a kind of product: all, and those generated in the scope and period."""

    of_generated_tonnes: str
    product: str
    tonnes: str


class ChainQualityOut(TypedDict):
    """How the network was solved and how well."""

    flows: int
    iterations: int
    mass_error: float
    method: str
    residual: float
    states: int


class UntrackedSiteOut(TypedDict):
    """A site with tonnes that nobody accounts for, by reason."""

    name: str
    reasons: dict[str, str]
    site: str
    tonnes: str


class SentenceOut(TypedDict):
    """A sentence in both languages."""

    en: str
    zh: str


class RunWarningOut(TypedDict):
    """What a reader should know of the figures."""

    message: SentenceOut
    rule: str
    tonnes: NotRequired[str | None]


class ChainSummaryOut(TypedDict):
    """A chain followed through the ledgers of a scope."""

    as_of: str | None
    chain: FollowedOut
    counted_tonnes: str
    coverage: CoverageOut
    cycling_index: float
    cycling_index_sd: float | None
    exported_tonnes: dict[str, str]
    fates_tonnes: dict[str, str]
    generated_tonnes: str
    inputs_tonnes: dict[str, str]
    loops: list[LoopOut]
    mean_path_length: float | None
    nominal: dict[str, RateOut]
    of_generated_tonnes: dict[str, str]
    products: list[ProductOut]
    quality: ChainQualityOut
    scope: RunScopeOut
    secondary_tonnes: str
    stock_rule: Literal["mixed", "fifo", "cohort"]
    terminal: RateOut
    unexplained_tonnes: dict[str, str]
    untracked_sites: list[UntrackedSiteOut]
    untracked_tonnes: dict[str, str]
    warnings: list[RunWarningOut]


class FatesOut(TypedDict):
    """Where generated tonnes end: the scope as a whole, and group by group."""

    computed: SourceOut
    items: list[GroupFatesOut]
    next_cursor: str | None
    summary: ChainSummaryOut


class OutsideOut(TypedDict):
    """A party over the edge of what you may see."""

    party: str
    purpose: str | None
    share: str
    tonnes: str


class TraceStepOut(TypedDict):
    """A site and waste on the way, with its tonnes and their share of what is traced."""

    by_source_tonnes: dict[str, str]
    name: str
    share: str
    site: str
    tonnes: str
    waste: str


TraceOut = TypedDict(
    "TraceOut",
    {
        "direction": Literal["up", "down"],
        "entering_tonnes": str,
        "fates_tonnes": dict[str, str],
        "from": str,
        "more_outside": int,
        "more_steps": int,
        "outside": list[OutsideOut],
        "site": str,
        "steps": list[TraceStepOut],
        "to": str,
        "waste": str,
    },
)
"""Upstream or downstream of a waste of a site; the steps with most tonnes first."""
