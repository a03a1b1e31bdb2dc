"""Idle permitted capacity: what the plants' permits let them use more of in the year.

The figure is that of permit headroom (app/domain/permits/headroom.py): the year's uses and disposals of a site are laid
against the permit in force at its end as one month's ledger would be.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.chain_runs.service import Books
from app.domain.ledger import Disposed, Line, Used
from app.domain.periods import Month
from app.domain.permits.case import Case, FiledMonth, is_valid, places
from app.domain.permits.headroom import Headroom, outlook
from app.domain.permits.versions import PermitVersion, in_force
from chains.arrays import np


class NotCounted(StrEnum):
    """Why a plant that uses waste offers no room."""

    NO_PERMIT = "no_permit"
    EXPIRED = "permit_expired"
    NO_CAPACITY = "capacity_unknown"
    NO_PROCESS = "process_unknown"
    NO_PLACE = "no_coordinates"


@dataclass(frozen=True, slots=True)
class Room:
    """Facilities of a site that use waste: permitted, taken and free in the year [g]; negative when over capacity.

    `wastes`: what they may take for use. `processes`: what the site does (process, waste) → used in the year [g].
    """

    site: str
    facilities: tuple[str, ...]
    wastes: frozenset[str]
    capacity_grams: int
    taken_grams: int
    free_grams: int
    processes: Mapping[tuple[str, str], int]

    @property
    def id(self) -> str:
        """Site and facilities."""
        return f"{self.site}/{'+'.join(self.facilities)}"


UsedBySite = Mapping[str, Mapping[tuple[str, str], int]]
"""Site → (process, waste) → used in the year [g], others' waste included."""


def uses_of(books: Books) -> UsedBySite:
    """Sum the uses of each site."""
    found: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    uses, streams = books.uses, books.streams
    for stream, process, grams in zip(
        uses.stream.tolist(), uses.process.tolist(), uses.grams.tolist(), strict=True
    ):
        site, waste = books.places[streams.site[stream]].code, books.wastes[streams.waste[stream]]
        found[site][books.processes[process], waste] += grams
    return {site: dict(each) for site, each in found.items()}


def rooms_of(
    books: Books,
    versions: Mapping[uuid.UUID, Iterable[PermitVersion]],
    sites: Mapping[str, uuid.UUID],
    month: Month,
) -> tuple[list[Room], dict[str, NotCounted]]:
    """The rooms of all sites, and the sites that use waste and offer none, each with the reason."""
    uses, lines = uses_of(books), _lines(books)
    rooms: list[Room] = []
    left_out: dict[str, NotCounted] = {}
    for site, site_id in sorted(sites.items()):
        held = tuple(versions.get(site_id, ()))
        version = in_force(held, month)
        if version is None or not is_valid(version, month):
            if site in uses:
                left_out[site] = NotCounted.NO_PERMIT if version is None else NotCounted.EXPIRED
            continue
        filed = FiledMonth(month, lines.get(site, ()), "", 0)
        seen = outlook(Case((filed,), held, _last_day(month)), month)
        found = (
            []
            if seen is None
            else [room for group in seen.groups if (room := _room(site, version, group, uses.get(site, {})))]
        )
        rooms += found
        if site in uses and not found:
            left_out[site] = NotCounted.NO_CAPACITY
    return rooms, left_out


def _room(
    site: str, version: PermitVersion, group: Headroom, used: Mapping[tuple[str, str], int]
) -> Room | None:
    if "use" not in group.ways or group.capacity is None or group.room is None:
        return None
    takes = {
        waste
        for place in places(version.content, ("use",), group.wastes)
        if place.code in group.facilities
        for waste, _ in place.takes
    }
    return Room(site, group.facilities, frozenset(takes), group.capacity, group.taken, group.room, used)


def _lines(books: Books) -> dict[str, tuple[Line, ...]]:
    """The year's uses and disposals of each site as the lines of one ledger."""
    streams = books.streams
    used = np.zeros(streams.count, dtype=np.int64)
    disposed = np.zeros(streams.count, dtype=np.int64)
    np.add.at(used, books.uses.stream, books.uses.grams)
    np.add.at(disposed, books.disposed.stream, books.disposed.grams)
    found: dict[str, list[Line]] = defaultdict(list)
    for number, (site, waste) in enumerate(zip(streams.site.tolist(), streams.waste.tolist(), strict=True)):
        line = Line(
            waste=books.wastes[waste],
            used=(Used(int(used[number])),),
            disposed=(Disposed(int(disposed[number])),),
        )
        found[books.places[site].code].append(line)
    return {site: tuple(each) for site, each in found.items()}


def _last_day(month: Month) -> date:
    return date(month.year, month.number, 28)
