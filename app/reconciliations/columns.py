"""What reconciliation reads of the ledgers: rows of columns, no object per line, summed where months do not matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Double, FromClause, case, cast, func, or_, select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.ledgers.models import FlowKind, LedgerFlow, LedgerLine
from app.rates.service import AnySelect, Scope, filed_versions, places, sites_of
from app.transfers.models import Transfer

Rows = list[Sequence[Any]]

_AWAY = (FlowKind.SENT,)
_HERE = (FlowKind.USED, FlowKind.DISPOSED)


@dataclass(frozen=True, slots=True)
class Read:
    """Everything read of a scope. Masses [g]; sums of squares [g²] are floats.

    sites: code, name, region. filed: site, month.
    lines: site, waste, month, method, generated, dumped, opening, closing.
    own: site, waste, kind, process, method, grams, squares, of received, of prior stock, compliant.
    drawn: site, waste, purpose, grams, of prior stock (of what was sent).
    transfers: month, waste, purpose, sender, receiver, sender's site, receiver's site (both None outside of the
    scope), sender's enterprise, receiver's enterprise, whether each side means one site, sent, of received,
    received, decision, decided.
    """

    sites: Rows
    filed: Rows
    lines: Rows
    own: Rows
    drawn: Rows
    transfers: Rows


def read(session: ReadSession, subject: Subject, scope: Scope) -> Read:
    """Read the current ledgers that `subject` may see of the scope's sites, months and wastes."""
    return Read(
        sites=_sites(session, subject, scope),
        filed=_filed(session, subject, scope),
        lines=_lines(session, subject, scope),
        own=_own_flows(session, subject, scope),
        drawn=_drawn(session, subject, scope),
        transfers=_transfers(session, subject, scope),
    )


def _sites(session: ReadSession, subject: Subject, scope: Scope) -> Rows:
    place = places(scope)
    query = select(place.c.code, place.c.name, place.c.region).where(*sites_of(subject, scope, place))
    return _rows(session, query.order_by(place.c.code))


def _filed(session: ReadSession, subject: Subject, scope: Scope) -> Rows:
    filed, place = filed_versions(scope), places(scope)
    query = select(place.c.code, filed.c.month).join(place, place.c.id == filed.c.site_id)
    return _rows(session, query.where(*sites_of(subject, scope, place)))


def _lines(session: ReadSession, subject: Subject, scope: Scope) -> Rows:
    query, place, month = _of_lines(subject, scope)
    columns = (
        place.c.code,
        LedgerLine.waste,
        month,
        LedgerLine.method,
        LedgerLine.generated_grams,
        LedgerLine.dumped_grams,
        LedgerLine.opening_grams,
        LedgerLine.closing_grams,
    )
    return _rows(session, query.with_only_columns(*columns))


def _own_flows(session: ReadSession, subject: Subject, scope: Scope) -> Rows:
    query, place, _ = _of_flows(subject, scope, _HERE)
    key = (place.c.code, LedgerLine.waste, LedgerFlow.kind, LedgerFlow.process, LedgerLine.method)
    grams = cast(LedgerFlow.grams, Double)
    compliant = case(
        (LedgerFlow.compliant.is_(True), LedgerFlow.grams - LedgerFlow.of_received_grams), else_=0
    )
    columns = (
        *key,
        _sum(LedgerFlow.grams),
        func.sum(grams * grams),
        _sum(LedgerFlow.of_received_grams),
        _sum(LedgerFlow.prior_stock_grams),
        _sum(compliant),
    )
    return _rows(session, query.with_only_columns(*columns).group_by(*key))


def _drawn(session: ReadSession, subject: Subject, scope: Scope) -> Rows:
    query, place, _ = _of_flows(subject, scope, _AWAY)
    key = (place.c.code, LedgerLine.waste, LedgerFlow.purpose)
    columns = (*key, _sum(LedgerFlow.grams), _sum(LedgerFlow.prior_stock_grams))
    return _rows(session, query.with_only_columns(*columns).group_by(*key))


def _transfers(session: ReadSession, subject: Subject, scope: Scope) -> Rows:
    giver, taker = places(scope).alias("giver"), places(scope).alias("taker")
    query = (
        select(
            Transfer.month,
            Transfer.waste,
            Transfer.purpose,
            Transfer.sender_party,
            Transfer.receiver_party,
            giver.c.code,
            taker.c.code,
            Transfer.sender_enterprise_id,
            Transfer.receiver_enterprise_id,
            Transfer.sender_site_id.is_not(None),
            Transfer.receiver_site_id.is_not(None),
            Transfer.sent_grams,
            Transfer.sent_of_received_grams,
            Transfer.received_grams,
            Transfer.decision,
            Transfer.decided_grams,
        )
        .select_from(Transfer)
        .outerjoin(giver, (giver.c.id == Transfer.sender_site_id) & _here(subject, scope, giver))
        .outerjoin(taker, (taker.c.id == Transfer.receiver_site_id) & _here(subject, scope, taker))
        .where(
            Transfer.month.between(scope.first, scope.last),
            or_(giver.c.code.is_not(None), taker.c.code.is_not(None)),
            or_(Transfer.sent_grams.is_not(None), Transfer.received_grams.is_not(None)),
        )
    )
    if scope.wastes:
        query = query.where(Transfer.waste.in_(scope.wastes))
    return _rows(session, query)


def _here(subject: Subject, scope: Scope, place: FromClause) -> ColumnElement[bool]:
    first, *others = sites_of(subject, scope, place)
    for condition in others:
        first &= condition
    return first


def _of_lines(subject: Subject, scope: Scope) -> tuple[AnySelect, FromClause, Any]:
    filed, place = filed_versions(scope), places(scope)
    query = (
        select(LedgerLine.waste)
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .join(LedgerLine, LedgerLine.version_id == filed.c.version_id)
        .where(*sites_of(subject, scope, place))
    )
    if scope.wastes:
        query = query.where(LedgerLine.waste.in_(scope.wastes))
    return query, place, filed.c.month


def _of_flows(
    subject: Subject, scope: Scope, kinds: tuple[FlowKind, ...]
) -> tuple[AnySelect, FromClause, Any]:
    query, place, month = _of_lines(subject, scope)
    entry = (LedgerFlow.version_id == LedgerLine.version_id) & (LedgerFlow.line == LedgerLine.position)
    query = query.join(LedgerFlow, entry).where(LedgerFlow.kind.in_(kinds), LedgerFlow.grams > 0)
    return query, place, month


def _sum(column: Any) -> ColumnElement[int]:
    # PostgreSQL sums bigints as numeric, which would come back as decimals.
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _rows(session: ReadSession, query: AnySelect) -> Rows:
    return list(session.execute(query).all())
