"""Idle permitted capacity by process: each plant counts under what it does most."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.planning.rooms import Room


@dataclass(frozen=True, slots=True)
class Idle:
    """Plants of a process, what they may take in the year, took and have left [g]; over capacity counts as nothing left."""

    process: str | None
    plants: int
    capacity_grams: int
    taken_grams: int
    free_grams: int


def main_process(room: Room) -> str | None:
    """What a plant does most with waste; None when it did nothing."""
    sums: dict[str, int] = {}
    for (process, _), grams in room.processes.items():
        sums[process] = sums.get(process, 0) + grams
    return min(sums, key=lambda process: (-sums[process], process)) if sums else None


def idle_by_process(rooms: Iterable[Room]) -> tuple[Idle, ...]:
    """The most idle process first."""
    by_process: dict[str | None, list[Room]] = {}
    for room in rooms:
        by_process.setdefault(main_process(room), []).append(room)
    made = [
        Idle(
            process,
            len({room.site for room in some}),
            sum(room.capacity_grams for room in some),
            sum(room.taken_grams for room in some),
            sum(max(0, room.free_grams) for room in some),
        )
        for process, some in by_process.items()
    ]
    return tuple(sorted(made, key=lambda idle: (-idle.free_grams, idle.process or "")))
