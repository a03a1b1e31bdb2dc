"""What the public may see: a cell of fewer than three enterprises is withheld, and cannot be computed either.

A single withheld cell is its total minus the cells shown. So what is withheld must together hold the figures
of three enterprises or more. One enterprise may stand in several cells, so only a cell that holds three by
itself is sure to protect the small ones: the smallest such cell is withheld with them.
"""

from collections.abc import Sequence

from app.domain.suppression import FEWEST_ENTERPRISES

__all__ = ["FEWEST_ENTERPRISES", "withheld"]


def withheld(enterprises: Sequence[int | None]) -> frozenset[int]:
    """Choose the cells of one total to withhold, by index; given is how many enterprises generate in each.

    None is a cell without a figure: there is nothing to withhold. A figure without a generator is a small cell.
    """
    known = [(number, index) for index, number in enumerate(enterprises) if number is not None]
    small = {index for number, index in known if number < FEWEST_ENTERPRISES}
    if not small:
        return frozenset()
    large = sorted((number, index) for number, index in known if number >= FEWEST_ENTERPRISES)
    return frozenset(small | {index for _, index in large[:1]})
