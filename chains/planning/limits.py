"""What binds: the limits at which one unit more would lift the highest rate, by what they are worth."""

from dataclasses import dataclass, replace

from chains.planning.problem import Blend, Intake, Problem
from chains.planning.reach import Furthest


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A limit that binds: `kind` (supply, intake, blend), its id, its units, and its worth per unit."""

    kind: str
    id: str
    units: int
    worth: float


def bottlenecks(problem: Problem, found: Furthest) -> tuple[Bottleneck, ...]:
    """The limits that bind where the rate is highest: worth most first, then the larger, then by id."""
    amounts = {"supply": problem.supply, "intake": problem.intake, "blend": problem.blend}
    made = []
    for name, worth in found.worth.items():
        kind, _, each = name.partition(":")
        made.append(Bottleneck(kind, each, amounts[kind][each], worth))
    return tuple(sorted(made, key=lambda one: (-round(one.worth, 6), -one.units, one.kind, one.id)))


def without_intakes(problem: Problem) -> Problem:
    """The same with room for everything at every plant, blending limits kept."""
    everything = _everything(problem)
    return replace(problem, intakes=tuple(Intake(part.id, everything) for part in problem.intakes))


def without_blends(problem: Problem) -> Problem:
    """The same with recipes that take anything."""
    everything = _everything(problem)
    return replace(problem, blends=tuple(Blend(part.id, everything) for part in problem.blends))


def _everything(problem: Problem) -> int:
    """More than all supplies with all residues that could arise of them, each handed on ten times."""
    return 10 * sum(part.units for part in problem.supplies)
