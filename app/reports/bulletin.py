"""The city annual bulletin on bulk industrial solid waste, which checks itself by the rules for bulletins."""

from app.chain_runs.service import ended_in_products
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.rates import METRICS, TERMINAL, Metric, Ratio, Totals, identity_residual_grams
from app.rates import service as rates
from app.rates.service import Cell, RateQuery, Scope
from app.reports import facilities, figures, movements, names, repository, self_check
from app.reports.document import Column, Document, Mass, Rate, Section, Table, Text
from app.reports.figures import AMOUNTS, NEW_WASTE, PLAIN, STATUTORY, TONNES, Question
from app.reports.words import Unit, percent, unit_for

PRINTED: tuple[Metric, ...] = tuple(metric for metric in METRICS.values() if not metric.needs_last_year)
"""Rates that a bulletin prints; the terminal one beside them when the fates of the scope have been followed."""
_NOT_FOLLOWED = Message("尚无本范围的链条测算", "no chain run of this scope yet")
_BASE = Message(
    "统计范围为在本系统申报的企业，不等于全社会口径；与其他公布数比较前须核对口径与范围。",
    "The scope is the enterprises that file here, which is not all of society: compare scopes and formulas before figures.",
)


def bulletin(session: ReadSession, question: Question) -> Document:
    """The bulletin of a region and year. Raises Forbidden and Invalid as the rates do."""
    scope = figures.scope_of(session, question)
    cell = figures.whole(session, question.subject, scope)
    name, period = names.place(session, scope.region), question.period
    unit = unit_for(cell.totals.generated_grams)
    case = f"{scope.region or 'CN'}-{period.label}"
    terminal = _terminal(session, question, scope)
    metrics = (*PRINTED, TERMINAL) if terminal.reason is None else PRINTED
    return Document(
        kind="bulletin",
        title=Message(
            f"{name.zh}{period.words.zh}工业固体废物污染环境防治信息公告",
            f"Bulletin on industrial solid waste, {name.en}, {period.words.en}",
        ),
        subtitle=Message("由企业月度台账汇总", "summed from the monthly ledgers of enterprises"),
        period=period,
        scope=figures.scope_words(session, scope),
        provenance=figures.provenance(question, cell, metrics, caveats=(_BASE,)),
        sections=(
            _overall(question, cell, unit, terminal),
            *_groups(session, question, scope),
            movements.section(session, question.subject, scope, unit),
            facilities.section(session, question.subject, scope.region),
            self_check.section(case, cell.totals, unit),
        ),
        about=scope.region or "CN",
    )


def _terminal(session: ReadSession, question: Question, scope: Scope) -> Ratio | Rate:
    """The terminal rate as the rates answer it, when the scope was followed by a run."""
    if not repository.has_run(session, scope):
        return Rate(None, _NOT_FOLLOWED)
    asked = RateQuery(TERMINAL.id, region=scope.region, first=scope.first, last=scope.last, as_of=scope.as_of)
    found = rates.rates(session, question.subject, asked, question.now, ended_in_products)
    return found.items[0].ratio


def _overall(question: Question, cell: Cell, unit: Unit, terminal: Ratio | Rate) -> Section:
    paragraphs = _sentences(question, cell, unit) if cell.filed_any else (_EMPTY,)
    return Section(
        Message("一、总体情况", "1. Overall"),
        paragraphs,
        (_amounts(cell), _rates(cell, terminal)),
        id="overall",
    )


_EMPTY = Message(
    "本范围报告期内没有任何台账申报：下列各数不是零，而是未知。",
    "No ledger of this scope and period was filed: the figures below are not nought, they are unknown.",
)


def _sentences(question: Question, cell: Cell, unit: Unit) -> tuple[Message, ...]:
    totals, when = cell.totals, question.period.words
    mass = {field: unit.mass(getattr(totals, field)) for field, _, _ in AMOUNTS}
    statutory, plain, new = (percent(metric.of(totals)) for metric in (STATUTORY, PLAIN, NEW_WASTE))
    return (
        Message(
            f"{when.zh}，产生工业固体废物{mass['generated_grams'].zh}；综合利用{mass['used_grams'].zh}"
            f"（其中利用往年贮存量{mass['used_from_prior_stock_grams'].zh}），处置{mass['disposed_grams'].zh}"
            f"（其中处置往年贮存量{mass['disposed_from_prior_stock_grams'].zh}），本期贮存量"
            f"{mass['stored_grams'].zh}，倾倒丢弃量{mass['dumped_grams'].zh}。",
            f"In {when.en}, {mass['generated_grams'].en} of industrial solid waste were generated; {mass['used_grams'].en} "
            f"were used (of which {mass['used_from_prior_stock_grams'].en} of prior stock), {mass['disposed_grams'].en} "
            f"disposed of (of which {mass['disposed_from_prior_stock_grams'].en} of prior stock); "
            f"{mass['stored_grams'].en} were put into storage; {mass['dumped_grams'].en} were dumped.",
        ),
        Message(
            f"综合利用率（统计口径）为 {statutory.zh}；按简式（利用量÷产生量）为 {plain.zh}；新增大宗固废综合利用率为 {new.zh}。"
            "两种口径并列，引用时请注明。",
            f"The utilization rate is {statutory.en} by the statistical formula, {plain.en} by the plain one (used / generated); "
            f"that of newly generated waste is {new.en}. Say which one when you quote it.",
        ),
    )


def _amounts(cell: Cell) -> Table:
    columns = (
        Column("item", Message("项目", "Item"), width=2.5),
        Column("tonnes", Message("数量", "Mass"), TONNES, width=1.5),
    )
    known = cell.filed_any
    rows = [
        (Text(words), Mass(getattr(cell.totals, field) if known else None)) for field, _, words in AMOUNTS
    ]
    residual = identity_residual_grams(cell.totals) if known else None
    rows.append((Text(Message("统计平衡差额", "Residual of the statistical identity")), Mass(residual)))
    note = Message(
        "统计平衡：产生量 =（综合利用量 − 其中往年）+ 贮存量 +（处置量 − 其中往年）+ 倾倒丢弃量；差额不作调整，原样列出。",
        "Identity: generated = (used - prior) + stored + (disposed - prior) + dumped. What is left over is shown, never spread.",
    )
    return Table("amounts", Message("产生、利用、处置、贮存量", "Amounts"), columns, tuple(rows), (note,))


def _rates(cell: Cell, terminal: Ratio | Rate) -> Table:
    columns = (
        Column("metric", Message("指标编号", "Metric"), width=1.6),
        Column("name", Message("指标", "Rate"), width=1.9),
        Column("rate", Message("数值", "Value")),
        Column("numerator_tonnes", Message("分子", "Numerator"), TONNES, width=1.3),
        Column("denominator_tonnes", Message("分母", "Denominator"), TONNES, width=1.3),
    )
    rows = [_rate_row(metric, rates.rate_of(metric, cell)) for metric in PRINTED]
    rows.append(_rate_row(TERMINAL, terminal))
    return Table("rates", Message("各口径比率", "Rates by each formula"), columns, tuple(rows))


def _rate_row(metric: Metric, found: Ratio | Rate) -> tuple[Text | Rate | Mass, ...]:
    known = isinstance(found, Ratio) and found.reason != rates.NO_LEDGERS
    masses = (found.numerator, found.denominator) if isinstance(found, Ratio) and known else (None, None)
    rate = Rate.of(found) if isinstance(found, Ratio) else found
    return (Text(metric.id), Text(metric.name), rate, *(Mass(grams) for grams in masses))


def _groups(session: ReadSession, question: Question, scope: Scope) -> tuple[Section, Section]:
    subject = question.subject
    industries: dict[str, Totals] = figures.by_division(session, subject, scope)
    wastes = figures.by_waste(session, subject, scope)
    return (
        Section(
            Message("二、分行业情况", "2. By industry"),
            tables=(
                figures.group_table(
                    "industries",
                    Message(
                        "按产生单位所属行业（GB/T 4754 大类）", "By the generator's division of GB/T 4754"
                    ),
                    Message("行业", "Industry"),
                    industries,
                    names.industries(session),
                ),
            ),
            id="industries",
        ),
        Section(
            Message("三、分种类情况", "3. By waste stream"),
            tables=(
                figures.group_table(
                    "wastes",
                    Message("按固体废物种类", "By waste stream"),
                    Message("种类", "Waste"),
                    wastes,
                    names.wastes(session),
                ),
            ),
            id="wastes",
        ),
    )
