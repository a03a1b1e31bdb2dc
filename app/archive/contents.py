"""What an archive holds, as lines of JSON: every version of every ledger of its years, every transfer, every site."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select

from app.db.session import ReadSession
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ledgers.models import Ledger, LedgerRepudiation, LedgerTransition, LedgerVersion
from app.transfers.models import Transfer, TransferConfirmation

_AT_ONCE = 500
_YEAR_MONTHS = 12


def year_of(column: Any, year: int) -> ColumnElement[bool]:
    """The months of a year."""
    first = Month(year, 1)
    return column.between(first, first.plus(_YEAR_MONTHS - 1))  # type: ignore[no-any-return]


def versions(session: ReadSession, year: int) -> Iterator[dict[str, Any]]:
    """Every version of a year's ledgers, superseded ones and drafts too, with who moved the ledger when and why."""
    query = (
        select(Ledger, LedgerVersion, Site.code, LedgerRepudiation)
        .join(LedgerVersion, LedgerVersion.ledger_id == Ledger.id)
        .join(Site, Site.id == Ledger.site_id)
        .outerjoin(LedgerRepudiation, LedgerRepudiation.version_id == LedgerVersion.id)
        .where(year_of(Ledger.month, year))
        .order_by(Ledger.month, Site.code, LedgerVersion.number)
    )
    rows = session.execute(query, execution_options={"yield_per": _AT_ONCE})
    for some in rows.partitions(_AT_ONCE):
        moved = _transitions(session, {row[0].id for row in some})
        for ledger, version, site, repudiation in some:
            yield _version(ledger, version, site, repudiation) | {"transitions": moved.get(ledger.id, [])}
        session.expunge_all()


def _version(
    ledger: Ledger, version: LedgerVersion, site: str, repudiation: LedgerRepudiation | None
) -> dict[str, Any]:
    said = None
    if repudiation is not None:
        said = {
            "reason": repudiation.reason,
            "actor": repudiation.actor,
            "at": repudiation.at.isoformat(),
        }
    return {
        "ledger": str(ledger.id),
        "site": site,
        "month": str(ledger.month),
        "state": ledger.state.value,
        "version": version.number,
        "is_current": version.id == ledger.version_id,
        "is_draft": version.is_draft,
        "sha256": version.sha256,
        "content": json.loads(version.body),
        "warnings": json.loads(version.warnings),
        "signed_by": version.signed_by,
        "reason": version.reason,
        "filed_by": version.filed_by,
        "received_at": version.received_at.isoformat(),
        "superseded_at": None if version.superseded_at is None else version.superseded_at.isoformat(),
        "repudiation": said,
    }


def _transitions(session: ReadSession, ledgers: set[Any]) -> dict[Any, list[dict[str, Any]]]:
    query = select(LedgerTransition).where(LedgerTransition.ledger_id.in_(sorted(ledgers)))
    found: dict[Any, list[dict[str, Any]]] = {}
    for each in session.scalars(query.order_by(LedgerTransition.at, LedgerTransition.id)):
        told = {
            "from": None if each.from_state is None else each.from_state.value,
            "to": each.to_state.value,
            "reason": each.reason,
            "actor": each.actor,
            "at": each.at.isoformat(),
        }
        found.setdefault(each.ledger_id, []).append(told)
    return found


def transfers(session: ReadSession, year: int) -> Iterator[dict[str, Any]]:
    """A year's transfers as both sides reported them, with every statement of the receiver."""
    query = select(Transfer).where(year_of(Transfer.month, year)).order_by(Transfer.month, Transfer.id)
    rows = session.scalars(query, execution_options={"yield_per": _AT_ONCE})
    for some in rows.partitions(_AT_ONCE):
        said = _statements(session, {transfer.id for transfer in some})
        for transfer in some:
            yield _transfer(transfer) | {"statements": said.get(transfer.id, [])}
        session.expunge_all()


def _transfer(transfer: Transfer) -> dict[str, Any]:
    return {
        "id": str(transfer.id),
        "month": str(transfer.month),
        "waste": transfer.waste,
        "purpose": transfer.purpose,
        "sender": transfer.sender_party,
        "receiver": transfer.receiver_party,
        "sent_grams": transfer.sent_grams,
        "sent_of_received_grams": transfer.sent_of_received_grams,
        "received_grams": transfer.received_grams,
        "decision": None if transfer.decision is None else transfer.decision.value,
        "decided_grams": transfer.decided_grams,
    }


def _statements(session: ReadSession, ids: set[Any]) -> dict[Any, list[dict[str, Any]]]:
    query = select(TransferConfirmation).where(TransferConfirmation.transfer_id.in_(sorted(ids)))
    found: dict[Any, list[dict[str, Any]]] = {}
    for each in session.scalars(query.order_by(TransferConfirmation.at, TransferConfirmation.id)):
        told = {
            "decision": each.decision.value,
            "grams": each.grams,
            "declared_grams": each.declared_grams,
            "comment": each.comment,
            "actor": each.actor,
            "at": each.at.isoformat(),
        }
        found.setdefault(each.transfer_id, []).append(told)
    return found


def sites(session: ReadSession) -> Iterator[dict[str, Any]]:
    """Every site with its enterprise, so that the archive can be read by itself."""
    query = select(Site, Enterprise).join(Enterprise, Enterprise.id == Site.enterprise_id).order_by(Site.code)
    for site, enterprise in session.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield {
            "code": site.code,
            "name": site.name,
            "region": site.region,
            "industry": site.industry,
            "permit_number": site.permit_number,
            "enterprise": enterprise.credit_code,
            "enterprise_name": enterprise.name,
        }
