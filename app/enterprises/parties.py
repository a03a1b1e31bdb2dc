"""Whom a code in a ledger means. The answer depends on the register and the month alone, not on what came first."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.db.session import ReadSession
from app.domain.periods import Month, months_between
from app.enterprises import repository
from app.enterprises.repository import PermitHolder, SiteIdentity


@dataclass(frozen=True, slots=True)
class Candidate:
    """A site that a code may mean in the months `since` to `until`, both included."""

    site_code: str
    site_id: uuid.UUID
    enterprise_id: uuid.UUID
    since: Month
    until: Month | None

    def months_away(self, month: Month) -> int:
        """Count the months from `month` to the nearest in which the site reports; 0 when it does then."""
        if month < self.since:
            return months_between(month, self.since) - 1
        if self.until is not None and month > self.until:
            return months_between(self.until, month) - 1
        return 0


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a code means: one site, the sites of an enterprise, or nobody that is registered."""

    enterprise_id: uuid.UUID | None
    sites: tuple[Candidate, ...]
    known: bool

    def site_in(self, month: Month | None) -> Candidate | None:
        """Give the only site that can be meant in a month: of several the one that reports then, or nearest to then.

        None when there is none, or when two are equally near: the enterprise as a whole is meant. Without a month
        only a single site is certain.
        """
        if month is None or len(self.sites) < 2:
            return self.sites[0] if len(self.sites) == 1 else None
        nearest = min(site.months_away(month) for site in self.sites)
        meant = [site for site in self.sites if site.months_away(month) == nearest]
        return meant[0] if len(meant) == 1 else None


UNKNOWN = Party(None, (), known=False)


def parties(session: ReadSession, codes: Iterable[str], *, as_of: datetime | None = None) -> dict[str, Party]:
    """Resolve each code by the register of now, or of a moment; unknown codes are there with known = False.

    A site's own code goes before a permit number, a permit number that a site has before one that it had. A credit
    code means the sites of its enterprise, and from the month of a succession on those of whom it succeeded.
    """
    wanted = set(codes)
    found: dict[str, Party] = {}
    for holder in repository.sites_by_permit(session, wanted, as_of):
        found[holder.permit_number] = _single(holder)
    for row in repository.sites_by_own_code(session, wanted, as_of):
        found[row.code] = _single(row)
    found |= _enterprises(session, wanted - found.keys(), as_of)
    return {code: found.get(code, UNKNOWN) for code in wanted}


def line_of(session: ReadSession, credit_code: str) -> frozenset[uuid.UUID]:
    """Give the ids of an enterprise and of all whom it succeeded; none for an unknown code."""
    known = {row.id for row in repository.enterprises_by_code(session, [credit_code], None)}
    return frozenset(member for line in _lines(session, known, None).values() for member in line)


def sites_ever_meant(session: ReadSession, codes: Iterable[str]) -> set[uuid.UUID]:
    """Give every site that one of the codes means, in whatever month, or meant as a permit number it had before."""
    wanted = set(codes)
    meant = {site.site_id for party in parties(session, wanted).values() for site in party.sites}
    return meant | {row.id for row in repository.sites_by_permit(session, wanted, None)}


def _single(row: SiteIdentity | PermitHolder) -> Party:
    return Party(row.enterprise_id, (_candidate(row, row.reports_from),), known=True)


def _candidate(row: Row[Any] | SiteIdentity | PermitHolder, since: Month) -> Candidate:
    return Candidate(row.code, row.id, row.enterprise_id, max(since, row.reports_from), row.reports_until)


def _enterprises(session: ReadSession, codes: set[str], as_of: datetime | None) -> dict[str, Party]:
    named = {row.credit_code: row.id for row in repository.enterprises_by_code(session, codes, as_of)}
    lines = _lines(session, set(named.values()), as_of)
    sites: dict[uuid.UUID, list[Row[Any]]] = defaultdict(list)
    for site in repository.sites_of(session, {member for line in lines.values() for member in line}, as_of):
        sites[site.enterprise_id].append(site)
    found = {}
    for code, enterprise in named.items():
        line = lines[enterprise]
        candidates = [
            _candidate(site, since or site.reports_from)
            for member, since in line.items()
            for site in sites[member]
        ]
        candidates.sort(key=lambda candidate: candidate.site_code)
        found[code] = Party(enterprise, tuple(candidates), known=True)
    return found


def _lines(
    session: ReadSession, enterprises: set[uuid.UUID], as_of: datetime | None
) -> dict[uuid.UUID, dict[uuid.UUID, Month | None]]:
    """Map each enterprise to itself and those it succeeded, with the month from which they are its own."""
    lines: dict[uuid.UUID, dict[uuid.UUID, Month | None]] = {key: {key: None} for key in enterprises}
    newest = enterprises
    while newest:
        succeeded = repository.succeeded_by(session, newest, as_of)
        newest = {row.id for row in succeeded}
        for row in succeeded:
            for line in lines.values():
                if row.successor_id in line:
                    line[row.id] = _later(row.succeeded_from, line[row.successor_id])
    return lines


def _later(one: Month, other: Month | None) -> Month:
    return one if other is None else max(one, other)


def site_of(parties_by_code: Mapping[str, Party], code: str, month: Month | None) -> str:
    """Give the code of the site that is meant, or what was written when no single site could be."""
    meant = parties_by_code[code].site_in(month)
    return code if meant is None else meant.site_code
