"""The pages of a site's month put together: the form begun or shown again, the ledger on file."""

from typing import Any

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.ledgers import reading
from app.web.entry import gather
from app.web.entry.filing import Action, Answer, id_of, said
from app.web.entry.form import Filled, fields_of
from app.web.entry.gather import SiteMonth
from app.web.entry.read_view import LedgerPage, OnFile, ledger_view
from app.web.entry.view import Draft, form_view
from app.web.languages import Language
from app.web.numbers import month as month_text
from app.web.numbers import separated
from app.web.texts import text
from app.web.view_models import Table

_ROWS_MORE = 2


def begin_form(
    session: ReadSession, subject: Subject, asked: SiteMonth, language: Language
) -> dict[str, Any]:
    """The form of a month: of what is on file, or begun with what the month before leaves over."""
    lead = ""
    if asked.ledger is not None:
        values = fields_of(asked.ledger)
        values["signed_by"] = asked.ledger["signed_by"] or ""
        if asked.ledger["state"] == "draft":
            lead = text("entry.draft", language)
        elif asked.ledger["state"] == "returned":
            reason = gather.return_reason(session, id_of(asked.ledger))
            lead = text("entry.returned", language, reason=reason)
    else:
        begun = gather.beginning(session, subject, asked)
        values = fields_of(begun)
        lead = _lead_of(begun, language)
    draft = Draft(
        asked,
        values,
        gather.offered(session, subject, asked.site),
        gather.last_signer(session, asked.site),
        lead,
        _amends(asked),
    )
    return _shown(session, subject, draft, language)


def _lead_of(begun: dict[str, Any], language: Language) -> str:
    if begun["from"] is None:
        return text("entry.first", language)
    return text("entry.carried", language, month=month_text(Month.parse(begun["from"]), language))


def _amends(asked: SiteMonth) -> int | None:
    """The version that the form is based on when it amends."""
    if asked.ledger is None or asked.ledger["state"] == "draft":
        return None
    version: int = asked.ledger["version"]
    return version


def again(
    session: ReadSession,
    subject: Subject,
    asked: SiteMonth,
    filled: Filled,
    answer: Answer,
    language: Language,
) -> dict[str, Any]:
    """The form as it was sent, with what is said of it."""
    marks = said(answer, filled, language)
    count = sum(map(len, marks.values()))
    summary = ""
    if answer.action is Action.CHECK and not answer.faults:
        key = "entry.checked.warned" if count else "entry.checked.clean"
        summary = text(key, language, **({"count": str(count)} if count else {}))
    draft = Draft(
        asked,
        filled.values,
        gather.offered(session, subject, asked.site),
        gather.last_signer(session, asked.site),
        amends=_amends(asked),
        said=marks,
        summary=summary,
        is_clean=not count,
        more_lines=1 if answer.action is Action.LINE else 0,
        more_rows=_ROWS_MORE if answer.action is Action.ROWS else 0,
    )
    return _shown(session, subject, draft, language)


def _shown(session: ReadSession, subject: Subject, draft: Draft, language: Language) -> dict[str, Any]:
    return {
        "page": form_view(draft, language),
        "declared": _declared(session, subject, draft.asked, language),
    }


def _declared(session: ReadSession, subject: Subject, asked: SiteMonth, language: Language) -> Table | None:
    rows = gather.declared_to(session, subject, asked)
    if not rows:
        return None
    names = gather.party_names(session, [row["sender"] for row in rows])
    shown = tuple(
        (
            f"{names.get(row['sender'], '')} {row['sender']}".strip(),
            row["waste"],
            text(f"entry.purpose.{row['purpose']}", language),
            separated(row["sent_tonnes"]),
        )
        for row in rows
    )
    keys = ("entry.partner", "entry.waste", "entry.purpose", "entry.their_tonnes")
    caption = text("entry.declared", language, month=month_text(asked.month, language))
    return Table(caption, tuple(text(key, language) for key in keys), shown)


def show_ledger(
    session: ReadSession, subject: Subject, asked: SiteMonth, today: Month, timezone: str, language: Language
) -> LedgerPage:
    """A ledger on file."""
    ledger = asked.ledger or {}
    ledger_id = id_of(ledger)
    answers = gather.answers_to(session, subject, asked)
    parties = {row["receiver"] for row in answers}
    for line in ledger["lines"]:
        parties |= {flow["to"] for flow in line["sent"]} | {flow["from"] for flow in line["received"]}
    is_own = subject.role is Role.ENTERPRISE
    following = asked.month.next
    on_file = OnFile(
        asked,
        ledger,
        reading.versions(session, subject, ledger_id),
        answers,
        gather.offered(session, subject, asked.site),
        gather.party_names(session, sorted(parties)),
        gather.return_reason(session, ledger_id),
        is_own=is_own,
        decides=not is_own,
        next_month=following
        if is_own and following < today and not _is_filed(session, subject, asked, following, today)
        else None,
        timezone=timezone,
    )
    return ledger_view(on_file, language)


def _is_filed(session: ReadSession, subject: Subject, asked: SiteMonth, month: Month, today: Month) -> bool:
    return gather.site_month(session, subject, asked.site.code, month, today).ledger is not None


def absent_view(asked: SiteMonth, language: Language) -> dict[str, str]:
    """A month without a ledger, to whoever does not file."""
    return {
        "site_name": asked.site.name,
        "site_code": asked.site.code,
        "title": text("entry.not_filed", language, month=month_text(asked.month, language)),
    }
