"""A sender declares waste sent, and the receiver's books have nothing of it, in that month or the ones beside it."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import PairFacts
from app.findings.lawbook import ENTRUSTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.pairs import Stream, streams
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of


def evaluate(facts: PairFacts, values: Values) -> Iterator[Found]:
    """Find months in which only the sender speaks while the receiver's ledger is on file.

    What is on the road at a month's end arrives in the next one: a receiver's surplus over the sender's figure in a
    neighbouring month is taken off first. A receiver who has not filed at all is `missing_month`'s business.
    """
    for stream in streams(facts):
        if stream.received or not stream.sent or not stream.receiver_filed:
            continue
        missing = stream.sent - stream.surplus_beside
        if missing > grams_of(values["least_tonnes"]):
            yield _found(facts, stream, missing, values)


def _found(facts: PairFacts, stream: Stream, missing: int, values: Values) -> Found:
    sent, tonnes = tonnes_text(stream.sent), tonnes_text(missing)
    return Found(
        site=stream.about_sender,
        key=(facts.receiver, stream.waste, str(stream.month)),
        explanation=Message(
            f"{stream.month} {facts.sender} 填报转出 {stream.waste} {sent} 吨给 {facts.receiver}，"
            f"接收方该月台账没有对应的接收记录，{tonnes} 吨去向无法核实",
            f"{stream.month}: {facts.sender} declares {sent} t of {stream.waste} sent to {facts.receiver}, whose ledger "
            f"of that month has received nothing from it; {tonnes} t cannot be traced",
        ),
        months=(stream.month,),
        figures=stream.figures(facts),
        threshold=limits(values),
        waste=stream.waste,
        grams=missing,
        counterpart=facts.receiver,
        is_shared=True,
    )


RULE = Rule(
    id="receiver_silent",
    version=1,
    severity=Severity.HIGH,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.PAIR,
    text=Message("单边转移：转出方有、接收方无", "One-sided transfer: sent, and nothing received"),
    law=ENTRUSTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
