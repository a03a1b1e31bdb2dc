"""Expected visits inside small sets of states, without a single subtraction.

The visits matrix of a set with inner shares P is N = (I − P)⁻¹ (Kemeny & Snell 1960, ch. III). Solving for
it the usual way takes differences such as 1 − p₁₂ p₂₁, and a pair that ships 99.9999999 % to each other
loses nine digits there. The elimination of Grassmann, Taksar & Heyman (1985, Operations Research 33:1107)
takes the share that *leaves* as data and only adds, multiplies and divides positive numbers, so every entry
is right to a few units in its last digit, however closed the loop is (O'Cinneide 1993, Numerische
Mathematik 65:109).
"""

from chains.arrays import np
from chains.attribution.network import Floats


def visits(inside: Floats, leaving: Floats) -> Floats:
    """N = (I − P)⁻¹ for K sets of s states each: expected visits to j from i, shape (K, s, s).

    `inside` (K, s, s) holds P ≥ 0, `leaving` (K, s) the share that leaves the set from each state; rows of
    P plus `leaving` sum to 1 (the diagonal of P is not used) and from every state the outside can be
    reached.
    """
    factors, leave = inside.copy(), leaving.copy()
    size = leaving.shape[1]
    scale = np.empty_like(leaving)
    # I − P = (I − B) S (I − C): state k is eliminated by sending what comes to it on to the states below
    # it, or out.
    for k in range(size - 1, -1, -1):
        scale[:, k] = factors[:, k, :k].sum(axis=1) + leave[:, k]
        to_k = factors[:, :k, k] / scale[:, k, None]
        factors[:, :k, :k] += to_k[:, :, None] * factors[:, k, None, :k]
        leave[:, :k] += to_k * leave[:, k, None]
        factors[:, :k, k] = to_k
        factors[:, k, :k] /= scale[:, k, None]
    return _multiply_back(factors, scale)


def _multiply_back(factors: Floats, scale: Floats) -> Floats:
    """(I − C)⁻¹ S⁻¹ (I − B)⁻¹, B above and C below the diagonal of `factors`: only sums and products."""
    count, size = scale.shape
    result = np.broadcast_to(np.eye(size), (count, size, size)).copy()
    for i in range(size - 2, -1, -1):
        result[:, i] += np.matmul(factors[:, i, None, i + 1 :], result[:, i + 1 :])[:, 0]
    result /= scale[:, :, None]
    for i in range(1, size):
        result[:, i] += np.matmul(factors[:, i, None, :i], result[:, :i])[:, 0]
    return result
