"""What is told of the register: something of a site, of its facilities or of who answers for it has changed.

A registration is told when ledgers have named the site before: only then is anything different for anybody.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from app.db.session import WriteSession
from app.enterprises.models import Enterprise, Site
from app.outbox.events import NewEvent, publish

_CHANGED = "site.changed"


def tell(
    session: WriteSession,
    site: Site,
    fields: Collection[str],
    *,
    now: datetime,
    former_region: str | None = None,
) -> None:
    """Publish that a site has changed; `fields` says of what, with `facilities` among them, and `code` of a new one."""
    publish(session, [_event(site, fields, former_region)], now=now)


def tell_succession(session: WriteSession, old: Enterprise, *, now: datetime) -> None:
    """Publish of every site of an enterprise that another one answers for it now."""
    sites = session.scalars(select(Site).where(Site.enterprise_id == old.id).order_by(Site.code))
    publish(session, [_event(site, ["successor"], None) for site in sites], now=now)


def _event(site: Site, fields: Collection[str], former_region: str | None) -> NewEvent:
    return NewEvent(
        _CHANGED,
        {"site": site.code, "fields": [*sorted(fields)], "former_region": former_region},
        region=site.region,
        enterprise_id=site.enterprise_id,
        site_id=site.id,
    )
