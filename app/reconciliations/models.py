"""Reconciliations: what the reports of a scope say together, kept with the ledgers it speaks of."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import Json, MonthDate, UtcDateTime
from app.domain.periods import Month


class ReconciliationState(StrEnum):
    """queued → running → done or failed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Months(StrEnum):
    """How the errors of one instrument in different months go together."""

    CORRELATED = "correlated"
    INDEPENDENT = "independent"


class MeasuredKind(StrEnum):
    """What a flow of the measured network is."""

    GENERATED = "generated"
    STOCK_INCREASE = "stock_increase"
    USED = "used"
    DISPOSED = "disposed"
    DUMPED = "dumped"
    TRANSFER = "transfer"
    EXPORTED = "exported"
    IMPORTED = "imported"


class FlowClass(StrEnum):
    """What the reports can tell of a flow."""

    REDUNDANT = "redundant"
    NONREDUNDANT = "nonredundant"
    OBSERVABLE = "observable"
    UNOBSERVABLE = "unobservable"


class Reconciliation(Base):
    """One run. `method` and `ledgers` say of which coefficients and which ledgers the result speaks.

    `intervals` holds the rates of its scope with their 95 % intervals, by metric and group.
    """

    __tablename__ = "reconciliations"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    region: Mapped[str | None] = mapped_column(String(6))
    base: Mapped[str | None] = mapped_column(String(80))
    first_month: Mapped[Month] = mapped_column(MonthDate)
    last_month: Mapped[Month] = mapped_column(MonthDate)
    alpha: Mapped[float] = mapped_column(Double)
    local_test_floor: Mapped[float] = mapped_column(Double)
    months: Mapped[Months] = mapped_column(text_enum(Months, "months"))
    method: Mapped[str | None] = mapped_column(String(64))
    ledgers: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[ReconciliationState] = mapped_column(text_enum(ReconciliationState, "reconciliation_state"))
    summary: Mapped[dict[str, Any] | None] = mapped_column(Json)
    intervals: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(String(240))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_reconciliations_region_id", "region", "id"),)


class ReconciledFlow(Base):
    """A flow of a run, in the order of the network; masses in grams, standard deviations 1σ.

    Without a site on one end it crosses the boundary there. `sent` is the report of its giving end, `received`
    that of its taking end; none is nothing reported, which is not nought.
    """

    __tablename__ = "reconciled_flows"

    reconciliation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("reconciliations.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[MeasuredKind] = mapped_column(text_enum(MeasuredKind, "measured_kind"))
    waste: Mapped[str] = mapped_column(String(8))
    from_site: Mapped[str | None] = mapped_column(String(64))
    to_site: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(String(140))
    sent_grams: Mapped[int | None] = mapped_column(BigInteger)
    sent_sigma_grams: Mapped[int | None] = mapped_column(BigInteger)
    received_grams: Mapped[int | None] = mapped_column(BigInteger)
    received_sigma_grams: Mapped[int | None] = mapped_column(BigInteger)
    value_grams: Mapped[int | None] = mapped_column(BigInteger)
    sd_grams: Mapped[int | None] = mapped_column(BigInteger)
    z: Mapped[float | None] = mapped_column(Double)
    pair_z: Mapped[float | None] = mapped_column(Double)
    flow_class: Mapped[FlowClass] = mapped_column(text_enum(FlowClass, "flow_class"))
    flagged: Mapped[bool] = mapped_column(Boolean)
    at_bound: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_reconciled_flows_from_site", "reconciliation_id", "from_site", "position"),
        Index("ix_reconciled_flows_to_site", "reconciliation_id", "to_site", "position"),
    )
