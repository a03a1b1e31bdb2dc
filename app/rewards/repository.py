"""Queries of rewards; what a subject may see stands at the root of each."""

import uuid
from collections.abc import Iterable
from typing import TypeAlias

from sqlalchemy import ColumnElement, Select, func, select

from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession, WriteSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.domain.rewards import Use
from app.enterprises.models import Site
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerLine
from app.rates.service import judged
from app.rewards.models import RewardClaim, RewardClaimLine, RewardRule
from app.transfers.models import Transfer

Claim: TypeAlias = tuple[RewardClaim, RewardRule, Site]
_COUNTS = (LedgerState.SUBMITTED, LedgerState.ACCEPTED, LedgerState.CLOSED)
_ACCEPTED = frozenset({LedgerState.ACCEPTED, LedgerState.CLOSED})


def current_rules(session: ReadSession) -> list[RewardRule]:
    """List the current version of every rule, by code. Rules are public within the service."""
    query = select(RewardRule).where(RewardRule.superseded_at.is_(None)).order_by(RewardRule.code)
    return list(session.scalars(query))


def current_rule(session: ReadSession, code: str) -> RewardRule | None:
    """Give the current version of a rule."""
    query = select(RewardRule).where(RewardRule.code == code, RewardRule.superseded_at.is_(None))
    return session.scalar(query)


def site(session: ReadSession, subject: Subject, code: str) -> Site | None:
    """Give a site that the subject may see."""
    return session.scalar(select(Site).where(Site.code == code, _seen(subject)))


def _seen(subject: Subject) -> ColumnElement[bool]:
    return visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))


def uses(session: ReadSession, site_id: uuid.UUID, first: Month, last: Month) -> list[Use]:
    """What the site's ledgers say it used; one returned by the authority says nothing until it is filed again."""
    query = (
        select(
            Ledger.month,
            Ledger.state,
            LedgerLine.waste,
            func.coalesce(LedgerFlow.product, "").label("product"),
            func.sum(LedgerFlow.grams),
            func.sum(LedgerFlow.of_received_grams),
        )
        .join(LedgerLine, LedgerLine.version_id == Ledger.version_id)
        .join(
            LedgerFlow,
            (LedgerFlow.version_id == LedgerLine.version_id) & (LedgerFlow.line == LedgerLine.position),
        )
        .where(
            Ledger.site_id == site_id,
            Ledger.month.between(first, last),
            Ledger.state.in_(_COUNTS),
            LedgerFlow.kind == FlowKind.USED,
        )
        .group_by(Ledger.month, Ledger.state, LedgerLine.waste, LedgerFlow.product)
    )
    return [
        Use(month, waste, product, int(grams), int(of_received), state in _ACCEPTED)
        for month, state, waste, product, grams, of_received in session.execute(query)
    ]


def confirmed_receipts(
    session: ReadSession, site_id: uuid.UUID, first: Month, last: Month
) -> dict[tuple[Month, str], int]:
    """Received for use [g] as both sides support it, by month and waste: judged as the rates judge it."""
    query = select(Transfer).where(
        Transfer.receiver_site_id == site_id,
        Transfer.purpose == "use",
        Transfer.month.between(first, last),
        Transfer.sent_grams.is_not(None),
    )
    found: dict[tuple[Month, str], int] = {}
    for row in session.scalars(query):
        sent = judged(
            row.sent_grams or 0, 0, row.received_grams, row.decision, row.decided_grams, purpose="use"
        )
        key = (row.month, row.waste)
        found[key] = found.get(key, 0) + sent.confirmed_grams
    return found


def held(session: ReadSession, site_id: uuid.UUID, first: Month, last: Month) -> list[RewardClaimLine]:
    """What claims of the site hold of these months."""
    query = select(RewardClaimLine).where(
        RewardClaimLine.site_id == site_id,
        RewardClaimLine.month.between(first, last),
        RewardClaimLine.released_at.is_(None),
    )
    return list(session.scalars(query.order_by(RewardClaimLine.month, RewardClaimLine.waste)))


def claimed_fen(session: ReadSession, site_id: uuid.UUID, code: str, year: int) -> int:
    """Sum what the site's standing claims under a rule come to in a calendar year, whatever the rule's version."""
    query = (
        select(func.sum(RewardClaim.fen))
        .join(RewardRule, RewardRule.id == RewardClaim.rule_id)
        .where(
            RewardClaim.site_id == site_id,
            RewardRule.code == code,
            RewardClaim.first.between(Month(year, 1), Month(year, 12)),
            RewardClaim.state.in_(("claimed", "approved", "paid")),
        )
    )
    return int(session.scalar(query) or 0)


def _claims(subject: Subject) -> Select[RewardClaim, RewardRule, Site]:
    return (
        select(RewardClaim, RewardRule, Site)
        .join(RewardRule, RewardRule.id == RewardClaim.rule_id)
        .join(Site, Site.id == RewardClaim.site_id)
        .where(_seen(subject))
    )


def claim(session: ReadSession, subject: Subject, claim_id: uuid.UUID) -> Claim | None:
    """Give a claim that the subject may see, with its rule and site."""
    row = session.execute(_claims(subject).where(RewardClaim.id == claim_id)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def claims_page(
    session: ReadSession,
    subject: Subject,
    *,
    state: str | None,
    site_code: str | None,
    before: uuid.UUID | None,
    limit: int,
) -> list[Claim]:
    """List claims, the newest first."""
    query = _claims(subject)
    if state is not None:
        query = query.where(RewardClaim.state == state)
    if site_code is not None:
        query = query.where(Site.code == site_code)
    if before is not None:
        query = query.where(RewardClaim.id < before)
    rows = session.execute(query.order_by(RewardClaim.id.desc()).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]


def lines(session: ReadSession, claim_id: uuid.UUID) -> list[RewardClaimLine]:
    """Give the lines of a claim."""
    query = select(RewardClaimLine).where(RewardClaimLine.claim_id == claim_id)
    return list(session.scalars(query.order_by(RewardClaimLine.position)))


def hold_claim(session: WriteSession, claim_id: uuid.UUID) -> RewardClaim:
    """Read a claim as it is now and hold it until the transaction ends."""
    query = select(RewardClaim).where(RewardClaim.id == claim_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def add_all(session: WriteSession, rows: Iterable[RewardClaim | RewardClaimLine | RewardRule]) -> None:
    """Write rows now, in this order."""
    for row in rows:
        session.add(row)
    session.flush()
