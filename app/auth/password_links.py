"""Links with which a person chooses a password: good once and for a day; a new one ends the one before.

The link holds 256 random bits; only their hash is kept. It ends with the account's being shut out.
"""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import client_secrets
from app.auth.models import User

LIFETIME = timedelta(hours=24)


def new_link(user: User, now: datetime) -> str:
    """Make a link for a person; the answer is what stands in its address."""
    link = client_secrets.new_secret()
    user.link_sha256 = client_secrets.sha256_of(link)
    user.link_until = now + LIFETIME
    return link


def person_of_link(session: Session, link: str, now: datetime) -> User | None:
    """Give the person of a link; None when there is no such link, it is over, or the account is shut out."""
    offered = client_secrets.sha256_of(link)
    user = session.scalar(select(User).where(User.link_sha256 == offered))
    return user if user is not None and is_live(user, offered, now) else None


def is_live(user: User, offered: str, now: datetime) -> bool:
    """Whether the link of this hash is the one that the person may use."""
    known = user.link_sha256 is not None and hmac.compare_digest(user.link_sha256, offered)
    return known and user.link_until is not None and now < user.link_until and user.disabled_at is None


def end_link(user: User) -> None:
    """Let no link lead to this account."""
    user.link_sha256 = None
    user.link_until = None
