"""Where clients, their secrets and people are kept."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from app.auth.models import Client, ClientSecret, User
from app.db.session import ReadSession
from app.enterprises.models import Enterprise


def client(session: ReadSession, client_id: str) -> Client | None:
    return session.scalar(select(Client).where(Client.client_id == client_id))


def clients_after(session: ReadSession, after: uuid.UUID | None, limit: int) -> Sequence[Client]:
    """Give clients in the order in which they were made."""
    query = select(Client).order_by(Client.id).limit(limit)
    return session.scalars(query if after is None else query.where(Client.id > after)).all()


def secrets_of(session: ReadSession, keys: Sequence[uuid.UUID]) -> Sequence[ClientSecret]:
    """Give all secrets of the clients, the newest first."""
    query = select(ClientSecret).where(ClientSecret.client_pk.in_(keys))
    return session.scalars(query.order_by(ClientSecret.created_at.desc(), ClientSecret.id.desc())).all()


def username_taken(session: ReadSession, username: str) -> bool:
    return session.scalar(select(User.id).where(User.username == username)) is not None


def user(session: ReadSession, username: str) -> User | None:
    return session.scalar(select(User).where(User.username == username))


def credit_codes(session: ReadSession, enterprises: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Give the credit codes of enterprises."""
    query = select(Enterprise.id, Enterprise.credit_code).where(Enterprise.id.in_(enterprises))
    return {row.id: row.credit_code for row in session.execute(query)}
