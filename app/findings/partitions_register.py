"""What a change of the register touches: whoever trades with the site knows it by what the register says of it.

A facility or a reporting period is a matter of the site and of those that name it. A region, a permit number, an industry or
a successor changes who is meant and in which province: its pairs and its months of networks too, under the names they had.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select

from app.db.base import table_of
from app.db.session import ReadSession
from app.enterprises.models import Enterprise, Site
from app.findings.partitions import Heirs, Parts, around, chunks, touched
from app.ledgers.models import Ledger
from app.transfers import service as transfers
from app.transfers.models import Transfer

_WHO_IS_MEANT = frozenset({"region", "permit_number", "industry", "successor", "code"})


@dataclass(frozen=True, slots=True)
class Registered:
    """What an event of the register says: which site, what of it, and its former region if it moved."""

    site: str
    fields: frozenset[str]
    former_region: str | None

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Registered":
        return cls(str(payload["site"]), frozenset(payload["fields"]), payload["former_region"])

    @property
    def says_who_is_meant(self) -> bool:
        """Tell whether others may mean somebody else now."""
        return not self.fields.isdisjoint(_WHO_IS_MEANT)


def touched_by_register(session: ReadSession, changes: Iterable[Registered]) -> Parts:
    """The partitions whose facts may differ after these changes."""
    found = Parts()
    heirs = Heirs.read(session)
    wanted: dict[str, list[Registered]] = defaultdict(list)
    for change in changes:
        wanted[change.site].append(change)
    for codes in chunks(sorted(wanted)):
        for site in session.scalars(select(Site).where(Site.code.in_(codes))).all():
            found = found | _of_site(session, heirs, site, wanted[site.code])
    return found


def _of_site(session: ReadSession, heirs: Heirs, site: Site, changes: Sequence[Registered]) -> Parts:
    names, line = _names(session, heirs, site)
    rows = _trades(session, names, line)
    others = {row.sender_site_id for row in rows} | {row.receiver_site_id for row in rows}
    parts = Parts(sites=frozenset({site.code, *_codes(session, others)}))
    if not any(change.says_who_is_meant for change in changes):
        return parts
    months = {row.month for row in rows} | set(
        session.scalars(select(Ledger.month).where(Ledger.site_id == site.id))
    )
    provinces = {site.region[:2], *(each.former_region[:2] for each in changes if each.former_region)}
    networks = {(province, near) for province in provinces for month in months for near in around(month)}
    parts = parts | Parts(networks=frozenset(networks), pairs=_pairs(heirs, rows, names, line))
    return parts | touched(session, [(site.code, month) for month in months])


def _names(session: ReadSession, heirs: Heirs, site: Site) -> tuple[set[str], set[uuid.UUID]]:
    """Every name by which the site may be meant, and the enterprises of its line."""
    line = heirs.line({site.enterprise_id})
    codes = set(session.scalars(select(Enterprise.credit_code).where(Enterprise.id.in_(sorted(line)))))
    return {name for name in (site.code, site.permit_number, *codes) if name is not None}, line


def _trades(session: ReadSession, names: set[str], line: set[uuid.UUID]) -> Sequence[Row[Any]]:
    """The transfers of the site's enterprise, and those that name it whoever they were found to mean."""
    table = table_of(Transfer)
    ids, written = sorted(line), sorted(names)
    named = or_(transfers.of_enterprises(session, ids), transfers.naming(written))
    return session.execute(select(table).where(named)).all()


def _pairs(
    heirs: Heirs, rows: Sequence[Row[Any]], names: set[str], line: set[uuid.UUID]
) -> frozenset[tuple[str, str]]:
    """The pairs of these transfers, also under the keys that the site had while it was not known or not succeeded."""
    own = {*names, *map(str, line)}
    found = set()
    for row in rows:
        sender, receiver = heirs.key(row)
        found.add((sender, receiver))
        if row.sender_enterprise_id in line or row.sender_party in names:
            found |= {(mine, receiver) for mine in own}
        if row.receiver_enterprise_id in line or row.receiver_party in names:
            found |= {(sender, mine) for mine in own}
    return frozenset(found)


def _codes(session: ReadSession, ids: Iterable[uuid.UUID | None]) -> Iterable[str]:
    known = sorted(each for each in ids if each is not None)
    for batch in chunks(known):
        yield from session.scalars(select(Site.code).where(Site.id.in_(batch)))
