"""Who hands which waste to whom: the four chains of the city's plan, as weights of tonnes a year.

1. Coal → gangue → power, brick, aggregate, backfill.
2. Coal-fired power → fly ash and bottom ash → cement, concrete, aerated blocks.
3. Coal-fired power → FGD gypsum → board, building gypsum, cement retarder.
4. Coal → kaolin-bearing gangue → calcined kaolin; beside it iron and steel → slag powder, ore → tailings.
"""

from dataclasses import dataclass

from app.domain.ledger import Purpose
from seed.demo.firms import OUTSIDE_BRICK, OUTSIDE_CEMENT, OUTSIDE_LANDFILL
from seed.demo.plants import Trade

SLAG, FLY_ASH, BOTTOM_ASH, GANGUE, TAILINGS, GYPSUM = "SW01", "SW02", "SW03", "SW04", "SW05", "SW06"
WASTES = (SLAG, FLY_ASH, BOTTOM_ASH, GANGUE, TAILINGS, GYPSUM)

OUTSIDE = frozenset({OUTSIDE_CEMENT, OUTSIDE_BRICK, OUTSIDE_LANDFILL})
"""Receivers over the provincial border."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One way a sender's own waste leaves it: to a plant key, a credit code outside, or (None) on the site.

    The weights (2021, 2022) are about 万t a year; calibration scales them to the year's total.
    """

    sender: str
    waste: str
    receiver: str | None
    weights: tuple[int, int]
    purpose: Purpose = "use"
    process: str | None = None


# waste: (sender, receiver, weight 2021, weight 2022); weights in tenths
_SENT_FOR_USE: dict[str, tuple[tuple[str, str, int, int], ...]] = {
    GANGUE: (
        ("pine_w1", "kite1", 220, 240),
        ("pine1", "kite1", 80, 80),
        ("oak_w1", "kite1", 100, 120),
        ("pine2", "junction1", 90, 100),
        ("oak1", "junction1", 60, 60),
        ("birch_w1", "owl1", 240, 260),
        ("birch1", "owl1", 60, 60),
        ("larch1", "owl1", 80, 90),
        ("spruce_w1", "finch1", 160, 180),
        ("spruce1", "finch1", 40, 50),
        ("birch_w2", "ember1", 80, 100),
        ("birch2", "ember1", 30, 40),
        ("spruce2", "kiln1", 50, 60),
        ("spruce_w1", "hearth1", 40, 40),
        ("elm1", "clay1", 50, 60),
        ("pine3", "lily1", 70, 140),
        ("birch3", "jasmine1", 60, 110),
        ("birch_w1", "gravel1", 60, 160),
        ("larch1", "gravel1", 40, 80),
        ("pine_w2", "pine_b1", 180, 600),
        ("pine2", "pine_b1", 90, 250),
        ("oak2", "pine_b1", 40, 100),
        ("oak_w1", "boulder1", 30, 40),
        ("elm1", "basalt1", 20, 30),
        ("willow_w1", "whetstone1", 40, 50),
        ("birch3", OUTSIDE_BRICK, 20, 30),
    ),
    FLY_ASH: (
        ("crane1", "boulder1", 260, 320),
        ("crane1", "feather1", 180, 220),
        ("crane2", "boulder1", 100, 120),
        ("crane2", "basalt1", 120, 140),
        ("crane2", "reed1", 60, 120),
        ("swan1", "cloud1", 160, 180),
        ("swan1", OUTSIDE_CEMENT, 80, 80),
        ("heron1", "dune1", 180, 200),
        ("heron1", "ferry1", 100, 120),
        ("falcon1", "terrace1", 100, 120),
        ("falcon1", "ferry1", 40, 50),
        ("swallow1", "boulder1", 140, 160),
        ("swallow1", "kiln1", 30, 40),
        ("lark1", "reed1", 80, 200),
        ("lark1", "whetstone1", 60, 80),
        ("jade1", "raft1", 30, 40),
        ("kite1", "feather1", 40, 50),
        ("owl1", "reed1", 30, 50),
    ),
    BOTTOM_ASH: (
        ("crane1", "boulder1", 50, 60),
        ("swan1", "cloud1", 45, 55),
        ("heron1", "dune1", 25, 30),
        ("lark1", "gravel1", 50, 80),
        ("kite1", "boulder1", 60, 70),
        ("owl1", "ember1", 40, 45),
        ("finch1", "kiln1", 20, 25),
        ("jade1", "terrace1", 20, 30),
        ("swallow1", "kiln1", 30, 40),
    ),
    GYPSUM: (
        ("crane1", "snow1", 120, 130),
        ("crane1", "boulder1", 60, 60),
        ("crane2", "snow1", 60, 60),
        ("swan1", "chalk1", 70, 70),
        ("swan1", "frost1", 0, 60),
        ("heron1", "snow1", 40, 40),
        ("heron1", "whetstone1", 40, 40),
        ("swallow1", "boulder1", 50, 50),
        ("falcon1", "whetstone1", 30, 40),
        ("lark1", "basalt1", 30, 30),
    ),
    TAILINGS: (
        ("magpie1", "clay1", 30, 40),
        ("badger1", "basalt1", 15, 20),
    ),
    SLAG: (
        ("anvil1", "mill1", 180, 210),
        ("anvil2", "mill1", 40, 50),
        ("anvil2", "basalt1", 40, 50),
    ),
}

# sender, waste, process, weight 2021, weight 2022
_USED_ON_SITE = (
    ("pine3", GANGUE, "backfill", 80, 280),
    ("birch1", GANGUE, "backfill", 60, 250),
    ("swallow1", FLY_ASH, "roadbase", 40, 60),
    ("magpie1", TAILINGS, "backfill", 20, 30),
)

_SENT_FOR_DISPOSAL = (
    ("heron1", FLY_ASH, "meadow1"),
    ("heron1", BOTTOM_ASH, "meadow1"),
    ("heron1", GYPSUM, "meadow1"),
    ("falcon1", FLY_ASH, "meadow1"),
    ("falcon1", BOTTOM_ASH, "meadow1"),
    ("jade1", FLY_ASH, "meadow1"),
    ("jade1", BOTTOM_ASH, "meadow1"),
    ("lark1", BOTTOM_ASH, OUTSIDE_LANDFILL),
)

STORED_ELSEWHERE = (("birch_w2", GANGUE, "plateau1", 60),)
"""Sender, waste, keeper and the share [‰] of what is generated that is sent away to be stored."""

FORWARDS = {"junction1": "kite1", "ferry1": "dune1", "raft1": "terrace1"}
"""Hubs and the one site each of them supplies."""

# What a trade does with a waste it receives for use: process and product of seed/reference/processes.yaml.
_PROCESS: dict[Trade, dict[str, tuple[str, str]]] = {
    Trade.GANGUE_POWER: {GANGUE: ("gangue_power", "electricity")},
    Trade.BACKFILL: {GANGUE: ("backfill", "mine_backfill")},
    Trade.CEMENT: {
        GANGUE: ("cement_raw_meal", "cement"),
        TAILINGS: ("cement_raw_meal", "cement"),
        FLY_ASH: ("cement_blending", "cement"),
        BOTTOM_ASH: ("cement_blending", "cement"),
        SLAG: ("cement_blending", "cement"),
        GYPSUM: ("cement_retarder", "cement"),
    },
    Trade.CONCRETE: {
        FLY_ASH: ("concrete_admixture", "concrete"),
        BOTTOM_ASH: ("concrete_admixture", "concrete"),
    },
    Trade.AAC: {FLY_ASH: ("aac_block", "aac_block"), BOTTOM_ASH: ("aac_block", "aac_block")},
    Trade.BRICK: {
        GANGUE: ("sintered_brick", "brick"),
        FLY_ASH: ("sintered_brick", "brick"),
        BOTTOM_ASH: ("sintered_brick", "brick"),
        TAILINGS: ("sintered_brick", "brick"),
    },
    Trade.KAOLIN: {GANGUE: ("kaolin_calcination", "calcined_kaolin")},
    Trade.BOARD: {GYPSUM: ("gypsum_board", "gypsum_board")},
    Trade.GYPSUM_POWDER: {GYPSUM: ("building_gypsum", "building_gypsum")},
    Trade.AGGREGATE: {GANGUE: ("aggregate", "aggregate"), BOTTOM_ASH: ("aggregate", "aggregate")},
    Trade.SLAG_POWDER: {SLAG: ("slag_powder", "slag_powder")},
}

_PRODUCT = {"backfill": "mine_backfill", "roadbase": "roadbase", "land_reclamation": "reclaimed_land"}


def process_of(trade: Trade, waste: str) -> tuple[str, str]:
    """Process and product of a trade for a waste it takes in."""
    return _PROCESS[trade][waste]


def product_of(process: str) -> str:
    """Product of a process a generator runs on its own site."""
    return _PRODUCT[process]


def use_outlets(waste: str) -> tuple[Outlet, ...]:
    """All ways in which a waste of the city is used: sent first, then on the generator's own site."""
    sent = [Outlet(sender, waste, receiver, (a, b)) for sender, receiver, a, b in _SENT_FOR_USE[waste]]
    own = [
        Outlet(sender, waste, None, (a, b), process=process)
        for sender, kind, process, a, b in _USED_ON_SITE
        if kind == waste
    ]
    return (*sent, *own)


def disposal_outlet(sender: str, waste: str) -> Outlet:
    """Where a generator's waste is disposed of: with a contractor, or else on the site."""
    for who, kind, receiver in _SENT_FOR_DISPOSAL:
        if (who, kind) == (sender, waste):
            return Outlet(sender, waste, receiver, (1, 1), "dispose")
    process = "engineered_stacking" if waste in (GANGUE, TAILINGS) else "landfill"
    return Outlet(sender, waste, None, (1, 1), "dispose", process)
