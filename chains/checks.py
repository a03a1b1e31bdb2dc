"""What must hold in a chain definition beyond its form: one function a check, (path, zh, en) per fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from chains.definition import (
    UNVERIFIED,
    Chain,
    Direction,
    Figure,
    FigureKind,
    Link,
    MaterialKind,
    Role,
)
from chains.late import LateModule

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = LateModule("networkx")

Fault = tuple[str, str, str]
Check = Callable[[Chain], Iterator[Fault]]

# Arithmetic from atomic masses needs no page to look it up on.
STOICHIOMETRY = "stoichiometry"


def path_of(link: Link) -> str:
    """Where a link stands, in words: links[coal → mining]."""
    return f"links[{link}]"


def links_name_what_there_is(chain: Chain) -> Iterator[Fault]:
    """Both ends of a link exist, every node is linked, ends of the chain give nothing."""
    for link in chain.links:
        if link.process not in chain.processes:
            yield path_of(link), f"没有工艺“{link.process}”", f'there is no process "{link.process}"'
        if link.material not in chain.materials:
            yield path_of(link), f"没有物料“{link.material}”", f'there is no material "{link.material}"'
    for process in chain.processes.values():
        given, taken = chain.given_by(process.id), chain.taken_by(process.id)
        path = f"processes.{process.id}"
        if not (given or taken):
            yield path, "没有任何连接", "is linked to nothing"
        if given and process.role in {Role.DISPOSE, Role.STORE}:
            yield path, "处置和贮存是终点，不产出物料", "disposal and storage are ends: they give nothing"
        if not taken and process.role is not Role.SOURCE:
            yield path, "没有投入的物料", "takes nothing"
    linked = {link.material for link in chain.links}
    for material in sorted(chain.materials.keys() - linked):
        yield f"materials.{material}", "没有任何连接", "is linked to nothing"


def cycles_transform(chain: Chain) -> Iterator[Fault]:
    """No process gives back what it takes, and no tonne comes back whole: on the way something must change.

    A cycle through which each process leads the whole tonne on (yield 1) only moves it about.
    """
    whole: list[tuple[str, str]] = []
    for process in chain.processes:
        for material in chain.taken_by(process):
            if material in chain.given_by(process):
                yield _cycle(f"{material} → {process} → {material}")
            for residue, band in chain.split(process, material).residues.items():
                if band.value == 1 and residue != material:
                    whole.append((material, residue))
    for cycle in nx.simple_cycles(nx.DiGraph(whole)) if whole else ():
        start = cycle.index(min(cycle))
        yield _cycle(" → ".join([*cycle[start:], *cycle[: start + 1]]))


def _cycle(way: str) -> Fault:
    return way, "循环中没有发生转变", "a cycle without a transformation"


def figures_stand_where_they_belong(chain: Chain) -> Iterator[Fault]:
    """Norms on what is taken, yields and intensities on what is given, per a material of the process."""
    for link, figure in _figures(chain):
        path = f"{path_of(link)}.{figure.kind}"
        if (link.direction is Direction.TAKES) != (figure.kind is FigureKind.NORM):
            yield path, "这一类数值不能放在这里", "this kind of figure does not belong on this link"
            continue
        taken, given = chain.taken_by(link.process), chain.given_by(link.process)
        allowed = {FigureKind.YIELD: taken, FigureKind.INTENSITY: (*taken, *given), FigureKind.NORM: given}
        possible = sorted(set(allowed[figure.kind]) - {link.material})
        if figure.basis not in possible:
            names = ", ".join(possible) or "—"
            yield (
                f"{path}.basis",
                f"“{figure.basis}”不能作基准；可用的有 {names}",
                f'"{figure.basis}" cannot be the basis here; possible are {names}',
            )


def units_fit(chain: Chain) -> Iterator[Fault]:
    """Say where the unit is not the material's unit per the basis's unit; a yield is t/t."""
    for link, figure in _figures(chain):
        if figure.basis not in chain.materials:
            continue
        due = f"{chain.materials[link.material].unit}/{chain.materials[figure.basis].unit}"
        path = f"{path_of(link)}.{figure.kind}.unit"
        if figure.unit != due:
            yield path, f"单位是 {figure.unit}，应为 {due}", f"the unit is {figure.unit}, it must be {due}"
        elif figure.kind is FigureKind.YIELD and due != "t/t":
            yield path, f"得率的单位应为 t/t，不是 {due}", f"a yield is t/t, not {due}"


def bands_hold(chain: Chain) -> Iterator[Fault]:
    """0 ≤ low ≤ value ≤ high; no yield, and no sum of the yields of one input, above 1."""
    for link, figure in _figures(chain):
        path = f"{path_of(link)}.{figure.kind}"
        if not 0 <= figure.low <= figure.value <= figure.high:
            yield path, "应有 0 ≤ low ≤ value ≤ high", "must be 0 ≤ low ≤ value ≤ high"
        if figure.kind is FigureKind.YIELD and figure.high > 1:
            yield f"{path}.high", f"得率 {figure.high} 大于 1", f"the yield {figure.high} is above 1"
    yields = [(link, figure) for link, figure in _figures(chain) if figure.kind is FigureKind.YIELD]

    def input_of(one: tuple[Link, Figure]) -> tuple[str, str]:
        return one[0].process, one[1].basis

    for (process, basis), group in groupby(sorted(yields, key=input_of), input_of):
        total = sum((figure.value for _, figure in group), Decimal(0))
        if total > 1:
            yield (
                f"{process}: {basis}",
                f"各得率之和 {total} 大于 1",
                f"the yields add up to {total}, above 1",
            )


def residues_fit_together(chain: Chain) -> Iterator[Fault]:
    """Say where an input could leave more residues than itself: all of them at the upper ends of their bands."""
    for process in chain.processes:
        for material in chain.taken_by(process):
            most = sum((band.high for band in chain.split(process, material).residues.values()), Decimal(0))
            if most > 1:
                yield (
                    f"{process}: {material}",
                    f"次生固废得率的上限之和 {most} 大于 1",
                    f"the upper ends of the residues add up to {most}, above 1",
                )


def sources_are_named(chain: Chain) -> Iterator[Fault]:
    """Say where a verified figure cannot be looked up, or one without a source claims more."""
    for link, figure in _figures(chain):
        path = f"{path_of(link)}.{figure.kind}"
        if figure.source == UNVERIFIED and (figure.verified or figure.url or figure.retrieved_on):
            yield path, "没有来源的数值不能标为已核实", "a figure without a source cannot be verified"
        readable = figure.url and figure.retrieved_on
        if figure.verified and not readable and not figure.source.startswith(STOICHIOMETRY):
            yield path, "已核实的数值须有 url 和 retrieved_on", "a verified figure needs url and retrieved_on"


def wastes_have_classes(chain: Chain) -> Iterator[Fault]:
    """Wastes have a class and are weighed, others have none; a waste that is given has a figure."""
    for material in chain.materials.values():
        if (material.kind is MaterialKind.WASTE) != (material.waste_class is not None):
            yield (
                f"materials.{material.id}",
                "固废须有类别，其他物料不能有",
                "a waste has a class, nothing else has",
            )
        if material.kind is MaterialKind.WASTE and material.unit != "t":
            yield f"materials.{material.id}.unit", "固废以吨计", "wastes are weighed in t"
    for link in chain.links:
        given = chain.materials[link.material].kind if link.direction is Direction.GIVES else None
        if given is MaterialKind.WASTE and link.figure is None:
            yield path_of(link), "产生的固废须有数值", "a waste that is given needs a figure"


def _figures(chain: Chain) -> Iterator[tuple[Link, Figure]]:
    return ((link, link.figure) for link in chain.links if link.figure is not None)


FORM: tuple[Check, ...] = (links_name_what_there_is,)
CONTENT: tuple[Check, ...] = (
    cycles_transform,
    figures_stand_where_they_belong,
    units_fit,
    bands_hold,
    residues_fit_together,
    sources_are_named,
    wastes_have_classes,
)
