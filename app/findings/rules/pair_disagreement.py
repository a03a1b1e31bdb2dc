"""Two reports of one transfer that differ by more than both scales can be wrong."""

from collections.abc import Iterator
from decimal import Decimal

from app.domain.errors import Message
from app.domain.ledger_checks import is_unit_slip
from app.domain.quantities import tonnes_text
from app.findings.facts import PairFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import UNSTATED_SIGMA, critical_z, least_tonnes
from app.findings.pairs import Stream, streams
from app.findings.rule import Found, Parameter, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about, grams_of


def evaluate(facts: PairFacts, values: Values) -> Iterator[Found]:
    """Find months in which z = |sent − received − on the road| / √(σ_s² + σ_r²) reaches the critical value.

    σ of each entry is its tonnes times the relative uncertainty of its side's method (engine.md §4, VDI 2048 pair
    test). What may have been on the road at a month's end is the opposite difference of the neighbouring months, at
    most `transit_share` of the larger figure. A factor of a thousand is `unit_slip_pair`. Five σ are beyond doubt however
    many pairs there are; what lies below is `pair_test`'s, which looks at all of a province's month together.
    """
    for stream in streams(facts):
        if not (stream.sent and stream.received) or is_unit_slip(stream.sent, stream.received):
            continue
        difference = on_the_road_taken_off(stream, values["transit_share"])
        sigma = stream.sigma(float(values["unstated_sigma"]))
        z = abs(difference) / sigma if sigma else float("inf")
        if z >= float(values["critical_z"]) and abs(difference) > grams_of(values["least_tonnes"]):
            yield _found(facts, stream, difference, sigma, z, values)


def on_the_road_taken_off(stream: Stream, transit_share: Decimal) -> int:
    """Sent − received [g], less what the neighbouring months make up for."""
    difference = stream.sent - stream.received
    most = int(transit_share * max(stream.sent, stream.received))
    if difference > 0:
        return max(0, difference - min(most, stream.surplus_beside))
    return min(0, difference + min(most, stream.deficit_beside))


def _found(
    facts: PairFacts, stream: Stream, difference: int, sigma: float, z: float, values: Values
) -> Found:
    sent, received, tonnes = (tonnes_text(mass) for mass in (stream.sent, stream.received, abs(difference)))
    return Found(
        site=stream.about_sender,
        key=(facts.receiver, stream.waste, str(stream.month)),
        explanation=Message(
            f"{stream.month} {stream.waste}：{facts.sender} 填报转出 {sent} 吨，{facts.receiver} 填报接收 {received} 吨，"
            f"扣除月末在途后相差 {tonnes} 吨，为合成标准不确定度 {about(sigma)} 吨的 {z:.1f} 倍",
            f"{stream.month} {stream.waste}: {facts.sender} declares {sent} t sent, {facts.receiver} {received} t received; "
            f"what may have been on the road taken off, they differ by {tonnes} t, {z:.1f} times the combined standard "
            f"uncertainty of {about(sigma)} t",
        ),
        months=(stream.month,),
        figures=stream.figures(facts),
        threshold=limits(values),
        values={"z": f"{z:.3f}", "difference_tonnes": tonnes_text(difference)},
        waste=stream.waste,
        grams=abs(difference),
        sigma_grams=round(sigma),
        counterpart=facts.receiver,
        is_shared=True,
    )


RULE = Rule(
    id="pair_disagreement",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.PAIR,
    text=Message(
        "双方数据不符，超出合成不确定度", "Both sides of a transfer differ beyond their combined uncertainty"
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        critical_z("5"),
        least_tonnes(10),
        Parameter(
            "transit_share",
            Decimal("0.10"),
            "1",
            Decimal(0),
            Decimal(1),
            Message("月末在途量最多占当月的比例", "share of a month that may be on the road at its end"),
        ),
        UNSTATED_SIGMA,
    ),
    evaluate=evaluate,
)
