"""Facilities with TS codes and capacities that fit the books, except the two planned to be too small."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.domain.ledger import LedgerContent
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from seed.demo.books import BookKey
from seed.demo.chains import GANGUE, TAILINGS
from seed.demo.months import pick
from seed.demo.plants import PLANTS, Plant, Site
from seed.demo.treatment import DISPOSAL_CELL
from seed.demo.untidiness import OVER_CAPACITY, STORAGE_OVER_CAPACITY

_ROUND = 100 * GRAMS_PER_TONNE
Kind = Literal["storage", "utilization", "disposal"]
_NAMES: dict[Kind, str] = {"storage": "贮存场", "utilization": "综合利用生产线", "disposal": "处置场"}
_CODES: dict[Kind, str] = {"storage": "TS001", "disposal": DISPOSAL_CELL, "utilization": "TS003"}


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility, as POST /v1/facilities has it. Capacity: tonnes in store, or tonnes a year treated."""

    site: str
    code: str
    name: str
    kind: Kind
    waste_class: Literal["I", "II"]
    capacity_tonnes: str
    latitude: float
    longitude: float


def build_facilities(
    seed: int, contents: Mapping[BookKey, LedgerContent], sites: Mapping[str, Site]
) -> tuple[Facility, ...]:
    """Facilities of all sites that store, use or dispose of anything themselves."""
    return tuple(
        facility
        for plant in PLANTS
        for facility in _of_plant(
            seed,
            plant,
            sites[plant.key],
            [content for (key, _), content in contents.items() if key == plant.key],
        )
    )


def _of_plant(seed: int, plant: Plant, site: Site, contents: list[LedgerContent]) -> Iterator[Facility]:
    stored = max((sum(line.closing_grams for line in content.lines) for content in contents), default=0)
    needs: dict[Kind, int] = {
        "storage": stored,
        "disposal": _largest_year(contents, "disposed"),
        "utilization": _largest_year(contents, "used"),
    }
    wastes = {line.waste for content in contents for line in content.lines}
    for kind, need in needs.items():
        if need:
            grams = need * _headroom(seed, plant, kind) // 1000
            yield Facility(
                site=site.code,
                code=_CODES[kind],
                name=f"{site.name}{_NAMES[kind]}",
                kind=kind,
                waste_class="I" if wastes <= {GANGUE, TAILINGS} else "II",
                capacity_tonnes=tonnes_text(-(-grams // _ROUND) * _ROUND),
                latitude=site.latitude,
                longitude=site.longitude,
            )


def _largest_year(contents: list[LedgerContent], flow: Literal["used", "disposed"]) -> int:
    years: dict[int, int] = defaultdict(int)
    for content in contents:
        for line in content.lines:
            years[content.month.year] += line.used_grams if flow == "used" else line.disposed_grams
    return max(years.values(), default=0)


def _headroom(seed: int, plant: Plant, kind: Kind) -> int:
    """Capacity per need [‰]."""
    for (key, share), scarce in ((OVER_CAPACITY, "utilization"), (STORAGE_OVER_CAPACITY, "storage")):
        if (plant.key, kind) == (key, scarce):
            return share
    return 1080 + pick(seed, 400, "capacity", plant.key, kind)
