"""Tonnes of the city's own waste: generated, and where they went, month by month, exact to the year's plan.

Nothing is received here yet: these are the generators' figures, which alone count in totals (domain.md §3).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.domain.periods import Month, month_range
from seed.demo.calibrate import share_out
from seed.demo.chains import (
    BOTTOM_ASH,
    FLY_ASH,
    FORWARDS,
    GANGUE,
    GYPSUM,
    SLAG,
    STORED_ELSEWHERE,
    TAILINGS,
    WASTES,
    Outlet,
    disposal_outlet,
    use_outlets,
)
from seed.demo.months import Season, pick, seasonal, spread
from seed.demo.plants import PLANT, PLANTS, SEASON_OF, Plant, Trade
from seed.demo.untidiness import DUMPED, RESIDUE_MISSING, SAME_FIGURE, is_filed, reported_share
from seed.demo.yearplan import PLANS

QUANTUM = 10_000
"""Sites report to 0.01 t."""

ASH_OF_FUEL = 420
"""Ash of a gangue plant's fuel mix [‰], gangue and middlings together."""
GANGUE_OF_FUEL = 650
"""Gangue in that mix [‰]; the rest is bought coal."""
KAOLIN_REJECTS = 120
"""Rejected gangue per gangue that goes into calcined kaolin [‰]."""

_FLUIDISED = frozenset({"lark1", "jade1"})
_LIME_IN_FURNACE = frozenset({"owl1"})
"""Gangue plants that bind sulphur in the bed and so make no gypsum."""

GeneratedKey = tuple[str, str, Month]
OutletKey = tuple[Outlet, Month]
K = TypeVar("K", GeneratedKey, OutletKey)


@dataclass(frozen=True, slots=True)
class Flows:
    """Generators' figures [g]. `out`: all use, disposal, sending away; `prior`: its part from old stock."""

    generated: Mapping[GeneratedKey, int]
    out: Mapping[OutletKey, int]
    prior: Mapping[OutletKey, int]


def fly_share(plant: Plant) -> int:
    """Fly ash of all ash [‰]: pulverised coal 880, fluidised bed 530."""
    return 530 if plant.trade is Trade.GANGUE_POWER or plant.key in _FLUIDISED else 880


def build_flows(seed: int) -> Flows:
    generated: dict[GeneratedKey, int] = {}
    out: dict[OutletKey, int] = {}
    prior: dict[OutletKey, int] = {}
    for year in PLANS:
        used: dict[OutletKey, int] = {}
        for waste in WASTES:
            used |= _used(seed, year, waste)
        own = _generated(seed, year, used, generated)
        generated |= own
        out |= used
        out |= _stored_elsewhere(own)
        for waste in WASTES:
            out |= _disposed(seed, year, waste, own, out)
        prior |= _prior(year, used)
    return Flows(generated, out, prior)


def _to_the_gram(
    total: int, weights: Mapping[K, int], counts: Callable[[K], bool], caps: Mapping[K, int] | None = None
) -> dict[K, int]:
    """Hand `total` out over the months that are on file; months never filed get a like amount on top."""
    counted = {key: weight for key, weight in weights.items() if counts(key)}
    shares = share_out(total, counted, quantum=QUANTUM, caps=caps)
    whole = sum(counted.values())
    for key, weight in weights.items():
        if not counts(key):
            share = _round(total * weight // whole)
            shares[key] = share if caps is None else min(share, _round(caps[key]))
    return {key: shares[key] for key in weights if shares[key]}


def _on_file(key: OutletKey) -> bool:
    outlet, month = key
    return is_filed(outlet.sender, month)


def _year(year: int) -> tuple[Month, ...]:
    return tuple(month_range(Month(year, 1), Month(year, 12)))


def _used(seed: int, year: int, waste: str) -> dict[OutletKey, int]:
    weights: dict[OutletKey, int] = {}
    for outlet in use_outlets(waste):
        for month in _year(year):
            weights[outlet, month] = _outlet_weight(seed, outlet, month)
    return _to_the_gram(PLANS[year].used[waste], weights, _on_file)


def _outlet_weight(seed: int, outlet: Outlet, month: Month) -> int:
    receiver = PLANT.get(outlet.receiver or outlet.sender)
    season = SEASON_OF[receiver.trade] if receiver is not None else Season.BUILDING
    if receiver is not None and month < receiver.reports_from:
        return 0
    if _withholds_ash(outlet.sender, month):
        return 0
    noise = 1000 + spread(seed, 120, "use", outlet.sender, outlet.waste, outlet.receiver, month)
    return outlet.weights[month.year - 2021] * seasonal(season, month) * noise


def _withholds_ash(plant: str, month: Month) -> bool:
    who, months = RESIDUE_MISSING
    return plant == who and month in months


def _generated(
    seed: int, year: int, used: Mapping[OutletKey, int], before: Mapping[GeneratedKey, int]
) -> dict[GeneratedKey, int]:
    residues = _residues(seed, year, used)
    figures: dict[GeneratedKey, int] = {}
    for waste in WASTES:
        weights = {
            (plant.key, waste, month): _generation_weight(seed, plant, waste, month)
            for plant in PLANTS
            if _own_weight(plant, waste)
            for month in _year(year)
        }
        fixed = {key: grams for key, grams in residues.items() if key[1] == waste}
        rest = PLANS[year].generated[waste] - sum(fixed.values())
        figures |= _to_the_gram(rest, weights, lambda key: is_filed(key[0], key[2])) | fixed
    _repeat_one_figure(year, figures, before)
    return figures


def _own_weight(plant: Plant, waste: str) -> int:
    """How much of a waste a plant makes from its own raw materials, as a weight among all plants that do."""
    if plant.trade in (Trade.MINE, Trade.WASHERY):
        return plant.size * 1000 if waste == GANGUE else 0
    if plant.trade in (Trade.POWER, Trade.HEAT_POWER, Trade.CHEMICALS):
        gypsum = 300 if plant.key in _FLUIDISED else 1000
        shares = {FLY_ASH: fly_share(plant), BOTTOM_ASH: 1000 - fly_share(plant), GYPSUM: gypsum}
        return plant.size * shares.get(waste, 0)
    trade = {SLAG: (Trade.IRON, Trade.STEEL), TAILINGS: (Trade.ORE,)}.get(waste, ())
    return plant.size * 1000 if plant.trade in trade else 0


def _generation_weight(seed: int, plant: Plant, waste: str, month: Month) -> int:
    """Own weight × season × noise of the site's month × some noise of the waste × the share reported."""
    busy = 1000 + spread(seed, 80, "busy", plant.key, month)
    noise = 1000 + spread(seed, 20, "waste", plant.key, waste, month)
    share = reported_share(plant.key, waste, month)
    return _own_weight(plant, waste) * seasonal(SEASON_OF[plant.trade], month) * busy * noise * share // 10**6


def _residues(seed: int, year: int, used: Mapping[OutletKey, int]) -> dict[GeneratedKey, int]:
    """Secondary waste [g]: ash of gangue burnt for power, gangue rejected on the way to kaolin."""
    taken: dict[tuple[str, Month], int] = {}
    for (outlet, month), grams in used.items():
        receiver = FORWARDS.get(outlet.receiver or "", outlet.receiver)
        if outlet.waste == GANGUE and receiver in PLANT:
            taken[receiver, month] = taken.get((receiver, month), 0) + grams
    figures: dict[GeneratedKey, int] = {}
    for plant in PLANTS:
        for month in _year(year):
            grams = taken.get((plant.key, month), 0)
            noise = 1000 + spread(seed, 30, "residue", plant.key, month)
            if plant.trade is Trade.KAOLIN:
                figures[plant.key, GANGUE, month] = _round(grams * KAOLIN_REJECTS * noise // 10**6)
            if plant.trade is Trade.GANGUE_POWER and not _withholds_ash(plant.key, month):
                ash = grams * ASH_OF_FUEL * noise // (GANGUE_OF_FUEL * 1000)
                fly = fly_share(plant) + spread(seed, 25, "fly", plant.key, month)
                figures[plant.key, FLY_ASH, month] = _round(ash * fly // 1000)
                figures[plant.key, BOTTOM_ASH, month] = _round(ash * (1000 - fly) // 1000)
                if plant.key not in _LIME_IN_FURNACE:
                    figures[plant.key, GYPSUM, month] = _round(ash // 30)
    return figures


def _round(grams: int) -> int:
    return grams // QUANTUM * QUANTUM


def _repeat_one_figure(
    year: int, figures: dict[GeneratedKey, int], before: Mapping[GeneratedKey, int]
) -> None:
    """Put one figure into all months of SAME_FIGURE; the site's other months of the year take the rest."""
    plant, waste, months = SAME_FIGURE
    same = [(plant, waste, month) for month in months if month.year == year]
    others = [(plant, waste, month) for month in _year(year) if month not in months]
    first = before.get((plant, waste, months[0]))
    figure = first if first is not None else _round(sum(figures[key] for key in same) // len(same))
    left = sum(figures[key] - figure for key in same) + sum(figures[key] for key in others)
    figures.update(dict.fromkeys(same, figure))
    figures.update(share_out(left, {key: figures[key] for key in others}, quantum=QUANTUM))


def _stored_elsewhere(own: Mapping[GeneratedKey, int]) -> dict[OutletKey, int]:
    figures: dict[OutletKey, int] = {}
    for sender, waste, keeper, share in STORED_ELSEWHERE:
        outlet = Outlet(sender, waste, keeper, (share, share), "store")
        for (plant, kind, month), grams in own.items():
            if (plant, kind) == (sender, waste):
                figures[outlet, month] = _round(grams * share // 1000)
    return figures


def _disposed(
    seed: int, year: int, waste: str, own: Mapping[GeneratedKey, int], out: Mapping[OutletKey, int]
) -> dict[OutletKey, int]:
    """Disposal, never more than the month's generation leaves over; what remains goes to stock."""
    gone: dict[tuple[str, Month], int] = {}
    for (outlet, month), grams in out.items():
        if outlet.waste == waste and month.year == year:
            gone[outlet.sender, month] = gone.get((outlet.sender, month), 0) + grams
    weights: dict[OutletKey, int] = {}
    caps: dict[OutletKey, int] = {}
    for (plant, kind, month), grams in own.items():
        if kind == waste:
            left = grams - gone.get((plant, month), 0) - DUMPED.get((plant, waste, month), 0)
            key = (disposal_outlet(plant, waste), month)
            caps[key] = max(0, left)
            weights[key] = caps[key] * (400 + pick(seed, 500, "dispose", plant, waste)) // 1000
    return _to_the_gram(PLANS[year].disposed[waste], weights, _on_file, caps)


def _prior(year: int, used: Mapping[OutletKey, int]) -> dict[OutletKey, int]:
    """Share out the part of a year's backfill that comes from gangue heaps of earlier years."""
    total = PLANS[year].gangue_from_prior_stock
    fills = {
        key: grams
        for key, grams in used.items()
        if key[0].waste == GANGUE
        and (key[0].receiver == "pine_b1" or key[0].process == "backfill")
        and _on_file(key)
    }
    return share_out(total, fills, quantum=QUANTUM, caps=fills) if total else {}
