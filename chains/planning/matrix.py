"""A problem as rows and columns: one column a link, one row a supply, an intake, a blend and, when asked, the target."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from chains import arrays
from chains.arrays import np
from chains.late import LateModule
from chains.planning.problem import Problem

if TYPE_CHECKING:
    import scipy.sparse as sp
else:
    sp = LateModule("scipy.sparse")

Floats: TypeAlias = arrays.Floats
Exact: TypeAlias = int | Fraction
"""Whole numbers stay whole: fractions are exact, too, and fifty times slower."""


@dataclass(frozen=True, slots=True)
class Row:
    """Σ coefficient · x ≤ bound, exact; `links` are the numbers of the columns. `name` says what the row is of."""

    name: str
    links: tuple[int, ...]
    coefficients: tuple[Exact, ...]
    bound: Exact


def rows_of(problem: Problem) -> list[Row]:
    """The rows of what limits a plan, in the order of their names; rows without a link are left out."""
    made: dict[str, dict[int, Exact]] = {}
    for number, link in enumerate(problem.links):
        entries: list[tuple[str, Exact]] = [(f"supply:{link.supply}", 1), (f"intake:{link.intake}", 1)]
        if link.blend is not None:
            entries.append((f"blend:{link.blend}", 1))
        entries += [(f"supply:{into}", -share) for into, share in link.residues.items()]
        for name, coefficient in entries:
            row = made.setdefault(name, {})
            row[number] = row.get(number, 0) + coefficient
    bounds = {
        f"{kind}:{name}": units
        for kind, amounts in (
            ("supply", problem.supply),
            ("intake", problem.intake),
            ("blend", problem.blend),
        )
        for name, units in amounts.items()
    }
    return [Row(name, tuple(row), tuple(row.values()), bounds[name]) for name, row in sorted(made.items())]


def target_row(problem: Problem, target: Fraction) -> Row:
    """State that numerator + Σ x ≥ target · (denominator + Σ counted · x), turned to the shape of the others.

    Where no residue counts, Σ x is a whole number and so is the least one that is enough: with whole bounds alone the
    vertices of a network are whole.
    """
    coefficients = tuple(target * link.counted - 1 if link.counted else -1 for link in problem.links)
    bound: Exact = problem.numerator - target * problem.denominator
    if not any(link.counted for link in problem.links):
        bound = math.floor(bound)
    return Row("target", tuple(range(len(problem.links))), coefficients, bound)


def gains(problem: Problem, target: Fraction) -> Floats:
    """What a unit on each link brings towards the target [units of numerator]."""
    return np.array([float(1 - target * link.counted) if link.counted else 1.0 for link in problem.links])


def costs(problem: Problem) -> Floats:
    """Cost per unit of each link."""
    return np.array([float(link.cost) for link in problem.links])


def matrix(rows: Sequence[Row], columns: int) -> tuple[Any, Floats]:
    """The rows as a sparse matrix and their bounds."""
    index = [(number, link) for number, row in enumerate(rows) for link in row.links]
    data = [float(value) for row in rows for value in row.coefficients]
    where = (
        tuple(np.array(part, dtype=np.int64) for part in zip(*index, strict=True))
        if index
        else (
            np.zeros(0, dtype=np.int64),
            np.zeros(0, dtype=np.int64),
        )
    )
    return sp.csr_array((data, where), shape=(len(rows), columns)), np.array(
        [float(row.bound) for row in rows]
    )
