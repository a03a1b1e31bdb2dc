"""The journal of a sandbox: which requests its test clients made and how they were answered.

Its table is in no migration. Only a sandbox makes it, so that a database with real ledgers never has it.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Engine, Index, Integer, MetaData, String, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.db.base import NAMING
from app.db.types import Json, UtcDateTime

EVENTS = "/v1/events"
"""The feed, whose first answer is cut off."""


FORGED = "FORGED"
"""The `method` of a message of ours with a wrong signature; `path` is then the webhook, `status` what it answered."""


class SandboxBase(DeclarativeBase):
    """The base of the tables that only a sandbox has."""

    metadata = MetaData(naming_convention=NAMING)


class Exchange(SandboxBase):
    """A request and its answer. Of the answer only what scenarios look at is kept, of the request no content.

    `told` is what `excerpts.excerpt` gives. `cut`: the connection was cut on purpose before the answer was whole.
    """

    __tablename__ = "sandbox_exchanges"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    method: Mapped[str] = mapped_column(String(8))
    path: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text)
    status: Mapped[int] = mapped_column(Integer)
    replayed: Mapped[bool] = mapped_column(Boolean)
    cut: Mapped[bool] = mapped_column(Boolean)
    told: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_sandbox_exchanges_subject_id_id", "subject_id", "id"),)


def make_tables(engine: Engine) -> None:
    """Make what is not there yet."""
    SandboxBase.metadata.create_all(engine)


def drop_tables(engine: Engine) -> None:
    """Forget all that was asked."""
    SandboxBase.metadata.drop_all(engine)
