"""Which site a permit belongs to: the one that has its number, if it is run by the number's own enterprise or its line.

A permit is matched when it comes, and again whenever the register changes what its number means, so a site that is
registered late finds the permit that came early.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import aliased

from app.db.base import table_of
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Message
from app.enterprises.models import Enterprise, Site, SiteVersion
from app.outbox.events import NewEvent, publish
from app.permits.models import Permit
from app.permits.repository import chunks

Reason = Literal["no_site", "site_of_another"]
UNMATCHED: dict[Reason, Message] = {
    "no_site": Message(
        "没有场所登记此许可证编号；许可证已保存，场所登记后自动关联",
        "no site has this permit number; the permit is kept, and matched as soon as one is registered",
    ),
    "site_of_another": Message(
        "登记此编号的场所属于另一企业；许可证已保存，未关联。如有承继，请先登记承继关系",
        "the site with this number belongs to another enterprise; the permit is kept and not matched. If one "
        "succeeded the other, record the succession",
    ),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """The site of a permit. `enterprise_id` is whom it was registered under."""

    site_id: uuid.UUID
    code: str
    region: str
    enterprise_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Match:
    """The site of a number, or why there is none."""

    holder: Holder | None
    reason: Reason | None = None


NOBODY = Match(None, "no_site")


def sites_of(session: ReadSession, numbers: Iterable[str]) -> dict[str, Match]:
    """Find the site that has each number now, or else had it last; a number that nobody had is absent."""
    owner, named = aliased(Enterprise), aliased(Enterprise)
    query = (
        select(
            SiteVersion.permit_number,
            Site.id,
            Site.code,
            Site.region,
            Site.enterprise_id,
            owner.credit_code,
            _last(owner).label("owner_last"),
            _last(named).label("named_last"),
        )
        .join(Site, Site.id == SiteVersion.site_id)
        .join(owner, owner.id == Site.enterprise_id)
        .outerjoin(named, named.credit_code == func.substr(SiteVersion.permit_number, 1, 18))
        # Whom to believe comes last.
        .order_by(
            case((Site.permit_number == SiteVersion.permit_number, 1), else_=0),
            SiteVersion.recorded_at,
            Site.code,
        )
    )
    found: dict[str, Match] = {}
    for batch in chunks(numbers):
        for row in session.execute(query.where(SiteVersion.permit_number.in_(batch))):
            own = row.credit_code == row.permit_number[:18] or row.owner_last == row.named_last
            holder = Holder(row.id, row.code, row.region, row.enterprise_id)
            found[row.permit_number] = Match(holder) if own else Match(None, "site_of_another")
    return found


def _last(enterprise: type[Enterprise]) -> ColumnElement[uuid.UUID]:
    return func.coalesce(enterprise.last_successor_id, enterprise.id)


def lines_of(session: ReadSession, credit_codes: Iterable[str]) -> dict[str, uuid.UUID]:
    """Credit code → the last of its line, of those that are registered: equal for codes that succeeded each other."""
    query = select(
        Enterprise.credit_code, func.coalesce(Enterprise.last_successor_id, Enterprise.id).label("last")
    )
    return {
        row.credit_code: row.last
        for batch in chunks(credit_codes)
        for row in session.execute(query.where(Enterprise.credit_code.in_(batch)))
    }


def rematch(
    session: WriteSession,
    *,
    now: datetime,
    numbers: Iterable[str | None] = (),
    credit_codes: Iterable[str] = (),
) -> None:
    """Match again the permits with these numbers, or with numbers that begin with these codes.

    The caller has changed the register and holds it. Tells of each permit that has found its site, or lost it.
    """
    wanted = {number for number in numbers if number is not None}
    query = select(Permit.number)
    for batch in chunks(credit_codes):
        wanted |= set(session.scalars(query.where(Permit.credit_code.in_(batch))))
    lock_names(session, [f"permit:{number}" for number in wanted])
    matches = sites_of(session, wanted)
    table = table_of(Permit)
    for batch in chunks(wanted):
        for permit in session.scalars(select(Permit).where(Permit.number.in_(batch)).order_by(Permit.number)):
            holder = matches.get(permit.number, NOBODY).holder
            site_id = None if holder is None else holder.site_id
            if permit.site_id != site_id:
                session.execute(update(table).where(table.c.id == permit.id).values(site_id=site_id))
                publish(session, [_told(permit, holder)], now=now)


def _told(permit: Permit, holder: Holder | None) -> NewEvent:
    return NewEvent(
        "permit.unmatched" if holder is None else "permit.matched",
        {
            "permit": permit.number,
            "version": permit.version,
            "site": None if holder is None else holder.code,
        },
        region=permit.region if holder is None else holder.region,
        enterprise_id=None if holder is None else holder.enterprise_id,
        site_id=None if holder is None else holder.site_id,
    )
