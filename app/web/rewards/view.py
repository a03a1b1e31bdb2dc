"""The pages of rewards and leaders, with everything written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.auth.subjects import Role
from app.domain.quantities import tonnes_text
from app.domain.rates import fixed_text
from app.domain.rewards import yuan_text
from app.rewards.leaders import Leaders, Named
from app.rewards.models import ClaimState, RewardClaim, RewardRule
from app.rewards.repository import Claim
from app.rewards.service import Computed
from app.web.languages import Language
from app.web.numbers import Mass, fraction_percent, mass, separated
from app.web.texts import text


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as it stands."""

    code: str
    name: str
    region: str
    rate: str
    cap: str
    months: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """Counted tonnes of one month, waste and product."""

    month: str
    waste: str
    product: str
    received: str
    own: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a claim would hold today; no lines: nothing counts."""

    found: str
    capped: bool
    taken: str
    lines: tuple[PreviewLine, ...]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim, and what the reader may do with it."""

    id: str
    site: str
    rule: str
    months: str
    mass: Mass
    yuan: str
    state: str
    reason: str
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RewardsPage:
    """Everything the page of rewards places."""

    rules: tuple[RuleRow, ...]
    sites: tuple[tuple[str, str], ...]
    asked: Mapping[str, str]
    preview: Preview | None
    claims: tuple[ClaimRow, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """A site of the list."""

    rank: str
    score: str
    site: str
    code: str
    enterprise: str
    used: str
    confirmed: str
    filed: str
    generated: Mass
    why: str


def rule_row(rule: RewardRule, language: Language) -> RuleRow:
    """Write a rule."""
    return RuleRow(
        code=rule.code,
        name=rule.zh if language is Language.ZH else rule.en,
        region=rule.region,
        rate=separated(yuan_text(rule.fen_per_tonne)),
        cap=text("rewards.no_cap", language) if rule.cap_fen is None else separated(yuan_text(rule.cap_fen)),
        months=f"{rule.first}–{rule.last or ''}",
        source=rule.source,
        verified=rule.verified,
    )


def preview_of(found: Computed, wastes: Mapping[str, str], language: Language) -> Preview:
    """Write what a claim would hold."""
    said = text(
        "rewards.found", language, mass=str(mass(found.grams, language)), yuan=separated(yuan_text(found.fen))
    )
    lines = tuple(
        PreviewLine(
            str(one.use.month),
            wastes.get(one.use.waste, one.use.waste),
            one.use.product or "—",
            separated(tonnes_text(one.received_grams)),
            separated(tonnes_text(one.own_grams)),
        )
        for one in found.lines
    )
    months = ", ".join(sorted({str(line.month) for line in found.taken}))
    return Preview(said if lines else "", found.capped, months, lines)


def claim_row(found: Claim, role: Role, language: Language) -> ClaimRow:
    """Write a claim."""
    claim, rule, site = found
    return ClaimRow(
        id=str(claim.id),
        site=site.name,
        rule=rule.zh if language is Language.ZH else rule.en,
        months=f"{claim.first}–{claim.last}",
        mass=mass(claim.grams, language),
        yuan=separated(yuan_text(claim.fen)),
        state=claim.state.value,
        reason=claim.reason or "",
        decisions=_decisions(claim, role),
    )


def _decisions(claim: RewardClaim, role: Role) -> tuple[str, ...]:
    """What may become of the claim by the reader's hand, as the service would allow it."""
    if claim.state not in (ClaimState.CLAIMED, ClaimState.APPROVED):
        return ()
    if role is Role.ENTERPRISE:
        return ("withdrawn",)
    return ("approved", "refused") if claim.state is ClaimState.CLAIMED else ("paid", "refused")


def leader_rows(found: Leaders, language: Language) -> tuple[Sequence[LeaderRow], Sequence[LeaderRow]]:
    """Write the ranked sites, then those left out."""
    rows = [_leader_row(named, language) for named in found.items]
    return [row for row in rows if row.rank], [row for row in rows if not row.rank]


def _leader_row(named: Named, language: Language) -> LeaderRow:
    standing, record = named.standing, named.standing.record
    sent = fraction_percent(Fraction(record.confirmed_grams, record.sent_grams or 1))
    return LeaderRow(
        rank="" if standing.rank is None else str(standing.rank),
        score="" if standing.score is None else fixed_text(standing.score, 2),
        site=named.site_name,
        code=record.site,
        enterprise=named.enterprise,
        used="—" if record.used_share is None else fraction_percent(record.used_share),
        confirmed=sent if record.sent_grams else "—",
        filed=f"{record.ledgers_filed} / {record.ledgers_expected}",
        generated=mass(record.generated_grams, language),
        why="" if standing.left_out is None else text(f"leaders.{standing.left_out.value}", language),
    )
