"""Runs, fates, flows and traces as they leave: tonnes and shares as decimal text."""

import uuid
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.chain_runs.models import RunState
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.domain.rates import Ratio
from app.http.fields import CodeText, Moment, MonthField, ShortText
from app.rates.schemas import CoverageOut, TextOut
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
    """Which chain was followed, and by which definition."""

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


class WarningOut(_Out):
    """What a reader should know of the figures."""

    rule: str
    message: TextOut
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
    warnings: list[WarningOut]
