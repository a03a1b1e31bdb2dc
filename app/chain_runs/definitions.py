"""Which chain a run follows: its wastes, how each use splits a tonne, and a digest that tells when that changed."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.domain.errors import Message
from app.http.problems import NotFound
from chains.definition import Library, Split
from chains.loader import shipped_library

ALL = "all"
"""Names the whole library in place of one chain."""

METHOD_VERSION = 2
"""Rises when the same ledgers and chains would give other figures; stored runs are stale from then on."""

Splits = Mapping[tuple[str, str], Split]


@dataclass(frozen=True, slots=True)
class Followed:
    """A chain as runs use it. No `wastes`: every waste there is. `version` is 0 for the whole library."""

    id: str
    version: int
    wastes: tuple[str, ...]
    splits: Splits
    digest: str


def followed(chain_id: str) -> Followed:
    """Find a chain of the shipped library, or all of it; NotFound when there is no such chain."""
    library = shipped_library()
    if chain_id == ALL:
        return _followed(ALL, 0, (), library)
    chain = library.chains.get(chain_id)
    if chain is None:
        raise NotFound(Message("没有这个链条", "there is no such chain"))
    named = {material.waste_class for material in chain.materials.values()} - {None}
    return _followed(chain_id, chain.version, reached(map(str, named), library.splits), library)


def following(wastes: Iterable[str]) -> Followed:
    """Follow these wastes wherever the library leads them; none named = all."""
    library = shipped_library()
    return _followed(ALL, 0, reached(wastes, library.splits), library)


def reached(wastes: Iterable[str], splits: Splits) -> tuple[str, ...]:
    """These wastes and every waste that using them leaves, in order."""
    found: set[str] = set()
    waiting = set(wastes)
    while waiting:
        found |= waiting
        left = (into for (_, waste), split in splits.items() if waste in waiting for into in split.residues)
        waiting = set(left) - found
    return tuple(sorted(found))


@lru_cache(maxsize=64)
def _digest(chain_id: str, version: int, wastes: tuple[str, ...]) -> str:
    splits = shipped_library().splits
    parts = [f"{METHOD_VERSION} {chain_id} {version} {' '.join(wastes)}"]
    for (process, waste), split in sorted(splits.items()):
        if not wastes or waste in wastes:
            residues = " ".join(
                f"{into}={band.low}/{band.value}/{band.high}" for into, band in sorted(split.residues.items())
            )
            parts.append(f"{process} {waste} {split.product} {split.air} {split.rest} {residues}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _followed(chain_id: str, version: int, wastes: tuple[str, ...], library: Library) -> Followed:
    return Followed(chain_id, version, wastes, library.splits, _digest(chain_id, version, wastes))
