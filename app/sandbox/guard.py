"""A sandbox has a database of its own: what tells it from one with real ledgers."""

from sqlalchemy import select

from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.models import Enterprise
from app.http.problems import Conflict
from app.sandbox.firms import FIRMS


class NotASandbox(Conflict):
    code = "not_a_sandbox"
    title = Message(
        "该数据库有沙盒以外的企业，不能用作沙盒；请用 HUANLIAN_DATABASE_URL 另指定数据库",
        "This database holds enterprises that are not the sandbox's; name another one in HUANLIAN_DATABASE_URL",
    )


def refuse_others(session: ReadSession) -> None:
    """Raise NotASandbox when an enterprise is registered that is none of the test firms."""
    ours = [firm.credit_code for firm in FIRMS]
    other = select(Enterprise.id).where(Enterprise.credit_code.not_in(ours)).limit(1)
    if session.scalar(other) is not None:
        raise NotASandbox
