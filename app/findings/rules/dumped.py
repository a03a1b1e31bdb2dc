"""Waste that was tipped somewhere, and said to be."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.lawbook import DUMPING, SINCE_LAW
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find every waste and month with dumped tonnes."""
    for book in facts.books.values():
        for waste in book.wastes:
            dumped = book.of(waste).dumped
            if dumped:
                tonnes = tonnes_text(dumped)
                yield Found(
                    site=facts.code,
                    key=(waste, str(book.month)),
                    explanation=Message(
                        f"{book.month} 填报倾倒丢弃 {waste} {tonnes} 吨",
                        f"{book.month}: {tonnes} t of {waste} reported as dumped",
                    ),
                    months=(book.month,),
                    figures=(Figure("dumped", dumped, facts.code, book.month, book.ref),),
                    threshold=limits(values),
                    waste=waste,
                    grams=dumped,
                )


RULE = Rule(
    id="dumped",
    version=1,
    severity=Severity.HIGH,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("倾倒丢弃", "Dumped"),
    law=DUMPING,
    since=SINCE_LAW,
    parameters=(),
    evaluate=evaluate,
)
