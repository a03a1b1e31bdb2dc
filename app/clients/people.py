"""People who sign in: found, shut out and let in again, moved to another role, given a link for a password."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.audit import service as audit
from app.auth import client_secrets, password_links, passwords
from app.auth.models import User
from app.auth.subjects import Role
from app.clients import repository
from app.clients.owners import owner_of
from app.clients.recording import By, record
from app.clients.service import check_password
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Message
from app.http.problems import Conflict, NotFound

_ADMINISTRATORS = "administrators"


class LastAdministrator(Conflict):
    """Nobody would be left who could let anybody in again."""

    code = "last_administrator"

    def __init__(self) -> None:
        super().__init__(
            Message(
                "这是最后一名管理员，不能停用，也不能改为其他角色",
                "this is the last administrator, who can neither be disabled nor given another role",
            )
        )


class AccountDisabled(Conflict):
    """Nobody is let in by another way while the account is shut."""

    code = "account_disabled"

    def __init__(self) -> None:
        super().__init__(Message("账号已停用，请先启用", "the account is disabled; enable it first"))


class LinkSpent(NotFound):
    """The link leads nowhere (any more); which of the reasons it is, is not told."""

    code = "link_spent"

    def __init__(self) -> None:
        super().__init__(
            Message(
                "链接已使用、已过期或已失效；请向管理员另要一个",
                "the link was used, has expired or has ended; ask your administrator for another one",
            )
        )


def everyone(session: ReadSession) -> Sequence[User]:
    """Give all people by user name."""
    return session.scalars(select(User).order_by(User.username)).all()


def find(session: ReadSession, username: str) -> User:
    """Give a person. Raises NotFound."""
    found = repository.user(session, username) if username.isprintable() else None
    if found is None:
        raise NotFound
    return found


def disable(session: WriteSession, username: str, now: datetime, by: By = None) -> User:
    """Shut a person out at once: sessions and links end and do not come back. To do it again changes nothing."""
    user = locked(session, username)
    if user.disabled_at is None:
        _keep_an_administrator(session, user)
        before = audit.digest(user)
        user.disabled_at = now
        user.invited_until = None
        password_links.end_link(user)
        user.credentials_version += 1
        session.flush()
        record(session, by, "user.disabled", username, before, audit.digest(user), now)
    return user


def enable(session: WriteSession, username: str, now: datetime, by: By = None) -> User:
    """Let a person in again, who has to sign in anew."""
    user = locked(session, username)
    if user.disabled_at is not None:
        before = audit.digest(user)
        user.disabled_at = None
        session.flush()
        record(session, by, "user.enabled", username, before, audit.digest(user), now)
    return user


def move(
    session: WriteSession,
    username: str,
    role: Role,
    enterprise: str | None,
    region: str | None,
    now: datetime,
    by: By = None,
) -> User:
    """Give a person another role, territory or enterprise; sessions end. `enterprise` is a credit code."""
    user = locked(session, username)
    owner = owner_of(session, role, enterprise, region)
    if (user.role, user.enterprise_id, user.region) == (role, owner.enterprise_id, owner.region):
        return user
    if role is not Role.ADMIN:
        _keep_an_administrator(session, user)
    before = audit.digest(user)
    user.role, user.enterprise_id, user.region = role, owner.enterprise_id, owner.region
    user.credentials_version += 1
    session.flush()
    record(session, by, "user.moved", username, before, audit.digest(user), now)
    return user


def new_password_link(session: WriteSession, username: str, now: datetime, by: By = None) -> str:
    """Make a link with which a person chooses a password. The password of before works until then."""
    user = open_account(session, username)
    before = audit.digest(user)
    link = password_links.new_link(user, now)
    session.flush()
    record(session, by, "user.link_made", username, before, audit.digest(user), now)
    return link


def use_password_link(session: WriteSession, link: str, password: str, now: datetime) -> User:
    """Set the password that the holder of a link chose; link and sessions of before end. Raises LinkSpent, Invalid."""
    found = password_links.person_of_link(session, link, now)
    if found is None:
        raise LinkSpent
    check_password(password)
    # Of two who use one link at once only the first may: the account is read again under the lock.
    user = locked(session, found.username)
    if not password_links.is_live(user, client_secrets.sha256_of(link), now):
        raise LinkSpent
    user.password_hash = passwords.hashed(password)
    password_links.end_link(user)
    user.credentials_version += 1
    session.flush()
    actor = audit.Actor(user.role.value, user.id, user.name)
    record(session, actor, "user.password_changed", user.username, None, None, now)
    return user


def open_account(session: WriteSession, username: str) -> User:
    """Give a person who is not shut out, alone until the transaction ends. Raises NotFound, AccountDisabled."""
    user = locked(session, username)
    if user.disabled_at is not None:
        raise AccountDisabled
    return user


def locked(session: WriteSession, username: str) -> User:
    """Give a person, alone until the transaction ends. Raises NotFound."""
    lock_names(session, [_ADMINISTRATORS, f"user:{username}"])
    user = find(session, username)
    session.refresh(user)
    return user


def _keep_an_administrator(session: WriteSession, leaving: User) -> None:
    """Raise LastAdministrator when no other account of an administrator is open."""
    if leaving.role is not Role.ADMIN or leaving.disabled_at is not None:
        return
    others = select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None), User.id != leaving.id)
    if session.scalar(others.limit(1)) is None:
        raise LastAdministrator
