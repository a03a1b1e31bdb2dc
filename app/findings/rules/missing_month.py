"""A month that had to be filed and was not. Of a site that has fallen silent only the first months: see silent_site."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from app.domain.errors import Message
from app.domain.periods import Month
from app.findings.facts import SiteFacts
from app.findings.ordinary import ordinary_turnover
from app.findings.rule import Found, Parameter, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find due months without a ledger: those followed by a filed one, and the first few of a silence."""
    due = list(facts.due_months(int(values["grace_days"])))
    silent = silent_tail(due, facts)
    alone = set(silent[: int(values["silent_months"]) - 1])
    for month in due:
        if month in facts.books or (month in silent and month not in alone):
            continue
        usual = ordinary_turnover(facts, month)
        says = (
            ("", "")
            if usual is None
            else (
                f"；按该场所平常月份估计约 {about(usual)} 吨",
                f"; about {about(usual)} t by its ordinary month",
            )
        )
        yield Found(
            site=facts.code,
            key=(str(month),),
            explanation=Message(
                f"{month} 台账逾期未报，也无零报告{says[0]}",
                f"No ledger and no nil return for {month}{says[1]}",
            ),
            months=(month,),
            figures=(),
            threshold=limits(values),
            values={"today": str(facts.today)},
            grams=usual,
        )


def silent_tail(due: list[Month], facts: SiteFacts) -> list[Month]:
    """The due months after the last one on file, in order."""
    tail: list[Month] = []
    for month in reversed(due):
        if month in facts.books:
            break
        tail.append(month)
    return tail[::-1]


RULE = Rule(
    id="missing_month",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.ESTIMATED,
    partition=Partition.SITE,
    text=Message(
        "应报未报：该月既无台账也无零报告", "A month that was due has neither a ledger nor a nil return"
    ),
    law=Message(
        "固废法第三十六条：产生工业固体废物的单位应建立管理台账；公告2021年第82号（按月记录）",
        "Solid Waste Law, article 36; Announcement 82 of 2021: recorded monthly",
    ),
    since=date(2022, 1, 1),
    parameters=(
        Parameter(
            "grace_days",
            Decimal(20),
            "d",
            Decimal(1),
            Decimal(120),
            Message("月末后几天内须报", "days after the month's end"),
        ),
        Parameter(
            "silent_months",
            Decimal(3),
            "months",
            Decimal(2),
            Decimal(24),
            Message("连续几个月未报即视为停报", "so many months in a row are a silence, one finding for all"),
        ),
    ),
    evaluate=evaluate,
)
