"""Activity that fits the generation beside it (domain.md §6), except where the plan says otherwise."""

from app.domain.ledger import Activity, Line
from app.domain.periods import Month
from seed.demo.chains import BOTTOM_ASH, FLY_ASH, GANGUE, GYPSUM, SLAG
from seed.demo.flows import ASH_OF_FUEL, GANGUE_OF_FUEL, QUANTUM
from seed.demo.months import pick, seasonal, spread
from seed.demo.plants import SEASON_OF, Plant, Trade
from seed.demo.untidiness import SAME_FIGURE, UNDERREPORTED, reported_share

# Gangue per raw coal [‰]: lowest of the trade, and how far above it a site may lie. The band is 100–250.
_GANGUE_OF_COAL = {Trade.MINE: (135, 45), Trade.WASHERY: (185, 35)}
_GYPSUM_OF_SO2 = 3318
"""FGD gypsum per SO₂ removed [‰]: 2.6875 / (purity 0.90 · (1 − moisture 0.10))."""
_SLAG_OF_METAL = {Trade.IRON: ("pig_iron", 300), Trade.STEEL: ("crude_steel", 120)}
"""Slag per metal [‰]."""


def activity_of(seed: int, plant: Plant, month: Month, lines: tuple[Line, ...]) -> tuple[Activity, ...]:
    """Activity a site states for a month, drawn from the generation on its lines."""
    generated = {line.waste: line.generated_grams for line in lines}
    noise = 1000 + spread(seed, 30, "activity", plant.key, month)
    if plant.trade in _GANGUE_OF_COAL:
        return _raw_coal(seed, plant, month, generated.get(GANGUE, 0) * noise // 1000)
    if plant.trade in _SLAG_OF_METAL:
        kind, share = _SLAG_OF_METAL[plant.trade]
        return _stated(kind, generated.get(SLAG, 0) * noise // share, {})
    ash = generated.get(FLY_ASH, 0) + generated.get(BOTTOM_ASH, 0)
    burnt = sum(
        line.used_grams for line in lines if plant.trade is Trade.GANGUE_POWER and line.waste == GANGUE
    )
    if ash or burnt:
        coal = _coal_burnt(seed, plant, month, ash * noise // 1000, burnt)
        so2 = generated.get(GYPSUM, 0) * noise // _GYPSUM_OF_SO2
        return (*coal, *_stated("so2_removed", so2, {}))
    return ()


def _stated(kind: str, grams: int, parameters: dict[str, str]) -> tuple[Activity, ...]:
    whole = grams // QUANTUM * QUANTUM
    return (Activity(kind, whole, parameters),) if whole else ()


def _raw_coal(seed: int, plant: Plant, month: Month, gangue: int) -> tuple[Activity, ...]:
    low, steps = _GANGUE_OF_COAL[plant.trade]
    share = low + pick(seed, steps, "gangue of coal", plant.key)
    who, what, months, _ = UNDERREPORTED
    if (who, what) == (plant.key, GANGUE) and month in months:
        # The mine says truly what it wound up; only its gangue is understated.
        gangue = gangue * 1000 // reported_share(who, what, month)
    constant, _, same_months = SAME_FIGURE
    if plant.key == constant and month in same_months:
        # Its gangue stands still on paper while the mine follows the season.
        gangue = gangue * seasonal(SEASON_OF[plant.trade], month) // 1000
    return _stated("raw_coal", gangue * 1000 // share, {})


def _coal_burnt(seed: int, plant: Plant, month: Month, ash: int, gangue_burnt: int) -> tuple[Activity, ...]:
    """Fuel [g] whose ash is reported; where no ash is, the fuel that the burnt gangue belongs to."""
    if plant.trade is Trade.GANGUE_POWER:
        tenths = ASH_OF_FUEL + spread(seed, 12, "ash", plant.key, month)
        sulphur = "1.1"
    else:
        tenths = 245 + pick(seed, 65, "ash", plant.key) + spread(seed, 10, "ash", plant.key, month)
        sulphur = f"0.{70 + pick(seed, 30, 'sulphur', plant.key)}"
    fuel = ash * 1000 // tenths if ash else gangue_burnt * 1000 // GANGUE_OF_FUEL
    return _stated(
        "coal_burnt", fuel, {"ash_percent": f"{tenths // 10}.{tenths % 10}", "sulphur_percent": sulphur}
    )
