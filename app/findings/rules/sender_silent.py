"""A receiver declares waste taken in, and the sender's books have nothing of it, in that month or the ones beside it."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import PairFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import least_tonnes
from app.findings.pairs import Stream, streams
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of


def evaluate(facts: PairFacts, values: Values) -> Iterator[Found]:
    """Find months in which only the receiver speaks while the sender's ledger is on file.

    A sender's surplus over the receiver's figure in a neighbouring month, still on the road at the month's end, is
    taken off first. A sender who has not filed at all is `missing_month`'s business.
    """
    for stream in streams(facts):
        if stream.sent or not stream.received or not stream.sender_filed:
            continue
        without_origin = stream.received - stream.deficit_beside
        if without_origin > grams_of(values["least_tonnes"]):
            yield _found(facts, stream, without_origin, values)


def _found(facts: PairFacts, stream: Stream, grams: int, values: Values) -> Found:
    received, tonnes = tonnes_text(stream.received), tonnes_text(grams)
    return Found(
        site=stream.about_receiver,
        key=(facts.sender, stream.waste, str(stream.month)),
        explanation=Message(
            f"{stream.month} {facts.receiver} 填报自 {facts.sender} 接收 {stream.waste} {received} 吨，"
            f"转出方该月台账没有对应的转出记录，{tonnes} 吨来源无法核实",
            f"{stream.month}: {facts.receiver} declares {received} t of {stream.waste} received from {facts.sender}, whose "
            f"ledger of that month has sent nothing to it; the origin of {tonnes} t cannot be verified",
        ),
        months=(stream.month,),
        figures=stream.figures(facts),
        threshold=limits(values),
        waste=stream.waste,
        grams=grams,
        counterpart=facts.sender,
        is_shared=True,
    )


RULE = Rule(
    id="sender_silent",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.PAIR,
    text=Message("单边转移：接收方有、转出方无", "One-sided transfer: received, and nothing sent"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
