"""Reconciliations as they are asked for and as they leave: tonnes as decimal text."""

import uuid
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.http.answers import CoverageOut, TextOut
from app.http.fields import MonthField, RegionText, ShortText
from app.reconciliations.models import FlowClass, MeasuredKind, Months, ReconciliationState


class _Out(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


class ReconciliationIn(BaseModel):
    """What is to be reconciled. Without a region your whole territory; without months the last twelve on file."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"region": "1402", "from": "2025-01", "to": "2025-12"}]},
    )

    region: RegionText | None = None
    base: ShortText | None = None
    from_: MonthField | None = Field(default=None, alias="from")
    to: MonthField | None = None
    alpha: float = Field(default=0.05, ge=1e-6, le=0.5, description="level of each family of tests")
    local_test_floor: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="least share of a variance a flow test divides by (VDI 2048: 0.1)",
    )
    months: Months = Field(
        default=Months.CORRELATED, description="how errors of one instrument in different months go together"
    )


class ScopeOut(_Out):
    """Whose ledgers of which months."""

    region: str | None
    base: str | None
    from_: str = Field(alias="from")
    to: str


class NetworkOut(_Out):
    """How large the measured network is, and how many of its flows the reports can check."""

    sites: int
    streams: int
    flows: int
    reports: int
    by_class: dict[FlowClass, int]
    flagged: int


class ChiSquareOut(_Out):
    """A χ² test: rejected when J exceeds the critical value."""

    J: float
    dof: int
    critical: float
    p: float
    rejected: bool


class ComponentOut(ChiSquareOut):
    """A connected part of the network; `streams` (site:waste) names the first of `stream_count`."""

    streams: list[str]
    stream_count: int


class CauseOut(_Out):
    """Another cause that the reports cannot tell from a suspect."""

    kind: Literal["report_bias", "untracked_flow"]
    site: str
    waste: str
    flow: int | None
    words: TextOut


class SuspectOut(_Out):
    """What contradicts the other reports: a biased report, or tonnes untracked at a site.

    `tonnes`: reported in excess (negative: too little), or missing (negative: more went out than came in).
    """

    kind: Literal["report_bias", "untracked_flow"]
    site: str
    site_name: str
    waste: str
    counterpart: str | None
    counterpart_name: str | None
    flow: int | None = Field(description="position in the list of flows")
    report: Literal["sent", "received"] | None
    tonnes: str
    sd_tonnes: str
    half_width_95_tonnes: str
    statistic: float
    p: float
    step: int | None = Field(description="place in the serial elimination")
    words: TextOut
    equivalent: list[CauseOut]
    more_equivalent: int


class UntrackedOut(_Out):
    """Tonnes of a waste that came to a site and that it does not account for, if the error is there."""

    site: str
    name: str
    waste: str
    tonnes: str
    sd_tonnes: str
    statistic: float
    listed: bool = Field(description="stands in the list of suspects")


class QualityOut(_Out):
    """How the numbers were found: largest imbalance left, bounds that could not be kept."""

    method: str
    iterations: int
    residual_tonnes: float
    bound_breach_tonnes: float


class SummaryOut(_Out):
    """What the reports of a scope say together."""

    network: NetworkOut
    coverage: CoverageOut
    global_test: ChiSquareOut
    components: list[ComponentOut]
    component_count: int
    critical_z: float
    suspects: list[SuspectOut]
    more_suspects: int
    untracked: list[UntrackedOut]
    quality: QualityOut
    warnings: list[TextOut]


class ReconciliationOut(_Out):
    """A reconciliation: what was asked, whether its ledgers changed since, and what was found."""

    id: uuid.UUID
    scope: ScopeOut
    alpha: float
    local_test_floor: float
    months: Months
    state: ReconciliationState
    stale: bool | None
    error: str | None
    requested_by: str
    requested_at: AwareDatetime
    made_at: AwareDatetime | None
    ledgers: str | None
    summary: SummaryOut | None


class ReconciliationPage(_Out):
    """Reconciliations, the newest first."""

    items: list[ReconciliationOut]
    next_cursor: uuid.UUID | None


class FlowReportOut(_Out):
    """What one side says, with its standard uncertainty (1σ)."""

    tonnes: str
    sigma_tonnes: str


class ReconciledFlowOut(_Out):
    """A flow as each side reports it and as the reports say together. Without a site it crosses the boundary."""

    position: int
    kind: MeasuredKind
    waste: str
    from_: str | None = Field(alias="from")
    to: str | None
    detail: str | None
    sent: FlowReportOut | None
    received: FlowReportOut | None
    value_tonnes: str | None
    sd_tonnes: str | None
    half_width_95_tonnes: str | None
    z: float | None
    pair_z: float | None
    class_: FlowClass = Field(alias="class")
    flagged: bool
    at_bound: bool


class FlowPage(_Out):
    """Flows in the order of the network: by waste, kind and ends."""

    items: list[ReconciledFlowOut]
    next_cursor: str | None
