"""What is told of ledgers: filed, amended, decided on. Drafts are their author's business and are not told."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import select

from app.db.session import ReadSession
from app.domain.ledger import LedgerContent, LedgerState
from app.domain.quantities import tonnes_text
from app.enterprises.models import Site
from app.enterprises.service import SiteRow
from app.ledgers.commands import Filing, Outcome, Result
from app.ledgers.models import Ledger
from app.outbox.events import NewEvent

_FILED = {Outcome.CREATED: "ledger.submitted", Outcome.AMENDED: "ledger.amended"}
_DECIDED = {
    LedgerState.ACCEPTED: "ledger.accepted",
    LedgerState.RETURNED: "ledger.returned",
    LedgerState.CLOSED: "ledger.closed",
}


def of_filing(
    filings: Sequence[Filing], results: Sequence[Result], sites: Mapping[str, SiteRow]
) -> Iterator[tuple[NewEvent, uuid.UUID | None, datetime]]:
    """One event for each ledger that was filed or amended, in the order of the set, with its request and moment."""
    for filing, result in zip(filings, results, strict=True):
        if result.outcome in _FILED and result.state is not LedgerState.DRAFT:
            event = _filed(filing.command.content, result, sites[result.site])
            yield event, filing.filer.request.request_id, filing.filer.now


def _filed(content: LedgerContent, result: Result, site: SiteRow) -> NewEvent:
    return NewEvent(
        _FILED[result.outcome],
        {
            "ledger": str(result.ledger_id),
            "site": result.site,
            "month": str(result.month),
            "version": result.version,
            "state": result.state.value,
            "generated_tonnes": _generated(content),
        },
        region=site.region,
        # Who registered it: its successors see it too, whoever filed.
        enterprise_id=site.registered_id,
        site_id=site.id,
    )


def _generated(content: LedgerContent) -> dict[str, JsonValue]:
    grams: dict[str, int] = {}
    for line in content.lines:
        grams[line.waste] = grams.get(line.waste, 0) + line.generated_grams
    return {waste: tonnes_text(mass) for waste, mass in grams.items()}


def of_decision(session: ReadSession, ledger_ids: Sequence[uuid.UUID], to: LedgerState) -> list[NewEvent]:
    """One event for each ledger that a regulator moved to `to`."""
    query = (
        select(Ledger.id, Ledger.month, Ledger.version, Site.id, Site.code, Site.region, Site.enterprise_id)
        .join(Site, Site.id == Ledger.site_id)
        .where(Ledger.id.in_(ledger_ids))
        .order_by(Ledger.id)
    )
    return [
        NewEvent(
            _DECIDED[to],
            {
                "ledger": str(ledger_id),
                "site": code,
                "month": str(month),
                "version": version,
                "state": to.value,
            },
            region=region,
            enterprise_id=enterprise_id,
            site_id=site_id,
        )
        for ledger_id, month, version, site_id, code, region, enterprise_id in session.execute(query)
    ]
