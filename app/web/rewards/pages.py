"""Rewards: an enterprise works out and makes claims, an authority decides them; the leaders' list."""

import uuid
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy import select
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.auth.visibility import visible_to
from app.clock import local_date
from app.db.session import ReadSession
from app.domain.leaders import CONFIRMED_POINTS, FILED_POINTS, USE_POINTS, VERSION
from app.domain.periods import Month
from app.enterprises.models import Site
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import MonthText
from app.http.problems import Problem
from app.rates import repository as rates
from app.rates.repository import Scope as RateScope
from app.reference import service as reference
from app.rewards import repository, service
from app.rewards.leaders import leaders
from app.rewards.models import ClaimState
from app.rewards.service import Asked
from app.web import flash
from app.web.access import AUTHORITIES, ENTERPRISES, reader, writer
from app.web.languages import Language
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render
from app.web.rewards.view import RewardsPage, claim_row, leader_rows, preview_of, rule_row

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_BACK = "/rewards"
_MOST_CLAIMS = 200
_UNPROCESSABLE = 422
Reader = Annotated[PageSession, Depends(reader(Scope.LEDGERS_READ, roles=AUTHORITIES | ENTERPRISES))]
Claimant = Annotated[PageSession, Depends(writer(Scope.LEDGERS_WRITE, roles=ENTERPRISES))]
Decider = Annotated[PageSession, Depends(writer(Scope.FINDINGS_WRITE, roles=AUTHORITIES | ENTERPRISES))]
Code = Annotated[str, Form(max_length=64)]
FormMonth = Annotated[str, Form(max_length=7, pattern=r"^(199\d|2[01]\d\d)-(0[1-9]|1[0-2])$")]


@router.get("/rewards")
def rewards_page(
    *,
    request: Request,
    visit: Reader,
    session: Reading,
    rule: Annotated[str, Query(max_length=64)] = "",
    site: Annotated[str, Query(max_length=64)] = "",
    first: Annotated[MonthText | None, Query(alias="from")] = None,
    last: Annotated[MonthText | None, Query(alias="to")] = None,
) -> Response:
    """Show the rules, what a claim would hold, and the claims made."""
    language = language_for(request)
    page = _page(session, visit, language)
    if rule and site and first and last:
        asked = Asked(rule, site, Month.parse(first), Month.parse(last))
        page = _with_preview(session, visit, page, asked, language)
    status = _UNPROCESSABLE if page.faults else 200
    return render(request, "rewards/page.html", {"page": page, "person": person_of(visit)}, status=status)


def _page(session: ReadSession, visit: PageSession, language: Language) -> RewardsPage:
    subject = visit.subject
    found = repository.claims_page(
        session, subject, state=None, site_code=None, before=None, limit=_MOST_CLAIMS
    )
    return RewardsPage(
        rules=tuple(rule_row(rule, language) for rule in repository.current_rules(session)),
        sites=_sites(session, visit) if subject.role is Role.ENTERPRISE else (),
        asked=dict.fromkeys(("rule", "site", "from", "to"), ""),
        preview=None,
        claims=tuple(claim_row(claim, subject.role, language) for claim in found),
        faults=(),
    )


def _sites(session: ReadSession, visit: PageSession) -> tuple[tuple[str, str], ...]:
    own = visible_to(visit.subject, region=Site.region, enterprises=(Site.enterprise_id,))
    rows = session.execute(select(Site.code, Site.name).where(own).order_by(Site.code).limit(500))
    return tuple((code, name) for code, name in rows)


def _with_preview(
    session: ReadSession, visit: PageSession, page: RewardsPage, asked: Asked, language: Language
) -> RewardsPage:
    said = {"rule": asked.rule, "site": asked.site, "from": str(asked.first), "to": str(asked.last)}
    try:
        found = service.compute(session, visit.subject, asked)
    except Problem as problem:
        faults = [language.of(fault.message) for fault in problem.errors] or [language.of(problem.detail)]
        return replace(page, asked=said, faults=tuple(faults))
    rows = reference.current(session, "wastes")
    wastes = {row.code: row.zh if language is Language.ZH else row.en for row in rows}
    return replace(page, asked=said, preview=preview_of(found, wastes, language))


@router.post("/rewards")
def claim_reward(
    *,
    visit: Claimant,
    session: Writing,
    now: Now,
    rule: Code,
    site: Code,
    first: Annotated[FormMonth, Form(alias="from")],
    last: Annotated[FormMonth, Form(alias="to")],
) -> Response:
    """Make the claim that was worked out."""
    service.claim(session, visit.subject, Asked(rule, site, Month.parse(first), Month.parse(last)), now)
    return flash.go(_BACK, "reward_claimed")


@router.post("/rewards/{claim_id}")
def decide_reward(
    claim_id: uuid.UUID,
    visit: Decider,
    session: Writing,
    now: Now,
    decision: Annotated[ClaimState, Form()],
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Approve, refuse, pay or withdraw a claim."""
    service.decide(session, visit.subject, claim_id, decision, reason.strip() or None, now)
    return flash.go(_BACK, "reward_decided")


@router.get("/leaders")
def leaders_page(
    request: Request,
    visit: Annotated[PageSession, Depends(reader(Scope.RATES_READ, roles=AUTHORITIES))],
    session: Reading,
    settings: SettingsDep,
    now: Now,
    year: Annotated[int | None, Query(ge=1990, le=2199)] = None,
) -> Response:
    """Rank the sites of the territory by the stated score."""
    year = year or _year_to_rank(session, visit, local_date(now, settings.timezone).year - 1)
    language = language_for(request)
    ranked, left_out = leader_rows(leaders(session, visit.subject, None, year, now), language)
    score = {
        "use": str(USE_POINTS),
        "confirmed": str(CONFIRMED_POINTS),
        "filed": str(FILED_POINTS),
        "version": str(VERSION),
    }
    values = {"year": year, "ranked": ranked, "left_out": left_out, "score": score}
    return render(request, "rewards/leaders.html", values | {"person": person_of(visit)})


def _year_to_rank(session: ReadSession, visit: PageSession, last_whole: int) -> int:
    """The last whole year; in a place where nothing is on file for it, the last year with a ledger."""
    latest = rates.latest_month(session, visit.subject, RateScope(*rates.EVER))
    return last_whole if latest is None else min(last_whole, latest.year)
