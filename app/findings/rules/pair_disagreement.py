"""Two reports of one transfer that differ by more than both scales can be wrong."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.columns import Streams, Transfers, told
from app.findings.facts import PairFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import TRANSIT_SHARE, UNSTATED_SIGMA, critical_z, least_tonnes
from app.findings.pairs import Stream, stream_of
from app.findings.road import Apart, Road, apart
from app.findings.rule import Found, Partition, Plain, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about, grams_of
from chains.arrays import np


def evaluate(facts: PairFacts, values: Values) -> Iterator[Found]:
    """Find months in which z = |sent − received − on the road| / σ reaches the critical value.

    σ of each entry is its tonnes times the relative uncertainty of its side's method (engine.md §4, VDI 2048 pair
    test); what may have been on the road at a month's ends adds to it (`road.py`). A factor of a thousand is
    `unit_slip_pair`. Five σ are beyond doubt however many pairs there are; what lies below is `pair_test`'s, which looks
    at all of a province's month together.
    """
    road = Road(float(values["transit_share"]), float(values["unstated_sigma"]))
    streams = Streams.of(Transfers.of(told("", transfer) for transfer in facts.transfers))
    differ = apart(streams, road)
    stands_out = differ.is_told & (np.abs(differ.z) >= float(values["critical_z"]))
    stands_out &= np.abs(differ.grams) > grams_of(values["least_tonnes"])
    for row in np.flatnonzero(stands_out).tolist():
        _, waste, number = streams.keys[row]
        yield found(facts, stream_of(facts, waste, number), differ.of(row), limits(values), Message("", ""))


def found(facts: PairFacts, stream: Stream, told: Apart, threshold: dict[str, Plain], more: Message) -> Found:
    """What two reports that differ are told as."""
    grams = round(abs(told.grams))
    sent, received = tonnes_text(stream.sent), tonnes_text(stream.received)
    z, scales = abs(told.z), abs(told.plain) / told.scales if told.scales else 0.0
    return Found(
        site=stream.about_sender,
        key=(facts.receiver, stream.waste, str(stream.month)),
        explanation=Message(
            f"{stream.month} {stream.waste}：{facts.sender} 填报转出 {sent} 吨，{facts.receiver} 填报接收 {received} 吨，"
            f"扣除相邻月份可解释的月末在途后相差 {about(grams)} 吨，为合成标准不确定度（含在途）{about(told.sigma)} 吨的 "
            f"{z:.1f} 倍（仅计量器具则为 {scales:.1f} 倍）{more.zh}",
            f"{stream.month} {stream.waste}: {facts.sender} declares {sent} t sent, {facts.receiver} {received} t received; "
            f"what the months beside it show to have been on the road taken off, they differ by {about(grams)} t, "
            f"{z:.1f} times the combined standard uncertainty of {about(told.sigma)} t, loads on the road included "
            f"({scales:.1f} times that of the scales alone){more.en}",
        ),
        months=(stream.month,),
        figures=stream.figures(facts),
        threshold=threshold,
        values={
            "z": f"{z:.3f}",
            "z_of_scales": f"{scales:.3f}",
            "difference_tonnes": tonnes_text(round(told.grams)),
        },
        waste=stream.waste,
        grams=grams,
        sigma_grams=round(told.sigma),
        counterpart=facts.receiver,
        is_shared=True,
    )


RULE = Rule(
    id="pair_disagreement",
    version=2,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.PAIR,
    text=Message(
        "双方数据不符，超出合成不确定度", "Both sides of a transfer differ beyond their combined uncertainty"
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(critical_z("5"), least_tonnes(10), TRANSIT_SHARE, UNSTATED_SIGMA),
    evaluate=evaluate,
)
