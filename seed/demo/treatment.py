"""What receivers do with the waste of others: use it at once or from a yard, bury it, keep it, hand it on."""

from app.domain.ledger import Disposed, Used
from app.domain.periods import Month
from seed.demo.chains import FLY_ASH, GYPSUM, process_of
from seed.demo.flows import QUANTUM
from seed.demo.months import Season, spread
from seed.demo.plants import SEASON_OF, Plant, Trade
from seed.demo.untidiness import product_share

_WITH_A_YARD = frozenset(
    {Trade.GANGUE_POWER, Trade.CEMENT, Trade.CONCRETE, Trade.AAC, Trade.BOARD, Trade.SLAG_POWDER}
)
_WINTER = frozenset({1, 2, 12})
_OPENING_SHARE = 300
"""Stock a yard opens the first year with, per mille of an average month's receipts."""

DISPOSAL_CELL = "TS002"

_PRODUCT_PER_WASTE = {
    (Trade.GYPSUM_POWDER, GYPSUM): 800,
    (Trade.CEMENT, FLY_ASH): 3_700,
    (Trade.CEMENT, GYPSUM): 24_000,
    (Trade.AAC, FLY_ASH): 1_480,
}
"""Product of a tonne of waste [‰] where the trade states it. Gypsum as it comes holds some water and is not quite pure."""


def opening_of_yard(plant: Plant, average_receipts: int) -> int:
    """Stock of received waste [g] with which a receiver enters the demo."""
    if plant.trade not in _WITH_A_YARD or plant.reports_from.year > 2021 or plant.reports_from.number > 1:
        return 0
    return average_receipts * _OPENING_SHARE // 1000 // QUANTUM * QUANTUM


def treat(
    seed: int, plant: Plant, waste: str, month: Month, *, in_hand: int, arrived: int
) -> tuple[Used | Disposed, ...]:
    """Use or dispose of `in_hand` [g], of which `arrived` [g] is new. Hubs and keepers do neither."""
    if plant.trade in (Trade.HUB, Trade.STORAGE):
        return ()
    if plant.trade is Trade.DISPOSAL:
        disposed = Disposed(arrived, "landfill", DISPOSAL_CELL, of_received_grams=arrived, compliant=True)
        return (disposed,) if arrived else ()
    grams = _drawn(seed, plant, waste, month, in_hand) if plant.trade in _WITH_A_YARD else arrived
    process, product = process_of(plant.trade, waste)
    made = product_made(seed, plant, waste, month, grams)
    return (Used(grams, process, product, of_received_grams=grams, product_grams=made),) if grams else ()


def product_made(seed: int, plant: Plant, waste: str, month: Month, used: int) -> int | None:
    """What a trade that weighs its product states to have made of a waste [g]."""
    per_mille = _PRODUCT_PER_WASTE.get((plant.trade, waste))
    if per_mille is None:
        return None
    share = 1000 + spread(seed, 15, "product", plant.key, waste, month)
    return used * per_mille * share * product_share(plant.key, waste, month) // 10**9 // QUANTUM * QUANTUM


def _drawn(seed: int, plant: Plant, waste: str, month: Month, in_hand: int) -> int:
    """Draw a yard down to a tenth or so, in trades that rest in winter to about a half."""
    rests = SEASON_OF[plant.trade] is Season.BUILDING and month.number in _WINTER
    share = (520 if rests else 900) + spread(seed, 70, "yard", plant.key, waste, month)
    return in_hand * share // 1000 // QUANTUM * QUANTUM
