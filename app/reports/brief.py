"""The quarterly brief for the province: progress, problems, laggards. Due in the first ten days after the quarter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from app.domain.errors import Message
from app.domain.periods import Month
from app.rates import service as rates
from app.reports import figures, laggards, names, problems, year_end
from app.reports.document import Cell as TableCell
from app.reports.document import Column, Document, Mass, Number, Period, Rate, Section, Table, Text
from app.reports.figures import AMOUNTS, NEW_WASTE, PLAIN, STATUTORY, TONNES, Question
from app.reports.words import TEN_THOUSAND_TONNES, day, percent
from app.reports.year_end import POINTS

if TYPE_CHECKING:
    from app.db.session import ReadSession
    from app.domain.rates import Totals
    from app.rates.service import Cell, Scope, TargetProgress

LAST_DAY_DUE = 10
"""Of the month after the quarter."""
_METRICS = (STATUTORY, PLAIN, NEW_WASTE)
_SOURCE = Message(
    "本系统的线索（规则所发现的台账、转移、许可之间的不符）",
    "Findings of this system: where ledgers, transfers and permits disagree",
)
_CAVEAT = Message(
    "线索是待核实的事实，不是结论；吨数为涉及量，不能相加为违法量。线索按现时状态列出。",
    "A finding is a fact to be looked into, not a verdict; its tonnes are those at issue and do not add up to an offence. "
    "Findings are shown as they stand now.",
)


def due(period: Period) -> tuple[date, date]:
    """First and last day on which the brief of a quarter is due."""
    month = period.last.next
    return month.first_day, date(month.year, month.number, LAST_DAY_DUE)


def brief(session: ReadSession, question: Question) -> Document:
    """The brief of the quarter `question.period`. Raises Forbidden and Invalid as the rates do."""
    scope = figures.scope_of(session, question, "quarter")
    subject, period = question.subject, question.period
    cell = figures.whole(session, subject, scope)
    answer = rates.targets(
        session,
        subject,
        scope.region,
        period.first.year,
        question.now,
        as_of=question.as_of,
        until=period.last,
    )
    name = names.place(session, scope.region)
    return Document(
        kind="brief",
        title=Message(
            f"{name.zh}{period.words.zh}固体废物综合利用工作简报",
            f"Brief on the use of solid waste, {name.en}, {period.words.en}",
        ),
        subtitle=_due_words(question),
        period=period,
        scope=figures.scope_words(session, scope),
        provenance=figures.provenance(
            question, cell, _METRICS, (_SOURCE,), (_CAVEAT, *year_end.caveats(answer.items))
        ),
        sections=(
            _progress(session, question, scope, cell, answer.items),
            problems.section(session, question, scope),
            laggards.section(session, question, scope, answer.items),
        ),
        about=scope.region or "CN",
    )


def _due_words(question: Question) -> Message:
    first, last = due(question.period)
    words = Message(
        f"报送期限：{day(first).zh}至{day(last).zh}", f"Due from {day(first).en} to {day(last).en}"
    )
    today = question.now.date()
    if today > last:
        return Message(f"{words.zh}（已过期限）", f"{words.en} (past)")
    if today < first:
        return Message(f"{words.zh}（季度未结束）", f"{words.en} (the quarter is not over)")
    return words


def _progress(
    session: ReadSession,
    question: Question,
    scope: Scope,
    cell: Cell,
    items: tuple[TargetProgress, ...],
) -> Section:
    """The quarter beside the same one of last year, the year so far, and the targets at the quarter's end."""
    subject = question.subject
    so_far = figures.whole(session, subject, replace(scope, first=Month(scope.first.year, 1)))
    before = rates.year_before(scope)
    last_year = None if before is None else figures.whole(session, subject, before)
    targets = year_end.targets_table(items, names.wastes(session))
    return Section(
        Message("一、进展", "1. Progress"),
        (_sentence(question.period, cell, so_far), *year_end.sentences(items)),
        (
            _amounts(cell, so_far, last_year),
            _rates(cell, so_far, last_year),
            replace(
                targets, title=Message("目标（年初至本季末）", "Targets, from January to the quarter's end")
            ),
        ),
        id="progress",
    )


def _sentence(period: Period, cell: Cell, so_far: Cell) -> Message:
    if not cell.filed_any:
        return Message(f"{period.words.zh}没有任何台账申报。", f"No ledger was filed for {period.words.en}.")
    made, used = (
        TEN_THOUSAND_TONNES.mass(getattr(cell.totals, field)) for field in ("generated_grams", "used_grams")
    )
    now, year = (percent(NEW_WASTE.of(each.totals)) for each in (cell, so_far))
    return Message(
        f"{period.words.zh}产生工业固体废物{made.zh}，综合利用{used.zh}，新增大宗固废综合利用率 {now.zh}；年初以来为 {year.zh}。",
        f"In {period.words.en} {made.en} were generated and {used.en} used; the utilization rate of newly generated waste is "
        f"{now.en}, since January {year.en}.",
    )


def _amounts(cell: Cell, so_far: Cell, last_year: Cell | None) -> Table:
    columns = (
        Column("item", Message("项目", "Item"), width=2),
        Column("quarter_tonnes", Message("本季度", "This quarter"), TONNES, width=1.4),
        Column("last_year_tonnes", Message("上年同季", "Same quarter last year"), TONNES, width=1.4),
        Column("year_to_date_tonnes", Message("年初至本季末", "Since January"), TONNES, width=1.4),
    )
    states = (_known(cell), _known(last_year), _known(so_far))
    rows: tuple[tuple[TableCell, ...], ...] = tuple(
        (Text(words), *(Mass(None if totals is None else getattr(totals, field)) for totals in states))
        for field, _, words in AMOUNTS
    )
    return Table("amounts", Message("产生、利用、处置、贮存量", "Amounts"), columns, rows)


def _known(cell: Cell | None) -> Totals | None:
    """The sums of a period in which anything was filed."""
    return None if cell is None or not cell.filed_any else cell.totals


def _rates(cell: Cell, so_far: Cell, last_year: Cell | None) -> Table:
    columns = (
        Column("metric", Message("指标编号", "Metric"), width=1.5),
        Column("name", Message("指标", "Rate"), width=2),
        Column("quarter", Message("本季度", "This quarter")),
        Column("last_year", Message("上年同季", "Same quarter last year")),
        Column("change_points", Message("同比变动", "Change on the year"), POINTS),
        Column("year_to_date", Message("年初至本季末", "Since January")),
    )
    rows = []
    for metric in _METRICS:
        now, year = rates.rate_of(metric, cell), rates.rate_of(metric, so_far)
        old = None if last_year is None else rates.rate_of(metric, last_year)
        then = Rate(None, rates.NO_LEDGERS) if old is None else Rate.of(old)
        moved = None if now.value is None or then.value is None else (now.value - then.value) * 100
        rows.append((Text(metric.id), Text(metric.name), Rate.of(now), then, Number(moved), Rate.of(year)))
    return Table("rates", Message("比率", "Rates"), columns, tuple(rows))
