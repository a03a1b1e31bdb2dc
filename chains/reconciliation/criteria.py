"""Critical values and p values of the tests.

Several tests at once: each at Šidák's level 1 − (1 − α)^(1/n) (Mah & Tamhane 1982), so that α bounds the
chance of any false alarm; lists by Benjamini & Hochberg 1995, so that α bounds the expected share of false
entries.
"""

from typing import TYPE_CHECKING

from chains.arrays import np
from chains.balance import Flags, Floats
from chains.late import LateModule

if TYPE_CHECKING:
    from scipy import special
else:
    special = LateModule("scipy.special")


def sidak_level(alpha: float, tests: int) -> float:
    """Level of each of `tests` tests for a level `alpha` of all."""
    return float(-np.expm1(np.log1p(-alpha) / max(tests, 1)))


def normal_critical(level: float) -> float:
    """|z| that a standard normal exceeds with probability `level`."""
    return float(-special.ndtri(level / 2.0))


def chi2_critical(level: float, dof: int) -> float:
    """χ² exceeded with probability `level`; 0 without degrees of freedom."""
    return float(special.chdtri(dof, level)) if dof > 0 else 0.0


def chi2_p(statistic: float, dof: int) -> float:
    """Probability that χ² with `dof` exceeds `statistic`; 1 without degrees of freedom."""
    return float(special.chdtrc(dof, max(statistic, 0.0))) if dof > 0 else 1.0


def squared_normal_p(statistic: Floats) -> Floats:
    """Probability that a squared standard normal exceeds `statistic`, exact far into the tail."""
    return np.asarray(special.erfc(np.sqrt(np.maximum(statistic, 0.0) / 2.0)))


def benjamini_hochberg(p: Floats, alpha: float) -> Flags:
    """Which of the hypotheses with p values `p` (h,) are listed at false discovery rate `alpha`."""
    if not p.size:
        return np.zeros(0, np.bool_)
    ordered = np.sort(p)
    passed = np.flatnonzero(ordered <= alpha * np.arange(1, p.size + 1) / p.size)
    return p <= ordered[passed[-1]] if passed.size else np.zeros(p.size, np.bool_)
