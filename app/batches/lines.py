"""What the ledgers on file say of the site-months that forms hang under. Drafts say nothing."""

import uuid
from collections.abc import Iterable

from sqlalchemy import func, select

from app.db.session import ReadSession
from app.domain.custody.batches import LineFigures
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.ledgers.models import Ledger, LedgerLine

LineKey = tuple[uuid.UUID, Month, str]
"""Site, month, waste."""


def figures(
    session: ReadSession, site_ids: Iterable[uuid.UUID], months: Iterable[Month]
) -> dict[LineKey, LineFigures]:
    """The quantities of each waste in the versions that count, summed over the lines of a waste [g]."""
    line = LedgerLine
    query = (
        select(
            Ledger.site_id,
            Ledger.month,
            line.waste,
            func.sum(line.opening_grams + line.generated_grams + line.received_grams),
            func.sum(line.generated_grams),
            func.sum(line.used_grams),
            func.sum(line.disposed_grams),
            func.sum(line.sent_grams),
        )
        .join(line, line.version_id == Ledger.version_id)
        .where(
            Ledger.site_id.in_(set(site_ids)),
            Ledger.month.in_(set(months)),
            Ledger.state != LedgerState.DRAFT,
        )
        .group_by(Ledger.site_id, Ledger.month, line.waste)
    )
    # PostgreSQL sums BIGINT to NUMERIC; the sums are whole grams all the same.
    return {
        (site_id, month, waste): LineFigures(*map(int, sums))
        for site_id, month, waste, *sums in session.execute(query)
    }


def used(session: ReadSession, site_id: uuid.UUID, months: Iterable[Month]) -> dict[tuple[Month, str], int]:
    """What the site's ledgers say was used on it, its own waste and others', by month and waste [g]."""
    found = figures(session, [site_id], months)
    return {(month, waste): line.used_grams for (_, month, waste), line in found.items()}
