"""A month that was filed after its deadline."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.findings.facts import SiteFacts, days_after
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import GRACE_DAYS
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find months whose first filing came later than the days of grace; amendments do not make a month late."""
    grace = int(values["grace_days"])
    for month in facts.months:
        book = facts.books[month]
        days = days_after(month, book.first_filed)
        if days > grace:
            yield Found(
                site=facts.code,
                key=(str(month),),
                explanation=Message(
                    f"{month} 台账于 {book.first_filed} 首次填报，为月末后第 {days} 天，超过 {grace} 天期限",
                    f"The ledger of {month} was first filed on {book.first_filed}, {days} days after the month's end; "
                    f"{grace} are allowed",
                ),
                months=(month,),
                figures=(),
                threshold=limits(values),
                values={
                    "first_filed": str(book.first_filed),
                    "days": days,
                    "ledger": book.ref.ledger,
                    "version": book.ref.version,
                },
            )


RULE = Rule(
    id="late_filing",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("逾期填报", "Filed late"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(GRACE_DAYS,),
    evaluate=evaluate,
)
