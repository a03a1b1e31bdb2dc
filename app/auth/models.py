"""Who may come in: machine clients with rotating secrets, and people."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.subjects import Role
from app.db.base import Base, text_enum
from app.db.types import UtcDateTime


class Client(Base):
    """A machine that signs in with client credentials. A token of another `credentials_version` opens nothing."""

    __tablename__ = "clients"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(text_enum(Role, "role"))
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    region: Mapped[str | None] = mapped_column(String(6))
    scopes: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credentials_version: Mapped[int] = mapped_column(Integer, default=0)


class ClientSecret(Base):
    """One secret of a client, hashed. Two may live at once, so that a secret can be changed without a gap."""

    __tablename__ = "client_secrets"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    client_pk: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class User(Base):
    """A person who signs in with a password, or through the provider that the settings name.

    `credentials_version` counts up whenever the sessions of before are to end. Until `invited_until` the provider's
    account that names this user name may be bound to this person. `link_sha256` is of the link by which the person
    may choose a password until `link_until`.
    """

    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(text_enum(Role, "role"))
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    region: Mapped[str | None] = mapped_column(String(6))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credentials_version: Mapped[int] = mapped_column(Integer, default=0)
    invited_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    link_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UserIdentity(Base):
    """An account at a provider that a person signs in with: known by issuer and subject, never by a name."""

    __tablename__ = "user_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
