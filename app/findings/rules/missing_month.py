"""A month that had to be filed and was not. Of a site that has fallen silent only the first months: see silent_site."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.findings.facts import SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import GRACE_DAYS, SILENT_MONTHS
from app.findings.ordinary import estimated_turnover, silent_tail
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find due months without a ledger: those followed by a filed one, and the first few of a silence."""
    due = list(facts.due_months(int(values["grace_days"])))
    silent = silent_tail(due, facts)
    alone = set(silent[: int(values["silent_months"]) - 1])
    for month in due:
        if month in facts.books or (month in silent and month not in alone):
            continue
        usual = estimated_turnover(facts, month)
        says = (
            ("", "")
            if usual is None
            else (
                f"；按转移对方的填报和该场所平常月份估计约 {about(usual)} 吨",
                f"; about {about(usual)} t by what its senders report and its ordinary month",
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


RULE = Rule(
    id="missing_month",
    version=2,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.ESTIMATED,
    partition=Partition.SITE,
    text=Message(
        "应报未报：该月既无台账也无零报告", "A month that was due has neither a ledger nor a nil return"
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(GRACE_DAYS, SILENT_MONTHS),
    evaluate=evaluate,
)
