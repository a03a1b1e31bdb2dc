"""One side of a transfer writes a thousand times what the other does: kilograms written as tonnes."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.ledger_checks import is_unit_slip
from app.domain.quantities import tonnes_text
from app.findings.facts import PairFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.pairs import streams
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits


def evaluate(facts: PairFacts, values: Values) -> Iterator[Found]:
    """Find months whose two figures differ by a factor of 900 to 1,100."""
    for stream in streams(facts):
        if is_unit_slip(stream.sent, stream.received):
            sent, received = tonnes_text(stream.sent), tonnes_text(stream.received)
            yield Found(
                site=stream.about_sender,
                key=(facts.receiver, stream.waste, str(stream.month)),
                explanation=Message(
                    f"{stream.month} {stream.waste}：{facts.sender} 填报转出 {sent} 吨，{facts.receiver} 填报接收 {received} 吨，"
                    "相差约一千倍，疑一方单位错用千克",
                    f"{stream.month} {stream.waste}: {facts.sender} declares {sent} t sent, {facts.receiver} {received} t "
                    "received, about a factor of a thousand; has one side taken kilograms for tonnes?",
                ),
                months=(stream.month,),
                figures=stream.figures(facts),
                threshold=limits(values),
                waste=stream.waste,
                grams=abs(stream.sent - stream.received),
                counterpart=facts.receiver,
                is_shared=True,
            )


RULE = Rule(
    id="unit_slip_pair",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.PAIR,
    text=Message("双方数据相差千倍，疑似单位错误", "Both sides differ by a factor of a thousand"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(),
    evaluate=evaluate,
)
