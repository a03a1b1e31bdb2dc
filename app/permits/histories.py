"""The versions of permits as they are read: of a site, of a number, of one month."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.domain.permits import versions
from app.domain.permits.versions import PermitVersion
from app.http.problems import NotFound
from app.permits import repository
from app.permits.documents import content_of
from app.permits.models import Permit


def visible_permit(session: ReadSession, subject: Subject, number: str) -> tuple[Permit, str | None]:
    """Give a permit that the subject may see, with the code of its site. Raises NotFound."""
    found = repository.seen_permit(session, subject, number)
    if found is None:
        raise NotFound
    return found


def histories_of_sites(
    session: ReadSession, site_ids: Iterable[uuid.UUID], as_of: datetime | None = None
) -> dict[uuid.UUID, tuple[PermitVersion, ...]]:
    """Give all versions of all permits of each site, oldest first; nothing for a site without a permit.

    Asks nobody's rights: the caller has found the sites through what its subject may see. `as_of` leaves out what was
    learnt later. Which one holds in a month says `app.domain.permits.versions.in_force`.
    """
    found: dict[uuid.UUID, list[PermitVersion]] = defaultdict(list)
    for row in repository.versions_of_sites(session, site_ids, as_of):
        found[row.site_id].append(_version(row))
    return {site: tuple(history) for site, history in found.items()}


def histories_of_numbers(
    session: ReadSession, numbers: Iterable[str], as_of: datetime | None = None
) -> dict[str, tuple[PermitVersion, ...]]:
    """Give all versions of each permit, oldest first; rights as in `histories_of_sites`."""
    found: dict[str, list[PermitVersion]] = defaultdict(list)
    for row in repository.versions_of_numbers(session, numbers, as_of):
        found[row.permit].append(_version(row))
    return {number: tuple(history) for number, history in found.items()}


def in_force(
    session: ReadSession, site_ids: Iterable[uuid.UUID], month: Month, as_of: datetime | None = None
) -> Mapping[uuid.UUID, PermitVersion]:
    """Give the version of each site's permit that holds in a month; nothing for a site without one.

    It may have expired: see `Validity.covers`. Rights as in `histories_of_sites`.
    """
    histories = histories_of_sites(session, site_ids, as_of)
    chosen = {site: versions.in_force(history, month) for site, history in histories.items()}
    return {site: version for site, version in chosen.items() if version is not None}


def _version(row: Row[Any]) -> PermitVersion:
    return PermitVersion(row.number, row.effective_from, row.received_at, content_of(row.content))
