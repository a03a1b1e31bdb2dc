"""One finding with its evidence and case as a view model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from app.auth.subjects import Role
from app.domain.errors import Message
from app.domain.periods import Month
from app.findings.cases import ANSWERABLE, MOVES
from app.findings.lawbook import Provision
from app.findings.models import CaseState
from app.findings.steps import BY_RULES
from app.web import numbers
from app.web.findings.evidence import Vocabulary, table
from app.web.findings.list_view import FindingLine, Writer
from app.web.languages import Language
from app.web.texts import TEXTS, text
from app.web.view_models import Table

_DAYS_TO_ANSWER = 15
_BYTES_OF_KB = 1000


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A number that the finding rests on, and the ledger that says it."""

    name: str
    site: str
    month: str
    tonnes: str
    ledger: str
    version: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of the case."""

    name: str
    size: str
    actor: str
    at: str
    address: str
    internal: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the case."""

    kind: str
    actor: str
    at: str
    text: str
    internal: bool


@dataclass(frozen=True, slots=True)
class Actions:
    """What the reader may do now."""

    notify: bool
    confirm: bool
    dismiss: bool
    close: bool
    respond: bool
    comment: bool
    internal: bool
    assign: bool
    earliest: str
    deadline: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in a form that is shown again."""

    text: str = ""
    reason: str = ""
    deadline: str = ""


@dataclass(frozen=True, slots=True)
class CasePage:
    """The whole page."""

    line: FindingLine
    counterpart: str
    rule: str
    law: str
    opened: str
    figures: tuple[FigureRow, ...]
    values: Table | None
    threshold: Table | None
    steps: tuple[StepLine, ...]
    files: tuple[FileLine, ...]
    actions: Actions
    trace: str
    typed: Typed
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a finding beyond itself."""

    law: Provision | None
    vocabulary: Vocabulary
    sites: Mapping[str, Message]
    timezone: str


def case_page(
    item: Mapping[str, Any],
    told: Told,
    writer: Writer,
    faults: Iterable[str] = (),
    typed: Typed | None = None,
) -> CasePage:
    """Write the page for one reader."""
    language, evidence = writer.language, item["evidence"]
    counterpart = _site(item["counterpart"], told, language) if item["counterpart"] else ""
    version = numbers.count(item["rule_version"])
    return CasePage(
        line=writer.line(item),
        counterpart=text("findings.counterpart", language, site=counterpart) if counterpart else "",
        rule=text("findings.rule.version", language, rule=item["rule"], version=version),
        law=_law(told.law, language),
        opened=numbers.moment(item["opened_at"], told.timezone),
        figures=tuple(_figure(figure, told, language) for figure in evidence["figures"]),
        values=table("findings.values", evidence["values"], told.vocabulary, language),
        threshold=table("findings.threshold", evidence["threshold"], told.vocabulary, language),
        steps=tuple(_step(step, told, language) for step in item["steps"]),
        files=tuple(_file(item["id"], file, told, language) for file in item["attachments"]),
        actions=_actions(item, writer),
        trace=_trace(item),
        typed=typed or Typed(),
        faults=tuple(faults),
    )


def _site(code: str, told: Told, language: Language) -> str:
    return language.of(told.sites[code]) if code in told.sites else code


def _law(law: Provision | None, language: Language) -> str:
    if law is None:
        return ""
    key = "findings.law" if law.verified else "findings.law.unverified"
    return text(key, language, law=language.of(law))


def _figure(figure: Mapping[str, Any], told: Told, language: Language) -> FigureRow:
    version = figure["version"]
    return FigureRow(
        name=told.vocabulary.name(figure["name"], language),
        site=_site(figure["site"], told, language),
        month=numbers.month(Month.parse(figure["month"]), language),
        tonnes="—" if figure["tonnes"] is None else numbers.separated(figure["tonnes"]),
        ledger=_ledger(figure) if figure["ledger"] and figure["site"] in told.sites else "",
        version=""
        if version is None
        else text("findings.figure.version", language, version=numbers.count(version)),
    )


def _ledger(figure: Mapping[str, Any]) -> str:
    return f"/ledgers/{figure['site']}/{figure['month']}"


def _step(step: Mapping[str, Any], told: Told, language: Language) -> StepLine:
    details = step["details"] or {}
    # The rules' own words stand at the head of the page, in the reader's language and as of the newest evidence.
    said = "" if step["actor"] == BY_RULES else step["text"] or ""
    words = [said, details.get("name") or "", details.get("assignee") or ""]
    if details.get("deadline"):
        words.append(text("findings.deadline", language, date=details["deadline"]))
    return StepLine(
        kind=text(f"findings.step.{step['kind']}", language),
        actor=_actor(step["actor"], language),
        at=numbers.moment(step["at"], told.timezone),
        text=" ".join(part for part in words if part),
        internal=step["internal"],
    )


def _actor(actor: str, language: Language) -> str:
    """Name who took a step: the side, and the person where the reader may know."""
    side, _, name = actor.partition(":")
    key = f"findings.actor.{side}"
    words = text(key, language) if key in TEXTS else side
    return f"{words} {name}".strip()


def _file(finding: str, file: Mapping[str, Any], told: Told, language: Language) -> FileLine:
    size = numbers.count(max(1, round(file["size_bytes"] / _BYTES_OF_KB)))
    return FileLine(
        name=file["name"],
        size=text("findings.file.size", language, size=size),
        actor=_actor(file["actor"], language),
        at=numbers.moment(file["at"], told.timezone),
        address=f"/findings/{finding}/files/{file['id']}",
        internal=file["internal"],
    )


def _actions(item: Mapping[str, Any], writer: Writer) -> Actions:
    state, today = CaseState(item["state"]), writer.today
    decides = writer.role is not Role.ENTERPRISE
    allowed = {verdict for verdict, move in MOVES.items() if decides and state in move.allowed}
    return Actions(
        notify="notify" in allowed,
        confirm="confirm" in allowed,
        dismiss="dismiss" in allowed,
        close="close" in allowed,
        respond=not decides and state in ANSWERABLE,
        comment=state is not CaseState.CLOSED,
        internal=decides,
        assign=decides,
        earliest=str(today + timedelta(days=1)),
        deadline=str(today + timedelta(days=_DAYS_TO_ANSWER)),
    )


def _trace(item: Mapping[str, Any]) -> str:
    if not item["waste"]:
        return ""
    fields = {"waste": item["waste"], "from": item["from"], "to": item["to"]}
    kept = {name: value for name, value in fields.items() if value}
    return f"/sites/{item['site']}/trace?{urlencode(kept)}"
