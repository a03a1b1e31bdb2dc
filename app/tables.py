"""Every table in one metadata: whoever needs the whole schema (migrations, checks) imports this."""

from app.auth import models as auth
from app.enterprises import models as enterprises
from app.ledgers import models as ledgers
from app.reference import models as reference
from app.transfers import models as transfers

__all__ = ["auth", "enterprises", "ledgers", "reference", "transfers"]
