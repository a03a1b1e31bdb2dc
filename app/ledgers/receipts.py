"""The copy of record of a filing, to be kept and checked elsewhere, and the word of an enterprise that it is not its own."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.audit.receipts import receipt
from app.domain.errors import Message
from app.enterprises.models import Site
from app.http.problems import Conflict, Forbidden, NotFound
from app.ledgers.models import Ledger, LedgerRepudiation, LedgerVersion
from app.ledgers.surroundings import lock_name
from app.outbox.events import NewEvent, publish

FILINGS = ("ledger.drafted", "ledger.submitted", "ledger.amended")


class AlreadyRepudiated(Conflict):
    code = "already_repudiated"
    title = Message("该版本已声明非本单位填报", "This version was repudiated already")


@dataclass(frozen=True, slots=True)
class _Filed:
    """A version with whose it is."""

    ledger: Ledger
    version: LedgerVersion
    site: Site


def copy_of_record(
    session: ReadSession, subject: Subject, ledger_id: uuid.UUID, version: int | None
) -> dict[str, Any]:
    """The receipt of a version, of the current one when none is named. Raises NotFound."""
    filed = _seen(session, subject, ledger_id, version)
    proof = audit.proof_of(
        session,
        object_kind="ledger",
        object_id=str(ledger_id),
        version=filed.version.number,
        actions=FILINGS,
    )
    return receipt(
        ledger=str(ledger_id),
        version=filed.version.number,
        content=json.loads(filed.version.body),
        row=proof.row,
        anchor=proof.anchor,
        seals=proof.seals,
    )


def repudiate(
    session: WriteSession, subject: Subject, ledger_id: uuid.UUID, version: int, reason: str, now: datetime
) -> LedgerRepudiation:
    """Let an enterprise say that a version is not its own: marked and told, never taken back.

    The same reason again changes nothing. Raises NotFound, Forbidden, Conflict, AlreadyRepudiated.
    """
    filed = _seen(session, subject, ledger_id, version)
    if subject.role is not Role.ENTERPRISE:
        text = Message("只有填报企业可以声明", "only the enterprise that it was filed for says this")
        raise Forbidden(text)
    if filed.version.is_draft:
        raise Conflict(Message("草稿不是填报", "a draft is not a filing"))
    lock_names(session, [lock_name(filed.site.code, filed.ledger.month)])
    present = session.get(LedgerRepudiation, filed.version.id)
    if present is not None:
        if present.reason != reason:
            raise AlreadyRepudiated
        return present
    made = LedgerRepudiation(version_id=filed.version.id, reason=reason, actor=subject.actor, at=now)
    session.add(made)
    session.flush()
    _tell(session, subject, filed, made)
    return made


def _tell(session: WriteSession, subject: Subject, filed: _Filed, made: LedgerRepudiation) -> None:
    event = NewEvent(
        "ledger.repudiated",
        {
            "ledger": str(filed.ledger.id),
            "site": filed.site.code,
            "month": str(filed.ledger.month),
            "version": filed.version.number,
            "sha256": filed.version.sha256,
        },
        region=filed.site.region,
        enterprise_id=filed.site.enterprise_id,
        site_id=filed.site.id,
    )
    publish(session, [event], now=made.at)
    change = audit.Change(
        event.type,
        "ledger",
        str(filed.ledger.id),
        filed.version.sha256,
        audit.digest({"sha256": filed.version.sha256, "repudiated": made.reason}),
        filed.version.number,
        filed.site.region,
    )
    audit.record(session, subject, [change], now=made.at)


def _seen(session: ReadSession, subject: Subject, ledger_id: uuid.UUID, version: int | None) -> _Filed:
    query = (
        select(Ledger, LedgerVersion, Site)
        .join(Site, Site.id == Ledger.site_id)
        .join(LedgerVersion, LedgerVersion.ledger_id == Ledger.id)
        .where(
            Ledger.id == ledger_id,
            LedgerVersion.id == Ledger.version_id if version is None else LedgerVersion.number == version,
            visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,)),
        )
    )
    if subject.role is Role.REGULATOR:
        query = query.where(LedgerVersion.is_draft.is_(False))
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return _Filed(*found)
