"""Which of a family of statistics stand out: Benjamini–Hochberg against the family's own spread.

Stated uncertainties may be too small: scales that are all a bit off, loads on the road beyond what is allowed for. Then many
honest members exceed what chance explains, and a list against N(0, 1) is long and wrong. Few are at fault, so the tenth of the
largest tells: under N(0, 1) it begins at |z| = 1.645. Where it begins at s times that, every z is divided by s, never by less
than 1 (an empirical null: Efron, JASA 99, 2004; here by a quantile that a tenth of faults leaves alone).
"""

from chains.arrays import np
from chains.balance import Flags, Floats
from chains.reconciliation.criteria import benjamini_hochberg, squared_normal_p

_QUANTILE, _NORMAL = 0.90, 1.6449
_LEAST = 50
"""A smaller family does not tell its spread."""


def spread(z: Floats) -> float:
    """By what factor the family's statistics exceed those of N(0, 1), 1 at least."""
    if z.size < _LEAST:
        return 1.0
    return max(1.0, float(np.quantile(np.abs(z), _QUANTILE)) / _NORMAL)


def listed(z: Floats, rate: float) -> Flags:
    """The members that stand out at a false discovery rate."""
    return benjamini_hochberg(squared_normal_p(np.square(z / spread(z))), rate)
