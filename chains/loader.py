"""Chain definitions from YAML: unknown keys and impossible chains are refused by file and path."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from chains import checks
from chains.definition import (
    NONE,
    Band,
    Chain,
    Direction,
    Figure,
    FigureKind,
    Library,
    Link,
    Material,
    MaterialKind,
    Process,
    Role,
    Split,
    Words,
)
from chains.strict_yaml import YamlFault, load

LIBRARY = Path(__file__).parent / "library"

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ChainFault:
    """What is wrong at one path of one file."""

    file: str
    path: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.en}" if self.path else f"{self.file}: {self.en}"


class ChainRefused(ValueError):  # noqa: N818 — a fact, as the other refusals are named
    """A chain definition that cannot be used; `faults` has at least one."""

    def __init__(self, faults: Iterable[ChainFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class _Place:
    """A value of the document and the path to it."""

    file: str
    path: str
    value: Any

    def fault(self, zh: str, en: str) -> ChainRefused:
        return ChainRefused([ChainFault(self.file, self.path, zh, en)])

    def mapping(self, required: Collection[str], optional: Collection[str] = ()) -> "_Place":
        """Demand an object with these keys and no others."""
        if not isinstance(self.value, dict):
            raise self.fault("须为对象", "must be a mapping")
        for key in self.value:
            if key not in required and key not in optional:
                known = ", ".join(sorted({*required, *optional}))
                raise self[key].fault(
                    f"没有这个字段；可用的有 {known}", f"there is no such key; known are {known}"
                )
        for key in required:
            if key not in self.value:
                raise self[key].fault("缺少", "is missing")
        return self

    def __getitem__(self, key: str) -> "_Place":
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return _Place(self.file, f"{self.path}.{key}" if self.path else key, value)

    def items(self) -> Iterable[tuple[str, "_Place"]]:
        """Demand a mapping of ids."""
        if not isinstance(self.value, dict) or not self.value:
            raise self.fault("须为非空的对象", "must be a mapping with at least one entry")
        return [(key, self[key]) for key in self.value]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fault("须为文字", "must be a text")
        return self.value

    def words(self) -> Words:
        self.mapping(("zh", "en"))
        return Words(self["zh"].text(), self["en"].text())

    def decimal(self) -> Decimal:
        if not isinstance(self.value, Decimal):
            raise self.fault("须为数", "must be a number")
        return self.value

    def choice(self, kind: type[Choice]) -> Choice:
        try:
            return kind(self.value)
        except ValueError:
            known = ", ".join(kind)
            raise self.fault(f"可用的有 {known}", f"must be one of {known}") from None


def load_chain(path: Path) -> Chain:
    """Read and check one definition. Raises ChainRefused, OSError."""
    try:
        document = load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ChainRefused(
            [ChainFault(path.name, "", "文件不是 UTF-8 编码", "the file is not UTF-8")]
        ) from None
    except YamlFault as fault:
        raise ChainRefused([ChainFault(path.name, "", f"YAML 有误：{fault}", str(fault))]) from None
    chain = _chain(_Place(path.name, "", document))
    if chain.id != path.stem:
        raise _Place(path.name, "id", None).fault(
            "须与文件名相同", f'must be the file\'s name, "{path.stem}"'
        )
    for group in (checks.FORM, checks.CONTENT):
        faults = [ChainFault(path.name, *fault) for check in group for fault in check(chain)]
        if faults:
            raise ChainRefused(faults)
    return chain


def load_library(folder: Path = LIBRARY) -> Library:
    """Read all definitions of a folder, by id. Raises ChainRefused when one is wrong or two disagree."""
    chains = [load_chain(path) for path in sorted(folder.glob("*.yaml"))]
    splits: dict[tuple[str, str], Split] = {}
    first: dict[tuple[str, str], str] = {}
    for chain in chains:
        for key, split in _splits(chain):
            if splits.setdefault(key, split) != split:
                place = f"{key[0]}: {key[1]}"
                other = first[key]
                raise ChainRefused(
                    [
                        ChainFault(
                            f"{chain.id}.yaml",
                            place,
                            f"与 {other} 的得率不同",
                            f"other yields than in {other}",
                        )
                    ]
                )
            first.setdefault(key, f"{chain.id}.yaml")
    return Library({chain.id: chain for chain in chains}, splits)


@lru_cache(maxsize=1)
def shipped_library() -> Library:
    """Library that ships with the package, read once."""
    return load_library()


def _splits(chain: Chain) -> Iterable[tuple[tuple[str, str], Split]]:
    """How each use of the chain splits a tonne of each waste class; residues by waste class."""
    for process in chain.processes.values():
        for material in chain.taken_by(process.id):
            waste_class = chain.materials[material].waste_class
            if process.role is not Role.USE or waste_class is None:
                continue
            split = chain.split(process.id, material)
            residues: dict[str, Band] = {}
            for residue, band in split.residues.items():
                into = str(chain.materials[residue].waste_class)
                residues[into] = residues.get(into, NONE) + band
            yield (process.id, waste_class), replace(split, residues=residues)


def _chain(top: _Place) -> Chain:
    top.mapping(("id", "version", "name", "summary", "materials", "processes", "links"))
    version = top["version"].decimal()
    if version != int(version) or version < 1:
        raise top["version"].fault("须为正整数", "must be a whole number from 1")
    materials = {key: _material(key, place) for key, place in top["materials"].items()}
    processes = {key: _process(key, place) for key, place in top["processes"].items()}
    links = top["links"]
    if not isinstance(links.value, list):
        raise links.fault("须为列表", "must be a list")
    found = [_link(_Place(top.file, f"links[{i}]", link)) for i, link in enumerate(links.value)]
    keys = [_rank(link) for link in found]
    for number, rank in enumerate(keys):
        if rank in keys[:number]:
            raise _Place(top.file, f"links[{number}]", None).fault("连接重复", "stands twice")
    return Chain(
        id=top["id"].text(),
        version=int(version),
        name=top["name"].words(),
        summary=top["summary"].words(),
        materials=dict(sorted(materials.items())),
        processes=dict(sorted(processes.items())),
        links=tuple(sorted(found, key=_rank)),
    )


def _material(key: str, place: _Place) -> Material:
    place.mapping(("zh", "en", "kind"), ("unit", "waste"))
    waste = place["waste"]
    return Material(
        id=key,
        name=Words(place["zh"].text(), place["en"].text()),
        kind=place["kind"].choice(MaterialKind),
        unit="t" if place["unit"].value is None else place["unit"].text(),
        waste_class=None if waste.value is None else waste.text(),
    )


def _process(key: str, place: _Place) -> Process:
    place.mapping(("zh", "en", "role"), ("rest",))
    rest = MaterialKind.PRODUCT if place["rest"].value is None else place["rest"].choice(MaterialKind)
    if rest not in {MaterialKind.PRODUCT, MaterialKind.AIR}:
        raise place["rest"].fault("须为 product 或 air", "must be product or air")
    return Process(key, Words(place["zh"].text(), place["en"].text()), place["role"].choice(Role), rest)


def _rank(link: Link) -> tuple[str, str, str, str]:
    return link.process, link.direction, link.material, link.figure.basis if link.figure else ""


def _link(place: _Place) -> Link:
    """Read {process: P, takes: M, norm: …} or {process: P, gives: M, yield: …}."""
    place.mapping(("process",), (*Direction, *FigureKind))
    directions = [direction for direction in Direction if direction in place.value]
    kinds = [kind for kind in FigureKind if kind in place.value]
    if len(directions) != 1 or len(kinds) > 1:
        raise place.fault(
            "须有 takes 或 gives 之一，至多一个数值", "needs takes or gives, and at most one figure"
        )
    link = Link(place["process"].text(), directions[0], place[directions[0]].text(), None)
    if not kinds:
        return link
    named = _Place(place.file, checks.path_of(link), place.value)
    return replace(link, figure=_figure(kinds[0], named[kinds[0]]))


def _figure(kind: FigureKind, place: _Place) -> Figure:
    place.mapping(
        ("value", "low", "high", "unit", "basis", "source", "verified"), ("url", "retrieved_on", "note")
    )
    verified, retrieved_on, note = place["verified"].value, place["retrieved_on"].value, place["note"]
    if not isinstance(verified, bool):
        raise place["verified"].fault("须为 true 或 false", "must be true or false")
    if retrieved_on is not None and type(retrieved_on) is not date:
        raise place["retrieved_on"].fault("须为日期", "must be a date")
    return Figure(
        kind=kind,
        value=place["value"].decimal(),
        low=place["low"].decimal(),
        high=place["high"].decimal(),
        unit=place["unit"].text(),
        basis=place["basis"].text(),
        source=place["source"].text(),
        verified=verified,
        url=None if place["url"].value is None else place["url"].text(),
        retrieved_on=retrieved_on,
        note=None if note.value is None else note.words(),
    )
