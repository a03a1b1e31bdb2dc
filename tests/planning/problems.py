"""Plans made up at random, small enough to try every one of them, or larger ones as a pure network."""

from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from chains.planning import Blend, Intake, Link, Problem, Supply

MOST_UNITS = 3


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    """Up to four links of three units each, with blends and with residues that can be led on."""
    amount = st.integers(0, MOST_UNITS)
    supplies = (Supply("a", draw(amount)), Supply("b", draw(amount)), Supply("r", 0))
    intakes = (Intake("x", draw(amount)), Intake("y", draw(amount)))
    pairs = [(s.id, i.id) for s in supplies for i in intakes]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=4, unique=True))
    links = tuple(_link(draw, supply, intake) for supply, intake in chosen)
    numerator = Fraction(draw(st.integers(0, 20)))
    blends = (Blend("m", draw(amount)),)
    return Problem(supplies, intakes, links, numerator, numerator + draw(st.integers(6, 40)), blends)


def _link(draw: st.DrawFn, supply: str, intake: str) -> Link:
    share = draw(st.sampled_from((Fraction(0), Fraction(0), Fraction(1, 3), Fraction(13, 20))))
    return Link(
        f"{supply}{intake}",
        supply,
        intake,
        draw(st.integers(0, 9)),
        draw(st.sampled_from((None, None, "m"))),
        {"r": share} if share and supply != "r" else {},
        share if supply != "r" and draw(st.booleans()) else Fraction(0),
    )


@st.composite
def networks(draw: st.DrawFn) -> Problem:
    """Larger ones without residues: a transport problem in tonnes by the hundred thousand."""
    tonnes = st.integers(0, 300_000)
    supplies = tuple(Supply(f"s{i}", draw(tonnes)) for i in range(draw(st.integers(1, 6))))
    intakes = tuple(Intake(f"i{i}", draw(tonnes)) for i in range(draw(st.integers(1, 5))))
    links = tuple(
        Link(f"{s.id}{i.id}", s.id, i.id, draw(st.integers(1, 20_000)))
        for s in supplies
        for i in intakes
        if draw(st.booleans())
    )
    return Problem(supplies, intakes, links, Fraction(100_000), Fraction(2_000_000))


@st.composite
def chains_of_use(draw: st.DrawFn) -> Problem:
    """Larger ones with residues that can be led on, and blends: power plants whose ash goes to kilns of limited recipes."""
    tonnes = st.integers(1_000, 300_000)
    mines = [Supply(f"mine{i}", draw(tonnes)) for i in range(draw(st.integers(1, 4)))]
    plants = [Intake(f"plant{i}", draw(tonnes)) for i in range(draw(st.integers(1, 3)))]
    ash = [Supply(f"ash{i}", draw(st.integers(0, 50_000))) for i in range(len(plants))]
    kilns = [Intake(f"kiln{i}", draw(tonnes)) for i in range(draw(st.integers(1, 4)))]
    recipes = [Blend(f"recipe{i}", draw(tonnes)) for i in range(len(kilns))]
    cost, share = st.integers(1, 20_000), st.sampled_from((Fraction(2, 5), Fraction(13, 20)))
    burnt = [
        Link(
            f"{mine.id}>{plant.id}",
            mine.id,
            plant.id,
            draw(cost),
            None,
            {left.id: (part := draw(share))},
            part,
        )
        for mine in mines
        for plant, left in zip(plants, ash, strict=True)
    ]
    baked = [
        Link(f"{left.id}>{kiln.id}", left.id, kiln.id, draw(cost), recipe.id)
        for left in ash
        for kiln, recipe in zip(kilns, recipes, strict=True)
    ]
    return Problem(
        (*mines, *ash),
        (*plants, *kilns),
        (*burnt, *baked),
        Fraction(100_000),
        Fraction(2_000_000),
        tuple(recipes),
    )


def every_plan(problem: Problem) -> list[dict[str, int]]:
    """All whole units that break nothing."""
    found = []
    most = [min(problem.intake[link.intake], 2 * MOST_UNITS) for link in problem.links]
    for units in product(*(range(top + 1) for top in most)):
        plan = {link.id: led for link, led in zip(problem.links, units, strict=True)}
        if not problem.broken(plan):
            found.append(plan)
    return found
