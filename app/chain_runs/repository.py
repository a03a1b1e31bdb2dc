"""Stored runs, and what the ledgers of a scope amount to: a text that changes whenever a figure could."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import defer

from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.chain_runs.models import ChainRun, RunState
from app.db.session import ReadSession, WriteSession
from app.enterprises.models import Enterprise, SiteVersion
from app.ledgers.models import LedgerVersion
from app.rates.service import Scope, filed_versions, places, sites_of
from chains.stock import StockRule

FINISHED = (RunState.DONE, RunState.FAILED)

# A result holds the graph and all groups: megabytes, which no list shows.
_BARE = defer(ChainRun.result, raiseload=True)


def fingerprint(session: ReadSession, subject: Subject, scope: Scope) -> str:
    """Tell the ledgers, sites and successions that a run of the scope rests on; equal texts, equal figures.

    Ledgers are append-only: filings, their version numbers and the newest moment cannot all stay while one changes.
    """
    filed, place = filed_versions(scope), places(scope)
    of_scope = sites_of(subject, scope, place)
    query = (
        select(func.count(), func.sum(LedgerVersion.number), func.max(LedgerVersion.received_at))
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .join(LedgerVersion, LedgerVersion.id == filed.c.version_id)
        .where(*of_scope)
    )
    count, versions, newest = session.execute(query).one()
    sites = session.scalar(select(func.count()).select_from(place).where(*of_scope))
    moment = "-" if newest is None else newest.isoformat()
    register = _register(session, scope.as_of)
    return f"ledgers {count} {versions or 0} {moment} sites {sites} register {register}"


def _register(session: ReadSession, as_of: datetime | None) -> str:
    """Count what decides whom a code means: versions of sites, and successions of enterprises."""
    versions = select(func.count()).select_from(SiteVersion)
    successions = select(func.count()).select_from(Enterprise).where(Enterprise.successor_id.is_not(None))
    if as_of is not None:
        versions = versions.where(SiteVersion.recorded_at <= as_of)
        successions = successions.where(Enterprise.succession_recorded_at <= as_of)
    return f"{session.scalar(versions)} {session.scalar(successions)}"


def runs_page(
    session: ReadSession, subject: Subject, chain_id: str, *, before: uuid.UUID | None, limit: int
) -> list[ChainRun]:
    """Give the runs that the subject may see, the newest first, without their results."""
    query = select(ChainRun).where(_seen(subject), ChainRun.chain_id == chain_id).options(_BARE)
    if before is not None:
        query = query.where(ChainRun.id < before)
    return list(session.scalars(query.order_by(ChainRun.id.desc()).limit(limit)))


def seen_run(session: ReadSession, subject: Subject, chain_id: str, run_id: uuid.UUID) -> ChainRun | None:
    """Give one run, if it is of the chain and the subject may see it."""
    return session.scalar(
        select(ChainRun).where(_seen(subject), ChainRun.chain_id == chain_id, ChainRun.id == run_id)
    )


def newest_done(
    session: ReadSession, subject: Subject, chain_id: str, digest: str, scope: Scope, rule: StockRule
) -> ChainRun | None:
    """Give the last finished run of exactly this question."""
    same: dict[Any, Any] = {
        ChainRun.chain_id: chain_id,
        ChainRun.chain_digest: digest,
        ChainRun.region: scope.region,
        ChainRun.base: scope.base,
        ChainRun.first_month: scope.first,
        ChainRun.last_month: scope.last,
        ChainRun.as_of: scope.as_of,
        ChainRun.stock_rule: rule,
        ChainRun.state: RunState.DONE,
    }
    conditions = [column.is_(None) if value is None else column == value for column, value in same.items()]
    query = select(ChainRun).where(_seen(subject), *conditions)
    return session.scalar(query.order_by(ChainRun.id.desc()).limit(1))


def finished(session: ReadSession) -> list[ChainRun]:
    """Give all runs that are done or failed, the newest first, without their results."""
    query = select(ChainRun).where(ChainRun.state.in_(FINISHED)).options(_BARE)
    return list(session.scalars(query.order_by(ChainRun.id.desc())))


def delete_finished(session: WriteSession, run_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Delete these runs; one that is being solved again stays. Answers which are gone."""
    gone = delete(ChainRun).where(ChainRun.id.in_(run_ids), ChainRun.state.in_(FINISHED))
    return sorted(session.execute(gone.returning(ChainRun.id)).scalars())


def _seen(subject: Subject) -> ColumnElement[bool]:
    # A run of the whole country has no region: nobody but an administrator sees it. A prefix is filled up to six
    # digits: 1402 stands as 140200, within 14 and within itself, and 14 as 140000, outside of 1402.
    return visible_to(subject, region=func.substr(ChainRun.region.concat("000000"), 1, 6))
