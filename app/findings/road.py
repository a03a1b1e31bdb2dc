"""What two reports of a month's transfers differ by, held against both scales and against what was on the road.

With T_m ≥ 0 on the road at the end of month m, sent − received = T_m − T_(m−1) + errors of both scales. Nobody reports T; it
lies between nothing and a share a of the month's load, and a figure of which only its bounds are known has the standard
uncertainty a/√12 (JCGM 100, 4.3.7). What left late in one month arrived in the next: so the errors of neighbouring months
are correlated, −τ² where τ is that of their common end, and a difference which the next month makes up for is none. Tested is
the month's difference less what its neighbours let expect (the conditional mean), with the conditional variance. Two loads
on the road at successive ends hide each other from a test that looks at the neighbours' sum; not from this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from app.domain.ledger_checks import is_unit_slip
from app.findings.facts import Transfer, total
from app.findings.pairs import Stream

_RECTANGULAR = 1 / sqrt(12)
_GROSS = 4.0
"""From so many σ on a neighbouring month is at fault itself and says nothing about the road."""


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


@dataclass(frozen=True, slots=True)
class _Month:
    """A month that both sides speak of: difference, σ of both scales, σ of what is on the road at its end [g]."""

    difference: int
    scales: float
    road: float


def apart(stream: Stream, road: Road) -> Apart | None:
    """How far the two reports of a month are apart; None when one side says nothing, or a thousandth."""
    month = _month(stream.transfers, road)
    if month is None:
        return None
    before, after = _month(stream.before, road), _month(stream.after, road)
    begins = month.road if before is None else before.road
    variance = month.scales**2 + begins**2 + month.road**2
    grams = float(_less_booked_beside(stream, month.difference))
    for near, common in ((before, begins), (after, month.road)):
        if near is None:
            continue
        # The far end of the neighbouring month is taken to be like its near one.
        own = near.scales**2 + common**2 + near.road**2
        most = near.road / _RECTANGULAR
        if not own or abs(near.difference) > most + _GROSS * near.scales:
            continue
        weight = -(common**2) / own
        grams -= weight * near.difference
        variance -= common**4 / own
    return Apart(grams, sqrt(variance), month.scales, month.difference)


def two_ends(share: float) -> float:
    """The relative σ of what a month's load gains and loses on the road at its two ends, by itself."""
    return share * _RECTANGULAR * sqrt(2)


def _less_booked_beside(stream: Stream, difference: int) -> int:
    """What a side booked wholly in a neighbouring month, in which the other side has nothing of it, is no difference."""
    for near in (stream.before, stream.after):
        sent, received = total(each.sent for each in near), total(each.received for each in near)
        both_filed = any(each.sender_filed for each in near) and any(each.receiver_filed for each in near)
        if both_filed and not (sent and received):
            is_more = difference > 0
            difference = max(0, difference - received) if is_more else min(0, difference + sent)
    return difference


def _month(transfers: Sequence[Transfer], road: Road) -> _Month | None:
    sent, received = total(each.sent for each in transfers), total(each.received for each in transfers)
    if not (sent and received) or is_unit_slip(sent, received):
        return None
    told = [(each.sent, each.sender_sigma) for each in transfers]
    told += [(each.received, each.receiver_sigma) for each in transfers]
    scales = hypot(*((mass or 0) * (road.unstated if each is None else each) for mass, each in told))
    return _Month(sent - received, scales, road.share * _RECTANGULAR * (sent + received) / 2)
