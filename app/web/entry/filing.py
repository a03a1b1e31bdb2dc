"""What is done with a form that was sent: checked, saved as a draft, filed, or an amendment filed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.domain.ledger_checks import Warn
from app.http.problems import Problem
from app.ledgers.service import Command, Filer, Intent, LedgerIn, file, read_ledger
from app.web.entry.form import Filled
from app.web.entry.gather import SiteMonth
from app.web.entry.view import Said
from app.web.languages import Language

_REASON_MISSING = Fault("/reason", "reason_required", Message("请写明修订理由", "say why it is amended"))
_SIGNER_MISSING = Fault(
    "/signed_by", "signer_required", Message("请填写填报负责人姓名", "say who signs the ledger")
)


_FIRST_FILING = 0
"""The version that the form of a first filing is based on: none."""


class Action(StrEnum):
    """What a button of the form asks for."""

    CHECK = "check"
    LINE = "line"
    ROWS = "rows"
    DRAFT = "draft"
    NIL = "nil"
    SUBMIT = "submit"

    @property
    def only_makes_room(self) -> bool:
        return self in (Action.LINE, Action.ROWS)

    @property
    def files(self) -> bool:
        return self in (Action.DRAFT, Action.NIL, Action.SUBMIT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form and what to do with it."""

    action: Action
    filled: Filled
    asked: SiteMonth
    amends: int | None

    @classmethod
    def of(cls, action: str, filled: Filled, asked: SiteMonth) -> "Wanted":
        """Read a button; an unknown one only checks. A ledger on file is amended from the version that was read."""
        known = Action(action) if action in set(Action) else Action.CHECK
        is_filed = asked.ledger is not None and asked.ledger["state"] != "draft"
        version = filled.values.get("version", "")
        read = (
            int(version) if version.isascii() and version.isdigit() and len(version) < 10 else _FIRST_FILING
        )
        return cls(known, filled, asked, read if is_filed else None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it: `filed` names the word of “done”, else faults or warnings for the form shown again."""

    action: Action
    filed: str | None = None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Warn, ...] = field(default=())

    @property
    def refused(self) -> bool:
        return bool(self.faults) and self.action.files


def id_of(ledger: Mapping[str, Any]) -> uuid.UUID:
    """The id of a ledger on file."""
    return uuid.UUID(ledger["id"])


def carry_out(session: WriteSession, wanted: Wanted, filer: Filer) -> Answer:
    """Do what is wanted."""
    action = wanted.action
    if action.only_makes_room:
        return Answer(action)
    read = read_ledger(_body(wanted))
    if not isinstance(read, LedgerIn):
        return Answer(action, faults=read.errors)
    missing = _missing(wanted, read)
    if missing:
        return Answer(action, faults=missing)
    (result,) = file(session, [_command(wanted, read)], filer, dry_run=not action.files)
    if result.problem is not None:
        return Answer(action, faults=_faults(result.problem))
    return Answer(action, _word_of(wanted) if action.files else None, warnings=result.warnings)


def _word_of(wanted: Wanted) -> str:
    """The word of “done”."""
    if wanted.action is Action.DRAFT:
        return "ledger_draft"
    return "ledger_amended" if wanted.amends else "ledger_filed"


def _body(wanted: Wanted) -> dict[str, Any]:
    body = dict(wanted.filled.body)
    if wanted.action is Action.NIL:
        return {name: body[name] for name in ("site", "month", "signed_by") if name in body} | {"nil": True}
    if wanted.action is Action.DRAFT:
        return body | {"draft": True}
    return body


def _missing(wanted: Wanted, read: LedgerIn) -> tuple[Fault, ...]:
    """What people must state and machines need not: who signs, and why a ledger is amended."""
    if wanted.action not in (Action.SUBMIT, Action.NIL):
        return ()
    missing = () if read.signed_by else (_SIGNER_MISSING,)
    return (*missing, _REASON_MISSING) if wanted.amends and not read.reason else missing


def _command(wanted: Wanted, read: LedgerIn) -> Command:
    content = read.content()
    if wanted.amends is None or wanted.asked.ledger is None:
        return Command(content, Intent.FILE, draft=read.draft, reason=read.reason)
    if wanted.amends == _FIRST_FILING:
        # Sent twice, or filed by a colleague meanwhile: the same content is on file already, other content is refused.
        return Command(content, Intent.UPSERT, draft=read.draft)
    ledger_id = id_of(wanted.asked.ledger)
    # A check comes before its reason is written.
    reason = read.reason or ("check" if wanted.action is Action.CHECK else None)
    return Command(content, Intent.AMEND, reason=reason, ledger_id=ledger_id, if_match=wanted.amends)


def _faults(problem: Problem) -> tuple[Fault, ...]:
    return problem.errors or (Fault("", problem.code, problem.detail),)


def said(answer: Answer, filled: Filled, language: Language) -> dict[str, list[Said]]:
    """Everything that is said, at the field it belongs to; "" for what belongs to the whole form."""
    found: dict[str, list[Said]] = {}
    for fault in answer.faults:
        words = Said("error", language.heading(fault.message))
        found.setdefault(filled.name_of(fault.pointer), []).append(words)
    for warn in answer.warnings:
        words = Said(warn.severity, language.heading(warn.message))
        found.setdefault(filled.name_of(warn.pointer), []).append(words)
    return found
