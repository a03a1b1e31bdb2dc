"""Own disposal that, as the ledger itself says, did not meet the standard."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.lawbook import SINCE_LAW, STORING
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find every waste and month with disposal declared not compliant; one that says nothing of it is let pass."""
    for book in facts.books.values():
        for waste in book.wastes:
            grams = sum(
                flow.grams
                for flow in book.flows_of("disposed")
                if flow.waste == waste and flow.compliant is False
            )
            if grams:
                tonnes = tonnes_text(grams)
                yield Found(
                    site=facts.code,
                    key=(waste, str(book.month)),
                    explanation=Message(
                        f"{book.month} 自行处置 {waste} {tonnes} 吨，填报为不符合标准",
                        f"{book.month}: {tonnes} t of {waste} disposed of on the site, declared not to meet the standard",
                    ),
                    months=(book.month,),
                    figures=(Figure("disposed", grams, facts.code, book.month, book.ref),),
                    threshold=limits(values),
                    waste=waste,
                    grams=grams,
                )


RULE = Rule(
    id="noncompliant_disposal",
    version=1,
    severity=Severity.HIGH,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("处置不符合标准", "Disposal that does not meet the standard"),
    law=STORING,
    since=SINCE_LAW,
    parameters=(),
    evaluate=evaluate,
)
