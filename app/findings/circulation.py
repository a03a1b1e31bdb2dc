"""Waste that goes round: what the sites of a month hand to each other, and how much of it comes back where it was.

A loop counts only as far as nobody in it transforms what comes in: a site that uses or disposes of all it receives ends
the way there, whatever of the same kind it sends out is its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.findings.columns import Transfers
from app.findings.facts import Transfer, total
from app.findings.networks import NetworkFacts
from chains.arrays import np
from chains.late import LateModule

if TYPE_CHECKING:
    import scipy.sparse as sp
    from scipy.sparse import csgraph
else:
    sp = LateModule("scipy.sparse")
    csgraph = LateModule("scipy.sparse.csgraph")

Edges = dict[str, dict[str, int]]
"""Sender → receiver → grams."""


@dataclass(slots=True)
class Shipping:
    """What sites hand over of one waste in one month, as far as one of them may have it back.

    `edges`: both sides are known sites, each edge as the smaller of its two reports, or the only one. `leaving`: senders
    of whom anything goes to somebody who is no known site.
    """

    waste: str
    edges: Edges = field(default_factory=dict)
    leaving: set[str] = field(default_factory=set)
    transfers: dict[tuple[str, str], list[Transfer]] = field(default_factory=lambda: defaultdict(list))

    @property
    def sites(self) -> list[str]:
        return sorted({*self.edges, *(receiver for to in self.edges.values() for receiver in to)})


def shippings(facts: NetworkFacts) -> list[Shipping]:
    """Every waste that goes round, in order: what its sites on the way round hand over and take in, and nobody else."""
    found: dict[str, Shipping] = {}
    for row in _of_rounds(facts.columns.transfers):
        transfer = facts.transfers[row]
        sender, receiver = transfer.sender_site, transfer.receiver_site
        shipping = found.setdefault(transfer.waste, Shipping(transfer.waste))
        if sender is not None and receiver is not None:
            shipping.transfers[sender, receiver].append(transfer)
        elif sender is not None and transfer.sent:
            shipping.leaving.add(sender)
    for shipping in found.values():
        for (sender, receiver), transfers in sorted(shipping.transfers.items()):
            grams = handed_over(transfers)
            if grams:
                shipping.edges.setdefault(sender, {})[receiver] = grams
    return [found[waste] for waste in sorted(found)]


def _of_rounds(told: Transfers) -> list[int]:
    """The rows of sites from which, by any figure, a waste finds its way back to them."""
    node: dict[tuple[str, str], int] = {}
    ends = np.full((2, len(told)), -1, dtype=np.int64)
    for row, (waste, *sides) in enumerate(zip(told.waste, told.sender_site, told.receiver_site, strict=True)):
        if sides[0] != sides[1]:
            for side, site in enumerate(sides):
                if site is not None:
                    ends[side, row] = node.setdefault((site, waste), len(node))
    links = ends[:, (ends >= 0).all(axis=0)]
    if not links.size:
        return []
    matrix = sp.csr_array((np.ones(links.shape[1]), tuple(links)), shape=(len(node), len(node)))
    count, label = csgraph.connected_components(matrix, directed=True, connection="strong")
    goes_round = np.append((np.bincount(label, minlength=count) > 1)[label], False)
    rows: list[int] = np.flatnonzero(goes_round[ends].any(axis=0)).tolist()
    return rows


def handed_over(transfers: Iterable[Transfer]) -> int:
    """What both sides say was handed over, or the one that speaks [g]."""
    told = list(transfers)
    sides = [[each.sent for each in told], [each.received for each in told]]
    sums = [total(side) for side in sides if any(grams is not None for grams in side)]
    return min(sums, default=0)


def passing(facts: NetworkFacts, code: str, waste: str) -> int | None:
    """The most [g] of what came in that can have gone out again untransformed; None when the site's books are not here.

    In full: received − what was used and disposed of it, which is what the ledger says, or more when the site's own
    generation and stock cannot have been all that was used.
    """
    site = facts.by_code.get(code)
    if site is None or site.ref is None:
        return None
    line = site.of(waste)
    said = sum(
        flow.of_received for flow in site.flows if flow.waste == waste and flow.kind in ("used", "disposed")
    )
    ended = max(said, line.used + line.disposed - line.generated - line.opening)
    return max(0, line.received - ended)


def knots(edges: Mapping[str, Mapping[str, int]], sites: list[str]) -> list[list[str]]:
    """Sets of at least two sites each of which reaches every other: strongly connected components, in order."""
    place = {code: number for number, code in enumerate(sites)}
    ends = [
        (place[sender], place[receiver])
        for sender, to in edges.items()
        for receiver, grams in to.items()
        if grams > 0 and sender in place and receiver in place
    ]
    if not ends:
        return []
    rows, columns = zip(*ends, strict=True)
    shape = (len(sites), len(sites))
    matrix = sp.csr_array((np.ones(len(ends)), (rows, columns)), shape=shape)
    _, label = csgraph.connected_components(matrix, directed=True, connection="strong")
    members: dict[int, list[str]] = defaultdict(list)
    for code, number in zip(sites, label.tolist(), strict=True):
        members[number].append(code)
    return sorted(knot for knot in members.values() if len(knot) > 1)


def peeled(edges: Edges, room: Mapping[str, int | None]) -> int:
    """Tonnes [g] that go round among these sites: loops taken off one after the other until none is left.

    `room`: the most that may pass each site, None for no limit. Loops are taken in the order of codes, each with all that
    its edges and sites allow, so that every one empties an edge or a site: the work is bounded by edges × sites.
    """
    left = {sender: dict(sorted(out.items())) for sender, out in sorted(edges.items())}
    free = dict(room)
    return sum(_from(start, left, free) for start in sorted(left))


def _from(start: str, left: Edges, free: dict[str, int | None]) -> int:
    """Walk on from a site until nothing is left to walk; take off every loop that closes."""
    found, path, place = 0, [start], {start: 0}
    while path:
        here = path[-1]
        onward = next((to for to, grams in left.get(here, {}).items() if grams and free.get(to) != 0), None)
        if free.get(here) == 0 or onward is None:
            free[here] = 0
            del place[path.pop()]
        elif onward not in place:
            place[onward] = len(path)
            path.append(onward)
        else:
            loop = path[place[onward] :]
            found += _take(loop, left, free)
            for code in path[place[onward] + 1 :]:
                del place[code]
            del path[place[onward] + 1 :]
    return found


def _take(loop: list[str], left: Edges, free: dict[str, int | None]) -> int:
    links = list(zip(loop, [*loop[1:], loop[0]], strict=True))
    rooms = [grams for code in loop if (grams := free.get(code)) is not None]
    mass = min([left[sender][to] for sender, to in links] + rooms)
    for sender, to in links:
        left[sender][to] -= mass
    for code in loop:
        grams = free.get(code)
        if grams is not None:
            free[code] = grams - mass
    return mass


def round_trips(edges: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str]]:
    """Pairs of sites that hand to each other, each once, the smaller code first."""
    for sender in sorted(edges):
        for receiver in sorted(edges[sender]):
            if sender < receiver and edges.get(receiver, {}).get(sender):
                yield sender, receiver
