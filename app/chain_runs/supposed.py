"""The terminal rate of a scope, as it is and with other flows in it: the engine of chain runs on altered books."""

from collections.abc import Sequence

from app.chain_runs.altered import Flow, altered
from app.chain_runs.books import Books
from app.chain_runs.definitions import following
from app.chain_runs.figures import Solved
from app.chain_runs.network import NUMBER, PRODUCT, build
from app.domain.quantities import GRAMS_PER_TONNE
from app.domain.rates import Ratio, Totals, utilization_terminal
from chains.arrays import np
from chains.stock import StockRule


def terminal_rate(books: Books, wastes: Sequence[str], flows: Sequence[Flow] = ()) -> Ratio:
    """Share of what the wastes of a scope generate that ends in a product, residues followed.

    The figure is that of `app.chain_runs.terminal` for the same ledgers; a test holds the two together.
    """
    changed = altered(books, flows)
    solved = Solved.of(build(changed, following(wastes).splits, StockRule.MIXED))
    own = np.array([i for i, waste in enumerate(changed.wastes) if waste in set(wastes)], dtype=np.int32)
    counted = np.where(np.isin(changed.streams.waste, own), solved.counted(own), 0.0)
    ended = counted * solved.shares[:, NUMBER[PRODUCT]]
    grams = round(float(counted.sum()) * GRAMS_PER_TONNE), round(float(ended.sum()) * GRAMS_PER_TONNE)
    return utilization_terminal(Totals(followed_grams=grams[0], ended_in_product_grams=grams[1]))
