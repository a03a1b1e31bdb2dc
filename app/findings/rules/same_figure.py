"""One and the same generation month after month: a figure that nobody measures."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import months
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import months_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find runs of consecutive months on file with the same generation, above zero, to the gram."""
    for waste in facts.wastes:
        for run in _runs(facts, waste):
            if len(run) >= int(values["least_months"]):
                yield _found(facts, waste, run, values)


def _runs(facts: SiteFacts, waste: str) -> Iterator[list[Month]]:
    run: list[Month] = []
    for month in facts.months:
        generated = facts.books[month].of(waste).generated
        goes_on = run and run[-1].next == month and facts.books[run[-1]].of(waste).generated == generated
        if goes_on and generated:
            run.append(month)
            continue
        if run:
            yield run
        run = [month] if generated else []
    if run:
        yield run


def _found(facts: SiteFacts, waste: str, run: list[Month], values: Values) -> Found:
    each = facts.books[run[0]].of(waste).generated
    said, tonnes = months_of(run), tonnes_text(each)
    return Found(
        site=facts.code,
        key=(waste, str(run[0])),
        explanation=Message(
            f"{waste} 产生量 {said.zh} 连续 {len(run)} 个月均为 {tonnes} 吨，疑非实测",
            f"{waste}: {len(run)} months in a row, {said.en}, generation is {tonnes} t; it is hardly measured",
        ),
        months=tuple(run),
        figures=tuple(Figure("generated", each, facts.code, month, facts.books[month].ref) for month in run),
        threshold=limits(values),
        waste=waste,
        grams=each * len(run),
    )


RULE = Rule(
    id="same_figure",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("连续多月填报同一数字", "The same figure month after month"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(months("least_months", 6, 3, 36, "连续几个月相同", "so many months in a row"),),
    evaluate=evaluate,
)
