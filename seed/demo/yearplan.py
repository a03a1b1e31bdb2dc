"""The city's totals the demo is calibrated to.

2021: generated 6523.08, used 543.17 and disposed 3776.87 万t are the figures published for Datong
(utilization 8.3 %, disposal 57.9 %); how they split over wastes is invented. 2022 is invented throughout, for
demonstration and unverified: a plausible next year in which new backfill, kaolin and block lines lift
utilization to about 11 %, part of it from old gangue heaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.quantities import grams_from_tonnes
from seed.demo.chains import BOTTOM_ASH, FLY_ASH, GANGUE, GYPSUM, SLAG, TAILINGS


def wan(text: str) -> int:
    """Grams of a figure in 万t (10 000 t), the unit of bulletins."""
    return grams_from_tonnes(text) * 10_000


@dataclass(frozen=True, slots=True)
class YearPlan:
    """Totals of a calendar year by waste [g], generator side."""

    generated: Mapping[str, int]
    used: Mapping[str, int]
    disposed: Mapping[str, int]
    gangue_from_prior_stock: int


PUBLISHED_2021 = {"generated": wan("6523.08"), "used": wan("543.17"), "disposed": wan("3776.87")}

PLANS: Mapping[int, YearPlan] = {
    2021: YearPlan(
        generated={
            GANGUE: wan("4812.36"),
            FLY_ASH: wan("960.40"),
            BOTTOM_ASH: wan("220.75"),
            GYPSUM: wan("208.12"),
            TAILINGS: wan("186.45"),
            SLAG: wan("135.00"),
        },
        used={
            GANGUE: wan("231.60"),
            FLY_ASH: wan("189.92"),
            BOTTOM_ASH: wan("35.45"),
            GYPSUM: wan("52.70"),
            TAILINGS: wan("6.50"),
            SLAG: wan("27.00"),
        },
        disposed={
            GANGUE: wan("3068.40"),
            FLY_ASH: wan("470.30"),
            BOTTOM_ASH: wan("102.17"),
            GYPSUM: wan("62.00"),
            TAILINGS: wan("22.00"),
            SLAG: wan("52.00"),
        },
        gangue_from_prior_stock=0,
    ),
    2022: YearPlan(
        generated={
            GANGUE: wan("4938.20"),
            FLY_ASH: wan("982.60"),
            BOTTOM_ASH: wan("226.00"),
            GYPSUM: wan("212.60"),
            TAILINGS: wan("190.00"),
            SLAG: wan("138.00"),
        },
        used={
            GANGUE: wan("352.40"),
            FLY_ASH: wan("243.60"),
            BOTTOM_ASH: wan("47.20"),
            GYPSUM: wan("63.40"),
            TAILINGS: wan("8.80"),
            SLAG: wan("31.60"),
        },
        disposed={
            GANGUE: wan("2980.00"),
            FLY_ASH: wan("452.00"),
            BOTTOM_ASH: wan("102.00"),
            GYPSUM: wan("58.00"),
            TAILINGS: wan("24.00"),
            SLAG: wan("50.00"),
        },
        gangue_from_prior_stock=wan("18.60"),
    ),
}
