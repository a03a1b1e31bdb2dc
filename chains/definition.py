"""What a chain of materials and processes is.

A chain is a graph of materials (coal, gangue, ash, brick) and processes (mining, gangue power, brick kiln).
A link leads from a material to a process that takes it, or from a process to a material it gives. Three
kinds of figure stand on links:

- **yield**: amount given per tonne of the input `basis`, at most 1; the engine leads residues on with it;
- **intensity**: amount given per amount of another material of the process (`basis`: alumina made, SO₂
  removed), may exceed 1;
- **norm**: amount taken per amount of the product `basis`.

Figures are decimals as printed in their source, never floats. A figure nobody can look up says `source:
unverified`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

UNVERIFIED = "unverified"


class MaterialKind(StrEnum):
    """What a material is to the regulator; only `waste` has a waste class."""

    RAW = "raw"
    WASTE = "waste"
    PRODUCT = "product"
    AIR = "air"


class Role(StrEnum):
    """What a process does: a `source` makes waste; `use`, `dispose`, `store` stand in ledgers."""

    SOURCE = "source"
    USE = "use"
    DISPOSE = "dispose"
    STORE = "store"


class Direction(StrEnum):
    """Which way a link leads."""

    TAKES = "takes"
    GIVES = "gives"


class FigureKind(StrEnum):
    """What the figure of a link counts."""

    YIELD = "yield"
    INTENSITY = "intensity"
    NORM = "norm"


@dataclass(frozen=True, slots=True)
class Words:
    """A name or sentence in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its band, 0 ≤ low ≤ value ≤ high, and where it comes from.

    `unit`: of the link's material per unit of `basis`. `verified`: the source was read and prints the value
    (or the band, where `note` says so). `retrieved_on`: when. Without a source `source` is UNVERIFIED.
    """

    kind: FigureKind
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str
    basis: str
    source: str
    verified: bool
    url: str | None = None
    retrieved_on: date | None = None
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A material; `unit` is t unless it is not weighed. `waste_class` (SW01…): of a waste, else None."""

    id: str
    name: Words
    kind: MaterialKind
    unit: str
    waste_class: str | None


@dataclass(frozen=True, slots=True)
class Process:
    """A process; `rest` (product or air) is where the part of an input goes that no yield accounts for."""

    id: str
    name: Words
    role: Role
    rest: MaterialKind


@dataclass(frozen=True, slots=True)
class Link:
    """`process` takes or gives `material`."""

    process: str
    direction: Direction
    material: str
    figure: Figure | None

    def __str__(self) -> str:
        taken = self.direction is Direction.TAKES
        return f"{self.material} → {self.process}" if taken else f"{self.process} → {self.material}"


@dataclass(frozen=True, slots=True)
class Band:
    """A yield [t/t] with the range that plants of its kind keep to: 0 ≤ low ≤ value ≤ high ≤ 1."""

    low: Decimal
    value: Decimal
    high: Decimal

    def __add__(self, other: "Band") -> "Band":
        return Band(self.low + other.low, self.value + other.value, self.high + other.high)


NONE = Band(Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Split:
    """Where a tonne of an input goes [t/t]: `residues` by material id, `product`, `air`.

    The values of the residues, product and air are together 1. A plant with more or less residue than the value
    has so much less or more of `rest` (product or air).
    """

    residues: Mapping[str, Band]
    product: Decimal
    air: Decimal
    rest: MaterialKind


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain: materials and processes by id, links in order of process, direction, material, basis.

    A process and its product may share an id.
    """

    id: str
    version: int
    name: Words
    summary: Words
    materials: Mapping[str, Material]
    processes: Mapping[str, Process]
    links: tuple[Link, ...]

    def taken_by(self, process: str) -> tuple[str, ...]:
        """Ids of the materials a process takes."""
        return self._of(process, Direction.TAKES)

    def given_by(self, process: str) -> tuple[str, ...]:
        """Ids of the materials a process gives."""
        return self._of(process, Direction.GIVES)

    def _of(self, process: str, direction: Direction) -> tuple[str, ...]:
        links = (link for link in self.links if link.process == process and link.direction is direction)
        return tuple(dict.fromkeys(link.material for link in links))

    def split(self, process: str, material: str) -> Split:
        """Lead a tonne of `material` through `process` by its yields; the part without a yield is the rest.

        Raises KeyError when the process does not take the material.
        """
        if material not in self.taken_by(process):
            raise KeyError(f"{process} does not take {material}")
        residues: dict[str, Band] = {}
        parts = {MaterialKind.PRODUCT: Decimal(0), MaterialKind.AIR: Decimal(0)}
        left = Decimal(1)
        for link in self.links:
            figure = link.figure
            if link.process != process or figure is None or figure.kind is not FigureKind.YIELD:
                continue
            if figure.basis != material:
                continue
            left -= figure.value
            kind = self.materials[link.material].kind
            if kind in parts:
                parts[kind] += figure.value
            else:
                band = Band(figure.low, figure.value, figure.high)
                residues[link.material] = residues.get(link.material, NONE) + band
        rest = self.processes[process].rest
        parts[rest] += left
        return Split(residues, parts[MaterialKind.PRODUCT], parts[MaterialKind.AIR], rest)


@dataclass(frozen=True, slots=True)
class Library:
    """All chains by id; `splits` by (process id, waste class), with residues by waste class."""

    chains: Mapping[str, Chain]
    splits: Mapping[tuple[str, str], Split]
