"""A site that has filed nothing for months: one finding, from the first silent month on, for as long as it lasts."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.findings.facts import SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import GRACE_DAYS, SILENT_MONTHS
from app.findings.ordinary import estimated_turnover, silent_tail
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about, months_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find a run of unfiled months that reaches today, `silent_months` long or longer.

    Its first months have findings of `missing_month` too; a score takes the larger of both, so none counts twice.
    """
    due = list(facts.due_months(int(values["grace_days"])))
    tail = silent_tail(due, facts)
    if len(tail) < int(values["silent_months"]):
        return
    each = [estimated_turnover(facts, month) for month in tail]
    known = [mass for mass in each if mass is not None]
    grams = sum(known) if known else None
    last = f"{facts.months[-1]}" if facts.months else None
    zh = f"{months_of(tail).zh} 连续 {len(tail)} 个月未报" + (
        f"，最后一次填报为 {last}" if last else "，从未填报"
    )
    en = f"Nothing filed for {len(tail)} months in a row, {months_of(tail).en}; "
    en += f"the last ledger is of {last}" if last else "no ledger was ever filed"
    if grams is not None:
        zh += f"；按转移对方的填报和该场所平常月份估计共约 {about(grams)} 吨"
        en += f"; about {about(grams)} t together by what its senders report and its ordinary month"
    yield Found(
        site=facts.code,
        key=(str(tail[0]),),
        explanation=Message(zh, en),
        months=tuple(tail),
        figures=(),
        threshold=limits(values),
        values={"silent_from": str(tail[0]), "silent_months": len(tail), "last_filed": last},
        grams=grams,
    )


RULE = Rule(
    id="silent_site",
    version=2,
    severity=Severity.HIGH,
    tonnes_are=Tonnes.ESTIMATED,
    partition=Partition.SITE,
    text=Message("停报：连续多月未报", "A silent site: nothing filed for months"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(GRACE_DAYS, SILENT_MONTHS),
    evaluate=evaluate,
)
