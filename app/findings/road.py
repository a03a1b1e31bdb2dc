"""What two reports of a month's transfers differ by, held against both scales and against what was on the road.

With T_m ≥ 0 on the road at the end of month m, sent − received = T_m − T_(m−1) + errors of both scales. Nobody reports T; it
lies between nothing and a share a of the month's load, and a figure of which only its bounds are known has the standard
uncertainty a/√12 (JCGM 100, 4.3.7). What left late in one month arrived in the next: so the errors of neighbouring months
are correlated, −τ² where τ is that of their common end, and a difference which the next month makes up for is none. Tested is
the month's difference less what its neighbours let expect (the conditional mean), with the conditional variance. Two loads
on the road at successive ends hide each other from a test that looks at the neighbours' sum; not from this one.
"""

from dataclasses import dataclass
from math import sqrt

from app.domain.ledger_checks import is_unit_slip
from app.findings.columns import Streams
from chains.arrays import np
from chains.balance import Flags, Floats

RECTANGULAR = 1 / sqrt(12)
"""σ of what is only known to lie between two bounds, over their distance (JCGM 100, 4.3.7)."""
_GROSS = 4.0
"""From so many σ on a neighbouring month is at fault itself and says nothing about the road."""
_FAR = 10.0
"""No unit slip is less than this factor."""


@dataclass(frozen=True, slots=True)
class Road:
    """`share`: of a month's load, how much may be on the road at its end. `unstated`: relative σ without a method."""

    share: float
    unstated: float


@dataclass(frozen=True, slots=True)
class Apart:
    """Sent − received less what the neighbouring months explain, and its standard uncertainty [g].

    `scales`: the part of it that is due to the two scales alone; `plain` is sent − received as reported.
    """

    grams: float
    sigma: float
    scales: float
    plain: int

    @property
    def z(self) -> float:
        return self.grams / self.sigma if self.sigma else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class AllApart:
    """As `Apart`, a row a stream. Not `is_told`: one side says nothing, or a thousandth."""

    is_told: Flags
    grams: Floats
    sigma: Floats
    scales: Floats
    plain: Floats

    @property
    def z(self) -> Floats:
        z = np.zeros_like(self.grams)
        np.divide(self.grams, self.sigma, out=z, where=self.sigma > 0)
        return z

    def of(self, row: int) -> Apart:
        """One of them."""
        grams, sigma, scales = (float(column[row]) for column in (self.grams, self.sigma, self.scales))
        return Apart(grams, sigma, scales, int(self.plain[row]))


@dataclass(frozen=True, slots=True, eq=False)
class _Months:
    """Cells that both sides speak of: difference, σ of both scales, σ of what is on the road at their end [g]."""

    is_told: Flags
    difference: Floats
    scales: Floats
    road: Floats

    @classmethod
    def of(cls, streams: Streams, road: Road) -> "_Months":
        sent, received = streams.sent, streams.received
        variance = sent.variance_sum(road.unstated) + received.variance_sum(road.unstated)
        return cls(
            (sent.grams > 0) & (received.grams > 0) & ~_unit_slips(sent.grams, received.grams),
            sent.grams - received.grams,
            np.sqrt(variance),
            road.share * RECTANGULAR * (sent.grams + received.grams) / 2,
        )


def apart(streams: Streams, road: Road) -> AllApart:
    """How far the two reports of each month are apart."""
    months, now = _Months.of(streams, road), streams.now
    on_road = months.road[now]
    begins = np.where(months.is_told[streams.before], months.road[streams.before], on_road)
    variance = months.scales[now] ** 2 + begins**2 + on_road**2
    grams = _less_booked_beside(streams, months.difference[now])
    for near, common in ((streams.before, begins), (streams.after, on_road)):
        # The far end of the neighbouring month is taken to be like its near one.
        own = months.scales[near] ** 2 + common**2 + months.road[near] ** 2
        most = months.road[near] / RECTANGULAR + _GROSS * months.scales[near]
        tells = months.is_told[near] & (own > 0) & (np.abs(months.difference[near]) <= most)
        weight = np.where(tells, common**2 / np.where(own > 0, own, 1.0), 0.0)
        grams = grams + weight * months.difference[near]
        variance = variance - weight * common**2
    sigma = np.sqrt(np.maximum(variance, 0.0))
    return AllApart(months.is_told[now], grams, sigma, months.scales[now], months.difference[now])


def two_ends(share: float) -> float:
    """The relative σ of what a month's load gains and loses on the road at its two ends, by itself."""
    return share * RECTANGULAR * sqrt(2)


def _less_booked_beside(streams: Streams, difference: Floats) -> Floats:
    """What a side booked wholly in a neighbouring month, in which the other side has nothing of it, is no difference."""
    sent, received = streams.sent, streams.received
    for near in (streams.before, streams.after):
        both_filed = sent.is_filed[near] & received.is_filed[near]
        one_sided = both_filed & ((sent.grams[near] == 0) | (received.grams[near] == 0))
        less = np.where(
            difference > 0,
            np.maximum(0.0, difference - received.grams[near]),
            np.minimum(0.0, difference + sent.grams[near]),
        )
        difference = np.where(one_sided, less, difference)
    return difference


def _unit_slips(sent: Floats, received: Floats) -> Flags:
    """Where one side is about a thousand times the other; the few that are far apart are asked one by one."""
    small, large = np.minimum(sent, received), np.maximum(sent, received)
    found = np.zeros(sent.size, dtype=np.bool_)
    for row in np.flatnonzero((small > 0) & (large > _FAR * small)).tolist():
        found[row] = is_unit_slip(int(sent[row]), int(received[row]))
    return found
