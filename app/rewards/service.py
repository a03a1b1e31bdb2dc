"""Claims: computed from confirmed tonnes, held so that none is rewarded twice, decided by the authority."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.domain.rewards import Counted, Rule, counted, worth_fen
from app.enterprises.models import Site
from app.http.problems import Conflict, Forbidden, Invalid, NotFound
from app.ids import new_id
from app.rewards import repository
from app.rewards.models import ClaimState, RewardClaim, RewardClaimLine, RewardRule
from app.rewards.rules import formula

_ENDS = frozenset({ClaimState.REFUSED, ClaimState.WITHDRAWN})
_STEPS = {
    ClaimState.CLAIMED: frozenset({ClaimState.APPROVED, ClaimState.REFUSED, ClaimState.WITHDRAWN}),
    ClaimState.APPROVED: frozenset({ClaimState.PAID, ClaimState.REFUSED, ClaimState.WITHDRAWN}),
    ClaimState.PAID: frozenset[ClaimState](),
    ClaimState.REFUSED: frozenset[ClaimState](),
    ClaimState.WITHDRAWN: frozenset[ClaimState](),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is claimed: a rule, a site, months of one calendar year."""

    rule: str
    site: str
    first: Month
    last: Month


@dataclass(frozen=True, slots=True)
class Computed:
    """What a claim would hold and be worth today; `taken` are lines that other claims hold already."""

    rule: RewardRule
    site: Site
    lines: tuple[Counted, ...]
    grams: int
    fen: int
    capped: bool
    taken: tuple[RewardClaimLine, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim with its lines, and what the same lines would count for today."""

    claim: RewardClaim
    rule: RewardRule
    site: Site
    lines: tuple[RewardClaimLine, ...]
    grams_today: int

    @property
    def over_grams(self) -> int:
        """Claimed beyond what the figures support today, after an amendment or a dispute."""
        return 0 if self.claim.state in _ENDS else max(0, self.claim.grams - self.grams_today)


def compute(session: ReadSession, subject: Subject, asked: Asked) -> Computed:
    """Work out a claim. 404 for a rule or site that is not there, 422 for months that no claim can have."""
    rule = repository.current_rule(session, asked.rule)
    site = repository.site(session, subject, asked.site)
    if rule is None or site is None:
        raise NotFound
    _refuse_months(asked, rule, site)
    taken = repository.held(session, site.id, asked.first, asked.last)
    gone = {(line.month, line.waste, line.product) for line in taken}
    lines = tuple(
        one
        for one in _counted(session, rule, site, asked.first, asked.last)
        if one.grams and (one.use.month, one.use.waste, one.use.product) not in gone
    )
    grams = sum(one.grams for one in lines)
    before = repository.claimed_fen(session, site.id, rule.code, asked.first.year)
    fen = worth_fen(formula(rule), grams, before)
    return Computed(rule, site, lines, grams, fen, fen < worth_fen(_uncapped(rule), grams), tuple(taken))


def _uncapped(rule: RewardRule) -> Rule:
    return replace(formula(rule), cap_fen=None)


def _counted(session: ReadSession, rule: RewardRule, site: Site, first: Month, last: Month) -> list[Counted]:
    """Judge the site's uses from the rule's first month on, and keep those of the months asked for."""
    since = rule.first
    uses = repository.uses(session, site.id, since, last)
    confirmed = repository.confirmed_receipts(session, site.id, since, last)
    covers = formula(rule).covers
    return [
        one
        for one in counted(uses, confirmed)
        if first <= one.use.month <= last and covers(one.use.month, one.use.waste, one.use.product)
    ]


def _refuse_months(asked: Asked, rule: RewardRule, site: Site) -> None:
    faults = []
    if asked.last < asked.first or asked.first.year != asked.last.year:
        text = Message(
            "应为同一年内的起止月份", "the months must lie in one calendar year, the first one first"
        )
        faults.append(Fault("/to", "bad_period", text))
    if asked.first < rule.first or (rule.last is not None and asked.last > rule.last):
        faults.append(
            Fault("/from", "outside_the_rule", Message("超出规则的有效月份", "outside the rule's months"))
        )
    if not site.region.startswith(rule.region):
        faults.append(
            Fault("/rule", "other_region", Message("该规则不适用于此场所", "this rule is of another region"))
        )
    if faults:
        raise Invalid(errors=faults)


def claim(session: WriteSession, subject: Subject, asked: Asked, now: datetime) -> Claimed:
    """Hold the tonnes of the months asked for. 409 when another claim holds any of them or nothing counts."""
    lock_names(session, [f"reward:{asked.site}"])
    found = compute(session, subject, asked)
    if subject.role is not Role.ENTERPRISE:
        raise Forbidden(Message("由企业自己申领", "the enterprise claims for its own sites"))
    if found.taken:
        months = "、".join(sorted({str(line.month) for line in found.taken}))
        raise Conflict(
            Message(f"这些月份已申领过：{months}", f"a claim holds tonnes of these months already: {months}"),
            extra={"claims": sorted({str(line.claim_id) for line in found.taken})},
        )
    if not found.lines:
        raise Conflict(
            Message(
                "没有可申领的吨数：接收须经双方数字支持，自产须台账已被认可",
                "nothing counts yet: received tonnes need both parties' figures, own waste an accepted ledger",
            )
        )
    made = RewardClaim(
        id=new_id(),
        rule_id=found.rule.id,
        site_id=found.site.id,
        first=asked.first,
        last=asked.last,
        grams=found.grams,
        fen=found.fen,
        state=ClaimState.CLAIMED,
        claimed_by=subject.actor,
        claimed_at=now,
        decided_by=None,
        decided_at=None,
        reason=None,
    )
    repository.add_all(session, [made])
    lines = [_line(made, number, one) for number, one in enumerate(found.lines)]
    repository.add_all(session, lines)
    _record(session, subject, made, found.site, None, now)
    return Claimed(made, found.rule, found.site, tuple(lines), found.grams)


def _line(made: RewardClaim, position: int, one: Counted) -> RewardClaimLine:
    return RewardClaimLine(
        claim_id=made.id,
        position=position,
        site_id=made.site_id,
        month=one.use.month,
        waste=one.use.waste,
        product=one.use.product,
        received_grams=one.received_grams,
        own_grams=one.own_grams,
        released_at=None,
    )


def one(session: ReadSession, subject: Subject, claim_id: uuid.UUID) -> Claimed:
    """Give a claim with what its lines would count for today. 404 when it is not there for the subject."""
    found = repository.claim(session, subject, claim_id)
    if found is None:
        raise NotFound
    made, rule, site = found
    lines = repository.lines(session, claim_id)
    today = {
        (counts.use.month, counts.use.waste, counts.use.product): counts.grams
        for counts in _counted(session, rule, site, made.first, made.last)
    }
    grams = sum(
        min(line.received_grams + line.own_grams, today.get((line.month, line.waste, line.product), 0))
        for line in lines
    )
    return Claimed(made, rule, site, tuple(lines), grams)


def decide(
    session: WriteSession,
    subject: Subject,
    claim_id: uuid.UUID,
    state: ClaimState,
    reason: str | None,
    now: datetime,
) -> Claimed:
    """Approve, refuse or pay as the authority, or withdraw as the enterprise. What ends a claim lets its tonnes go."""
    found = one(session, subject, claim_id)
    by_enterprise = subject.role is Role.ENTERPRISE
    if by_enterprise is not (state is ClaimState.WITHDRAWN):
        raise Forbidden(
            Message(
                "企业只能撤回，其余由主管部门决定", "the enterprise may withdraw; all else is the authority's"
            )
        )
    made = repository.hold_claim(session, claim_id)
    if state not in _STEPS[made.state]:
        raise Conflict(
            Message(
                f"该申领现为 {made.state}，不能改为 {state}",
                f"the claim is {made.state} and cannot become {state}",
            )
        )
    if state is ClaimState.REFUSED and reason is None:
        raise Invalid(errors=[Fault("/reason", "required", Message("请写明理由", "say why"))])
    before = audit.digest(made)
    made.state, made.decided_by, made.decided_at, made.reason = state, subject.actor, now, reason
    if state in _ENDS:
        for line in found.lines:
            line.released_at = now
    session.flush()
    _record(session, subject, made, found.site, before, now)
    return one(session, subject, claim_id)


def _record(
    session: WriteSession, subject: Subject, made: RewardClaim, site: Site, before: str | None, now: datetime
) -> None:
    change = audit.Change(
        f"reward_claim.{made.state.value}",
        "reward_claim",
        str(made.id),
        before,
        audit.digest(made),
        region=site.region,
    )
    audit.record(session, subject, [change], now=now)
