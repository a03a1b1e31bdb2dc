"""Stock that changed between two months: the opening is not what the month before closed with."""

from collections.abc import Iterator
from itertools import pairwise

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import least_tonnes, tolerance
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Compare opening with the closing on file of the month before; a month that is not on file says nothing.

    Both are the same stock on the same day as the same site keeps it, so no measurement lies between them: what is
    let pass is rounding, not uncertainty.
    """
    # By pairs: the very first month that a ledger can be of has none before it.
    for earlier, month in pairwise(facts.months):
        if earlier.next != month:
            continue
        before, book = facts.books[earlier], facts.books[month]
        for waste in sorted({*before.wastes, *book.wastes}):
            closing, opening = before.of(waste).closing, book.of(waste).opening
            difference = opening - closing
            least = max(grams_of(values["least_tonnes"]), int(values["tolerance"] * max(opening, closing)))
            if abs(difference) <= least:
                continue
            tonnes = tonnes_text(abs(difference))
            texts = (tonnes_text(closing), tonnes_text(opening))
            yield Found(
                site=facts.code,
                key=(waste, str(month)),
                explanation=Message(
                    f"{waste} {month.previous} 期末贮存 {texts[0]} 吨，{month} 期初为 {texts[1]} 吨，"
                    + (f"{tonnes} 吨去向不明" if difference < 0 else f"多出 {tonnes} 吨来源不明"),
                    f"{waste}: {month.previous} closed with {texts[0]} t, {month} opens with {texts[1]} t; {tonnes} t "
                    + ("have gone without a trace" if difference < 0 else "have appeared without an origin"),
                ),
                months=(month,),
                figures=(
                    Figure("closing", closing, facts.code, month.previous, before.ref),
                    Figure("opening", opening, facts.code, month, book.ref),
                ),
                threshold=limits(values),
                waste=waste,
                grams=abs(difference),
            )


RULE = Rule(
    id="stock_discontinuity",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.SITE,
    text=Message(
        "贮存量不连续：期初与上月期末不符", "Stock is not continuous: opening differs from the last closing"
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        least_tonnes(1),
        tolerance("0.001", "占贮存量多大比例以内视为舍入", "a share of the stock that passes as rounding"),
    ),
    evaluate=evaluate,
)
