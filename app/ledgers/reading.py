"""Reading ledgers: by id, by list, by version, as of now or as of an earlier moment."""

import base64
import binascii
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, literal, or_, select, tuple_

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to, within
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Site
from app.http.problems import NotFound, bad_cursor
from app.ledgers.models import Ledger, LedgerRepudiation, LedgerTransition, LedgerVersion


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Which ledgers are asked for."""

    site: str | None = None
    region: str | None = None
    first: Month | None = None
    last: Month | None = None
    state: LedgerState | None = None
    as_of: datetime | None = None
    limit: int = 50
    cursor: str | None = None


def _state_at(as_of: datetime) -> Any:
    """The state that a ledger had at a moment: where the last transition up to then led."""
    return (
        select(LedgerTransition.to_state)
        .where(LedgerTransition.ledger_id == Ledger.id, LedgerTransition.at <= as_of)
        .order_by(LedgerTransition.at.desc(), LedgerTransition.id.desc())
        .limit(1)
        .correlate(Ledger)
        .scalar_subquery()
    )


def _visible(subject: Subject, as_of: datetime | None = None) -> Any:
    """Ledgers with their version, site, repudiation and, of an earlier moment, its state; drafts only for their own side."""
    state = [] if as_of is None else [_state_at(as_of)]
    query = (
        select(Ledger, LedgerVersion, Site.code, LedgerRepudiation, *state)
        .join(Site, Site.id == Ledger.site_id)
        .where(visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,)))
    )
    if subject.role is Role.REGULATOR:
        query = query.where(LedgerVersion.is_draft.is_(False))
    return query


def _at(query: Any, as_of: datetime | None) -> Any:
    """The version that is current, or was at a moment."""
    if as_of is None:
        return _with_version(query, LedgerVersion.id == Ledger.version_id)
    then = and_(
        LedgerVersion.ledger_id == Ledger.id,
        LedgerVersion.received_at <= as_of,
        or_(LedgerVersion.superseded_at.is_(None), LedgerVersion.superseded_at > as_of),
    )
    return _with_version(query, then, LedgerRepudiation.at <= as_of)


def _with_version(query: Any, which: Any, *known: Any) -> Any:
    spoken_against = and_(LedgerRepudiation.version_id == LedgerVersion.id, *known)
    return query.join(LedgerVersion, which).outerjoin(LedgerRepudiation, spoken_against)


def one(
    session: ReadSession, subject: Subject, ledger_id: uuid.UUID, as_of: datetime | None = None
) -> dict[str, Any]:
    """One ledger, or NotFound when there is none that this subject may see."""
    row = session.execute(_at(_visible(subject, as_of), as_of).where(Ledger.id == ledger_id)).one_or_none()
    if row is None:
        raise NotFound
    return ledger_document(*row)


def versions(session: ReadSession, subject: Subject, ledger_id: uuid.UUID) -> list[dict[str, Any]]:
    """Every version of a ledger, newest first."""
    query = _with_version(_visible(subject), LedgerVersion.ledger_id == Ledger.id)
    query = query.where(Ledger.id == ledger_id)
    rows = session.execute(query.order_by(LedgerVersion.number.desc())).all()
    if not rows:
        raise NotFound
    return [ledger_document(*row) for row in rows]


def page(
    session: ReadSession, subject: Subject, query: LedgerQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """Some ledgers in the order of month and id, and the cursor of the next page."""
    statement = _at(_visible(subject, query.as_of), query.as_of)
    if query.site is not None:
        statement = statement.where(Site.code == query.site)
    if query.region is not None:
        statement = statement.where(within(Site.region, query.region))
    if query.first is not None:
        statement = statement.where(Ledger.month >= query.first)
    if query.last is not None:
        statement = statement.where(Ledger.month <= query.last)
    if query.state is not None:
        state = Ledger.state if query.as_of is None else _state_at(query.as_of)
        statement = statement.where(state == query.state)
    if query.cursor is not None:
        month, ledger_id = _read_cursor(query.cursor)
        # As a row, which an index answers from where it stands; with OR all of the month is read.
        there = literal(month, Ledger.month.type), literal(ledger_id, Ledger.id.type)
        statement = statement.where(tuple_(Ledger.month, Ledger.id) > tuple_(*there))
    rows = session.execute(statement.order_by(Ledger.month, Ledger.id).limit(query.limit + 1)).all()
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return [ledger_document(*row) for row in shown], _cursor(shown[-1][0]) if more else None


def _cursor(ledger: Ledger) -> str:
    return base64.urlsafe_b64encode(f"{ledger.month} {ledger.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[Month, uuid.UUID]:
    try:
        month, _, ledger_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        return Month.parse(month), uuid.UUID(ledger_id)
    except (ValueError, binascii.Error):
        raise bad_cursor() from None


def ledger_document(
    ledger: Ledger,
    version: LedgerVersion,
    site_code: str,
    repudiation: LedgerRepudiation | None,
    state_then: LedgerState | None = None,
) -> dict[str, Any]:
    """A ledger as it is answered: what was filed, and what had become of it by the moment asked for."""
    body = json.loads(version.body)
    if state_then is not None:
        state = state_then.value
    elif ledger.version_id == version.id:
        state = ledger.state.value
    else:
        state = "draft" if version.is_draft else "superseded"
    return {
        "id": str(ledger.id),
        "site": site_code,
        "month": str(ledger.month),
        "version": version.number,
        "state": state,
        "receipt": {"sha256": version.sha256, "received_at": version.received_at.isoformat()},
        "warnings": json.loads(version.warnings),
        "nil": version.nil,
        "signed_by": version.signed_by,
        "reason": version.reason,
        "filed_by": version.filed_by,
        "repudiation": None if repudiation is None else repudiation_document(repudiation),
        "lines": body["lines"],
        "activity": body["activity"],
    }


def repudiation_document(repudiation: LedgerRepudiation) -> dict[str, str]:
    """What an enterprise said against a version."""
    return {
        "at": repudiation.at.isoformat(),
        "actor": repudiation.actor,
        "reason": repudiation.reason,
    }
