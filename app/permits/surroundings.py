"""What stands in the database around a set of permits that come in."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.permits.versions import PermitVersion
from app.enterprises import service as enterprises
from app.permits import repository
from app.permits.commands import Incoming
from app.permits.documents import content_of
from app.permits.matching import Match, lines_of, sites_of
from app.permits.models import Permit, PermitVersionRow
from app.reference import service as reference
from app.reference.service import Codes


@dataclass(slots=True)
class Known:
    """A permit on file, or one that an earlier member of the set has just made."""

    id: uuid.UUID
    region: str
    version: int
    content_sha256: str
    validity_first: date | None
    effective_from: date


@dataclass(slots=True)
class Around:
    """What stands in the database around a set of permits."""

    codes: Codes
    known: dict[str, Known]
    matches: dict[str, Match]
    lines: dict[str, uuid.UUID]
    histories: dict[uuid.UUID, list[PermitVersion]]


def look_around(session: WriteSession, incoming: Sequence[Incoming]) -> Around:
    """Hold the register and the numbers, and read what stands around them."""
    numbers = {one.number for one in incoming}
    # The register stands still from here on, so that a site registered meanwhile finds the permit, or the permit it.
    enterprises.hold_register(session)
    lock_names(session, [f"permit:{number}" for number in numbers])
    matches = sites_of(session, numbers)
    codes = {one.body.enterprise for one in incoming if one.body.enterprise} | {n[:18] for n in numbers}
    site_ids = {match.holder.site_id for match in matches.values() if match.holder is not None}
    histories: dict[uuid.UUID, list[PermitVersion]] = defaultdict(list)
    for row in repository.versions_of_sites(session, site_ids, None):
        histories[row.site_id].append(
            PermitVersion(row.number, row.effective_from, row.received_at, content_of(row.content))
        )
    return Around(
        reference.codes(session), _known(session, numbers), matches, lines_of(session, codes), histories
    )


def _known(session: ReadSession, numbers: Iterable[str]) -> dict[str, Known]:
    version = PermitVersionRow
    query = select(
        Permit.number,
        Permit.id,
        Permit.region,
        Permit.version,
        Permit.content_sha256,
        Permit.valid_from,
        version.effective_from,
    ).join(version, (version.permit_id == Permit.id) & (version.number == Permit.version))
    return {
        row.number: Known(
            row.id, row.region, row.version, row.content_sha256, row.valid_from, row.effective_from
        )
        for batch in repository.chunks(numbers)
        for row in session.execute(query.where(Permit.number.in_(batch)))
    }
