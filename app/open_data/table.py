"""The table that is published of a year: every region at every level, all waste and each waste, with what is withheld."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.auth.subjects import Role, Subject
from app.auth.subjects import Scope as Right
from app.db.session import ReadSession
from app.domain.periods import Month
from app.domain.suppression import Key, Sum, Why, suppressed
from app.open_data import repository
from app.rates import service as rates
from app.rates.service import Cell, GroupBy, Scope

ALL = ""
"""All regions, or all wastes."""
LEVELS = (0, 2, 4, 6)
"""Digits of a region's code: everything, province, city, county."""

# Reads all that there is; what of it leaves the house is decided in this module.
READER = Subject(id=uuid.UUID(int=0), name="public", role=Role.ADMIN, scopes=frozenset({Right.RATES_READ}))


@dataclass(frozen=True, slots=True)
class Row:
    """One region's figures of one waste (or all): masses and coverage, or why they are withheld."""

    region: str
    waste: str
    cell: Cell | None
    withheld: Why | None


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a year, in the order of their codes."""

    year: int
    rows: tuple[Row, ...]


def of_year(session: ReadSession, year: int) -> Table:
    """Sum, count the enterprises, and leave out what may not be shown."""
    scope = Scope(Month(year, 1), Month(year, 12))
    counties = _counties(session, scope)
    owners = _rolled_up_owners(repository.generators(session, READER, scope))
    figures = {key: cell for key, cell in _rolled_up(counties).items() if key in owners}
    hidden = suppressed({key: len(owners[key]) for key in figures}, relations(figures))
    rows = (
        Row(*key, cell=None if key in hidden else figures[key], withheld=hidden.get(key))
        for key in sorted(figures)
    )
    return Table(year, tuple(rows))


def relations(keys: Iterable[Key]) -> list[Sum]:
    """Every sum between the cells: a region is the regions below it, all waste is the wastes."""
    below: dict[Key, list[Key]] = defaultdict(list)
    wastes: dict[Key, list[Key]] = defaultdict(list)
    for region, waste in keys:
        if region != ALL:
            above = region[: LEVELS[LEVELS.index(len(region)) - 1]]
            below[above, waste].append((region, waste))
        if waste != ALL:
            wastes[region, ALL].append((region, waste))
    return [Sum(total, tuple(sorted(parts))) for sums in (below, wastes) for total, parts in sums.items()]


def _counties(session: ReadSession, scope: Scope) -> dict[Key, Cell]:
    """The cells of the lowest level, by (county, waste), and (county, all) with the coverage."""
    found = {
        (county, ALL): cell for county, cell in rates.cells(session, READER, scope, GroupBy.COUNTY).items()
    }
    for waste in rates.totals(session, READER, scope, GroupBy.WASTE):
        of_waste = rates.cells(session, READER, replace(scope, wastes=(waste,)), GroupBy.COUNTY)
        found.update({(county, waste): cell for county, cell in of_waste.items()})
    return found


def _rolled_up(counties: Mapping[Key, Cell]) -> dict[Key, Cell]:
    found: dict[Key, Cell] = {}
    for (county, waste), cell in counties.items():
        for digits in LEVELS:
            key = county[:digits], waste
            found[key] = _sum(found[key], cell) if key in found else cell
    return found


def _sum(one: Cell, other: Cell) -> Cell:
    return Cell(
        totals=one.totals + other.totals,
        ledgers_filed=one.ledgers_filed + other.ledgers_filed,
        ledgers_expected=one.ledgers_expected + other.ledgers_expected,
        sent_grams=one.sent_grams + other.sent_grams,
        confirmed_grams=one.confirmed_grams + other.confirmed_grams,
        filed_any=one.filed_any or other.filed_any,
    )


def _rolled_up_owners(
    counties: Mapping[Key, frozenset[uuid.UUID]],
) -> dict[Key, set[uuid.UUID]]:
    found: dict[Key, set[uuid.UUID]] = defaultdict(set)
    for (county, waste), owners in counties.items():
        for digits in LEVELS:
            found[county[:digits], waste] |= owners
            found[county[:digits], ALL] |= owners
    return found
