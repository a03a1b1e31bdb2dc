"""What is asked of `file` and what it answers."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.auth.subjects import Subject
from app.domain.ledger import LedgerContent, LedgerState
from app.domain.ledger_checks import Warn
from app.domain.periods import Month
from app.http.problems import Problem


class Intent(StrEnum):
    """How a ledger meets one that is already on file."""

    FILE = "file"
    """A first filing: a month already filed is a conflict."""
    AMEND = "amend"
    """A new version of a ledger on file, based on a version the caller has read."""
    UPSERT = "upsert"
    """A bulk line: the same content is `unchanged`, other content needs a reason and amends."""


class Outcome(StrEnum):
    """What became of a command."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    AMENDED = "amended"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Command:
    """One ledger to be filed."""

    content: LedgerContent
    intent: Intent = Intent.FILE
    draft: bool = False
    reason: str | None = None
    ledger_id: uuid.UUID | None = None
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class Filer:
    """Who files, when, and which month it is on the wall there."""

    subject: Subject
    now: datetime
    this_month: Month


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the command at the same place of the list."""

    outcome: Outcome
    site: str
    month: Month
    ledger_id: uuid.UUID | None = None
    version: int = 0
    state: LedgerState = LedgerState.SUBMITTED
    sha256: str = ""
    received_at: datetime | None = None
    warnings: tuple[Warn, ...] = field(default=())
    problem: Problem | None = None
