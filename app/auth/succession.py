"""Whom an enterprise has succeeded: what a subject's sight reaches back to."""

import uuid

from sqlalchemy import Uuid, column, select, table
from sqlalchemy.orm import Session

# The slice of enterprises stands above this room and cannot be imported here.
_ENTERPRISES = table("enterprises", column("id", Uuid), column("successor_id", Uuid))


def former_ids(session: Session, enterprise_id: uuid.UUID | None) -> frozenset[uuid.UUID]:
    """Give the enterprises that this one succeeded, directly or through others; rings are never recorded."""
    if enterprise_id is None:
        return frozenset()
    seen = (
        select(_ENTERPRISES.c.id)
        .where(_ENTERPRISES.c.successor_id == enterprise_id)
        .cte("former", recursive=True)
    )
    further = select(_ENTERPRISES.c.id).join(seen, _ENTERPRISES.c.successor_id == seen.c.id)
    return frozenset(session.scalars(select(seen.union(further).c.id)))
