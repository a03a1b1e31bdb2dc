"""Every table in one metadata: whoever needs the whole schema (migrations, checks) imports this."""

from app.archive import models as archive
from app.audit import models as audit
from app.auth import models as auth
from app.batches import models as batches
from app.certificates import models as certificates
from app.chain_runs import models as chain_runs
from app.enterprises import models as enterprises
from app.findings import models as findings
from app.imports import models as imports
from app.ledgers import models as ledgers
from app.outbox import models as outbox
from app.permits import models as permits
from app.rates import models as rates
from app.reconciliations import models as reconciliations
from app.reference import models as reference
from app.rewards import models as rewards
from app.transfers import models as transfers
from app.webhooks import models as webhooks

__all__ = [
    "archive",
    "audit",
    "auth",
    "batches",
    "certificates",
    "chain_runs",
    "enterprises",
    "findings",
    "imports",
    "ledgers",
    "outbox",
    "permits",
    "rates",
    "reconciliations",
    "reference",
    "rewards",
    "transfers",
    "webhooks",
]
