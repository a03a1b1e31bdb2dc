"""What is asked of `file` and what it answers."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.clock import local_date
from app.domain.ledger import LedgerContent, LedgerState
from app.domain.ledger_checks import Warn
from app.domain.periods import Month
from app.enterprises.service import SiteRow
from app.http.problems import Problem
from app.ledgers.documents import canonical, sha256_of


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


@dataclass(frozen=True)
class Command:
    """One ledger to be filed."""

    content: LedgerContent
    intent: Intent = Intent.FILE
    draft: bool = False
    reason: str | None = None
    ledger_id: uuid.UUID | None = None
    if_match: int | None = None

    @cached_property
    def text(self) -> str:
        """The canonical JSON of the content, written once."""
        return canonical(self.content)

    @cached_property
    def sha256(self) -> str:
        """The receipt of the content."""
        return sha256_of(self.text)


@dataclass(frozen=True, slots=True)
class Filer:
    """Who files, when, and which month it is on the wall there; `origin` is the request, where it is not this one."""

    subject: Subject
    now: datetime
    this_month: Month
    origin: audit.Origin | None = None

    @classmethod
    def at(cls, subject: Subject, now: datetime, timezone: str, origin: audit.Origin | None = None) -> Self:
        """Someone who files at a moment, in the month that it is then in a time zone."""
        return cls(subject, now, Month.of(local_date(now, timezone)), origin)

    @property
    def request(self) -> audit.Origin:
        """The request that files: a batch writes for several, anything else within its own."""
        return self.origin or audit.Origin.current()

    def may_file_for(self, site: SiteRow) -> bool:
        """Whether a site is this filer's own."""
        if self.subject.role is Role.ADMIN:
            return True
        is_enterprise = self.subject.role is Role.ENTERPRISE and self.subject.enterprise_id is not None
        return is_enterprise and site.enterprise_id == self.subject.enterprise_id


@dataclass(frozen=True, slots=True)
class Filing:
    """A command with whoever gave it: a set may hold the commands of several."""

    command: Command
    filer: Filer


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
    warnings: tuple[Warn, ...] = ()
    told: Sequence[dict[str, Any]] = ()
    """The warnings as they are answered and kept."""
    problem: Problem | None = None
