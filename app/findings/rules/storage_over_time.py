"""Waste of others that lies in store for years: a temporary store that has become a dump."""

from collections.abc import Iterator
from itertools import pairwise

from app.domain.errors import Message
from app.domain.periods import month_range, months_between
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.lawbook import SINCE_LAW, STORING
from app.findings.limits import least_tonnes, months
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find stocks that are older than allowed however they were drawn: closing > all that came in since.

    Only of wastes that the site takes in and does not generate, since a generator's own yard or pond may be permanent;
    and only when every month since is on file, for a gap could hide what came in.
    """
    longest = int(values["longest_months"])
    if not facts.months or months_between(facts.months[0], facts.months[-1]) <= longest:
        return
    last = facts.months[-1]
    since = list(month_range(last.plus(-(longest - 1)), last))
    if any(month not in facts.books for month in (since[0].previous, *since)):
        return
    for waste in facts.wastes:
        lines = [facts.books[month].of(waste) for month in facts.months]
        if any(line.generated for line in lines) or not any(line.received for line in lines):
            continue
        came_in = sum(facts.books[month].of(waste).received for month in since)
        closing = facts.books[last].of(waste).closing
        old = closing - came_in
        if old > grams_of(values["least_tonnes"]):
            tonnes = tonnes_text(old)
            yield Found(
                site=facts.code,
                key=(waste, _since_when(facts, waste)),
                explanation=Message(
                    f"{waste} 期末贮存 {tonnes_text(closing)} 吨，而最近 {longest} 个月共接收 {tonnes_text(came_in)} 吨，"
                    f"至少 {tonnes} 吨已贮存 {longest} 个月以上",
                    f"{waste}: {tonnes_text(closing)} t in store, {tonnes_text(came_in)} t came in during the last "
                    f"{longest} months, so at least {tonnes} t have lain there for longer",
                ),
                months=(last,),
                figures=(Figure("closing", closing, facts.code, last, facts.books[last].ref),),
                threshold=limits(values),
                values={"received_since_tonnes": tonnes_text(came_in)},
                waste=waste,
                grams=old,
            )


def _since_when(facts: SiteFacts, waste: str) -> str:
    """The first month of the unbroken run of stock that is at issue: it names the finding while it lasts."""
    start = facts.months[0]
    for before, month in pairwise(facts.months):
        if before.next != month or not facts.books[before].of(waste).closing:
            start = month
    return str(start)


RULE = Rule(
    id="storage_over_time",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("他人固废贮存超期", "Others' waste stored for too long"),
    law=STORING,
    since=SINCE_LAW,
    parameters=(
        least_tonnes(10),
        months("longest_months", 36, 3, 240, "最长贮存几个月", "the longest storage in months"),
    ),
    evaluate=evaluate,
)
