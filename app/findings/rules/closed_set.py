"""A set of sites that ship a waste among themselves and never let it out: no use, no disposal, no stock, no other receiver."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.circulation import Shipping, knots, peeled, shippings
from app.findings.facts import Figure, Line
from app.findings.lawbook import ENTRUSTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.networks import NetworkFacts
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of

_NAMED = 6


@dataclass(frozen=True, slots=True)
class _Set:
    """Sites without an exit: what came in from outside of it and what went round [g]."""

    sites: list[str]
    lines: dict[str, Line]
    entered: int
    round: int

    @property
    def grams(self) -> int:
        return max(self.entered, self.round)


def evaluate(facts: NetworkFacts, values: Values) -> Iterator[Found]:
    """Find, per waste, strongly connected sites of the province, all on file, from which the month has no way out.

    What comes in there has no fate: tonnes are what was generated, received from others and drawn from stock in the set,
    or what went round in it when that is more.
    """
    least = grams_of(values["least_tonnes"])
    for shipping in shippings(facts):
        for knot in knots(shipping.edges, shipping.sites):
            found = _closed(facts, shipping, knot)
            if found is not None and found.grams > least:
                yield _found(facts, shipping, found, values)


def _closed(facts: NetworkFacts, shipping: Shipping, knot: list[str]) -> _Set | None:
    """The set, None when something has an exit or nobody can say."""
    members = set(knot)
    if any(code not in facts.by_code or facts.by_code[code].ref is None for code in knot):
        return None
    lines = {code: facts.by_code[code].of(shipping.waste) for code in knot}
    inside = {
        code: {to: grams for to, grams in shipping.edges[code].items() if to in members} for code in knot
    }
    has_exit = members & shipping.leaving or any(
        len(inside[code]) < len(shipping.edges[code]) for code in knot
    )
    ends = sum(line.used + line.disposed + line.dumped for line in lines.values())
    increase = sum(line.closing - line.opening for line in lines.values())
    if has_exit or ends or increase > 0:
        return None
    came = sum(
        grams
        for sender, out in shipping.edges.items()
        for to, grams in out.items()
        if to in members and sender not in members
    )
    entered = came + sum(line.generated for line in lines.values()) - increase
    return _Set(knot, lines, entered, peeled(inside, {}))


def _found(facts: NetworkFacts, shipping: Shipping, found: _Set, values: Values) -> Found:
    waste, count, more = shipping.waste, len(found.sites), len(found.sites) - _NAMED
    names = found.sites[:_NAMED]
    in_zh = "、".join(names) + (f"等，另 {more} 个" if more > 0 else "")
    in_en = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    return Found(
        site=found.sites[0],
        key=(waste, str(facts.month)),
        explanation=Message(
            f"{facts.month} {count} 个场所（{in_zh}）只在彼此之间转移 {waste}，没有利用、处置、贮存，也不转给他人；"
            f"进入 {tonnes_text(found.entered)} 吨、循环 {tonnes_text(found.round)} 吨，均无去向",
            f"{facts.month}: {count} sites ({in_en}) ship {waste} only to each other; nothing is used, disposed of, stored "
            f"or handed to others. {tonnes_text(found.entered)} t came in and {tonnes_text(found.round)} t went round "
            "without an end",
        ),
        months=(facts.month,),
        figures=tuple(
            Figure(name, getattr(line, name), code, facts.month, facts.by_code[code].ref)
            for code, line in found.lines.items()
            for name in ("opening", "generated", "received", "sent", "closing")
        ),
        threshold=limits(values),
        values={
            "sites": ", ".join(found.sites),
            "entered_tonnes": tonnes_text(found.entered),
            "round_tonnes": tonnes_text(found.round),
        },
        waste=waste,
        grams=found.grams,
    )


RULE = Rule(
    id="closed_set",
    version=1,
    severity=Severity.HIGH,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.NETWORK,
    text=Message("封闭循环：只在彼此之间转移，没有出口", "A closed set of sites without any exit"),
    law=ENTRUSTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(10),),
    evaluate=evaluate,
)
