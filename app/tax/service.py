"""The tax worksheet of a site and quarter: ledgers, the tax table and confirmed findings put before the pure domain."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month, month_range
from app.domain.permits.execution import PeriodError, Span
from app.domain.tax.claims import claims_of
from app.domain.tax.kinds import Amount, TaxKind, fen_from_yuan, kinds_by_waste
from app.domain.tax.remarks import Remark, remarks_of
from app.domain.tax.worksheet import Cell, Row, Whole, due_on, rows_of
from app.findings import service as findings
from app.findings.models import CaseState, StepKind
from app.findings.service import FindingQuery
from app.http.problems import Invalid
from app.reference import service as reference
from app.reports.service import Period, ReferenceMissing, SiteMonths, site_months

_DUMPING_RULE = "dumped"
_MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Everything the worksheet says.

    `findings`: what an authority has confirmed of the site and quarter. `marked`: the months and kinds that the asker
    calls falsely declared.
    """

    of: SiteMonths
    kinds: Mapping[str, TaxKind]
    methods: Mapping[str, Message]
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]
    findings: tuple[Mapping[str, Any], ...]
    marked: tuple[Cell, ...]
    due_on: date

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(month_range(self.of.period.first, self.of.period.last))


def tax_worksheet(
    session: ReadSession, subject: Subject, code: str, quarter: str, flags: Sequence[str], now: datetime
) -> Worksheet:
    """Work out a quarter of a site. Raises NotFound, Invalid, ReferenceMissing.

    `flags`: kinds, or `kind:month`, of which the asker says that the declaration is false (article 6 of the regulation).
    """
    span = _quarter(quarter)
    kinds = {kind.code: kind for kind in _kinds(session)}
    if not kinds:
        raise ReferenceMissing
    _refuse_untaxed(span, kinds)
    of = site_months(session, subject, code, Period(span.first, span.last), now, "quarter")
    confirmed = _confirmed(session, subject, code, span)
    marked = _flagged(flags, kinds, span)
    reasons = _reasons(confirmed, kinds, span, marked)
    rows = rows_of(claims_of(of.filed), kinds.values(), reasons)
    return Worksheet(
        of=of,
        kinds=kinds,
        methods={row.code: Message(row.zh, row.en) for row in reference.current(session, "methods")},
        rows=rows,
        remarks=remarks_of(rows),
        findings=tuple(confirmed),
        marked=tuple(sorted(marked)),
        due_on=due_on(span.last),
    )


def _kinds(session: ReadSession) -> list[TaxKind]:
    return [_kind(row) for row in reference.current(session, "tax_kinds")]


def _kind(row: Any) -> TaxKind:
    amounts = [
        Amount(Month.parse(each["from"]), fen_from_yuan(each["yuan_per_tonne"]))
        for each in row.body["amounts"]
    ]
    return TaxKind(row.code, Message(row.zh, row.en), frozenset(row.body["wastes"]), tuple(sorted(amounts)))


def _quarter(text: str) -> Span:
    try:
        span = Span.parse(text)
    except PeriodError:
        raise _no_quarter() from None
    if span.kind != "quarter":
        raise _no_quarter()
    return span


def _no_quarter() -> Invalid:
    text = Message("应为季度，如 2021-Q3", "this must be a quarter such as 2021-Q3")
    return Invalid(errors=[Fault("#query/quarter", "bad_quarter", text)])


def _refuse_untaxed(span: Span, kinds: Mapping[str, TaxKind]) -> None:
    if any(kind.fen_per_tonne(span.first) is None for kind in kinds.values()):
        since = max(kind.amounts[0].since for kind in kinds.values())
        text = Message(f"环境保护税自 {since} 起征收", f"the tax is levied from {since} on")
        raise Invalid(errors=[Fault("#query/quarter", "before_the_tax", text)])


def _flagged(flags: Sequence[str], kinds: Mapping[str, TaxKind], span: Span) -> set[Cell]:
    """The months and kinds that the asker marks; a kind without a month means all three."""
    cells: set[Cell] = set()
    for place, flag in enumerate(flags):
        code, _, month = flag.partition(":")
        months = span.months if not month else tuple(each for each in span.months if str(each) == month)
        if code not in kinds or not months:
            text = Message(
                f"应为税目或“税目:月份”，税目：{'、'.join(kinds)}；月份须在本季度内",
                f"this must be a kind or kind:month, of {', '.join(kinds)} and a month of the quarter",
            )
            raise Invalid(errors=[Fault(f"#query/falsely_declared/{place}", "bad_flag", text)])
        cells |= {(each, code) for each in months}
    return cells


def _confirmed(session: ReadSession, subject: Subject, code: str, span: Span) -> list[dict[str, Any]]:
    """Findings of the site and quarter that an authority has confirmed, closed ones too."""
    query = FindingQuery(
        site=code,
        first=span.first,
        last=span.last,
        states=(CaseState.CONFIRMED, CaseState.CLOSED),
        limit=_MOST_FINDINGS,
    )
    found, _ = findings.page(session, subject, query)
    return [each for each in found if each["site"] == code and _is_confirmed(session, subject, each)]


def _is_confirmed(session: ReadSession, subject: Subject, finding: Mapping[str, Any]) -> bool:
    if finding["state"] == CaseState.CONFIRMED.value:
        return True
    # A case is closed after either verdict, and by itself when the fact is gone: its steps tell.
    steps = findings.one(session, subject, UUID(finding["id"]))["steps"]
    return any(step["kind"] == StepKind.CONFIRMED.value for step in steps)


def _reasons(
    confirmed: Sequence[Mapping[str, Any]], kinds: Mapping[str, TaxKind], span: Span, flagged: set[Cell]
) -> dict[Cell, frozenset[Whole]]:
    reasons: dict[Cell, set[Whole]] = defaultdict(set)
    for cell in flagged:
        reasons[cell].add(Whole.FALSE)
    by_waste = kinds_by_waste(kinds.values())
    for each in confirmed:
        if each["rule"] != _DUMPING_RULE:
            continue
        for month in span.months:
            if each["from"] <= str(month) <= each["to"]:
                reasons[month, by_waste[each["waste"]].code].add(Whole.CONFIRMED)
    return {cell: frozenset(whys) for cell, whys in reasons.items()}
