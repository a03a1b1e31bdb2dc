"""Confirmed tonnes as they stood at an earlier moment, from the versions, the register and the statements of then."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, func, select, union
from sqlalchemy.orm import aliased

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.enterprises import service as enterprises
from app.enterprises.models import Enterprise, SiteVersion
from app.enterprises.service import Party
from app.ledgers.models import FlowKind, LedgerFlow, LedgerLine
from app.rates import repository
from app.rates.confirmed import Sent, judged
from app.rates.repository import AnyRow, AnySelect, Scope
from app.transfers.models import Decision, Transfer, TransferConfirmation

TransferKey: TypeAlias = tuple[Month, str, str, str, str]
"""Month, waste, purpose, sender, receiver: what makes two reports one transfer."""


@dataclass(slots=True)
class _Declared:
    group: str
    grams: int = 0
    of_received_grams: int = 0


@dataclass(slots=True)
class _Then:
    """The two sides and what was said, at the moment asked for; `renamed` leads from today's keys to those of then."""

    sent: dict[TransferKey, _Declared] = field(default_factory=dict)
    received: dict[TransferKey, int] = field(default_factory=lambda: defaultdict(int))
    said: dict[TransferKey, tuple[Decision, int | None]] = field(default_factory=dict)
    renamed: dict[TransferKey, TransferKey] = field(default_factory=dict)


def confirmed_then(
    session: ReadSession, subject: Subject, scope: Scope, group: str | None, moment: datetime
) -> dict[str, Sent]:
    """Judge every transfer of the scope's senders by what was filed, registered and said up to the moment."""
    then = _Then()
    sent = _sent_rows(session, subject, scope, group)
    received = _received_rows(session, subject, scope)
    written = {row.party for row in (*sent, *received)}
    known_then = enterprises.parties(session, written, as_of=moment)
    _add_sent(then, sent, known_then, enterprises.parties(session, {row.party for row in sent}))
    _add_received(then, received, known_then)
    _add_statements(then, _statements(session, subject, scope, moment))
    found: dict[str, Sent] = defaultdict(Sent)
    for key, declared in then.sent.items():
        decision, decided = then.said.get(key, (None, None))
        found[declared.group] += judged(
            declared.grams,
            declared.of_received_grams,
            then.received.get(key),
            decision,
            decided,
            purpose=key[2],
        )
    return dict(found)


def _flows(scope: Scope, kind: FlowKind, *columns: Any) -> tuple[AnySelect, FromClause, Any]:
    """The entries of a kind with the site whose ledger has them."""
    filed, place = repository.filed_versions(scope), repository.places(scope)
    query = (
        select(
            filed.c.month,
            LedgerLine.waste,
            func.coalesce(LedgerFlow.purpose, "use").label("purpose"),
            LedgerFlow.party,
            place.c.code,
            LedgerFlow.grams,
            *columns,
        )
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .join(LedgerFlow, LedgerFlow.version_id == filed.c.version_id)
        .join(
            LedgerLine,
            (LedgerLine.version_id == LedgerFlow.version_id) & (LedgerLine.position == LedgerFlow.line),
        )
        .where(LedgerFlow.kind == kind, LedgerFlow.party.is_not(None))
    )
    if scope.wastes:
        query = query.where(LedgerLine.waste.in_(scope.wastes))
    return query, place, filed.c.month


def _sent_rows(session: ReadSession, subject: Subject, scope: Scope, group: str | None) -> Sequence[AnyRow]:
    query, place, month = _flows(scope, FlowKind.SENT, LedgerFlow.of_received_grams)
    key = repository.site_key(group, scope, month, LedgerLine.waste, place)
    if key is not None:
        query = query.add_columns(key.label("group_key"))
    return session.execute(query.where(*repository.sites_of(subject, scope, place))).all()


def _received_rows(session: ReadSession, subject: Subject, scope: Scope) -> Sequence[AnyRow]:
    """What others say they received under a name that may mean one of the scope's senders."""
    query, _, _ = _flows(scope, FlowKind.RECEIVED)
    return session.execute(query.where(LedgerFlow.party.in_(_names(subject, scope)))).all()


def _names(subject: Subject, scope: Scope) -> Any:
    """Codes and permit numbers, old ones too, of the senders, and the credit codes of their enterprises' lines."""
    place = repository.places(scope)
    senders: list[ColumnElement[bool]] = repository.sites_of(subject, scope, place)
    version, first, member = aliased(SiteVersion), aliased(Enterprise), aliased(Enterprise)
    end_of_line = func.coalesce(first.last_successor_id, first.id)
    permits = select(version.permit_number).join(place, place.c.id == version.site_id)
    credit_codes = (
        select(member.credit_code)
        .join(first, func.coalesce(member.last_successor_id, member.id) == end_of_line)
        .join(place, place.c.enterprise_id == first.id)
    )
    return union(
        select(place.c.code).where(*senders),
        permits.where(version.permit_number.is_not(None), *senders),
        credit_codes.where(*senders),
    )


def _add_sent(
    then: _Then, rows: Sequence[AnyRow], known_then: Mapping[str, Party], known_now: Mapping[str, Party]
) -> None:
    for row in rows:
        stream = (row.month, row.waste, row.purpose, row.code)
        key = (*stream, enterprises.site_of(known_then, row.party, row.month))
        then.renamed[*stream, enterprises.site_of(known_now, row.party, row.month)] = key
        name = getattr(row, "group_key", "")
        declared = then.sent.setdefault(key, _Declared(str(name)))
        declared.grams += row.grams
        declared.of_received_grams += row.of_received_grams


def _add_received(then: _Then, rows: Sequence[AnyRow], known_then: Mapping[str, Party]) -> None:
    for row in rows:
        sender = enterprises.site_of(known_then, row.party, row.month)
        then.received[row.month, row.waste, row.purpose, sender, row.code] += row.grams


def _add_statements(then: _Then, rows: Sequence[AnyRow]) -> None:
    for month, waste, purpose, sender, receiver, decision, grams, declared in rows:
        key = (month, waste, purpose, sender, receiver)
        # A plain confirmation names no tonnes of its own: it confirms what was declared when it was made.
        then.said[then.renamed.get(key, key)] = (decision, declared if grams is None else grams)


def _statements(session: ReadSession, subject: Subject, scope: Scope, moment: datetime) -> Sequence[AnyRow]:
    place = repository.places(scope)
    query = (
        select(
            Transfer.month,
            Transfer.waste,
            Transfer.purpose,
            Transfer.sender_party,
            Transfer.receiver_party,
            TransferConfirmation.decision,
            TransferConfirmation.grams,
            TransferConfirmation.declared_grams,
        )
        .join(TransferConfirmation, TransferConfirmation.transfer_id == Transfer.id)
        .join(place, place.c.id == Transfer.sender_site_id)
        .where(
            *repository.sites_of(subject, scope, place),
            Transfer.month.between(scope.first, scope.last),
            TransferConfirmation.at <= moment,
        )
        .order_by(TransferConfirmation.at, TransferConfirmation.id)
    )
    return session.execute(query).all()
