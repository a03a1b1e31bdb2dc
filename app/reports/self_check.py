"""A bulletin checked by the very rules that official bulletins are checked by: app/domain/bulletins."""

from app.domain.bulletins.balance import BalanceState
from app.domain.bulletins.check import Judgement, check_table
from app.domain.bulletins.conventions import FIELDS
from app.domain.bulletins.verdicts import Verdict
from app.domain.errors import Message
from app.domain.rates import METRICS, Totals
from app.reports.document import Column, Section, Table, Text
from app.reports.words import Unit, listed

CHECKED = (
    ("utilization.statutory", "B"),
    ("utilization.plain", "A"),
    ("utilization.new_waste", ""),
    ("disposal.statutory", "B"),
    ("disposal.plain", "A"),
)
"""Rates that the bulletin prints and the convention it prints them by, as column `convention` says it."""
_VERDICTS = {
    Verdict.MATCH: Message("一致", "match"),
    Verdict.MATCH_TRUNCATED: Message("截尾一致", "match when truncated"),
    Verdict.WITHIN_ROUNDING: Message("在修约范围内", "within rounding"),
    Verdict.MISMATCH: Message("不符", "mismatch"),
    Verdict.NO_PUBLISHED_VALUE: Message("未公布（无分母）", "not published: nothing to divide by"),
}
_BALANCES = {
    BalanceState.CLOSES: Message("平衡", "closes"),
    BalanceState.FAILS: Message("不平衡", "does not close"),
    BalanceState.NOT_COMPUTABLE: Message("无法计算", "not computable"),
}


def rows(case: str, totals: Totals, unit: Unit) -> list[dict[str, str]]:
    """What the bulletin prints, as lines of the file that `huanlian bulletin check` reads: one a rate."""
    printed = {column: unit.figure(getattr(totals, field)) for column, field in FIELDS.items()}
    return [
        {
            "case": case,
            "unit": unit.zh,
            **printed,
            "stored_cum": "",
            "published_metric": metric,
            "published_value": METRICS[metric].of(totals).percent_text() or "",
            "convention": convention,
        }
        for metric, convention in CHECKED
    ]


def checked(case: str, totals: Totals, unit: Unit) -> list[Judgement]:
    """Judge the printed figures. The amounts of ledgers are never refused by the check: they are plain decimals."""
    return check_table(rows(case, totals, unit))


def section(case: str, totals: Totals, unit: Unit) -> Section:
    """The verdict: in a sentence, rate by rate, and the very lines that were checked."""
    judged = checked(case, totals, unit)
    return Section(
        Message("六、公告自查", "6. The bulletin checked by its own rules"),
        (_sentence(judged),),
        (_verdicts(judged), _printed(rows(case, totals, unit))),
        id="self_check",
    )


def _sentence(judged: list[Judgement]) -> Message:
    bad = [one for one in judged if one.comparison.verdict is Verdict.MISMATCH]
    rates = (
        Message("所列各比率均能由公告自身数字复算", "every rate can be recomputed from the printed figures")
        if not bad
        else Message(
            f"有 {len(bad)} 个比率不能由公告自身数字复算",
            f"{len(bad)} rates cannot be recomputed from the printed figures",
        )
    )
    state = judged[0].balance.state
    balance = Message(
        f"产生、利用、处置、贮存、倾倒的收支{_BALANCES[state].zh}",
        f"the balance of what was generated, used, disposed, stored and dumped {_BALANCES[state].en}",
    )
    told = listed((rates, balance))
    return Message(
        f"按公告核对规则自查：{told.zh}。",
        f"Checked by the rules for official bulletins: {told.en}.",
    )


def _verdicts(judged: list[Judgement]) -> Table:
    columns = (
        Column("metric", Message("公布指标", "Published rate"), width=1.6),
        Column("published_percent", Message("公布值", "As printed"), Message("%", "%"), align="right"),
        Column("verdict", Message("判定", "Verdict"), width=1.2),
        Column("reproduced_by", Message("可由以下口径算得", "Reproduced by"), width=2.2),
        Column("balance", Message("收支平衡", "Balance")),
        Column("notices", Message("提示", "Notices"), width=3),
    )
    cells = tuple(
        (
            Text(METRICS[one.row.metric or ""].name),
            Text(one.row.published_text or "—"),
            Text(_VERDICTS[one.comparison.verdict]),
            Text(", ".join(one.comparison.reproduced_by) or "—"),
            Text(_BALANCES[one.balance.state]),
            Text(listed(notice.message for notice in one.notices)),
        )
        for one in judged
    )
    return Table("self_check", Message("自查结果", "Verdicts"), columns, cells)


def _printed(lines: list[dict[str, str]]) -> Table:
    names = list(lines[0])
    columns = tuple(
        Column(name, Message(name, name), width=1.6 if name.startswith("published") else 1) for name in names
    )
    note = Message(
        "即 huanlian bulletin check 所读文件的各行：本表导出为 CSV 后，任何人可以重作此项核对。",
        "These are the lines that `huanlian bulletin check` reads: saved as CSV, anybody can repeat the check.",
    )
    cells = tuple(tuple(Text(line[name]) for name in names) for line in lines)
    return Table(
        "checked_lines", Message("核对所用数字", "The lines that were checked"), columns, cells, (note,)
    )
