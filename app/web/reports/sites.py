"""The sites that somebody can choose from without knowing their codes."""

from sqlalchemy import select

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.models import Site

_MOST = 200


def own(session: ReadSession, subject: Subject) -> dict[str, Message]:
    """An enterprise's own sites; authorities write the code: they have too many to choose from."""
    if subject.role is not Role.ENTERPRISE:
        return {}
    visible = visible_to(subject, enterprises=(Site.enterprise_id,))
    rows = session.execute(select(Site.code, Site.name).where(visible).order_by(Site.code).limit(_MOST))
    return {code: Message(name, name) for code, name in rows}
