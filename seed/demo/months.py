"""The demo's months, the seasons of its trades, and noise that depends on nothing but the seed and a name."""

import hashlib
from enum import StrEnum

from app.domain.periods import Month, month_range

FIRST = Month(2021, 1)
LAST = Month(2022, 12)
MONTHS = tuple(month_range(FIRST, LAST))


class Season(StrEnum):
    """How a trade's year runs."""

    COAL = "coal"
    POWER = "power"
    HEAT = "heat"
    BUILDING = "building"
    KILN = "kiln"
    BOARD = "board"
    STEADY = "steady"


# January … December, per mille of an average month. Mines rest at the Spring Festival and are pushed before
# winter; heat plants follow the heating season; cement and concrete stand still in frost; brick kilns are
# shut in January and February.
_YEAR: dict[Season, tuple[int, ...]] = {
    Season.COAL: (950, 760, 1010, 1000, 1000, 990, 960, 980, 1010, 1080, 1130, 1130),
    Season.POWER: (1180, 1000, 1000, 880, 850, 930, 1090, 1080, 890, 900, 1060, 1140),
    Season.HEAT: (1650, 1450, 1250, 800, 600, 600, 700, 700, 600, 900, 1300, 1450),
    Season.BUILDING: (80, 60, 620, 1180, 1400, 1450, 1380, 1420, 1430, 1330, 1150, 500),
    Season.KILN: (0, 0, 700, 1250, 1500, 1550, 1450, 1500, 1500, 1350, 850, 350),
    Season.BOARD: (500, 350, 950, 1100, 1150, 1200, 1150, 1200, 1200, 1150, 1050, 1000),
    Season.STEADY: (1020, 900, 1010, 1000, 1010, 1000, 1010, 1010, 1000, 1020, 1010, 1010),
}


def seasonal(season: Season, month: Month) -> int:
    """Level of a trade in a month, per mille of its average month."""
    return _YEAR[season][month.number - 1]


def pick(seed: int, choices: int, *key: object) -> int:
    """Draw 0 … choices − 1, fixed by seed and key alone: adding a site draws nothing anew for the others."""
    text = "|".join((str(seed), *(str(part) for part in key)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % choices


def spread(seed: int, reach: int, *key: object) -> int:
    """Draw a whole number in −reach … +reach, small ones likelier (mean of two draws)."""
    first = pick(seed, 2 * reach + 1, *key, "first")
    second = pick(seed, 2 * reach + 1, *key, "second")
    return (first + second) // 2 - reach
