"""What a month begins with: the lines of the last month on file, their closing stock as opening stock, no quantities."""

import json
from typing import Any

from sqlalchemy import select

from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Site
from app.ledgers.models import Ledger, LedgerVersion

_KEPT_OF_FLOWS = {
    "received": ("from", "purpose"),
    "used": ("process", "product"),
    "disposed": ("method", "facility", "compliant"),
    "sent": ("to", "purpose", "out_of_province"),
}


def carried_over(session: ReadSession, subject: Subject, site: str, month: Month) -> dict[str, Any]:
    """The `lines` and `activity` to begin a site's month with, in the shape of a ledger; `from` is the month they stand in.

    Partners, processes and methods are those of last time; their tonnes are left out. Stock is carried only when the
    last month on file is the month before: over a gap nobody knows it.
    """
    found = session.execute(
        select(Ledger.month, LedgerVersion.body)
        .join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
        .join(Site, Site.id == Ledger.site_id)
        .where(
            Site.code == site,
            Ledger.month < month,
            Ledger.state != LedgerState.DRAFT,
            visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,)),
        )
        .order_by(Ledger.month.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return {"from": None, "lines": [], "activity": []}
    body = json.loads(found.body)
    is_next = found.month == month.previous
    return {
        "from": str(found.month),
        "lines": [_line(line, is_next=is_next) for line in body["lines"]],
        "activity": [{"kind": activity["kind"]} for activity in body["activity"]],
    }


def _line(line: dict[str, Any], *, is_next: bool) -> dict[str, Any]:
    identity = {name: line[name] for name in ("waste", "waste_code", "basis", "moisture_percent", "method")}
    flows = {
        kind: [{name: flow[name] for name in names} for flow in line[kind]]
        for kind, names in _KEPT_OF_FLOWS.items()
    }
    return identity | flows | {"opening_stock_tonnes": line["closing_stock_tonnes"] if is_next else None}
