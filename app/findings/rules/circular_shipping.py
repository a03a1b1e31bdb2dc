"""One waste goes from site to site and comes back, and nobody on the way makes anything of it."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.circulation import Edges, Shipping, knots, passing, peeled, round_trips, shippings
from app.findings.facts import Figure
from app.findings.lawbook import ENTRUSTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.networks import NetworkFacts
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of

_NAMED = 6


def evaluate(facts: NetworkFacts, values: Values) -> Iterator[Found]:
    """Find, per waste, pairs A → B → A and longer rings of a month, with the tonnes that went round.

    Tonnes are the closed part: of a pair the smaller of both ways, as far as each of the two can have passed on what it
    took in. Rings are what is strongly connected once the pairs are taken off, one finding each. A loop is found in the
    province of its site of smallest code only. Of a ring through three provinces no province sees every transfer.
    """
    least = grams_of(values["least_tonnes"])
    for shipping in shippings(facts):
        rooms = {code: passing(facts, code, shipping.waste) for code in shipping.sites}
        rest = {sender: dict(out) for sender, out in shipping.edges.items()}
        for one, other in list(round_trips(shipping.edges)):
            grams = _closed(rest, rooms, one, other)
            if grams > least and one in facts.by_code:
                yield _pair(facts, shipping, one, other, grams, values)
        open_sites = [code for code in shipping.sites if rooms[code] != 0]
        for knot in knots(rest, open_sites):
            grams = peeled(_within(rest, knot), {code: rooms[code] for code in knot})
            if grams > least and knot[0] in facts.by_code:
                yield _ring(facts, shipping, knot, grams, values)


def _closed(rest: Edges, rooms: dict[str, int | None], one: str, other: str) -> int:
    """What goes to and fro between two sites [g]; it is taken off what is left for others."""
    limits_of = [room for room in (rooms[one], rooms[other]) if room is not None]
    grams = min([rest[one][other], rest[other][one], *limits_of])
    for sender, receiver in ((one, other), (other, one)):
        rest[sender][receiver] -= grams
        room = rooms[sender]
        if room is not None:
            rooms[sender] = room - grams
    return grams


def _within(edges: Edges, knot: list[str]) -> Edges:
    members = set(knot)
    return {
        sender: {to: grams for to, grams in edges.get(sender, {}).items() if to in members} for sender in knot
    }


def _pair(facts: NetworkFacts, shipping: Shipping, one: str, other: str, grams: int, values: Values) -> Found:
    waste, there, back = shipping.waste, shipping.edges[one][other], shipping.edges[other][one]
    return Found(
        site=one,
        key=(other, waste, str(facts.month)),
        explanation=Message(
            f"{facts.month} {one} 转给 {other} {waste} {tonnes_text(there)} 吨，{other} 又转回 {tonnes_text(back)} 吨；"
            f"{tonnes_text(grams)} 吨往返循环而未经利用或处置",
            f"{facts.month}: {one} hands {tonnes_text(there)} t of {waste} to {other}, which hands {tonnes_text(back)} t back; "
            f"{tonnes_text(grams)} t go round and nothing is made of them",
        ),
        months=(facts.month,),
        figures=(*_figures(shipping, one, other), *_figures(shipping, other, one)),
        threshold=limits(values),
        waste=waste,
        grams=grams,
        counterpart=other,
        is_shared=True,
    )


def _ring(facts: NetworkFacts, shipping: Shipping, knot: list[str], grams: int, values: Values) -> Found:
    waste, more = shipping.waste, len(knot) - _NAMED
    in_zh = "、".join(knot[:_NAMED]) + (f"等，另 {more} 个" if more > 0 else "")
    in_en = ", ".join(knot[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    members = set(knot)
    links = [
        (one, other) for one in knot for other in sorted(shipping.edges.get(one, {})) if other in members
    ]
    return Found(
        site=knot[0],
        key=("ring", waste, str(facts.month)),
        explanation=Message(
            f"{facts.month} {waste} 在 {len(knot)} 个场所之间循环转移（{in_zh}），"
            f"{tonnes_text(grams)} 吨回到原处而未经利用或处置",
            f"{facts.month}: {waste} goes round among {len(knot)} sites ({in_en}); {tonnes_text(grams)} t come back to where "
            "they were and nothing is made of them",
        ),
        months=(facts.month,),
        figures=tuple(figure for one, other in links for figure in _figures(shipping, one, other)),
        threshold=limits(values),
        values={"sites": ", ".join(knot)},
        waste=waste,
        grams=grams,
    )


def _figures(shipping: Shipping, sender: str, receiver: str) -> Iterator[Figure]:
    for transfer in shipping.transfers[sender, receiver]:
        yield Figure("sent", transfer.sent, sender, transfer.month, transfer.sender_ref)
        yield Figure("received", transfer.received, receiver, transfer.month, transfer.receiver_ref)


RULE = Rule(
    id="circular_shipping",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.NETWORK,
    text=Message("循环转移而无实际利用", "Circular shipping without transformation"),
    law=ENTRUSTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(10),),
    evaluate=evaluate,
)
