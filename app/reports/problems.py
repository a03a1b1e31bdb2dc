"""What stands in the way: findings by the tonnes at issue, and sites that did not file."""

from collections.abc import Mapping
from typing import Any

from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.quantities import grams_from_tonnes
from app.findings.service import FindingQuery, page, rule_name, scores
from app.rates import service as rates
from app.rates.service import GroupBy, Scope
from app.reports import names, repository
from app.reports.document import Column, Mass, Section, Table, Text, Whole
from app.reports.figures import TONNES, Question

_NOBODY = ("", "")
HEAVIEST = 20
"""Findings that a brief names one by one."""
_STATES = {
    "open": Message("待处理", "open"),
    "notified": Message("已通知企业", "enterprise notified"),
    "answered": Message("企业已答复", "answered"),
    "confirmed": Message("已确认", "confirmed"),
    "dismissed": Message("已排除", "dismissed"),
    "closed": Message("已办结", "closed"),
}


def section(session: ReadSession, question: Question, scope: Scope) -> Section:
    """The heaviest findings, all of them by rule, and every site with a month missing."""
    asked = FindingQuery(
        region=scope.region, first=scope.first, last=scope.last, present=True, limit=HEAVIEST
    )
    found, _ = page(session, question.subject, asked)
    by_rule = scores(session, question.subject, asked, "rule")
    late = _late(session, question, scope)
    count = sum(score.findings for _, score in by_rule)
    sentence = Message(
        f"报告期涉及线索 {count:,} 条（已排除的不计）；{len(late.rows):,} 个场所有应报未报的月份。",
        f"Findings that concern the period, dismissed ones apart: {count:,}. Sites with months that were not filed: "
        f"{len(late.rows):,}.",
    )
    rules = Table(
        "findings_by_rule",
        Message("按规则汇总", "By rule"),
        (
            Column("rule", Message("规则", "Rule"), width=2),
            Column("name", Message("名称", "Name"), width=2.5),
            Column("findings", Message("线索数", "Findings")),
            Column("untracked_or_estimated_tonnes", Message("无去向或未报量", "Unseen"), TONNES, width=1.4),
        ),
        tuple(
            (
                Text(rule),
                Text(rule_name(rule)),
                Whole(score.findings),
                Mass(score.unseen_grams),
            )
            for rule, score in by_rule
        ),
    )
    wastes = names.wastes(session)
    return Section(
        Message("二、问题", "2. Problems"),
        (sentence,),
        (_heaviest(found, wastes), rules, late),
        id="problems",
    )


def _heaviest(found: list[dict[str, Any]], wastes: Mapping[str, Message]) -> Table:
    columns = (
        Column("site", Message("场所编码", "Site"), width=1.5),
        Column("site_name", Message("场所", "Site name"), width=1.4),
        Column("title", Message("线索", "Finding"), width=1.6),
        Column("waste", Message("固废", "Waste"), width=0.9),
        Column("months", Message("月份", "Months"), width=1),
        Column("tonnes", Message("涉及量", "At issue"), TONNES, width=1.2),
        Column("state", Message("状态", "State"), width=0.9),
        Column("explanation", Message("说明", "Explanation"), width=3.5),
    )
    rows = tuple(
        (
            Text(each["site"]),
            Text(each["site_name"] or ""),
            Text(Message(**each["title"])),
            Text(names.coded(wastes, each["waste"]) if each["waste"] else ""),
            Text(_months(each)),
            Mass(None if each["tonnes"] is None else grams_from_tonnes(each["tonnes"])),
            Text(_STATES[each["state"]]),
            Text(Message(**each["explanation"])),
        )
        for each in found
    )
    title = Message(
        f"涉及量最大的线索（最多 {HEAVIEST} 条）",
        f"Findings with the most tonnes at issue (at most {HEAVIEST})",
    )
    return Table("findings", title, columns, rows)


def _months(finding: dict[str, Any]) -> str:
    first, last = finding["from"] or "", finding["to"] or ""
    return first if first == last else f"{first}–{last}"


def _late(session: ReadSession, question: Question, scope: Scope) -> Table:
    """Sites that did not file every month that was due."""
    cells = rates.cells(session, question.subject, scope, GroupBy.SITE)
    missing = {code: cell for code, cell in cells.items() if cell.ledgers_filed < cell.ledgers_expected}
    known = repository.site_names(session, question.subject, missing)
    columns = (
        Column("site", Message("场所编码", "Site"), width=1.6),
        Column("name", Message("场所", "Site name"), width=2),
        Column("region", Message("行政区", "Region")),
        Column("ledgers_filed", Message("已报", "Filed")),
        Column("ledgers_expected", Message("应报", "Expected")),
        Column("ledgers_missing", Message("缺报", "Missing")),
    )
    order = sorted(
        missing, key=lambda code: (missing[code].ledgers_filed - missing[code].ledgers_expected, code)
    )
    rows = tuple(
        (
            Text(code),
            Text(known.get(code, _NOBODY)[0]),
            Text(known.get(code, _NOBODY)[1]),
            Whole(missing[code].ledgers_filed),
            Whole(missing[code].ledgers_expected),
            Whole(missing[code].ledgers_expected - missing[code].ledgers_filed),
        )
        for code in order
    )
    return Table("late_sites", Message("应报未报的场所", "Sites with ledgers missing"), columns, rows)
