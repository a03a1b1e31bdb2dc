"""Local rules as data: who may set one, in versions, so that a claim keeps the rule it was made under."""

from dataclasses import dataclass
from datetime import datetime

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.domain.rewards import Rule
from app.http.problems import Forbidden, Invalid
from app.ids import new_id
from app.rates.service import known_codes
from app.rewards import repository
from app.rewards.models import RewardRule


@dataclass(frozen=True, slots=True)
class RuleContent:
    """What a rule says; lists in the order of their codes."""

    region: str
    zh: str
    en: str
    wastes: tuple[str, ...]
    products: tuple[str, ...]
    fen_per_tonne: int
    cap_fen: int | None
    first: Month
    last: Month | None
    source: str
    verified: bool


def formula(rule: RewardRule) -> Rule:
    """The part of a rule that is computed with."""
    return Rule(
        rule.fen_per_tonne,
        rule.first,
        rule.last,
        frozenset(rule.wastes),
        frozenset(rule.products),
        rule.cap_fen,
    )


def set_rule(
    session: WriteSession, subject: Subject, code: str, content: RuleContent, now: datetime
) -> tuple[RewardRule, bool]:
    """Set a rule; answers it and whether anything changed. Its former version stays with the claims made under it.

    An authority sets the rules of its territory. 403 outside of it, 422 for a waste that does not exist.
    """
    lock_names(session, [f"reward-rule:{code}"])
    old = repository.current_rule(session, code)
    for region in {content.region, *([] if old is None else [old.region])}:
        _refuse_foreign(subject, region)
    _refuse_unknown(session, content)
    if old is not None and _content(old) == content:
        return old, False
    rule = _row(code, 1 if old is None else old.version + 1, content, subject, now)
    before = None if old is None else audit.digest(old)
    if old is not None:
        old.superseded_at = now
    repository.add_all(session, [rule])
    change = audit.Change(
        "reward_rule.set",
        "reward_rule",
        code,
        before,
        audit.digest(rule),
        version=rule.version,
        region=audit.territory(rule.region),
    )
    audit.record(session, subject, [change], now=now)
    return rule, True


def _refuse_foreign(subject: Subject, region: str) -> None:
    if subject.role is Role.ADMIN:
        return
    territory = subject.region
    if subject.role is not Role.REGULATOR or not territory or not region.startswith(territory):
        raise Forbidden(
            Message("只能设置本辖区的奖励规则", "an authority sets the reward rules of its own territory")
        )


def _refuse_unknown(session: ReadSession, content: RuleContent) -> None:
    known = known_codes(session, "wastes", content.wastes)
    faults = [
        Fault(f"/wastes/{index}", "unknown_waste", Message("没有此固废种类", "there is no such waste stream"))
        for index, waste in enumerate(content.wastes)
        if waste not in known
    ]
    if not known_codes(session, "regions", [content.region]):
        faults.append(Fault("/region", "unknown_region", Message("没有此行政区", "there is no such region")))
    if content.last is not None and content.last < content.first:
        faults.append(
            Fault(
                "/until", "ends_before_it_begins", Message("截止早于起始", "this is before the first month")
            )
        )
    if faults:
        raise Invalid(errors=faults)


def _row(code: str, version: int, content: RuleContent, subject: Subject, now: datetime) -> RewardRule:
    return RewardRule(
        id=new_id(),
        code=code,
        version=version,
        region=content.region,
        zh=content.zh,
        en=content.en,
        wastes=list(content.wastes),
        products=list(content.products),
        fen_per_tonne=content.fen_per_tonne,
        cap_fen=content.cap_fen,
        first=content.first,
        last=content.last,
        source=content.source,
        verified=content.verified,
        changed_by=subject.actor,
        created_at=now,
        superseded_at=None,
    )


def _content(rule: RewardRule) -> RuleContent:
    return RuleContent(
        rule.region,
        rule.zh,
        rule.en,
        tuple(rule.wastes),
        tuple(rule.products),
        rule.fen_per_tonne,
        rule.cap_fen,
        rule.first,
        rule.last,
        rule.source,
        rule.verified,
    )
