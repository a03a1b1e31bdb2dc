"""Runs, fates, flows and traces as they leave: tonnes and shares as decimal text."""

import uuid
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.chain_runs.graph import FlowGraph, Level
from app.chain_runs.models import RunState
from app.chain_runs.trace import Way
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.domain.rates import Ratio
from app.http.answers import CoverageOut
from app.http.fields import CodeText, Moment, MonthField, RegionText
from chains.stock import StockRule


class _Out(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


def tonnes_of(value: float) -> str:
    """Tonnes [t] as text, to the gram."""
    return tonnes_text(grams_of(value))


def grams_of(value: float) -> int:
    """Whole grams nearest to a figure in tonnes [t]."""
    return round(value * GRAMS_PER_TONNE)


class RateOut(_Out):
    """A rate with what it is made of."""

    value: str | None
    percent: str | None
    numerator_tonnes: str
    denominator_tonnes: str
    reason: str | None

    @classmethod
    def of(cls, ratio: Ratio) -> Self:
        return cls(
            value=ratio.value_text(),
            percent=ratio.percent_text(),
            numerator_tonnes=tonnes_text(ratio.numerator),
            denominator_tonnes=tonnes_text(ratio.denominator),
            reason=ratio.reason,
        )

    @classmethod
    def of_tonnes(cls, numerator: float, denominator: float) -> Self:
        return cls.of(Ratio.of(grams_of(numerator), grams_of(denominator)))


class FollowedOut(_Out):
    """Which chain was followed, and by which definition. No wastes named: all there are."""

    id: str
    version: int
    digest: str
    wastes: list[str]


class RunScopeOut(_Out):
    """Whose ledgers of which months; what crosses the edge of the scope counts as imported or exported."""

    region: str | None = None
    base: str | None = None
    enterprise: str | None = None
    from_: str = Field(alias="from")
    to: str


class GroupFatesOut(_Out):
    """Where the generation of a group ends, beside its nominal rates; and what ends at the group itself."""

    group: dict[str, str]
    name: str | None = None
    generated_tonnes: str
    counted_tonnes: str
    terminal: RateOut
    nominal: dict[str, RateOut]
    fates_tonnes: dict[str, str]
    ended_here_tonnes: dict[str, str]
    inputs_tonnes: dict[str, str]


class ProductOut(_Out):
    """Tonnes of waste that ended in a kind of product: all, and those generated in the scope and period."""

    product: str
    tonnes: str
    of_generated_tonnes: str


class LoopOut(_Out):
    """States whose tonnes can come back, and how much of what passes the busiest has been there before."""

    states: list[str]
    more_states: int
    moved_tonnes: str
    recycled_share: str


class UntrackedSiteOut(_Out):
    """A site with tonnes that nobody accounts for, by reason."""

    site: str
    name: str
    tonnes: str
    reasons: dict[str, str]


class SentenceOut(_Out):
    """A sentence in both languages."""

    zh: str
    en: str


class RunWarningOut(_Out):
    """What a reader should know of the figures."""

    rule: str
    message: SentenceOut
    tonnes: str | None = None


class QualityOut(_Out):
    """How the network was solved and how well."""

    states: int
    flows: int
    method: str
    iterations: int
    mass_error: float
    residual: float


class SummaryOut(_Out):
    """A chain followed through the ledgers of a scope."""

    chain: FollowedOut
    scope: RunScopeOut
    as_of: AwareDatetime | None
    stock_rule: StockRule
    generated_tonnes: str
    secondary_tonnes: str
    counted_tonnes: str
    nominal: dict[str, RateOut]
    terminal: RateOut
    inputs_tonnes: dict[str, str]
    fates_tonnes: dict[str, str]
    of_generated_tonnes: dict[str, str]
    products: list[ProductOut]
    exported_tonnes: dict[str, str]
    untracked_tonnes: dict[str, str]
    unexplained_tonnes: dict[str, str]
    untracked_sites: list[UntrackedSiteOut]
    cycling_index: float
    cycling_index_sd: float | None
    mean_path_length: float | None
    loops: list[LoopOut]
    coverage: CoverageOut
    quality: QualityOut
    warnings: list[RunWarningOut]


class FlowNodeOut(_Out):
    """A node of a flow graph; what comes into a state or process equals what leaves it."""

    id: str
    kind: str
    name: str
    site: str | None
    waste: str | None
    tonnes_in: str
    tonnes_out: str
    internal_tonnes: str


class FlowLinkOut(_Out):
    """Tonnes from node to node; without the links marked as loop the graph has no cycle."""

    source: str
    target: str
    kind: str
    tonnes: str
    loop: bool


class FlowGraphOut(_Out):
    """Nodes and links in the order of their ids."""

    level: Level
    nodes: list[FlowNodeOut]
    links: list[FlowLinkOut]

    @classmethod
    def of(cls, graph: FlowGraph) -> Self:
        return cls(
            level=graph.level,
            nodes=[
                FlowNodeOut(
                    id=node.id,
                    kind=node.kind,
                    name=node.name,
                    site=node.site,
                    waste=node.waste,
                    tonnes_in=tonnes_of(node.tonnes_in),
                    tonnes_out=tonnes_of(node.tonnes_out),
                    internal_tonnes=tonnes_of(node.internal),
                )
                for node in graph.nodes
            ],
            links=[
                FlowLinkOut(
                    source=link.source,
                    target=link.target,
                    kind=link.kind,
                    tonnes=tonnes_of(link.tonnes),
                    loop=link.loop,
                )
                for link in graph.links
            ],
        )


class SourceOut(_Out):
    """Where an answer comes from: a stored run whose ledgers have not changed since, or just now."""

    kind: Literal["run", "live"]
    run: uuid.UUID | None
    made_at: AwareDatetime


class FlowsOut(_Out):
    """The flows of a chain in a scope."""

    chain: FollowedOut
    scope: RunScopeOut
    as_of: AwareDatetime | None
    stock_rule: StockRule
    computed: SourceOut
    graph: FlowGraphOut


class SankeyNodeOut(_Out):
    """A node as Sankey drawings name it."""

    id: str
    name: str
    kind: str


class SankeyOut(_Out):
    """Nodes and links as Sankey drawings take them."""

    level: Level
    nodes: list[SankeyNodeOut]
    links: list[FlowLinkOut]
    computed: SourceOut


class FatesOut(_Out):
    """Where generated tonnes end: the scope as a whole, and group by group."""

    summary: SummaryOut
    computed: SourceOut
    items: list[GroupFatesOut]
    next_cursor: str | None


class RunIn(BaseModel):
    """What to follow: a region or base (without one, your whole territory), months, a stock rule."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        json_schema_extra={"examples": [{"region": "1402", "from": "2021-01", "to": "2021-12"}]},
    )

    region: RegionText | None = None
    base: CodeText | None = None
    from_: Annotated[MonthField | None, Field(alias="from")] = None
    to: MonthField | None = None
    as_of: Moment | None = None
    stock: Literal["mixed", "fifo"] = "mixed"


class RunOut(_Out):
    """A stored run. `stale`: its ledgers or its chain have changed since; null before it is done."""

    id: uuid.UUID
    chain: str
    chain_version: int
    scope: RunScopeOut
    as_of: AwareDatetime | None
    stock_rule: StockRule
    state: RunState
    stale: bool | None
    error: str | None
    requested_by: str
    requested_at: AwareDatetime
    made_at: AwareDatetime | None
    ledgers: str | None
    summary: SummaryOut | None = None


class RunPage(_Out):
    """Some runs, the newest first, and where to go on."""

    items: list[RunOut]
    next_cursor: uuid.UUID | None


class StepOut(_Out):
    """A site and waste on the way, with its tonnes and their share of what is traced."""

    site: str
    name: str
    waste: str
    tonnes: str
    share: str
    by_source_tonnes: dict[str, str]


class OutsideOut(_Out):
    """A party over the edge of what you may see."""

    party: str
    purpose: str | None
    tonnes: str
    share: str


class TraceOut(_Out):
    """Upstream or downstream of a waste of a site; the steps with most tonnes first."""

    site: str
    waste: str
    direction: Way
    from_: str = Field(alias="from")
    to: str
    entering_tonnes: str
    steps: list[StepOut]
    more_steps: int
    outside: list[OutsideOut]
    more_outside: int
    fates_tonnes: dict[str, str]
