"""What other slices ask about permits."""

from app.permits.histories import histories_of_numbers, histories_of_sites, in_force, visible_permit
from app.permits.matching import rematch
from app.permits.reports.headroom import headroom
from app.permits.reports.ledger_tables import GUIDE as LEDGER_GUIDE
from app.permits.reports.ledger_tables import NOTE as LEDGER_GUIDE_NOTE
from app.permits.reports.ledger_tables import filled_tables

__all__ = [
    "LEDGER_GUIDE",
    "LEDGER_GUIDE_NOTE",
    "filled_tables",
    "headroom",
    "histories_of_numbers",
    "histories_of_sites",
    "in_force",
    "rematch",
    "visible_permit",
]
