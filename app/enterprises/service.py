"""Who stands behind a code: what other slices ask about enterprises, sites and facilities."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.db.session import ReadSession, WriteSession
from app.domain.periods import Month
from app.enterprises import repository
from app.enterprises.parties import UNKNOWN, Candidate, Party, parties, site_of, sites_ever_meant
from app.enterprises.repository import hold_register, sites_at

__all__ = [
    "UNKNOWN",
    "Candidate",
    "Party",
    "SiteRow",
    "facility_codes",
    "hold_register",
    "last_successor",
    "parties",
    "site_of",
    "sites_at",
    "sites_by_code",
    "sites_by_id",
    "sites_ever_meant",
]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as ledgers need it, no ORM object.

    `enterprise_id` is who files for it, the last successor; `registered_id` whom it was registered under, for good.
    """

    id: uuid.UUID
    code: str
    enterprise_id: uuid.UUID
    registered_id: uuid.UUID
    region: str
    industry: str
    base: str | None
    reports_from: Month
    reports_until: Month | None


def sites_by_code(session: ReadSession, codes: Iterable[str]) -> dict[str, SiteRow]:
    """Give the sites that exist among these codes. To whoever writes, the register stands still from here on."""
    if isinstance(session, WriteSession):
        repository.hold_register(session)
    return {row[1]: _site_row(*row) for row in repository.site_rows(session, "code", set(codes))}


def _site_row(
    site_id: uuid.UUID, code: str, enterprise: uuid.UUID, successor: uuid.UUID | None, *rest: Any
) -> SiteRow:
    return SiteRow(site_id, code, successor or enterprise, enterprise, *rest)


def sites_by_id(session: ReadSession, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, SiteRow]:
    """Give these sites."""
    return {row[0]: _site_row(*row) for row in repository.site_rows(session, "id", set(ids))}


def last_successor(session: ReadSession, enterprise_id: uuid.UUID) -> uuid.UUID:
    """Give the enterprise that now answers for this one: the end of its line, or itself."""
    return repository.enterprise_by_id(session, enterprise_id).last_successor_id or enterprise_id


def facility_codes(session: ReadSession, site_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """Give the facility codes of each site, empty for a site without any."""
    codes: dict[uuid.UUID, set[str]] = {site_id: set() for site_id in site_ids}
    for site_id, code in repository.facility_rows(session, codes):
        codes[site_id].add(code)
    return {site_id: frozenset(found) for site_id, found in codes.items()}
