"""Every table in one metadata: whoever needs the whole schema (migrations, checks) imports this."""

from app.auth import models as auth
from app.chain_runs import models as chain_runs
from app.enterprises import models as enterprises
from app.findings import models as findings
from app.ledgers import models as ledgers
from app.outbox import models as outbox
from app.reconciliations import models as reconciliations
from app.reference import models as reference
from app.transfers import models as transfers

__all__ = [
    "auth",
    "chain_runs",
    "enterprises",
    "findings",
    "ledgers",
    "outbox",
    "reconciliations",
    "reference",
    "transfers",
]
