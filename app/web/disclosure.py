"""What the public may see: a cell of fewer than three enterprises is withheld, and cannot be computed either.

A single withheld cell is its total minus the cells shown. So what is withheld must together hold the figures
of three enterprises or more. One enterprise may stand in several cells, so only a cell that holds three by
itself is sure to protect the small ones: the smallest such cell is withheld with them.
"""

from collections.abc import Sequence

FEWEST_ENTERPRISES = 3


def withheld(enterprises: Sequence[int]) -> frozenset[int]:
    """Choose the cells of one total to withhold, by index; given is how many enterprises are in each."""
    # A cell nobody stands behind holds no figure.
    small = {index for index, number in enumerate(enterprises) if 0 < number < FEWEST_ENTERPRISES}
    if not small:
        return frozenset()
    large = [(number, index) for index, number in enumerate(enterprises) if number >= FEWEST_ENTERPRISES]
    return frozenset(small | {index for _, index in sorted(large)[:1]})
