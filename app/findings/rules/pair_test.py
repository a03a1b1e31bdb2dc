"""Two reports of a transfer that differ more than chance explains, among all those of a province's month."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from app.domain.errors import Message
from app.domain.ledger_checks import is_unit_slip
from app.domain.quantities import tonnes_text
from app.findings.facts import NetworkFacts, PairFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import FALSE_DISCOVERY_RATE, UNSTATED_SIGMA, least_tonnes
from app.findings.pairs import Stream, streams
from app.findings.rule import Found, Parameter, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.rules.pair_disagreement import on_the_road_taken_off
from app.findings.wording import about, grams_of
from chains.reconciliation.criteria import benjamini_hochberg, squared_normal_p


@dataclass(frozen=True, slots=True)
class _Tested:
    """One pair's waste in the month: what is left of sent − received [g], its σ, and z."""

    pair: PairFacts
    stream: Stream
    difference: int
    sigma: float
    z: float


def evaluate(facts: NetworkFacts, values: Values) -> Iterator[Found]:
    """List, by Benjamini–Hochberg over the month of the province, the pairs whose two figures differ beyond chance.

    z as in `pair_disagreement`, which finds a z of `beyond_doubt` and above by itself at once; those count in the family here
    and are not told again. A pair is of the province of the site that answers for the sending, so it is in one family only.
    A shipment of the last days may be booked in the receiver's next month: the month's difference is taken together with
    the neighbouring months', and as long as that month is not on file, `transit_share` is let pass.
    """
    tested = list(_tested(facts, values))
    rate = float(values["false_discovery_rate"])
    listed = benjamini_hochberg(squared_normal_p(np.square([each.z for each in tested])), rate)
    least, strong = grams_of(values["least_tonnes"]), float(values["beyond_doubt"])
    for each, is_listed in zip(tested, listed.tolist(), strict=True):
        if is_listed and each.z < strong and abs(each.difference) > least:
            yield _found(each, values)


def _tested(facts: NetworkFacts, values: Values) -> Iterator[_Tested]:
    share, unstated = values["transit_share"], float(values["unstated_sigma"])
    for pair in facts.pairs:
        for stream in streams(pair):
            both = stream.sent and stream.received and not is_unit_slip(stream.sent, stream.received)
            if stream.month != facts.month or not both or stream.about_sender not in facts.by_code:
                continue
            difference = on_the_road_taken_off(stream, share)
            if not _is_told(pair, stream, difference):
                difference = _toward_nought(difference, int(share * max(stream.sent, stream.received)))
            sigma = stream.sigma(unstated)
            yield _Tested(pair, stream, difference, sigma, abs(difference) / sigma)


def _is_told(pair: PairFacts, stream: Stream, difference: int) -> bool:
    """Tell whether the month in which what was on the road should show has been filed by the side that would show it."""
    near = stream.month.next if difference > 0 else stream.month.previous
    beside = pair.of(stream.waste).get(near, ())
    return any(each.receiver_filed if difference > 0 else each.sender_filed for each in beside)


def _toward_nought(difference: int, grams: int) -> int:
    return max(0, difference - grams) if difference > 0 else min(0, difference + grams)


def _found(each: _Tested, values: Values) -> Found:
    pair, stream = each.pair, each.stream
    sent, received, gap = (tonnes_text(mass) for mass in (stream.sent, stream.received, abs(each.difference)))
    return Found(
        site=stream.about_sender,
        key=(pair.receiver, stream.waste, str(stream.month)),
        explanation=Message(
            f"{stream.month} {stream.waste}：{pair.sender} 填报转出 {sent} 吨，{pair.receiver} 填报接收 {received} 吨，"
            f"扣除月末在途后相差 {gap} 吨，为合成标准不确定度 {about(each.sigma)} 吨的 {each.z:.1f} 倍；"
            "按错误发现率在全省当月各对中检出",
            f"{stream.month} {stream.waste}: {pair.sender} declares {sent} t sent, {pair.receiver} {received} t received; what "
            f"may have been on the road taken off, they differ by {gap} t, {each.z:.1f} times the combined standard "
            f"uncertainty of {about(each.sigma)} t: listed among all pairs of the province's month by false discovery rate",
        ),
        months=(stream.month,),
        figures=stream.figures(pair),
        threshold=limits(values),
        values={"z": f"{each.z:.3f}", "difference_tonnes": tonnes_text(each.difference)},
        waste=stream.waste,
        grams=abs(each.difference),
        sigma_grams=round(each.sigma),
        counterpart=pair.receiver,
        is_shared=True,
    )


RULE = Rule(
    id="pair_test",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.NETWORK,
    text=Message(
        "双方数据可疑：在全省当月各对中按错误发现率检出",
        "Both sides of a transfer differ, among all of a province's month by false discovery rate",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        FALSE_DISCOVERY_RATE,
        Parameter(
            "beyond_doubt",
            Decimal(5),
            "σ",
            Decimal(1),
            Decimal(20),
            Message(
                "达到几倍即由“双方数据不符”单独提示", "from so many σ on pair_disagreement finds it by itself"
            ),
        ),
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
