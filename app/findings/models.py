"""Findings, the evidence they had over time, the steps of their cases, and the parameters of the rules."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import Json, MonthDate, UtcDateTime
from app.domain.periods import Month
from app.findings.rule import Severity


class CaseState(StrEnum):
    """open → notified → answered → confirmed | dismissed → closed."""

    OPEN = "open"
    NOTIFIED = "notified"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class StepKind(StrEnum):
    """What happened in a case."""

    OPENED = "opened"
    EVIDENCE = "evidence"
    GONE = "gone"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    NOTIFIED = "notified"
    ANSWERED = "answered"
    COMMENTED = "commented"
    ATTACHED = "attached"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class Finding(Base):
    """One fact that a rule objects to, with its newest evidence and where its case stands.

    `key` names the fact for good, so that it never opens twice. `present`: the rule still finds it. `partition`: with
    which set of findings it is replaced. `site_id` and what follows it are whom it is about; the counterpart's columns
    are filled when the counterpart may see it too. Masses are grams.
    """

    __tablename__ = "findings"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))
    rule_version: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(300))
    partition: Mapped[str] = mapped_column(String(160))
    present: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[CaseState] = mapped_column(text_enum(CaseState, "case_state"))
    severity: Mapped[Severity] = mapped_column(text_enum(Severity, "severity"))
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"))
    region: Mapped[str] = mapped_column(String(6))
    enterprise_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enterprises.id"))
    counterpart: Mapped[str | None] = mapped_column(String(64))
    counterpart_region: Mapped[str | None] = mapped_column(String(6))
    counterpart_enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"))
    waste: Mapped[str | None] = mapped_column(String(8))
    first_month: Mapped[Month | None] = mapped_column(MonthDate)
    last_month: Mapped[Month | None] = mapped_column(MonthDate)
    grams: Mapped[int] = mapped_column(BigInteger)
    sigma_grams: Mapped[int | None] = mapped_column(BigInteger)
    is_weighed: Mapped[bool] = mapped_column(Boolean)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    evidence: Mapped[Any] = mapped_column(Json)
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    assignee: Mapped[str | None] = mapped_column(String(200))
    deadline: Mapped[date | None] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    evidence_at: Mapped[datetime] = mapped_column(UtcDateTime)
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_findings_rule_key", "rule", "key", unique=True),
        Index("ix_findings_partition", "partition"),
        Index("ix_findings_region_state", "region", "state"),
        Index("ix_findings_counterpart_region", "counterpart_region"),
        Index("ix_findings_enterprise_id", "enterprise_id"),
        Index("ix_findings_counterpart_enterprise_id", "counterpart_enterprise_id"),
        Index("ix_findings_site_id", "site_id"),
        Index("ix_findings_grams_id", "grams", "id"),
    )


class FindingStep(Base):
    """One step of a case, never changed afterwards. `evidence` is kept with the steps that brought new evidence.

    `enterprise_id` is the side that took the step, None for authorities and the rules. `internal` steps are the
    authorities' own.
    """

    __tablename__ = "finding_steps"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("findings.id"))
    kind: Mapped[StepKind] = mapped_column(text_enum(StepKind, "step_kind"))
    from_state: Mapped[CaseState | None] = mapped_column(text_enum(CaseState, "from_state"))
    to_state: Mapped[CaseState] = mapped_column(text_enum(CaseState, "to_state"))
    actor: Mapped[str] = mapped_column(String(240))
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"))
    internal: Mapped[bool] = mapped_column(Boolean)
    text: Mapped[str | None] = mapped_column(Text)
    details: Mapped[Any | None] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_finding_steps_finding_id_id", "finding_id", "id"),)


class FindingAttachment(Base):
    """A file of a case; its content lies in the attachments folder under its SHA-256."""

    __tablename__ = "finding_attachments"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("findings.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(240))
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"))
    internal: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RuleParameters(Base):
    """What an administrator set of a rule's parameters; without a row the defaults hold."""

    __tablename__ = "rule_parameters"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(Integer)
    values: Mapped[Any] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(240))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_rule_parameters_rule_number", "rule", "number", unique=True),)
