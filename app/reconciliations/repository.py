"""Stored reconciliations and their flows, each asked for by those whose territory it is."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, delete, func, insert, or_, select
from sqlalchemy.orm import defer

from app.auth.subjects import Role, Subject
from app.auth.visibility import range_of, visible_to
from app.db.base import table_of
from app.db.session import ReadSession, WriteSession
from app.domain.periods import Month
from app.enterprises.models import Enterprise, SiteVersion
from app.ledgers.models import LedgerVersion
from app.rates.service import Scope, filed_versions, places, sites_of
from app.reconciliations.models import Months, ReconciledFlow, Reconciliation, ReconciliationState
from app.transfers.models import Transfer, TransferConfirmation

MOST_DONE = 1_000
"""Finished reconciliations looked at for one answer."""

_BARE = (defer(Reconciliation.summary), defer(Reconciliation.intervals))
_FINISHED = (ReconciliationState.DONE, ReconciliationState.FAILED)

Row = Mapping[str, Any]

Place = tuple[str | None, str | None]
"""Region and base that were asked for."""


class Done(NamedTuple):
    """What is known of a finished reconciliation without reading its figures."""

    id: uuid.UUID
    region: str | None
    base: str | None
    first: Month
    last: Month


def fingerprint(session: ReadSession, subject: Subject, scope: Scope) -> str:
    """Tell the ledgers, sites and statements that a reconciliation rests on; equal texts, equal figures.

    Ledgers and statements are kept for good, so counts, version numbers and the newest moment cannot all stay
    while one is added or corrected.
    """
    filed, place = filed_versions(scope), places(scope)
    of_scope = sites_of(subject, scope, place)
    ledgers = (
        select(func.count(), func.sum(LedgerVersion.number), func.max(LedgerVersion.received_at))
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .join(LedgerVersion, LedgerVersion.id == filed.c.version_id)
        .where(*of_scope)
    )
    count, versions, newest = session.execute(ledgers).one()
    # What the other side says counts too, wherever it is filed.
    here = select(place.c.id).where(*of_scope)
    of_months = Transfer.month.between(scope.first, scope.last)
    sending, receiving = Transfer.sender_site_id.in_(here), Transfer.receiver_site_id.in_(here)
    said_of_them = told(session, of_months, sending, receiving)
    handed_over = and_(of_months, or_(sending, receiving))
    said = (
        select(func.count())
        .select_from(TransferConfirmation)
        .join(Transfer, Transfer.id == TransferConfirmation.transfer_id)
        .where(handed_over)
    )
    sites = session.scalar(select(func.count()).select_from(place).where(*of_scope))
    register = session.scalar(select(func.count()).select_from(SiteVersion))
    moved = session.scalar(
        select(func.count()).select_from(Enterprise).where(Enterprise.successor_id.is_not(None))
    )
    moment = None if newest is None else newest.isoformat()
    whole = (
        count, versions, moment, *said_of_them, session.scalar(said), sites, register, moved,
    )  # fmt: skip
    return hashlib.sha256(" ".join(map(str, whole)).encode()).hexdigest()


def told(
    session: ReadSession, of_months: ColumnElement[bool], *sides: ColumnElement[bool]
) -> list[int | None]:
    """How many transfers of one of two sides say what was sent and what was received, and how much [g].

    Those of each side less those of both: each of the three is found by an index, and an OR of two by none.
    """
    figures = (Transfer.sent_grams, Transfer.received_grams)
    summed = select(*(of(figure) for figure in figures for of in (func.count, func.sum))).where(of_months)
    one, other, both = (
        [int(value or 0) for value in session.execute(summed.where(*chosen)).one()]
        for chosen in (sides[:1], sides[1:], sides)
    )
    sent, sent_grams, received, received_grams = (a + b - c for a, b, c in zip(one, other, both, strict=True))
    return [sent, sent_grams if sent else None, received, received_grams if received else None]


def page(
    session: ReadSession, subject: Subject, *, before: uuid.UUID | None, limit: int
) -> list[Reconciliation]:
    """Give the reconciliations that the subject may see, the newest first."""
    query = select(Reconciliation).where(_seen(subject)).options(*_BARE)
    if before is not None:
        query = query.where(Reconciliation.id < before)
    return list(session.scalars(query.order_by(Reconciliation.id.desc()).limit(limit)))


def seen(session: ReadSession, subject: Subject, reconciliation_id: uuid.UUID) -> Reconciliation | None:
    """Give one reconciliation, if the subject may see it."""
    return session.scalar(
        select(Reconciliation).where(_seen(subject), Reconciliation.id == reconciliation_id)
    )


def done_of(
    session: ReadSession,
    subject: Subject,
    places_asked: Sequence[Place],
    months: Sequence[tuple[Month, Month]],
) -> list[Done]:
    """Give the finished reconciliations of these places and spans of months, the newest first.

    Only those with the usual assumption about months count.
    """
    seen = range_of(subject, None)
    if seen is None:
        return []
    asked = {
        # The whole country has no name, and is the administrator's alone.
        "regions": [region or "" for region, _ in places_asked],
        "first": min(first for first, _ in months),
        "last": max(last for _, last in months),
        "low": seen[0],
        "high": seen[1],
        "all": subject.role is Role.ADMIN,
    }
    found = [Done(*row) for row in session.execute(_DONE, asked)]
    spans, places_known = set(months), set(places_asked)
    return [one for one in found if (one.first, one.last) in spans and (one.region, one.base) in places_known]


_RUNS = table_of(Reconciliation)
_DONE = (
    # Made once: every answer about a rate asks it.
    select(_RUNS.c.id, _RUNS.c.region, _RUNS.c.base, _RUNS.c.first_month, _RUNS.c.last_month)
    .where(
        func.coalesce(_RUNS.c.region, "").in_(bindparam("regions", expanding=True)),
        or_(
            bindparam("all", type_=Boolean),
            func.substr(_RUNS.c.region.concat("000000"), 1, 6).between(bindparam("low"), bindparam("high")),
        ),
        _RUNS.c.first_month >= bindparam("first"),
        _RUNS.c.last_month <= bindparam("last"),
        _RUNS.c.months == Months.CORRELATED,
        _RUNS.c.state == ReconciliationState.DONE,
    )
    .order_by(_RUNS.c.id.desc())
    .limit(MOST_DONE)
)


def flows_page(
    session: ReadSession,
    reconciliation_id: uuid.UUID,
    *,
    site: str | None,
    flagged: bool | None,
    after: int,
    limit: int,
) -> list[ReconciledFlow]:
    """Give flows of a reconciliation that the caller has shown to be visible, from a position on."""
    conditions: list[ColumnElement[bool]] = [
        ReconciledFlow.reconciliation_id == reconciliation_id,
        ReconciledFlow.position > after,
    ]
    if site is not None:
        conditions.append(or_(ReconciledFlow.from_site == site, ReconciledFlow.to_site == site))
    if flagged is not None:
        conditions.append(ReconciledFlow.flagged.is_(flagged))
    query = select(ReconciledFlow).where(*conditions)
    return list(session.scalars(query.order_by(ReconciledFlow.position).limit(limit)))


def finished(session: ReadSession) -> list[Reconciliation]:
    """Give all runs that are done or failed, the newest first, without their figures."""
    query = select(Reconciliation).where(Reconciliation.state.in_(_FINISHED)).options(*_BARE)
    return list(session.scalars(query.order_by(Reconciliation.id.desc())))


def drop_some_flows(session: WriteSession, reconciliation_id: uuid.UUID, most: int) -> bool:
    """Forget flows of a run, the first `most` of those that are left; False when there were none."""
    table = table_of(ReconciledFlow)
    of_run = table.c.reconciliation_id == reconciliation_id
    first = session.scalar(select(func.min(table.c.position)).where(of_run))
    if first is None:
        return False
    session.execute(delete(table).where(of_run, table.c.position < first + most))
    return True


def delete_failed(session: WriteSession, reconciliation_id: uuid.UUID) -> None:
    """Delete a run; one that is being done again stays."""
    table = table_of(Reconciliation)
    failed = table.c.state == ReconciliationState.FAILED
    session.execute(delete(table).where(table.c.id == reconciliation_id, failed))


def add_flows(session: WriteSession, rows: Iterable[Row]) -> None:
    """Store flows."""
    session.execute(insert(table_of(ReconciledFlow)), list(rows))


def _seen(subject: Subject) -> ColumnElement[bool]:
    # As with chain runs: a prefix is filled up to six digits, the whole country is the administrator's.
    return visible_to(subject, region=func.substr(Reconciliation.region.concat("000000"), 1, 6))
