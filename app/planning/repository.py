"""Where the sites of a plan stand."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from app.auth.subjects import Subject
from app.chain_runs.service import Books
from app.db.session import ReadSession
from app.enterprises.models import Site
from app.rates.service import Scope, sites_of


@dataclass(frozen=True, slots=True)
class Spot:
    """A site: its code and name, and where it stands, None when nobody has said."""

    id: uuid.UUID
    code: str
    name: str
    region: str
    place: tuple[float, float] | None


def spots(session: ReadSession, subject: Subject, scope: Scope, books: Books) -> dict[str, Spot]:
    """The sites of the scope that the subject may see, in the order of their codes."""
    named = {place.code for place in books.places}
    query = select(Site.id, Site.code, Site.name, Site.region, Site.latitude, Site.longitude)
    rows = session.execute(query.where(*sites_of(subject, scope))).all()
    found = {
        row.code: Spot(
            row.id,
            row.code,
            row.name,
            row.region,
            None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude),
        )
        for row in rows
        if row.code in named
    }
    return dict(sorted(found.items()))
