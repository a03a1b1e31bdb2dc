"""A site's figures of a month differ, all together, from what those it trades with say: a bit at each of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from typing import TypeAlias

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.columns import Streams
from app.findings.facts import Figure, Transfer, total
from app.findings.family import listed
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import (
    COMMON_SHARE,
    FALSE_DISCOVERY_RATE,
    TRANSIT_SHARE,
    UNSTATED_SIGMA,
    beyond_doubt,
    least_tonnes,
)
from app.findings.networks import NetworkFacts
from app.findings.pairs import Stream
from app.findings.road import AllApart, Apart, Road, apart
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about, grams_of
from chains.arrays import np
from chains.balance import Floats, total_by

_ALONE = 3.0
"""So many σ must be left without the partner that differs most: else it is that partner's matter."""
_Told: TypeAlias = tuple[Stream, Apart]


@dataclass(frozen=True, slots=True)
class _Side:
    """A site as sender or as receiver of a waste: with whom it differs by how much [g].

    `common`: the part of σ that is common to all that the site weighs, relative to what it weighed [1].
    """

    site: str
    waste: str
    sends: bool
    told: tuple[_Told, ...]
    common: float

    @property
    def z(self) -> float:
        return self.z_of(self.told)

    def sigma_of(self, told: Sequence[_Told]) -> float:
        """σ of what these partners and the site differ by together [g]."""
        own = sum(stream.sent if self.sends else stream.received for stream, _ in told)
        return hypot(self.common * own, *(each.sigma for _, each in told))

    def z_of(self, told: Sequence[_Told]) -> float:
        sigma = self.sigma_of(told)
        return grams_of_all(told) / sigma if sigma else 0.0

    @property
    def is_of_all(self) -> bool:
        """Tell whether it stands out the same way without the partner that contributes most."""
        sign = 1 if self.z > 0 else -1
        most = max(range(len(self.told)), key=lambda at: self.told[at][1].grams * sign)
        return self.z_of([*self.told[:most], *self.told[most + 1 :]]) * sign > _ALONE

    def below(self, beyond_doubt: float) -> list[_Told]:
        """The transfers that no other rule tells by themselves."""
        return [(stream, each) for stream, each in self.told if abs(each.z) < beyond_doubt]


def grams_of_all(told: Sequence[_Told]) -> float:
    """What they differ by together [g]."""
    return sum(each.grams for _, each in told)


def evaluate(facts: NetworkFacts, values: Values) -> Iterator[Found]:
    """List, by Benjamini–Hochberg over the province's month, the sites whose figures differ from all their partners' together.

    What lies within the uncertainty of each transfer adds up over partners, while its σ grows with the root only. A part of
    a scale's error is common to all that a site weighs (`common_share` of its method's σ): it adds up as well. Transfers
    that differ beyond doubt by themselves speak for or against the site too, but their tonnes are `pair_disagreement`'s.
    """
    strong, least = float(values["beyond_doubt"]), grams_of(values["least_tonnes"])
    unstated, share = float(values["unstated_sigma"]), float(values["common_share"])
    told = apart(facts.streams, Road(float(values["transit_share"]), unstated))
    places = _places(facts, told)
    z = _z(facts.streams, told, places, unstated, share)
    for at in np.flatnonzero(listed(z, float(values["false_discovery_rate"]))).tolist():
        side = _side(facts, told, places[at], unstated, share)
        rest = side.below(strong) if side.is_of_all else []
        if rest and grams_of_all(rest) * side.z > 0 and abs(grams_of_all(rest)) > least:
            yield _found(facts, side, rest, values)


@dataclass(frozen=True, slots=True)
class _Place:
    """A site as sender or as receiver of a waste, and the rows of its streams: two at least."""

    site: str
    waste: str
    sends: bool
    rows: list[int]


def _places(facts: NetworkFacts, told: AllApart) -> list[_Place]:
    streams = facts.streams
    found: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for row in np.flatnonzero(told.is_told).tolist():
        sender, receiver = streams.about_sender[row], streams.about_receiver[row]
        if sender != receiver:
            waste = streams.keys[row][1]
            found[sender, waste, True].append(row)
            found[receiver, waste, False].append(row)
    return [
        _Place(*key, rows) for key, rows in sorted(found.items()) if len(rows) > 1 and key[0] in facts.by_code
    ]


def _z(streams: Streams, told: AllApart, places: list[_Place], unstated: float, share: float) -> Floats:
    """Of every side what it and its partners differ by together, over its σ, as `_Side.z`."""
    rows = np.array([row for place in places for row in place.rows], dtype=np.int64)
    of = np.repeat(np.arange(len(places)), [len(place.rows) for place in places])
    sends = np.array([place.sends for place in places for _ in place.rows], dtype=np.bool_)
    own = np.where(sends, streams.sent.sigma_sum(unstated)[streams.now[rows]], 0.0)
    own += np.where(sends, 0.0, streams.received.sigma_sum(unstated)[streams.now[rows]])
    grams, variance, common = (
        total_by(of, column, len(places)) for column in (told.grams[rows], told.sigma[rows] ** 2, own)
    )
    sigma, z = np.sqrt((share * common) ** 2 + variance), np.zeros(len(places))
    np.divide(grams, sigma, out=z, where=sigma > 0)
    return z


def _side(facts: NetworkFacts, told: AllApart, place: _Place, unstated: float, share: float) -> _Side:
    mine = [(facts.stream(row)[1], told.of(row)) for row in place.rows]
    transfers = [transfer for stream, _ in mine for transfer in stream.transfers]
    sigma = sum(_own(transfer, unstated, sends=place.sends) for transfer in transfers)
    own = sum(stream.sent if place.sends else stream.received for stream, _ in mine)
    order = sorted(mine, key=lambda each: (each[1].grams, each[0].sent, each[0].received))
    return _Side(place.site, place.waste, place.sends, tuple(order), share * sigma / own)


def _own(transfer: Transfer, unstated: float, *, sends: bool) -> float:
    """σ of the site's own word of a transfer [g]."""
    mass, sigma = (
        (transfer.sent, transfer.sender_sigma) if sends else (transfer.received, transfer.receiver_sigma)
    )
    return (mass or 0) * (unstated if sigma is None else sigma)


def _found(facts: NetworkFacts, side: _Side, rest: list[_Told], values: Values) -> Found:
    transfers = [transfer for stream, _ in rest for transfer in stream.transfers]
    own, theirs = total(each.sent for each in transfers), total(each.received for each in transfers)
    if not side.sends:
        own, theirs = theirs, own
    grams, sigma = round(abs(grams_of_all(rest))), round(side.sigma_of(rest))
    said = (tonnes_text(own), tonnes_text(theirs), about(grams), about(sigma), f"{abs(side.z):.1f}")
    here, there = ("转出", "接收") if side.sends else ("接收", "转出")
    zh = f"{facts.month} {side.waste}：该场所与全部 {len(side.told)} 个对方的数据合计相差 {said[4]} 倍标准不确定度；"
    zh += f"其中单看未超限的 {len(rest)} 个对方：该场所填报{here} {said[0]} 吨，对方合计填报{there} {said[1]} 吨，"
    zh += f"扣除在途后相差 {said[2]} ± {said[3]} 吨"
    en = f"{facts.month} {side.waste}: the site and all its {len(side.told)} partners together differ by {said[4]} times the "
    en += f"standard uncertainty. With the {len(rest)} of them that do not stand out alone: {said[0]} t "
    en += f"{'sent' if side.sends else 'received'} by its ledger, {said[1]} t by theirs; loads on the road taken off, "
    en += f"{said[2]} ± {said[3]} t"
    return Found(
        site=side.site,
        key=(side.waste, str(facts.month), "sent" if side.sends else "received"),
        explanation=Message(zh, en),
        months=(facts.month,),
        figures=tuple(figure for transfer in transfers for figure in _figures(facts, transfer)),
        threshold=limits(values),
        values={"z": f"{side.z:.3f}", "partners": len(side.told), "not_alone": len(rest)},
        waste=side.waste,
        grams=grams,
        sigma_grams=sigma,
    )


def _figures(facts: NetworkFacts, transfer: Transfer) -> Iterator[Figure]:
    """Both reports, of the sides that are registered."""
    if transfer.sender_site is not None:
        yield Figure("sent", transfer.sent, transfer.sender_site, facts.month, transfer.sender_ref)
    if transfer.receiver_site is not None:
        yield Figure(
            "received", transfer.received, transfer.receiver_site, facts.month, transfer.receiver_ref
        )


RULE = Rule(
    id="against_partners",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.NETWORK,
    text=Message(
        "与全部对方合计不符：各笔差异不大，合计超出不确定度",
        "A site's figures differ from those of all its partners together",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        FALSE_DISCOVERY_RATE,
        beyond_doubt("双方数据不符", "pair_disagreement"),
        least_tonnes(10),
        COMMON_SHARE,
        TRANSIT_SHARE,
        UNSTATED_SIGMA,
    ),
    evaluate=evaluate,
    looks_beside=True,
)
