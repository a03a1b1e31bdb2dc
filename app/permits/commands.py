"""What is asked of `receive` and what it answers."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.audit.service import Actor
from app.auth.subjects import Subject
from app.domain.errors import Fault
from app.domain.permits.content import PermitContent
from app.http.problems import Problem
from app.permits.matching import Holder
from app.permits.permit_in import PermitIn


class Outcome(StrEnum):
    """What became of a permit that came in."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One permit as it came: its number, what it says, and the very bytes that said so."""

    number: str
    body: PermitIn
    raw: bytes
    media_type: str
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """On whose behalf, when, which day it is on the wall there, and by which way (`api`, `import:…`, `sync:…`).

    `by` is who is written into the log, where that is not the subject: whoever works at the command line.
    """

    subject: Subject
    now: datetime
    today: date
    source: str
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the permit at the same place of the list; of a refused one only the problem is known.

    `former_sha256` is of what was on file before; `enterprise_id` of the enterprise that the number names, if registered.
    """

    outcome: Outcome
    number: str
    problem: Problem | None = None
    content: PermitContent | None = None
    version: int = 0
    effective_from: date | None = None
    content_sha256: str = ""
    former_sha256: str | None = None
    holder: Holder | None = None
    enterprise_id: uuid.UUID | None = None
    warnings: tuple[Fault, ...] = ()
