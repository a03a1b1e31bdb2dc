"""Cells that are withheld from a published table: nobody computes them from what is shown."""

from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.suppression import FEWEST_ENTERPRISES, Sum, Why, suppressed

Cell = tuple[str, str]
REGIONS = ("r1", "r2", "r3", "r4")
WASTES = ("w1", "w2", "w3")


def grid(counts: dict[Cell, int]) -> tuple[dict[Cell, int], list[Sum]]:
    """A table of regions by wastes with both margins; a count of 0 is a cell with a figure and no generator."""
    cells = dict(counts)
    sums = []
    for region in {cell[0] for cell in counts}:
        parts = tuple(sorted(cell for cell in counts if cell[0] == region))
        cells[region, "*"] = max(counts[part] for part in parts)
        sums.append(Sum((region, "*"), parts))
    for waste in {cell[1] for cell in counts}:
        parts = tuple(sorted(cell for cell in counts if cell[1] == waste))
        cells["*", waste] = sum(counts[part] for part in parts)
        sums.append(Sum(("*", waste), parts))
    totals = tuple(sorted(cell for cell in cells if cell[1] == "*"))
    cells["*", "*"] = sum(cells[part] for part in totals)
    sums.append(Sum(("*", "*"), totals))
    sums.append(Sum(("*", "*"), tuple(sorted(cell for cell in cells if cell[0] == "*" and cell[1] != "*"))))
    return cells, sums


def determined(hidden: set[Cell], sums: list[Sum]) -> set[Cell]:
    """The same question answered another way: exact fractions, dense rows."""
    names = sorted(hidden)
    rows = []
    for relation in sums:
        row = [Fraction((name in relation.parts) - (name == relation.total)) for name in names]
        rows.append(row)
    found = set()
    lead = 0
    for column in range(len(names)):
        chosen = next((number for number in range(lead, len(rows)) if rows[number][column]), None)
        if chosen is None:
            continue
        rows[lead], rows[chosen] = rows[chosen], rows[lead]
        rows[lead] = [value / rows[lead][column] for value in rows[lead]]
        for number, row in enumerate(rows):
            if number != lead and row[column]:
                rows[number] = [a - row[column] * b for a, b in zip(row, rows[lead], strict=True)]
        lead += 1
    for row in rows:
        if sum(1 for value in row if value) == 1:
            found.add(names[next(number for number, value in enumerate(row) if value)])
    return found


COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(REGIONS), st.sampled_from(WASTES)), st.integers(0, 9), min_size=1
)


@given(COUNTS)
def test_nothing_withheld_can_be_computed(counts: dict[Cell, int]) -> None:
    cells, sums = grid(counts)
    hidden = suppressed(cells, sums)
    assert determined(set(hidden), sums) == set()


@given(COUNTS)
def test_every_small_cell_is_withheld_and_no_relation_leaves_fewer_than_three(
    counts: dict[Cell, int],
) -> None:
    cells, sums = grid(counts)
    hidden = suppressed(cells, sums)
    assert {cell for cell, number in cells.items() if number < FEWEST_ENTERPRISES} == {
        cell for cell, why in hidden.items() if why is Why.FEW
    }
    for relation in sums:
        gone = [cell for cell in relation.members if cell in hidden]
        if gone and len(gone) < len(relation.members):
            assert len(gone) > 1
            assert any(cells[cell] >= FEWEST_ENTERPRISES for cell in gone)


@given(COUNTS, st.randoms())
def test_the_same_table_loses_the_same_cells_in_whatever_order_it_comes(
    counts: dict[Cell, int], chance: Random
) -> None:
    cells, sums = grid(counts)
    mixed = dict(chance.sample(sorted(cells.items()), len(cells)))
    assert suppressed(mixed, chance.sample(sums, len(sums))) == suppressed(cells, sums)


def test_one_small_cell_takes_the_smallest_large_one_of_its_row_and_column_with_it() -> None:
    cells, sums = grid(
        {("r1", "w1"): 1, ("r1", "w2"): 5, ("r1", "w3"): 4, ("r2", "w1"): 9, ("r2", "w2"): 9, ("r2", "w3"): 9}
    )
    hidden = suppressed(cells, sums)
    assert hidden["r1", "w1"] is Why.FEW
    assert hidden["r1", "w3"] is Why.COMPANION
    assert ("*", "*") not in hidden
    assert set(hidden) == {("r1", "w1"), ("r1", "w3"), ("r2", "w1"), ("r2", "w3")}


def test_a_table_of_large_cells_is_shown_whole() -> None:
    cells, sums = grid(dict.fromkeys([(r, w) for r in REGIONS for w in WASTES], 3))
    assert suppressed(cells, sums) == {}


def test_a_lone_part_takes_its_total_with_it() -> None:
    cells: dict[Cell, int] = {("r1", "w1"): 2, ("r1", "*"): 2}
    assert set(suppressed(cells, [Sum(("r1", "*"), (("r1", "w1"),))])) == set(cells)


def test_what_is_withheld_elsewhere_is_withheld_here_and_covered() -> None:
    cells: dict[Cell, int] = {("r1", "w1"): 5, ("r1", "w2"): 6, ("r1", "w3"): 7, ("r1", "*"): 9}
    sums = [Sum(("r1", "*"), (("r1", "w1"), ("r1", "w2"), ("r1", "w3")))]
    assert set(suppressed(cells, sums, also=[("r1", "w3")])) == {("r1", "w1"), ("r1", "w3")}
