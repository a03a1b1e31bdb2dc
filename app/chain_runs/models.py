"""Runs: a chain followed through the ledgers of a scope, kept with what it was made from."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import Json, MonthDate, UtcDateTime
from app.domain.periods import Month
from chains.stock import StockRule


class RunState(StrEnum):
    """queued → running → done or failed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ChainRun(Base):
    """One run. `chain_digest` and `ledgers` say of which chain and which ledgers the result speaks."""

    __tablename__ = "chain_runs"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    chain_id: Mapped[str] = mapped_column(String(80))
    chain_version: Mapped[int] = mapped_column(Integer)
    chain_digest: Mapped[str] = mapped_column(String(64))
    region: Mapped[str | None] = mapped_column(String(6))
    base: Mapped[str | None] = mapped_column(String(80))
    first_month: Mapped[Month] = mapped_column(MonthDate)
    last_month: Mapped[Month] = mapped_column(MonthDate)
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stock_rule: Mapped[StockRule] = mapped_column(text_enum(StockRule, "stock_rule"))
    ledgers: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[RunState] = mapped_column(text_enum(RunState, "run_state"))
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(String(240))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_chain_runs_chain_id_id", "chain_id", "id"),)
