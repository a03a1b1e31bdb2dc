"""More in store than the storage holds."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.lawbook import SINCE_LAW, STORING
from app.findings.limits import tolerance
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import months_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find runs of months whose closing stock, of all wastes together, exceeds the capacity of all storage."""
    capacity = facts.capacity("storage")
    if capacity is None:
        return
    stocks = {month: sum(line.closing for line in book.lines) for month, book in facts.books.items()}
    over = [month for month in facts.months if stocks[month] > capacity * (1 + values["tolerance"])]
    for run in _runs(over):
        peak = max(run, key=lambda month: (stocks[month], month))
        grams = stocks[peak] - capacity
        when, said = months_of(run), (tonnes_text(stocks[peak]), tonnes_text(capacity), tonnes_text(grams))
        yield Found(
            site=facts.code,
            key=(str(run[0]),),
            explanation=Message(
                f"{when.zh} 期末贮存超过登记能力 {said[1]} 吨，最高为 {peak} 的 {said[0]} 吨，超出 {said[2]} 吨",
                f"Closing stocks of {when.en} exceed the registered storage of {said[1]} t; the highest, {said[0]} t in "
                f"{peak}, by {said[2]} t",
            ),
            months=tuple(run),
            figures=tuple(
                Figure("closing", stocks[month], facts.code, month, facts.books[month].ref) for month in run
            ),
            threshold={**limits(values), "capacity_tonnes": said[1]},
            values={"peak_month": str(peak)},
            grams=grams,
        )


def _runs(months: list[Month]) -> Iterator[list[Month]]:
    run: list[Month] = []
    for month in months:
        if run and run[-1].next != month:
            yield run
            run = []
        run.append(month)
    if run:
        yield run


RULE = Rule(
    id="storage_over_capacity",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("贮存量超过贮存能力", "More in store than the storage holds"),
    law=STORING,
    since=SINCE_LAW,
    parameters=(tolerance("0.02", "超过能力多大比例以内不提示", "a share above capacity that passes"),),
    evaluate=evaluate,
)
