"""The reward rule of the demo city, plainly made up, and what its builders claim under it for the first half of 2021."""

from datetime import UTC, datetime

from sqlalchemy import select

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import WriteSession
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ids import new_id
from app.rewards import rules, service
from app.rewards.models import ClaimState, RewardClaim
from app.rewards.rules import RuleContent
from app.rewards.service import Asked

CODE = "example-city-use"
_RULE = RuleContent(
    region="1402",
    zh="示例市固体废物综合利用奖励（虚构）",
    en="Example city: reward for use (made up)",
    wastes=("SW02", "SW03", "SW04", "SW06"),
    products=(),
    fen_per_tonne=200,
    cap_fen=100_000_00,
    first=Month(2021, 1),
    last=Month(2022, 12),
    source="示例：非官方文件，标准与上限均为虚构 / made up for the demo city, no official text",
    verified=False,
)
_SET_AT = datetime(2021, 1, 4, 2, tzinfo=UTC)
_CLAIMED_AT = datetime(2021, 8, 2, 2, tzinfo=UTC)
_DECIDED_AT = datetime(2021, 8, 20, 2, tzinfo=UTC)


def load_rewards(session: WriteSession) -> None:
    """Set the rule, let every site with tonnes that count claim, and decide some of it as an office would."""
    office = Subject(new_id(), "demo-office", Role.REGULATOR, SCOPES_OF[Role.REGULATOR], region="1402")
    rules.set_rule(session, office, CODE, _RULE, _SET_AT)
    claims = [claim for site in _users_of_waste(session) for claim in _claimed(session, *site)]
    for number, claim in enumerate(claims):
        if number % 3 == 0:
            service.decide(session, office, claim.id, ClaimState.APPROVED, None, _DECIDED_AT)
        elif number % 3 == 1:
            why = "示例：磅单与联单不一致，请补正"
            service.decide(session, office, claim.id, ClaimState.REFUSED, why, _DECIDED_AT)


def _users_of_waste(session: WriteSession) -> list[tuple[str, Subject]]:
    query = select(Site.code, Enterprise.id, Enterprise.name).join(
        Enterprise, Enterprise.id == Site.enterprise_id
    )
    scopes = SCOPES_OF[Role.ENTERPRISE]
    return [
        (code, Subject(key, name, Role.ENTERPRISE, scopes, enterprise_id=key))
        for code, key, name in session.execute(query.order_by(Site.code))
    ]


def _claimed(session: WriteSession, code: str, subject: Subject) -> list[RewardClaim]:
    asked = Asked(CODE, code, Month(2021, 1), Month(2021, 6))
    if not service.compute(session, subject, asked).fen:
        return []
    return [service.claim(session, subject, asked, _CLAIMED_AT).claim]
