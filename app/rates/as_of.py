"""Confirmed tonnes as they stood at an earlier moment, from the versions and statements of then."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import or_, select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ledgers.models import FlowKind, LedgerFlow, LedgerLine
from app.rates import repository
from app.rates.confirmed import Sent, judged
from app.rates.repository import AnySelect, Scope
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
    """The two sides and what was said, at the moment asked for."""

    parties: "_Parties"
    sent: dict[TransferKey, _Declared] = field(default_factory=dict)
    received: dict[TransferKey, int] = field(default_factory=lambda: defaultdict(int))
    said: dict[TransferKey, tuple[Decision, int | None]] = field(default_factory=dict)


def confirmed_then(
    session: ReadSession, subject: Subject, scope: Scope, group: str | None, moment: datetime
) -> dict[str, Sent]:
    """Judge every transfer of the scope's senders by what was filed and said up to the moment."""
    then = _Then(_Parties(session))
    _read_sent(session, subject, scope, group, then)
    _read_received(session, subject, scope, then)
    _read_statements(session, subject, scope, then, moment)
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


class _Parties:
    """Site codes that a written party stands for: a credit code means the only site of its enterprise."""

    def __init__(self, session: ReadSession) -> None:
        codes: dict[str, list[str]] = defaultdict(list)
        query = select(Enterprise.credit_code, Site.code).join(Site, Site.enterprise_id == Enterprise.id)
        for credit_code, code in session.execute(query):
            codes[credit_code].append(code)
        self._only: Mapping[str, str] = {
            credit: found[0] for credit, found in codes.items() if len(found) == 1
        }

    def __getitem__(self, party: str) -> str:
        return self._only.get(party, party)


def _flows(scope: Scope, kind: FlowKind, *columns: Any) -> tuple[AnySelect, Any]:
    filed = repository.filed_versions(scope)
    query = (
        select(filed.c.month, LedgerLine.waste, LedgerFlow.purpose, LedgerFlow.party, Site.code, *columns)
        .select_from(filed)
        .join(Site, Site.id == filed.c.site_id)
        .join(LedgerFlow, LedgerFlow.version_id == filed.c.version_id)
        .join(
            LedgerLine,
            (LedgerLine.version_id == LedgerFlow.version_id) & (LedgerLine.position == LedgerFlow.line),
        )
        .where(LedgerFlow.kind == kind, LedgerFlow.party.is_not(None))
    )
    if scope.wastes:
        query = query.where(LedgerLine.waste.in_(scope.wastes))
    return query, filed.c.month


def _read_sent(session: ReadSession, subject: Subject, scope: Scope, group: str | None, then: _Then) -> None:
    query, month = _flows(scope, FlowKind.SENT, LedgerFlow.grams, LedgerFlow.of_received_grams)
    key = repository.site_key(group, scope, month, LedgerLine.waste)
    if key is not None:
        query = query.add_columns(key.label("group_key"))
    for row in session.execute(query.where(*repository.sites_of(subject, scope))):
        name = "" if key is None else str(row[-1])
        transfer = (row[0], row[1], row[2] or "use", row[4], then.parties[row[3]])
        declared = then.sent.setdefault(transfer, _Declared(name))
        declared.grams += row[5]
        declared.of_received_grams += row[6]


def _read_received(session: ReadSession, subject: Subject, scope: Scope, then: _Then) -> None:
    senders = repository.sites_of(subject, scope)
    codes = select(Site.code).where(*senders)
    credit_codes = (
        select(Enterprise.credit_code).join(Site, Site.enterprise_id == Enterprise.id).where(*senders)
    )
    query, _ = _flows(scope, FlowKind.RECEIVED, LedgerFlow.grams)
    # The inner selects have a FROM of their own: the senders are other sites than the one that received.
    named = or_(
        LedgerFlow.party.in_(codes.correlate(None)), LedgerFlow.party.in_(credit_codes.correlate(None))
    )
    for row in session.execute(query.where(named)):
        then.received[row[0], row[1], row[2] or "use", then.parties[row[3]], row[4]] += row[5]


def _read_statements(
    session: ReadSession, subject: Subject, scope: Scope, then: _Then, moment: datetime
) -> None:
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
        .join(Site, Site.id == Transfer.sender_site_id)
        .where(
            *repository.sites_of(subject, scope),
            Transfer.month.between(scope.first, scope.last),
            TransferConfirmation.at <= moment,
        )
        .order_by(TransferConfirmation.at, TransferConfirmation.id)
    )
    for month, waste, purpose, sender, receiver, decision, grams, declared in session.execute(query):
        # A plain confirmation names no tonnes of its own: it confirms what was declared when it was made.
        then.said[month, waste, purpose, sender, receiver] = (decision, declared if grams is None else grams)
