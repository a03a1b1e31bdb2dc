"""Accounts at a provider and the people here that they belong to.

A provider makes nobody: an administrator invites a person who has an account here, and within a week the provider's
account that names that user name is bound to it, once, by issuer and subject. From then on names no longer matter.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.audit import service as audit
from app.auth.models import User, UserIdentity
from app.auth.provider import Account
from app.auth.sessions import subject_of_user
from app.auth.subjects import Subject
from app.clients import people, repository
from app.clients.recording import By, record
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.ids import new_id

INVITED_FOR = timedelta(days=7)


def subject_of(session: ReadSession, account: Account) -> Subject | None:
    """Give the person whom an account is bound to; None when there is none, or the person is shut out."""
    user = _bound(session, account)
    return subject_of_user(session, user) if user is not None and user.disabled_at is None else None


def is_invited(session: ReadSession, account: Account, now: datetime) -> bool:
    """Whether an account that is bound to nobody may be bound to the person whom it names."""
    return _bound(session, account) is None and _invited(session, account, now) is not None


def bind(session: WriteSession, account: Account, now: datetime) -> Subject | None:
    """Bind an account to the invited person whom it names; None when nobody is invited (any more)."""
    lock_names(session, [f"user:{account.username}"])
    user = _invited(session, account, now)
    if user is None or _bound(session, account) is not None:
        return None
    session.refresh(user)
    if _invited(session, account, now) is None:
        return None
    session.execute(
        delete(UserIdentity).where(UserIdentity.user_id == user.id, UserIdentity.issuer == account.issuer)
    )
    bound = UserIdentity(
        id=new_id(), user_id=user.id, issuer=account.issuer, subject=account.subject, created_at=now
    )
    session.add(bound)
    user.invited_until = None
    session.flush()
    actor = audit.Actor(user.role.value, user.id, user.name)
    record(session, actor, "user.identity_bound", user.username, None, audit.digest(bound), now)
    return subject_of_user(session, user)


def invite(session: WriteSession, username: str, now: datetime, by: By = None) -> User:
    """Let the provider's account of this user name be bound to the person, for a week."""
    user = people.open_account(session, username)
    before = audit.digest(user)
    user.invited_until = now + INVITED_FOR
    session.flush()
    record(session, by, "user.invited", username, before, audit.digest(user), now)
    return user


def unbind(session: WriteSession, username: str, now: datetime, by: By = None) -> User:
    """End the bond with the provider's accounts, an invitation and the sessions of before."""
    user = people.locked(session, username)
    bound = session.scalars(select(UserIdentity).where(UserIdentity.user_id == user.id)).all()
    if not bound and user.invited_until is None:
        return user
    before = audit.digest(user)
    for each in bound:
        session.delete(each)
    user.invited_until = None
    user.credentials_version += 1
    session.flush()
    record(session, by, "user.identity_ended", username, before, audit.digest(user), now)
    return user


def all_bonds(session: ReadSession) -> Sequence[UserIdentity]:
    """Give all bonds, the oldest first."""
    return session.scalars(select(UserIdentity).order_by(UserIdentity.id)).all()


def _bound(session: ReadSession, account: Account) -> User | None:
    return session.scalar(
        select(User)
        .join(UserIdentity, UserIdentity.user_id == User.id)
        .where(UserIdentity.issuer == account.issuer, UserIdentity.subject == account.subject)
    )


def _invited(session: ReadSession, account: Account, now: datetime) -> User | None:
    if not account.username or not account.username.isprintable():
        return None
    user = repository.user(session, account.username)
    if user is None or user.disabled_at is not None or user.invited_until is None:
        return None
    return user if now < user.invited_until else None
