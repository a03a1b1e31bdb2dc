"""Progress at the year's end: every target that applies, with value, gap in points and tonnes, pace and outlook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import Message
from app.domain.projection import OUTLOOK_WORDS, PERIOD_OVER, STATUS_WORDS, Status
from app.domain.quantities import GRAMS_PER_TONNE
from app.rates import service as rates
from app.reports import figures, names
from app.reports.document import Cell, Column, Document, Mass, Number, Rate, Section, Table, Text, Whole
from app.reports.figures import TONNES, Question
from app.reports.words import points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.db.session import ReadSession
    from app.rates.service import TargetProgress

POINTS = Message("百分点", "points")
_UNVERIFIED = Message(
    "下列目标的出处未与官方文本逐字核对：{codes}。",
    "Not checked word by word against the official text: {codes}.",
)
_BULK = Message("大宗固废", "bulk waste")
_NO_TARGET = Message(
    "参考数据中没有适用于本范围、本年度的目标。",
    "The reference data has no target for this region and year.",
)
_OVER = Message("目标期内已无剩余月份", "no month of the period is left")


def year_end(session: ReadSession, question: Question) -> Document:
    """Judge the year of `question.period` by every target of the region, those above it and the nation."""
    scope = figures.scope_of(session, question)
    answer = rates.targets(
        session,
        question.subject,
        scope.region,
        question.period.first.year,
        question.now,
        as_of=question.as_of,
    )
    cell = figures.whole(session, question.subject, scope)
    name, when = names.place(session, scope.region), question.period.words
    metrics = {item.metric.id: item.metric for item in answer.items}
    return Document(
        kind="year-end",
        title=Message(
            f"{name.zh}{when.zh}固体废物综合利用目标进展报告",
            f"Progress towards the targets for solid waste, {name.en}, {when.en}",
        ),
        subtitle=Message("逐项目标：数值、差距、进度", "target by target: value, gap, pace"),
        period=question.period,
        scope=figures.scope_words(session, scope),
        provenance=figures.provenance(question, cell, metrics.values(), caveats=caveats(answer.items)),
        sections=_sections(answer.items, names.wastes(session)),
        about=scope.region or "CN",
    )


def _sections(items: Sequence[TargetProgress], wastes: dict[str, Message]) -> tuple[Section, Section]:
    told = sentences(items) or (_NO_TARGET,)
    tables = (targets_table(items, wastes), pace_table(items))
    return (
        Section(Message("一、结论", "1. In short"), told, id="conclusion"),
        Section(Message("二、逐项目标", "2. Target by target"), tables=tables, id="targets"),
    )


def sentences(items: Sequence[TargetProgress]) -> tuple[Message, ...]:
    """One sentence a target: reached or what is missing."""
    return tuple(_sentence(item) for item in items)


def _sentence(item: TargetProgress) -> Message:
    told, status = item.progress, STATUS_WORDS[item.progress.status]
    head = Message(f"{item.target.zh}：{status.zh}", f"{item.target.en}: {status.en}")
    if told.gap is None or told.gap_grams is None or told.value.percent_text() is None:
        return Message(f"{head.zh}。", f"{head.en}.")
    value, threshold = told.value.percent_text(), points(told.threshold)
    tonnes = f"{-(-abs(told.gap_grams) // GRAMS_PER_TONNE):,}"
    away = points(told.gap)
    if told.status is Status.MET:
        rest = Message(f"超过 {away} 个百分点", f"{away} points above")
    else:
        rest = Message(f"相差 {away} 个百分点，合 {tonnes} 吨", f"{away} points or {tonnes} t are missing")
    return Message(
        f"{head.zh}，{value}%，目标 {threshold}%，{rest.zh}。",
        f"{head.en}, {value}% against {threshold}%, {rest.en}.",
    )


def caveats(items: Sequence[TargetProgress]) -> tuple[Message, ...]:
    """What of the targets' sources is not verified."""
    codes = ", ".join(item.target.code for item in items if not item.target.verified)
    if not codes:
        return ()
    return (Message(_UNVERIFIED.zh.format(codes=codes), _UNVERIFIED.en.format(codes=codes)),)


def targets_table(items: Sequence[TargetProgress], wastes: dict[str, Message]) -> Table:
    """Value against threshold."""
    columns = (
        Column("target", Message("目标编号", "Target"), width=1.5),
        Column("name", Message("目标", "Name"), width=2.4),
        Column("wastes", Message("固废", "Wastes"), width=1.2),
        Column("period", Message("计算期", "Months judged"), width=1.1),
        Column("threshold", Message("目标值", "Threshold"), width=0.8),
        Column("value", Message("现值", "Value")),
        Column("numerator_tonnes", Message("分子", "Numerator"), TONNES, width=1.2),
        Column("denominator_tonnes", Message("分母", "Denominator"), TONNES, width=1.2),
        Column("gap_points", Message("差距（正为不足）", "Gap (above 0: missing)"), POINTS, width=0.9),
        Column("gap_tonnes", Message("差距", "Gap"), TONNES, width=1.2),
        Column("status", Message("结论", "Status"), width=0.9),
    )
    rows = tuple(_target_row(item, wastes) for item in items)
    return Table("targets", Message("数值与差距", "Values and gaps"), columns, rows, _sources(items))


def _target_row(item: TargetProgress, wastes: dict[str, Message]) -> tuple[Cell, ...]:
    told = item.progress
    known = told.months_filed > 0
    codes: list[str] = item.target.body["wastes"]
    named = [wastes.get(code, Message(code, code)) for code in codes]
    of_what = Message("、".join(n.zh for n in named), ", ".join(n.en for n in named)) if named else _BULK
    return (
        Text(item.target.code),
        Text(Message(item.target.zh, item.target.en)),
        Text(of_what),
        Text(f"{item.first}–{item.last}"),
        Rate(told.threshold),
        Rate.of(told.value),
        Mass(told.value.numerator if known else None),
        Mass(told.value.denominator if known else None),
        Number(None if told.gap is None else told.gap * 100),
        Mass(told.gap_grams),
        Text(STATUS_WORDS[told.status]),
    )


def pace_table(items: Sequence[TargetProgress]) -> Table:
    """How the months go on: what each must bring, where the year will end."""
    columns = (
        Column("target", Message("目标编号", "Target"), width=1.5),
        Column("months_filed", Message("已报月数", "Months filed"), width=0.8),
        Column("months_in_period", Message("计算期月数", "Months judged"), width=0.8),
        Column("months_remaining", Message("剩余月数", "Months to come"), width=0.8),
        Column("pace_tonnes_per_month", Message("所需月均", "Needed a month"), TONNES, width=1.3),
        Column("present_pace_tonnes_per_month", Message("现月均", "Present mean"), TONNES, width=1.3),
        Column("projection", Message("期末预测", "Projection")),
        Column("low", Message("95%下限", "95 % low")),
        Column("high", Message("95%上限", "95 % high")),
        Column("outlook", Message("展望", "Outlook"), width=2),
    )
    rows = tuple(_pace_row(item) for item in items)
    return Table("pace", Message("进度与预测", "Pace and projection"), columns, rows)


def _pace_row(item: TargetProgress) -> tuple[Cell, ...]:
    told, end = item.progress, item.progress.projection
    value, low, high = (None, None, None) if end is None else (end.value, end.low, end.high)
    outlook = _OVER if told.pace_reason == PERIOD_OVER else OUTLOOK_WORDS[told.outlook]
    return (
        Text(item.target.code),
        Whole(told.months_filed),
        Whole(told.months_in_period),
        Whole(told.months_remaining),
        Mass(told.pace_grams),
        Mass(told.present_pace_grams),
        *(Rate(share) for share in (value, low, high)),
        Text(outlook),
    )


def _sources(items: Sequence[TargetProgress]) -> tuple[Message, ...]:
    told = dict.fromkeys(f"{item.target.code}: {item.target.source}" for item in items)
    return tuple(Message(line, line) for line in told)
