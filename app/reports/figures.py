"""What the regional reports share: the scope that is asked for, its sums in whole and by group, and their provenance."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.rates import METRICS, Metric, Totals
from app.http.problems import Forbidden, Invalid
from app.rates import service as rates
from app.rates.service import Cell, GroupBy, RateQuery, Scope, query_fault
from app.reports import names
from app.reports.document import Column, Coverage, Mass, Period, Provenance, Rate, Table, Text

TONNES = Message("吨", "t")
STATUTORY, PLAIN, NEW_WASTE = (METRICS[f"utilization.{name}"] for name in ("statutory", "plain", "new_waste"))
LEDGERS = Message(
    "各场所在本系统申报的月度固体废物台账（按产生方口径汇总，接收方数据不重复计入）",
    "Monthly ledgers filed in this system by the sites (summed on the generator's side; what receivers report is never "
    "added)",
)
_OPEN = Message(
    "报告期尚未结束，数据为截至上述时刻的已报数。",
    "The period is not over: the figures are what was filed so far.",
)
_INCOMPLETE = Message(
    "报告期内有应报未报的台账；缺报不等于零，汇总数据只含已报部分。",
    "Ledgers of the period are missing. What is missing is not nought: the sums hold only what was filed.",
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a regional report is asked about, by whom, when (`now` is aware and local)."""

    subject: Subject
    now: datetime
    period: Period
    region: str | None = None
    as_of: datetime | None = None

    @property
    def moment(self) -> datetime:
        """The moment the figures stand at, in the zone of `now`."""
        return (self.as_of or self.now).astimezone(self.now.tzinfo)


def local(now: datetime, timezone: str) -> datetime:
    """The moment as the clocks on the wall show it."""
    return now.astimezone(ZoneInfo(timezone))


def scope_of(session: ReadSession, question: Question, parameter: str = "year") -> Scope:
    """The scope: 403 for enterprises and outside the territory, 422 for the unknown and for what is still to come."""
    if question.subject.role not in (Role.REGULATOR, Role.ADMIN):
        raise Forbidden
    if question.period.first > Month.of(question.now.date()):
        zh, en = "报告期还没有开始", "this period has not begun"
        raise Invalid(errors=[query_fault(parameter, "in_the_future", zh, en)])
    asked = RateQuery(
        STATUTORY.id,
        region=question.region,
        first=question.period.first,
        last=question.period.last,
        as_of=question.as_of,
    )
    return rates.resolve(session, question.subject, asked, question.now)


def whole(session: ReadSession, subject: Subject, scope: Scope) -> Cell:
    """The sums of the whole scope."""
    return rates.cells(session, subject, scope, None)[""]


def provenance(
    question: Question,
    cell: Cell,
    metrics: Iterable[Metric],
    sources: Iterable[Message] = (),
    caveats: Iterable[Message] = (),
) -> Provenance:
    """Sources, coverage and as-of of a report on a scope, with what a reader of it must know."""
    told = list(caveats)
    if cell.ledgers_filed < cell.ledgers_expected:
        told.insert(0, _INCOMPLETE)
    if question.period.last >= Month.of(question.now.date()):
        told.insert(0, _OPEN)
    return Provenance(
        as_of=question.moment,
        sources=(LEDGERS, *sources),
        coverage=Coverage(cell.ledgers_filed, cell.ledgers_expected, cell.sent_grams, cell.confirmed_grams),
        metrics=tuple(metrics),
        caveats=tuple(told),
    )


def scope_words(session: ReadSession, scope: Scope) -> tuple[Message, ...]:
    """The scope as the head of a report names it."""
    name = names.place(session, scope.region)
    code = scope.region or "CN"
    return (Message(f"{name.zh}（{code}）", f"{name.en} ({code})"),)


AMOUNTS: tuple[tuple[str, str, Message], ...] = (
    ("generated_grams", "generated_tonnes", Message("产生量", "Generated")),
    ("used_grams", "used_tonnes", Message("综合利用量", "Used")),
    (
        "used_from_prior_stock_grams",
        "used_from_prior_stock_tonnes",
        Message("其中利用往年贮存量", "Of which prior stock used"),
    ),
    ("disposed_grams", "disposed_tonnes", Message("处置量", "Disposed")),
    (
        "disposed_from_prior_stock_grams",
        "disposed_from_prior_stock_tonnes",
        Message("其中处置往年贮存量", "Of which prior stock disposed"),
    ),
    ("stored_grams", "stored_tonnes", Message("本期贮存量", "Stored in the period")),
    ("dumped_grams", "dumped_tonnes", Message("倾倒丢弃量", "Dumped")),
)
"""Field of Totals, name in JSON, name in print."""


def group_table(
    ident: str, title: Message, head: Message, groups: Mapping[str, Totals], named: Mapping[str, Message]
) -> Table:
    """Amounts and both rates by group, and below them those of all groups together; groups without anything are left out."""
    shown = {code: totals for code, totals in groups.items() if totals != Totals()}
    rows = [
        (Text(code), Text(named.get(code, Message(code, code))), *_cells(totals))
        for code, totals in sorted(shown.items())
    ]
    total = sum(shown.values(), Totals())
    last = (Text(Message("合计", "Total")), Text(""), *_cells(total))
    columns = (
        Column("code", Message("代码", "Code"), width=0.8),
        Column("name", head, width=1.9),
        *(Column(name, words, TONNES, width=1.3) for _, name, words in AMOUNTS),
        Column("utilization_statutory", Message("综合利用率", "Utilization, statutory"), width=1.1),
        Column("utilization_plain", Message("综合利用率（简式）", "Utilization, plain"), width=1.1),
    )
    return Table(ident, title, columns, (*rows, last) if rows else (), total_rows=1 if rows else 0)


def _cells(totals: Totals) -> tuple[Mass | Rate, ...]:
    amounts = (Mass(getattr(totals, field)) for field, _, _ in AMOUNTS)
    return (*amounts, Rate.of(STATUTORY.of(totals)), Rate.of(PLAIN.of(totals)))


def by_waste(session: ReadSession, subject: Subject, scope: Scope) -> dict[str, Totals]:
    """Sums by waste stream."""
    return rates.totals(session, subject, scope, GroupBy.WASTE)


def by_division(session: ReadSession, subject: Subject, scope: Scope) -> dict[str, Totals]:
    """Sums by division of GB/T 4754, two digits; sites may be registered with more."""
    found: dict[str, Totals] = defaultdict(Totals)
    for code, totals in rates.totals(session, subject, scope, GroupBy.INDUSTRY).items():
        found[names.division(code)] += totals
    return dict(found)
