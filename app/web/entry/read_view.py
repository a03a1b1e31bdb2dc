"""A ledger on file as its page shows it: receipt, warnings, content, answers of the receivers, versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.domain.errors import Message
from app.domain.periods import Month
from app.imports.service import Choices
from app.web.entry.gather import SiteMonth
from app.web.entry.view import Said, address
from app.web.languages import Language
from app.web.numbers import moment, separated
from app.web.numbers import month as month_text
from app.web.texts import text
from app.web.view_models import Table

_LINE_COLUMNS = (
    "opening",
    "generated",
    "received.short",
    "used.short",
    "disposed.short",
    "sent.short",
    "dumped",
    "closing",
)


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """The whole page."""

    site_name: str
    site_code: str
    month: str
    month_name: str
    address: str
    state: str
    state_words: str
    returned: str
    nil: bool
    receipt: str
    sha256: str
    receipt_address: str
    signed: str
    warnings: tuple[Said, ...]
    lines: Table
    flows: Table
    answers: Table | None
    versions: Table
    can_amend: bool
    can_accept: bool
    can_return: bool
    decision_address: str
    next_month: str
    next_address: str


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the page is made from."""

    asked: SiteMonth
    ledger: Mapping[str, Any]
    versions: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    offered: Choices
    names: Mapping[str, str]
    returned: str
    is_own: bool
    decides: bool
    next_month: Month | None
    timezone: str


def ledger_view(on_file: OnFile, language: Language) -> LedgerPage:
    """Place everything."""
    asked, ledger = on_file.asked, on_file.ledger
    state = ledger["state"]
    following = on_file.next_month
    return LedgerPage(
        site_name=asked.site.name,
        site_code=asked.site.code,
        month=str(asked.month),
        month_name=month_text(asked.month, language),
        address=address(asked.site.code, asked.month),
        state=state,
        state_words=text(f"entry.state.{state}", language),
        returned=text("entry.returned", language, reason=on_file.returned) if state == "returned" else "",
        nil=ledger["nil"],
        receipt=text(
            "entry.receipt.lead",
            language,
            version=str(ledger["version"]),
            at=_moment(ledger["receipt"]["received_at"], on_file.timezone),
            by=actor(ledger["filed_by"]),
        ),
        sha256=ledger["receipt"]["sha256"],
        receipt_address=f"/v1/ledgers/{ledger['id']}/receipt",
        signed=text("entry.signed", language, name=ledger["signed_by"]) if ledger["signed_by"] else "",
        warnings=tuple(_said(warning, language) for warning in ledger["warnings"]),
        lines=_lines(on_file, language),
        flows=_flows(on_file, language),
        answers=_answers(on_file, language) if on_file.answers else None,
        versions=_versions(on_file, language),
        can_amend=on_file.is_own and state != "draft",
        can_accept=on_file.decides and state in ("submitted", "returned"),
        can_return=on_file.decides and state in ("submitted", "accepted"),
        decision_address=f"{address(asked.site.code, asked.month)}/decision",
        next_month=text("entry.next", language, month=month_text(following, language)) if following else "",
        next_address=address(asked.site.code, following) if following else "",
    )


def actor(filed_by: str) -> str:
    """The name behind `role:name`."""
    return filed_by.partition(":")[2] or filed_by


def _moment(iso: str, timezone: str) -> str:
    return moment(datetime.fromisoformat(iso), timezone)


def _said(warning: Mapping[str, Any], language: Language) -> Said:
    message = Message(warning["message"]["zh"], warning["message"]["en"])
    return Said(warning["severity"], language.heading(message))


def _lines(on_file: OnFile, language: Language) -> Table:
    named = {choice.code: language.of(choice.name) for choice in on_file.offered.wastes}
    rows = []
    for line in on_file.ledger["lines"]:
        sums = {kind: _total(line[kind]) for kind in ("received", "used", "disposed", "sent")}
        figures = (
            line["opening_stock_tonnes"],
            line["generated_tonnes"],
            sums["received"],
            sums["used"],
            sums["disposed"],
            sums["sent"],
            line["dumped_tonnes"],
            line["closing_stock_tonnes"],
        )
        name = f"{line['waste']} {named.get(line['waste'], '')} {line['waste_code'] or ''}".strip()
        rows.append((name, *(separated(figure) for figure in figures)))
    head = (text("entry.waste", language), *(text(f"entry.{name}", language) for name in _LINE_COLUMNS))
    return Table(text("entry.lines.caption", language), head, tuple(rows))


def _total(flows: list[dict[str, Any]]) -> str:
    return f"{sum((Decimal(flow['tonnes']) for flow in flows), Decimal(0)):f}"


def _flows(on_file: OnFile, language: Language) -> Table:
    named = _Names(on_file, language)
    rows = [
        (
            f"{line['waste']} {text(f'entry.{kind}', language)}",
            named.flow(kind, flow),
            text(f"entry.purpose.{flow['purpose']}", language) if "purpose" in flow else "",
            separated(flow["tonnes"]),
        )
        for line in on_file.ledger["lines"]
        for kind in ("received", "used", "disposed", "sent")
        for flow in line[kind]
    ]
    rows += [
        (
            text("entry.flows.activity", language, kind=named.activity(row["kind"])),
            "",
            "",
            separated(row["tonnes"]),
        )
        for row in on_file.ledger["activity"]
    ]
    keys = ("entry.flows.kind", "entry.flows.what", "entry.purpose", "entry.tonnes")
    return Table(text("entry.flows", language), tuple(text(key, language) for key in keys), tuple(rows))


class _Names:
    """What codes of a ledger are called."""

    def __init__(self, on_file: OnFile, language: Language) -> None:
        offered = on_file.offered
        self._parties = on_file.names
        self._language = language
        self._codes = {
            choice.code: language.of(choice.name)
            for group in (offered.processes, offered.disposals, offered.products, offered.facilities)
            for choice in group
        }
        self._activities = {choice.code: language.of(choice.name) for choice in offered.activities}

    def activity(self, code: str) -> str:
        return self._activities.get(code, code)

    def flow(self, kind: str, flow: Mapping[str, Any]) -> str:
        if kind in ("received", "sent"):
            code = flow["from" if kind == "received" else "to"]
            return f"{self._parties[code]} {code}" if code in self._parties else code
        parts = (flow.get("process"), flow.get("method"), flow.get("product"), flow.get("facility"))
        named = [self._codes.get(code, code) for code in parts if code]
        if "product_tonnes" in flow:
            named.append(text("entry.flows.made", self._language, tonnes=separated(flow["product_tonnes"])))
        return " · ".join(named)


def _answers(on_file: OnFile, language: Language) -> Table:
    rows = []
    for row in on_file.answers:
        state = row["state"]
        tonnes = separated(row["confirmed_tonnes"])
        rows.append(
            (
                on_file.names.get(row["receiver"], row["receiver"]),
                row["waste"],
                separated(row["sent_tonnes"]),
                "—" if row["received_tonnes"] is None else separated(row["received_tonnes"]),
                text(
                    f"entry.answer.{state}", language, **({"tonnes": tonnes} if state == "corrected" else {})
                ),
            )
        )
    keys = ("receiver", "sent", "received", "state")
    head = [text(f"entry.answers.{key}", language) for key in keys]
    head.insert(1, text("entry.waste", language))
    return Table(text("entry.answers", language), tuple(head), tuple(rows))


def _versions(on_file: OnFile, language: Language) -> Table:
    rows = tuple(
        (
            str(version["version"]),
            text(f"entry.state.{version['state']}", language),
            _moment(version["receipt"]["received_at"], on_file.timezone),
            actor(version["filed_by"]),
            version["reason"] or "",
        )
        for version in on_file.versions
    )
    head = (
        "entry.versions",
        "entry.versions.state",
        "entry.versions.at",
        "entry.versions.by",
        "entry.versions.why",
    )
    return Table(text("entry.versions", language), tuple(text(key, language) for key in head), rows)
