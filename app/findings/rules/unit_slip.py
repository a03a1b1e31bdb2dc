"""A generation a thousand times, or a thousandth of, the site's ordinary one: kilograms written as tonnes."""

from collections.abc import Iterator
from statistics import median_low

from app.domain.errors import Message
from app.domain.ledger_checks import is_unit_slip
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import months
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Compare each month's generation of a waste with the median of the other months on file, zeros left out.

    The factor is that of the warning at filing: 900 to 1,100, or the inverse.
    """
    for waste in facts.wastes:
        figures = {month: facts.books[month].of(waste).generated for month in facts.months}
        for month, generated in figures.items():
            others = [grams for other, grams in figures.items() if other != month and grams]
            if len(others) < int(values["least_months"]):
                continue
            usual = median_low(others)
            if not is_unit_slip(generated, usual):
                continue
            said = (tonnes_text(generated), tonnes_text(usual))
            yield Found(
                site=facts.code,
                key=(waste, str(month)),
                explanation=Message(
                    f"{month} {waste} 产生量 {said[0]} 吨，约为该场所平常月份 {said[1]} 吨的一千倍或千分之一，疑单位错用千克",
                    f"{month}: {waste} generation of {said[0]} t is about a thousand times, or a thousandth of, the "
                    f"ordinary {said[1]} t; kilograms taken for tonnes?",
                ),
                months=(month,),
                figures=(Figure("generated", generated, facts.code, month, facts.books[month].ref),),
                threshold=limits(values),
                values={"ordinary_tonnes": said[1]},
                waste=waste,
                grams=abs(generated - usual),
            )


RULE = Rule(
    id="unit_slip",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("疑似单位错误（千倍）", "A slip of units, a factor of a thousand"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        months("least_months", 3, 1, 24, "至少与几个月比较", "compared with at least so many months"),
    ),
    evaluate=evaluate,
)
