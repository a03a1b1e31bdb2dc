"""Fictitious permits of the demo's sites: they say what the books do, except where they are planned not to.

A permit names the wastes of a site's books with the ways they go there, and the registered facilities with their
capacities. What is wrong on purpose stands in the tables below, and as causes in manifest.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from app.domain.ledger import LedgerContent, Line
from app.domain.quantities import GRAMS_PER_TONNE, grams_from_tonnes, tonnes_text
from seed.demo.books import BookKey
from seed.demo.chains import BOTTOM_ASH, FLY_ASH, GANGUE, GYPSUM, SLAG, TAILINGS
from seed.demo.facilities import Facility
from seed.demo.firms import example_credit_code, example_permit_number
from seed.demo.plants import PLANTS, Plant, Site, Trade

NOT_NAMED = (("swan1", BOTTOM_ASH), ("jade1", GYPSUM))
"""Plants and a waste that they generate and their permit does not name."""

NO_ROUTE = (("pine3", GANGUE, ("entrusted", "use")), ("heron1", FLY_ASH, ("entrusted", "use")))
"""Plants, waste and the way it goes that their permit does not name."""

NOT_COVERED = (("basalt1", GYPSUM),)
"""Receivers and a waste they take in that their permit does not cover."""

TOO_SMALL = ("cloud1", "utilization", 600)
"""Plant and kind of facility whose permitted capacity is this share [‰] of the registered one."""

OTHER_FACILITY = ("oak1", "TS002", "TS012")
"""Plant whose permit knows the facility in which it disposes by another code."""

EXPIRED = ("clay1", date(2022, 8, 31))
"""Plant and the last day of its permit, which nobody renewed."""

EXPIRING = ("snow1", date(2023, 2, 15))
"""Plant whose permit ends within sixty days after the demo's last month."""

INCOMPLETE = "willow1"
"""Plant whose permit came without facilities and without routes."""

RENEWED = {
    "kite1": (date(2022, 1, 1), date(2026, 12, 31)),
    "boulder1": (date(2022, 7, 1), date(2027, 6, 30)),
    "anvil1": (date(2022, 4, 1), date(2027, 3, 31)),
}
"""Plants whose permit was renewed: first and last day of the newer one. The older one ended the day before."""

_FIRST_DAY, _LAST_DAY = date(2020, 7, 1), date(2025, 6, 30)
_RENEWED_UNTIL = date(2030, 6, 30)
_CLASS: dict[str, Literal["I", "II"]] = {GANGUE: "I", TAILINGS: "I", SLAG: "I"}
_ARISES = {
    GANGUE: "采掘、选煤",
    FLY_ASH: "锅炉除尘",
    BOTTOM_ASH: "锅炉排渣",
    GYPSUM: "烟气脱硫",
    SLAG: "高炉",
    TAILINGS: "选矿",
}
_TYPES = {"storage": "贮存场", "utilization": "综合利用生产线", "disposal": "填埋场"}
_STANDARD = "GB 18599-2020"
_SQUARE_METRES_PER_TONNE = 8
"""A store of 8 t holds on 1 m²: some metres high."""
_STRANGER = 9_998


@dataclass(frozen=True, slots=True)
class Permit:
    """One version of a permit, in the fields of PUT /v1/permits/{number}, and the day on which it came."""

    number: str
    received_on: date
    body: dict[str, Any]


def build_permits(
    contents: Mapping[BookKey, LedgerContent], sites: Mapping[str, Site], facilities: Sequence[Facility]
) -> tuple[Permit, ...]:
    """Every version of every permit in the order in which they came; one is of a site that nobody has registered."""
    made = [permit for plant in PLANTS for permit in _of_plant(plant, contents, sites, facilities)]
    return tuple(sorted((*made, _of_a_stranger()), key=lambda permit: (permit.received_on, permit.number)))


def _of_plant(
    plant: Plant,
    contents: Mapping[BookKey, LedgerContent],
    sites: Mapping[str, Site],
    facilities: Sequence[Facility],
) -> Iterator[Permit]:
    site = sites[plant.key]
    if site.permit_number is None:
        return
    lines = [line for (key, _), content in contents.items() if key == plant.key for line in content.lines]
    body: dict[str, Any] = {
        "region": site.region,
        "holder": site.name,
        "issuer": "示例市生态环境局",
        "wastes": _wastes(plant, lines),
        "facilities": [_facility(plant, each, lines) for each in facilities if each.site == site.code],
        "report_deadlines": [
            {"period": "year", "months_after": 1, "day": 31},
            {"period": "quarter", "months_after": 1, "day": 15},
        ],
    }
    if plant.key == INCOMPLETE:
        body["facilities"] = []
        body["wastes"] = [waste | {"routes": []} for waste in body["wastes"]]
    for first, last in _validities(plant):
        says = {"valid_from": first.isoformat(), "valid_until": last.isoformat()}
        yield Permit(site.permit_number, first, body | says)


def _validities(plant: Plant) -> list[tuple[date, date]]:
    for key, last in (EXPIRED, EXPIRING):
        if plant.key == key:
            return [(_FIRST_DAY, last)]
    if plant.key in RENEWED:
        first, last = RENEWED[plant.key]
        return [(_FIRST_DAY, date.fromordinal(first.toordinal() - 1)), (first, last)]
    # Five years on the office has renewed the others: who looks at the city today sees permits in force.
    return [(_FIRST_DAY, _LAST_DAY), (date.fromordinal(_LAST_DAY.toordinal() + 1), _RENEWED_UNTIL)]


def _wastes(plant: Plant, lines: Sequence[Line]) -> list[dict[str, Any]]:
    left_out = {waste for key, waste in (*NOT_NAMED, *NOT_COVERED) if key == plant.key}
    found = []
    for waste in sorted({line.waste for line in lines} - left_out):
        mine = [line for line in lines if line.waste == waste]
        routes = {route for line in mine for route in _ways(plant, line)}
        routes -= {route for key, what, route in NO_ROUTE if (key, what) == (plant.key, waste)}
        found.append(
            {
                "waste": waste,
                "class": _CLASS.get(waste, "II"),
                "source": _ARISES[waste] if any(line.generated_grams for line in mine) else "外来接收",
                "routes": [{"by": by, "way": way} for by, way in sorted(routes)],
            }
        )
    return found


def _ways(plant: Plant, line: Line) -> Iterator[tuple[str, str]]:
    """Where a line's waste goes; what comes in may be done here, at a hub by those it is handed on to."""
    if line.used:
        yield "self", "use"
    if line.disposed:
        yield "self", "dispose"
    if line.opening_grams or line.closing_grams:
        yield "self", "store"
    for sent in line.sent:
        yield "entrusted", sent.purpose
    for received in line.received:
        yield "entrusted" if plant.trade is Trade.HUB else "self", received.purpose


def _facility(plant: Plant, facility: Facility, lines: Sequence[Line]) -> dict[str, Any]:
    grams = grams_from_tonnes(facility.capacity_tonnes)
    if (plant.key, facility.kind) == TOO_SMALL[:2]:
        grams = grams * TOO_SMALL[2] // 1000 // GRAMS_PER_TONNE * GRAMS_PER_TONNE
    key, known_as, permitted_as = OTHER_FACILITY
    is_renamed = plant.key == key and facility.code == known_as
    is_store = facility.kind == "storage"
    left_out = {waste for who, waste in (*NOT_NAMED, *NOT_COVERED) if who == plant.key}
    said = {
        "code": permitted_as if is_renamed else facility.code,
        "kind": facility.kind,
        "name": facility.name,
        "type": _TYPES[facility.kind],
        "capacity": {"amount": tonnes_text(grams), "unit": "t" if is_store else "t/a"},
        "latitude": facility.latitude,
        "longitude": facility.longitude,
        "wastes": sorted(_done(lines, facility.kind) - left_out),
    }
    if facility.kind == "utilization":
        return said
    area = grams // GRAMS_PER_TONNE // _SQUARE_METRES_PER_TONNE
    return said | {"area_m2": str(area), "standard": _STANDARD, "standard_met": True}


def _done(lines: Sequence[Line], kind: str) -> set[str]:
    """The wastes that are stored, used or disposed of on the site."""
    return {
        line.waste
        for line in lines
        if (kind == "storage" and (line.opening_grams or line.closing_grams))
        or (kind == "utilization" and line.used)
        or (kind == "disposal" and line.disposed)
    }


def _of_a_stranger() -> Permit:
    """A permit whose site nobody has registered: kept, and shown as unmatched."""
    number = example_permit_number(example_credit_code("140200", _STRANGER), 1)
    body = {
        "region": "140200",
        "holder": "示例未登记固废有限公司",
        "issuer": "示例市生态环境局",
        "valid_from": _FIRST_DAY.isoformat(),
        "valid_until": _LAST_DAY.isoformat(),
        "wastes": [{"waste": GANGUE, "class": "I", "routes": [{"by": "self", "way": "store"}]}],
    }
    return Permit(number, date(2021, 3, 1), body)
