"""The JSON of rules, claims and the leaders' list."""

import uuid
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from app.domain.leaders import (
    CONFIRMED_POINTS,
    FILED_POINTS,
    LEAST_GENERATED_GRAMS,
    USE_POINTS,
    VERSION,
)
from app.domain.quantities import tonnes_text
from app.domain.rates import fixed_text
from app.domain.rewards import yuan_text
from app.http.fields import CodeText, LongText, MonthField, NameText, RegionText
from app.rewards.leaders import Leaders, Named
from app.rewards.models import ClaimState, RewardClaim, RewardRule
from app.rewards.rules import RuleContent
from app.rewards.service import Claimed, Computed

Yuan = Annotated[str, Field(max_length=16, pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", examples=["5.00"])]
Waste = Annotated[str, Field(max_length=4, pattern=r"^SW[0-9]{2}$", examples=["SW02"])]


def _fen(yuan: str) -> int:
    whole, _, rest = yuan.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class RewardRuleIn(_Strict):
    """A local rule; wastes or products left out mean all of them, no cap means none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "region": "1402",
                    "zh": "示例市固废利用奖励",
                    "en": "Example city: reward for use",
                    "wastes": ["SW02"],
                    "products": ["brick"],
                    "yuan_per_tonne": "5.00",
                    "cap_yuan": "400000",
                    "from": "2025-01",
                    "source": "示例文件",
                }
            ]
        }
    )

    region: RegionText
    zh: NameText = Field(examples=["示例市固废利用奖励"])
    en: NameText = Field(examples=["Example city: reward for use"])
    wastes: Annotated[list[Waste], Field(max_length=50)] = []
    products: Annotated[list[CodeText], Field(max_length=100)] = []
    yuan_per_tonne: Yuan
    cap_yuan: Yuan | None = None
    since: Annotated[MonthField, Field(alias="from")]
    until: MonthField | None = None
    source: LongText = Field(examples=["示例市示例局文件"])
    verified: bool = False

    def content(self) -> RuleContent:
        return RuleContent(
            region=self.region,
            zh=self.zh,
            en=self.en,
            wastes=tuple(sorted(set(self.wastes))),
            products=tuple(sorted(set(self.products))),
            fen_per_tonne=_fen(self.yuan_per_tonne),
            cap_fen=None if self.cap_yuan is None else _fen(self.cap_yuan),
            first=self.since,
            last=self.until,
            source=self.source,
            verified=self.verified,
        )


class RewardRuleOut(BaseModel):
    """A rule as it stands; `verified` false: nobody has checked it against the document it comes from."""

    code: str
    version: int
    region: str
    zh: str
    en: str
    wastes: list[str]
    products: list[str]
    yuan_per_tonne: str
    cap_yuan: str | None
    since: Annotated[str, Field(serialization_alias="from")]
    until: str | None
    source: str
    verified: bool

    @classmethod
    def of(cls, rule: RewardRule) -> Self:
        return cls(
            code=rule.code,
            version=rule.version,
            region=rule.region,
            zh=rule.zh,
            en=rule.en,
            wastes=rule.wastes,
            products=rule.products,
            yuan_per_tonne=yuan_text(rule.fen_per_tonne),
            cap_yuan=None if rule.cap_fen is None else yuan_text(rule.cap_fen),
            since=str(rule.first),
            until=None if rule.last is None else str(rule.last),
            source=rule.source,
            verified=rule.verified,
        )


class RewardRulesOut(BaseModel):
    items: list[RewardRuleOut]


class RewardClaimIn(_Strict):
    """Which months of a site are claimed under which rule."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rule": "example-city-use",
                    "site": "91140200MA0EXAMPLE001P",
                    "from": "2025-01",
                    "to": "2025-03",
                }
            ]
        }
    )

    rule: CodeText = Field(examples=["example-city-use"])
    site: CodeText
    first: Annotated[MonthField, Field(alias="from")]
    last: Annotated[MonthField, Field(alias="to")]


class RewardDecisionIn(_Strict):
    """What becomes of a claim."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "refused", "reason": "磅单缺失"}]})

    decision: Literal["approved", "refused", "paid", "withdrawn"]
    reason: LongText | None = None

    @property
    def state(self) -> ClaimState:
        return ClaimState(self.decision)


class RewardLineOut(BaseModel):
    """The counted tonnes of one month, waste and product."""

    month: str
    waste: str
    product: str
    received_tonnes: str
    own_tonnes: str


class RewardPreviewOut(BaseModel):
    """What a claim would hold and be worth today; nothing is stored."""

    rule: RewardRuleOut
    site: str
    tonnes: str
    yuan: str
    capped: bool
    lines: list[RewardLineOut]
    taken: list[str]

    @classmethod
    def of(cls, found: Computed) -> Self:
        lines = [
            RewardLineOut(
                month=str(one.use.month),
                waste=one.use.waste,
                product=one.use.product,
                received_tonnes=tonnes_text(one.received_grams),
                own_tonnes=tonnes_text(one.own_grams),
            )
            for one in found.lines
        ]
        return cls(
            rule=RewardRuleOut.of(found.rule),
            site=found.site.code,
            tonnes=tonnes_text(found.grams),
            yuan=yuan_text(found.fen),
            capped=found.capped,
            lines=lines,
            taken=sorted({str(line.month) for line in found.taken}),
        )


class RewardClaimSummary(BaseModel):
    """A claim in a list."""

    id: uuid.UUID
    rule: str
    rule_version: int
    site: str
    first: Annotated[str, Field(serialization_alias="from")]
    last: Annotated[str, Field(serialization_alias="to")]
    tonnes: str
    yuan: str
    state: ClaimState
    claimed_at: datetime
    decided_at: datetime | None
    reason: str | None

    @classmethod
    def of(cls, claim: RewardClaim, rule: RewardRule, site: str) -> "RewardClaimSummary":
        return RewardClaimSummary(**_summary(claim, rule, site))


def _summary(claim: RewardClaim, rule: RewardRule, site: str) -> dict[str, object]:
    return {
        "id": claim.id,
        "rule": rule.code,
        "rule_version": rule.version,
        "site": site,
        "first": str(claim.first),
        "last": str(claim.last),
        "tonnes": tonnes_text(claim.grams),
        "yuan": yuan_text(claim.fen),
        "state": claim.state,
        "claimed_at": claim.claimed_at,
        "decided_at": claim.decided_at,
        "reason": claim.reason,
    }


class RewardClaimOut(RewardClaimSummary):
    """A claim with its lines; `over_tonnes` were claimed but are no longer supported by the figures."""

    lines: list[RewardLineOut]
    over_tonnes: str

    @classmethod
    def from_claimed(cls, found: Claimed) -> Self:
        lines = [
            RewardLineOut(
                month=str(line.month),
                waste=line.waste,
                product=line.product,
                received_tonnes=tonnes_text(line.received_grams),
                own_tonnes=tonnes_text(line.own_grams),
            )
            for line in found.lines
        ]
        summary = _summary(found.claim, found.rule, found.site.code)
        return cls.model_validate(summary | {"lines": lines, "over_tonnes": tonnes_text(found.over_grams)})


class RewardClaimsOut(BaseModel):
    items: list[RewardClaimSummary]
    next_cursor: uuid.UUID | None


class LeaderOut(BaseModel):
    """A site's place. `left_out` says why it has none."""

    rank: int | None
    score: str | None
    site: str
    name: str
    enterprise: str
    used_share: str | None
    generated_tonnes: str
    sent_tonnes: str
    confirmed_tonnes: str
    ledgers_filed: int
    ledgers_expected: int
    left_out: str | None

    @classmethod
    def of(cls, named: Named) -> Self:
        standing, record = named.standing, named.standing.record
        return cls(
            rank=standing.rank,
            score=None if standing.score is None else fixed_text(standing.score, 2),
            site=record.site,
            name=named.site_name,
            enterprise=named.enterprise,
            used_share=None if record.used_share is None else fixed_text(record.used_share, 6),
            generated_tonnes=tonnes_text(record.generated_grams),
            sent_tonnes=tonnes_text(record.sent_grams),
            confirmed_tonnes=tonnes_text(record.confirmed_grams),
            ledgers_filed=record.ledgers_filed,
            ledgers_expected=record.ledgers_expected,
            left_out=None if standing.left_out is None else standing.left_out.value,
        )


class LeaderScoreOut(BaseModel):
    """How the score is made: points for use, for what receivers confirmed, for ledgers filed."""

    version: int = VERSION
    use_points: int = USE_POINTS
    confirmed_points: int = CONFIRMED_POINTS
    filed_points: int = FILED_POINTS
    least_generated_tonnes: str = tonnes_text(LEAST_GENERATED_GRAMS)


class LeadersOut(BaseModel):
    """The leaders' list of a region and year, with its score; official lists follow criteria of their own."""

    region: str | None
    year: int
    score: LeaderScoreOut
    items: list[LeaderOut]

    @classmethod
    def of(cls, found: Leaders) -> Self:
        items = [LeaderOut.of(named) for named in found.items]
        return cls(region=found.scope.region, year=found.year, score=LeaderScoreOut(), items=items)
