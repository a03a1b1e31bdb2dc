"""Where the fictitious city's sites stand: the counties of region 1402, its base and its parks."""

from dataclasses import dataclass

from seed.demo.months import spread

REGION = "1402"
BASE = "datong"
"""The national base (大宗固体废弃物综合利用基地) of the city, as seed/reference/bases.csv codes it."""

PARK_YUNGANG = "示例云冈循环经济园"
PARK_ZUOYUN = "示例左云固废利用园"
PARK_YANGGAO = "示例阳高建材园"


@dataclass(frozen=True, slots=True)
class County:
    """A county of GB/T 2260 and the rough middle of its built-up area, in thousandths of a degree."""

    code: str
    name: str
    latitude_millidegrees: int
    longitude_millidegrees: int


COUNTIES = (
    County("140212", "新荣区", 40256, 113140),
    County("140213", "平城区", 40076, 113298),
    County("140214", "云冈区", 40005, 113150),
    County("140215", "云州区", 40040, 113612),
    County("140221", "阳高县", 40361, 113749),
    County("140222", "天镇县", 40420, 114091),
    County("140223", "广灵县", 39760, 114282),
    County("140224", "灵丘县", 39442, 114234),
    County("140225", "浑源县", 39693, 113699),
    County("140226", "左云县", 40013, 112703),
)

_BY_NAME = {county.name: county for county in COUNTIES}


def county(name: str) -> County:
    return _BY_NAME[name]


def spot(seed: int, place: County, key: str) -> tuple[float, float]:
    """Make up a latitude and longitude within some eight kilometres of the county's middle."""
    north = spread(seed, 70, "north", key)
    east = spread(seed, 90, "east", key)
    return (place.latitude_millidegrees + north) / 1000, (place.longitude_millidegrees + east) / 1000
