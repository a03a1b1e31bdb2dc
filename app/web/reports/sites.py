"""The sites that somebody can choose from without knowing their codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.enterprises.models import Site

_MOST_TO_CHOOSE = 200
# A list of more costs more on the wire than the page; the code is then written without help.
_MOST_TO_SUGGEST = 1_000


@dataclass(frozen=True, slots=True)
class Sites:
    """Code → name: an enterprise chooses among its own, an authority is reminded of those in its territory."""

    own: Mapping[str, str] = field(default_factory=dict)
    suggested: Mapping[str, str] = field(default_factory=dict)


def for_reader(session: ReadSession, subject: Subject) -> Sites:
    """What this reader may choose or is reminded of."""
    if subject.role is Role.ENTERPRISE:
        return Sites(own=_seen(session, subject, _MOST_TO_CHOOSE))
    near = _seen(session, subject, _MOST_TO_SUGGEST + 1)
    return Sites(suggested=near) if len(near) <= _MOST_TO_SUGGEST else Sites()


def _seen(session: ReadSession, subject: Subject, most: int) -> dict[str, str]:
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    rows = session.execute(select(Site.code, Site.name).where(visible).order_by(Site.code).limit(most))
    return {code: name for code, name in rows}  # noqa: C416 - rows are tuples with names, dict() is not typed for them
