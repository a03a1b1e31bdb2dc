"""Rewards and the leaders' list over HTTP."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from app.auth.dependencies import require, signed_in
from app.auth.subjects import Scope, Subject
from app.domain.periods import Month
from app.http.dependencies import Now, Reading, Writing
from app.http.fields import CodeText, MonthText, RegionText
from app.rewards import repository, rules, service
from app.rewards.leaders import leaders
from app.rewards.models import ClaimState
from app.rewards.schemas import (
    LeadersOut,
    RewardClaimIn,
    RewardClaimOut,
    RewardClaimsOut,
    RewardClaimSummary,
    RewardDecisionIn,
    RewardPreviewOut,
    RewardRuleIn,
    RewardRuleOut,
    RewardRulesOut,
)
from app.rewards.service import Asked

router = APIRouter(prefix="/v1", tags=["rewards"])

_Reader = Annotated[Subject, Depends(require(Scope.LEDGERS_READ))]
_Claimant = Annotated[Subject, Depends(require(Scope.LEDGERS_WRITE))]
_Decider = Annotated[Subject, Depends(require(Scope.FINDINGS_WRITE))]


@router.get("/reward-rules")
def get_reward_rules(session: Reading, _subject: Annotated[Subject, Depends(signed_in)]) -> RewardRulesOut:
    """List the local rules that reward use, as they stand today."""
    return RewardRulesOut(items=[RewardRuleOut.of(rule) for rule in repository.current_rules(session)])


@router.put("/reward-rules/{code}", responses={201: {"model": RewardRuleOut}})
def put_reward_rule(
    *,
    code: Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$", examples=["example-city-use"])],
    body: RewardRuleIn,
    session: Writing,
    subject: _Decider,
    now: Now,
    response: Response,
) -> RewardRuleOut:
    """Set a local rule of one's territory; a change makes a new version, and claims keep the one they were made under."""
    rule, changed = rules.set_rule(session, subject, code, body.content(), now)
    response.status_code = 201 if changed and rule.version == 1 else 200
    return RewardRuleOut.of(rule)


@router.get("/reward-claims/preview")
def preview_reward_claim(
    *,
    session: Reading,
    subject: _Reader,
    rule: CodeText,
    site: CodeText,
    first: Annotated[MonthText, Query(alias="from")],
    last: Annotated[MonthText, Query(alias="to")],
) -> RewardPreviewOut:
    """Work out what a claim would hold and be worth today, and store nothing."""
    asked = Asked(rule, site, Month.parse(first), Month.parse(last))
    return RewardPreviewOut.of(service.compute(session, subject, asked))


@router.post("/reward-claims", status_code=201)
def post_reward_claim(body: RewardClaimIn, session: Writing, subject: _Claimant, now: Now) -> RewardClaimOut:
    """Claim the confirmed tonnes of a site's months; another claim cannot hold them as long as this one stands."""
    asked = Asked(body.rule, body.site, body.first, body.last)
    return RewardClaimOut.from_claimed(service.claim(session, subject, asked, now))


@router.get("/reward-claims")
def get_reward_claims(
    session: Reading,
    subject: _Reader,
    state: Annotated[ClaimState | None, Query()] = None,
    site: Annotated[CodeText | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[uuid.UUID | None, Query()] = None,
) -> RewardClaimsOut:
    """List claims of your sites or your territory, the newest first."""
    found = repository.claims_page(
        session, subject, state=state, site_code=site, before=cursor, limit=limit + 1
    )
    items = [RewardClaimSummary.of(claim, rule, place.code) for claim, rule, place in found[:limit]]
    return RewardClaimsOut(items=items, next_cursor=items[-1].id if len(found) > limit else None)


@router.get("/reward-claims/{claim_id}")
def get_reward_claim(claim_id: uuid.UUID, session: Reading, subject: _Reader) -> RewardClaimOut:
    """Give a claim with its tonnes, and how many of them the figures no longer support."""
    return RewardClaimOut.from_claimed(service.one(session, subject, claim_id))


@router.post("/reward-claims/{claim_id}/decisions")
def post_reward_decision(
    claim_id: uuid.UUID, body: RewardDecisionIn, session: Writing, subject: _Decider, now: Now
) -> RewardClaimOut:
    """Approve, refuse or pay a claim as the authority; withdraw it as the enterprise."""
    return RewardClaimOut.from_claimed(
        service.decide(session, subject, claim_id, body.state, body.reason, now)
    )


@router.get("/leaders")
def get_leaders(
    session: Reading,
    subject: Annotated[Subject, Depends(require(Scope.RATES_READ))],
    now: Now,
    year: Annotated[int, Query(ge=1990, le=2199, examples=[2021])],
    region: Annotated[RegionText | None, Query()] = None,
) -> LeadersOut:
    """Rank the sites you may see by a stated score, and say why others have no rank."""
    return LeadersOut.of(leaders(session, subject, region, year, now))
