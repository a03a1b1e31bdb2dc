"""The sixty sites of the fictitious city: what they are, where they stand, how large they are."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.periods import Month
from seed.demo.firms import Enterprise, build_firms, example_permit_number
from seed.demo.months import FIRST, LAST, Season
from seed.demo.places import BASE, PARK_YANGGAO, PARK_YUNGANG, PARK_ZUOYUN, REGION, county, spot


class Trade(StrEnum):
    """What a site does for a living."""

    MINE = "mine"
    WASHERY = "washery"
    BACKFILL = "backfill"
    POWER = "power"
    HEAT_POWER = "heat_power"
    GANGUE_POWER = "gangue_power"
    CHEMICALS = "chemicals"
    CEMENT = "cement"
    CONCRETE = "concrete"
    AAC = "aac"
    BRICK = "brick"
    KAOLIN = "kaolin"
    BOARD = "board"
    GYPSUM_POWDER = "gypsum_powder"
    AGGREGATE = "aggregate"
    IRON = "iron"
    STEEL = "steel"
    SLAG_POWDER = "slag_powder"
    ORE = "ore"
    HUB = "hub"
    DISPOSAL = "disposal"
    STORAGE = "storage"


SEASON_OF: dict[Trade, Season] = {
    Trade.MINE: Season.COAL,
    Trade.WASHERY: Season.COAL,
    Trade.BACKFILL: Season.STEADY,
    Trade.POWER: Season.POWER,
    Trade.HEAT_POWER: Season.HEAT,
    Trade.GANGUE_POWER: Season.POWER,
    Trade.CHEMICALS: Season.STEADY,
    Trade.CEMENT: Season.BUILDING,
    Trade.CONCRETE: Season.BUILDING,
    Trade.AAC: Season.BUILDING,
    Trade.BRICK: Season.KILN,
    Trade.KAOLIN: Season.STEADY,
    Trade.BOARD: Season.BOARD,
    Trade.GYPSUM_POWDER: Season.BOARD,
    Trade.AGGREGATE: Season.BUILDING,
    Trade.IRON: Season.STEADY,
    Trade.STEEL: Season.STEADY,
    Trade.SLAG_POWDER: Season.BUILDING,
    Trade.ORE: Season.STEADY,
    Trade.HUB: Season.STEADY,
    Trade.DISPOSAL: Season.STEADY,
    Trade.STORAGE: Season.STEADY,
}


@dataclass(frozen=True, slots=True)
class Plant:
    """A site before it has a code. `size` weighs its main waste against its trade's (about 万t a year)."""

    key: str
    name: str
    place: str
    trade: Trade
    size: int = 0
    park: str | None = None
    in_base: bool = False
    has_permit: bool = True
    reports_from: Month = FIRST

    @property
    def firm(self) -> str:
        """Key of the enterprise: the key up to its number."""
        return self.key.rstrip("0123456789").removesuffix("_w").removesuffix("_b")


PLANTS = (
    # Coal mines: gangue of drivage and sorting.
    Plant("pine1", "青松一矿", "云冈区", Trade.MINE, 420, in_base=True),
    Plant("pine2", "青松二矿", "云冈区", Trade.MINE, 310, in_base=True),
    Plant("pine3", "青松三矿", "云冈区", Trade.MINE, 180),
    Plant("birch1", "白桦一矿", "左云县", Trade.MINE, 290, in_base=True),
    Plant("birch2", "白桦二矿", "左云县", Trade.MINE, 160),
    Plant("birch3", "白桦三矿", "左云县", Trade.MINE, 95),
    Plant("spruce1", "云杉一矿", "新荣区", Trade.MINE, 130),
    Plant("spruce2", "云杉二矿", "新荣区", Trade.MINE, 70),
    Plant("oak1", "橡树一矿", "云冈区", Trade.MINE, 210),
    Plant("oak2", "橡树二矿", "云冈区", Trade.MINE, 85),
    Plant("willow1", "沙柳矿", "浑源县", Trade.MINE, 60),
    Plant("elm1", "山榆矿", "广灵县", Trade.MINE, 40),
    # Washeries: the larger part of the gangue.
    Plant("pine_w1", "青松一选煤厂", "云冈区", Trade.WASHERY, 760, in_base=True),
    Plant("pine_w2", "青松二选煤厂", "云冈区", Trade.WASHERY, 430, in_base=True),
    Plant("birch_w1", "白桦一选煤厂", "左云县", Trade.WASHERY, 520, in_base=True),
    Plant("birch_w2", "白桦二选煤厂", "左云县", Trade.WASHERY, 240),
    Plant("spruce_w1", "云杉选煤厂", "新荣区", Trade.WASHERY, 270),
    Plant("oak_w1", "橡树选煤厂", "云冈区", Trade.WASHERY, 310),
    Plant("willow_w1", "沙柳选煤厂", "浑源县", Trade.WASHERY, 80),
    Plant("larch1", "落叶松选煤厂", "左云县", Trade.WASHERY, 150),
    Plant("pine_b1", "青松矸石充填站", "云冈区", Trade.BACKFILL, in_base=True, reports_from=Month(2021, 4)),
    # Power: pulverised coal, except lark1 and the gangue plants (fluidised bed).
    Plant("crane1", "鹤鸣一厂", "云冈区", Trade.POWER, 260, park=PARK_YUNGANG, in_base=True),
    Plant("crane2", "鹤鸣二厂", "云冈区", Trade.POWER, 190),
    Plant("swan1", "天鹅电厂", "阳高县", Trade.POWER, 150),
    Plant("swallow1", "雨燕电厂", "新荣区", Trade.POWER, 175),
    Plant("lark1", "云雀电厂", "左云县", Trade.POWER, 143),
    Plant("heron1", "苍鹭热电厂", "平城区", Trade.HEAT_POWER, 130),
    Plant("falcon1", "游隼热电厂", "云州区", Trade.HEAT_POWER, 75),
    Plant("kite1", "红鸢矸石电厂", "云冈区", Trade.GANGUE_POWER, park=PARK_YUNGANG, in_base=True),
    Plant("owl1", "长耳鸮矸石电厂", "左云县", Trade.GANGUE_POWER, park=PARK_ZUOYUN),
    Plant("finch1", "朱雀矸石热电厂", "新荣区", Trade.GANGUE_POWER),
    Plant("jade1", "碧玉煤化工厂", "云州区", Trade.CHEMICALS, 35),
    # Building materials.
    Plant("boulder1", "磐石水泥厂", "云冈区", Trade.CEMENT, park=PARK_YUNGANG, in_base=True),
    Plant("whetstone1", "砥石水泥厂", "浑源县", Trade.CEMENT),
    Plant("basalt1", "玄武水泥厂", "广灵县", Trade.CEMENT),
    Plant("dune1", "沙丘搅拌站", "平城区", Trade.CONCRETE),
    Plant("terrace1", "台地搅拌站", "云州区", Trade.CONCRETE),
    Plant("feather1", "轻羽加气块厂", "云冈区", Trade.AAC, park=PARK_YUNGANG, in_base=True),
    Plant("cloud1", "浮云加气块厂", "阳高县", Trade.AAC, park=PARK_YANGGAO),
    Plant("reed1", "芦苇加气块厂", "左云县", Trade.AAC, park=PARK_ZUOYUN, reports_from=Month(2021, 7)),
    Plant("ember1", "余烬砖厂", "左云县", Trade.BRICK, park=PARK_ZUOYUN),
    Plant("kiln1", "红窑砖厂", "新荣区", Trade.BRICK),
    Plant("hearth1", "暖灶砖厂", "天镇县", Trade.BRICK, has_permit=False),
    Plant("clay1", "陶土砖厂", "灵丘县", Trade.BRICK),
    Plant("lily1", "白百合高岭土厂", "云冈区", Trade.KAOLIN, 1, park=PARK_YUNGANG, in_base=True),
    Plant("jasmine1", "茉莉高岭土厂", "左云县", Trade.KAOLIN, 1),
    Plant("snow1", "初雪石膏板厂", "云冈区", Trade.BOARD, park=PARK_YUNGANG, in_base=True),
    Plant("frost1", "晨霜石膏板厂", "阳高县", Trade.BOARD, park=PARK_YANGGAO, reports_from=Month(2022, 1)),
    Plant("chalk1", "白垩石膏粉厂", "天镇县", Trade.GYPSUM_POWDER),
    Plant("gravel1", "碎石骨料场", "左云县", Trade.AGGREGATE, park=PARK_ZUOYUN, has_permit=False),
    # Metals.
    Plant("anvil1", "铁砧炼铁厂", "灵丘县", Trade.IRON, 95),
    Plant("anvil2", "铁砧炼钢厂", "灵丘县", Trade.STEEL, 40),
    Plant("mill1", "磨坊微粉厂", "灵丘县", Trade.SLAG_POWDER),
    Plant("magpie1", "喜鹊选矿厂", "灵丘县", Trade.ORE, 120),
    Plant("badger1", "山獾选矿厂", "广灵县", Trade.ORE, 66),
    # Those who only hand on, bury or keep.
    Plant("junction1", "岔口矸石集运站", "云冈区", Trade.HUB),
    Plant("ferry1", "渡口粉煤灰中转站", "平城区", Trade.HUB),
    Plant("raft1", "竹筏粉煤灰中转站", "云州区", Trade.HUB, has_permit=False),
    Plant("meadow1", "草甸固废处置场", "云州区", Trade.DISPOSAL),
    Plant("plateau1", "高台临时贮存场", "左云县", Trade.STORAGE),
)

PLANT = {plant.key: plant for plant in PLANTS}


@dataclass(frozen=True, slots=True)
class Site:
    """A site in the fields of POST /v1/sites; `industry` is the division of its enterprise."""

    code: str
    enterprise: str
    name: str
    industry: str
    region: str
    base: str | None
    park: str | None
    permit_number: str | None
    latitude: float
    longitude: float
    reports_from: Month
    # The story ends there: without an end, every site would be silent from then on.
    reports_until: Month = LAST


def build_sites(seed: int) -> dict[str, Site]:
    """All sites by plant key. The code is the permit number, or an own code where there is no permit."""
    firms = build_firms()
    serials: dict[str, int] = {}
    sites = {}
    for plant in PLANTS:
        serials[plant.firm] = serials.get(plant.firm, 0) + 1
        sites[plant.key] = _site(seed, plant, firms[plant.firm], serials[plant.firm])
    return sites


def _site(seed: int, plant: Plant, firm: Enterprise, serial: int) -> Site:
    permit = example_permit_number(firm.credit_code, serial) if plant.has_permit else None
    place = county(plant.place)
    latitude, longitude = spot(seed, place, plant.key)
    return Site(
        code=permit or f"DEMO-{REGION}-{plant.key.upper()}",
        enterprise=firm.credit_code,
        name=f"示例{plant.name}",
        industry=firm.industry,
        region=place.code,
        base=BASE if plant.in_base else None,
        park=plant.park,
        permit_number=permit,
        latitude=latitude,
        longitude=longitude,
        reports_from=plant.reports_from,
    )
