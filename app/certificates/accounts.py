"""The account of a site and quarter: what went in, what is promised, what is left, what is over-drawn.

Worked out anew from recipes and ledgers each time it is asked for, so that a ledger amended downwards shows at once.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.batches import service as batches
from app.certificates.models import Certificate, CertifiedContent
from app.db.session import ReadSession
from app.domain.custody.credits import Account, Claim, Shortfall, account_of, shortfalls
from app.domain.permits.execution import Span

_MAX_IN_LIST = 400


@dataclass(frozen=True, slots=True)
class Book:
    """An account with what was certified from it, in the order of issue; what was revoked is not in it."""

    account: Account
    claims: tuple[Claim, ...]

    @property
    def shortfalls(self) -> dict[str, Shortfall]:
        return shortfalls(self.account, self.claims)


def book(session: ReadSession, site_id: uuid.UUID, period: str) -> Book:
    """The book of a site and quarter."""
    months = Span.parse(period).months
    recipes = [recipe for _, recipe in batches.recipes(session, site_id, months)]
    used = batches.used(session, site_id, months)
    return Book(account_of(recipes, used), claims(session, site_id, period))


def claims(session: ReadSession, site_id: uuid.UUID, period: str) -> tuple[Claim, ...]:
    """What stands certified of a site and quarter, in the order of issue."""
    query = select(Certificate).where(
        Certificate.site_id == site_id, Certificate.period == period, Certificate.revoked_at.is_(None)
    )
    # Ids are made under the lock of the site's certificates and grow: they are the order of issue, which clocks are not.
    found = list(session.scalars(query.order_by(Certificate.id)))
    contents = contents_of(session, [each.id for each in found])
    return tuple(
        Claim(str(each.id), each.product, each.product_grams, contents.get(each.id, {})) for each in found
    )


def contents_of(session: ReadSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """Certificate → waste → what it promises [g]."""
    found: dict[uuid.UUID, dict[str, int]] = {}
    for start in range(0, len(ids), _MAX_IN_LIST):
        query = select(CertifiedContent).where(
            CertifiedContent.certificate_id.in_(ids[start : start + _MAX_IN_LIST])
        )
        for row in session.scalars(query.order_by(CertifiedContent.certificate_id, CertifiedContent.waste)):
            found.setdefault(row.certificate_id, {})[row.waste] = row.grams
    return found


def shortfalls_of(session: ReadSession, certificates: Iterable[Certificate]) -> dict[uuid.UUID, Shortfall]:
    """What of each certificate is not borne now; nothing of one that was revoked."""
    standing = [each for each in certificates if each.revoked_at is None]
    found: dict[uuid.UUID, Shortfall] = {}
    for site_id, period in sorted({(each.site_id, each.period) for each in standing}):
        short = book(session, site_id, period).shortfalls
        found |= {
            each.id: short[str(each.id)]
            for each in standing
            if (each.site_id, each.period) == (site_id, period)
        }
    return found
