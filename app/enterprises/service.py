"""Who stands behind a code: what other slices ask about enterprises, sites and facilities."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from app.db.session import ReadSession
from app.domain.periods import Month
from app.enterprises import repository


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a code of a transfer means; without `site_id` no single site could be meant."""

    site_code: str | None
    site_id: uuid.UUID | None
    enterprise_id: uuid.UUID | None
    region: str | None
    known: bool


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as ledgers need it, no ORM object."""

    id: uuid.UUID
    code: str
    enterprise_id: uuid.UUID
    region: str
    industry: str
    base: str | None
    reports_from: Month
    reports_until: Month | None


UNKNOWN = Party(None, None, None, None, known=False)


def parties(session: ReadSession, codes: Iterable[str]) -> dict[str, Party]:
    """Resolve each code: a site code or permit number is that site, a credit code the only site it has.

    A succeeded enterprise's code means its successor. Unknown codes are there with known = False.
    """
    wanted = set(codes)
    found: dict[str, Party] = {}
    rows = repository.site_rows(session, wanted, permits=True)
    for key in ("permit_number", "code"):  # a site's own code goes before another's permit number
        for row in rows:
            if getattr(row, key) in wanted:
                found[getattr(row, key)] = Party(row.code, row.id, row.enterprise_id, row.region, known=True)
    found |= _enterprises(session, wanted - found.keys())
    return {code: found.get(code, UNKNOWN) for code in wanted}


def _enterprises(session: ReadSession, codes: set[str]) -> dict[str, Party]:
    named = {row.credit_code: row for row in repository.enterprise_rows(session, codes=codes)}
    last = _successors(session, named)
    sites: dict[uuid.UUID, list[Row[Any]]] = defaultdict(list)
    for site in repository.sites_of(session, {row.id for row in last.values()}):
        sites[site.enterprise_id].append(site)
    found = {}
    for code, row in last.items():
        own = sites[row.id]
        if len(own) == 1:
            found[code] = Party(own[0].code, own[0].id, row.id, own[0].region, known=True)
        else:
            found[code] = Party(None, None, row.id, row.region, known=True)
    return found


def _successors(session: ReadSession, named: Mapping[str, Row[Any]]) -> dict[str, Row[Any]]:
    """Follow every enterprise to its last successor; succession refuses rings, so this ends."""
    last = dict(named)
    while ids := {row.successor_id for row in last.values() if row.successor_id is not None}:
        by_id = {row.id: row for row in repository.enterprise_rows(session, ids=ids)}
        last = {code: by_id.get(row.successor_id, row) for code, row in last.items()}
    return last


def sites_by_code(session: ReadSession, codes: Iterable[str]) -> dict[str, SiteRow]:
    """Give the sites that exist among these codes."""
    return {
        row.code: SiteRow(
            row.id,
            row.code,
            row.enterprise_id,
            row.region,
            row.industry,
            row.base,
            row.reports_from,
            row.reports_until,
        )
        for row in repository.site_rows(session, codes)
    }


def facility_codes(session: ReadSession, site_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """Give the facility codes of each site, empty for a site without any."""
    codes: dict[uuid.UUID, set[str]] = {site_id: set() for site_id in site_ids}
    for row in repository.facility_rows(session, codes):
        codes[row.site_id].add(row.code)
    return {site_id: frozenset(found) for site_id, found in codes.items()}
