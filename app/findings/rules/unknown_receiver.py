"""Waste sent to somebody whom no register knows."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Book, Figure, SiteFacts
from app.findings.lawbook import ENTRUSTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find every waste, month and receiver without registration; whoever sits in another province need not be here."""
    for book in facts.books.values():
        for (waste, party), grams in sorted(_unknown(book).items()):
            if grams > grams_of(values["least_tonnes"]):
                tonnes = tonnes_text(grams)
                yield Found(
                    site=facts.code,
                    key=(waste, party, str(book.month)),
                    explanation=Message(
                        f"{book.month} 转出 {waste} {tonnes} 吨给 {party}，该单位未在系统登记，去向无法核实",
                        f"{book.month}: {tonnes} t of {waste} sent to {party}, who is not registered; it cannot be traced",
                    ),
                    months=(book.month,),
                    figures=(Figure("sent", grams, facts.code, book.month, book.ref),),
                    threshold=limits(values),
                    waste=waste,
                    grams=grams,
                    counterpart=party,
                )


def _unknown(book: Book) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for flow in book.flows_of("sent"):
        if flow.party is not None and not flow.party_known and not flow.out_of_province:
            key = (flow.waste, flow.party)
            found[key] = found.get(key, 0) + flow.grams
    return found


RULE = Rule(
    id="unknown_receiver",
    version=1,
    severity=Severity.HIGH,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.SITE,
    text=Message("转给未登记的单位", "Sent to a receiver whom nobody registered"),
    law=ENTRUSTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
