"""The row trees of the forms, as they are shipped: nothing counted twice, nothing of a group lost, whatever the lines."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ledger import Line, totals_of
from app.domain.periods import Month
from app.domain.permits.case import FiledMonth
from app.domain.rates import METRICS, Totals
from app.reports.site_forms.row_tree import FormRow, sums_by_row, takes
from seed.reference_files import read_reference

RELEASE = read_reference()
BODIES: dict[str, Any] = {row.code: dict(row.body) for row in RELEASE.rows if row.kind == "report_forms"}
WASTES = sorted(row.code for row in RELEASE.rows if row.kind == "wastes")
CODES = st.sampled_from(
    [None, "081-001-S05", "092-001-S05", "311-001-S01", "322-003-S01", "441-001-S02", "999-9"]
)
LINES = st.builds(
    lambda waste, code, generated, closing: Line(
        waste, waste_code=code, generated_grams=generated, closing_grams=closing
    ),
    st.sampled_from(WASTES),
    CODES,
    st.integers(0, 10**12),
    st.integers(0, 10**12),
)


def tree(form: str) -> tuple[FormRow, ...]:
    return tuple(map(FormRow.of, BODIES[form]["rows"]))


@pytest.mark.parametrize("form", sorted(BODIES))
def test_a_shipped_form_names_known_wastes_groups_figures_and_metrics(form: str) -> None:
    rows = tree(form)
    ids = [row.id for row in rows]
    assert len(set(ids)) == len(ids)
    for row in rows:
        assert row.wastes <= set(WASTES)
        assert row.within is None or row.within in ids
    for figure in BODIES[form]["figures"]:
        assert figure.get("metric", "utilization.statutory") in METRICS
        assert ("metric" in figure) != ("figure" in figure)


@given(st.lists(LINES, max_size=12))
def test_branches_add_up_to_their_group(lines: list[Line]) -> None:
    filed = [FiledMonth(Month(2025, 6), tuple(lines), "ledger", 1)]
    for form in BODIES:
        rows = tree(form)
        sums = sums_by_row(rows, filed)
        for group in {row.within for row in rows if row.within}:
            branches = [sums[row.id] for row in rows if row.within == group]
            assert sum((each.totals for each in branches), Totals()) == sums[group].totals
            assert sum(each.closing_grams for each in branches) == sums[group].closing_grams
        tops = [row for row in rows if row.level == 1]
        total = next(row for row in rows if row.level == 0)
        assert sum((sums[row.id].totals for row in tops), Totals()) == sums[total.id].totals
        for line in lines:
            assert sum(takes(rows, row, line) for row in tops) == (1 if takes(rows, total, line) else 0)


@given(st.lists(LINES, max_size=12))
def test_the_statistics_count_every_line(lines: list[Line]) -> None:
    sums = sums_by_row(tree("statistics-101"), [FiledMonth(Month(2025, 6), tuple(lines), "ledger", 1)])
    assert sums["total"].totals == sum((totals_of(line) for line in lines), Totals())


def test_a_line_without_a_code_is_in_no_branch() -> None:
    rows = {row.id: row for row in tree("half-year-industry")}
    every = tuple(rows.values())

    def of(line: Line) -> set[str]:
        return {row.id for row in every if takes(every, row, line)}

    assert of(Line("SW01")) == {"total", "slags", "slag_unsorted"}
    assert of(Line("SW01", waste_code="312-001-S01")) == {"total", "slags", "slag_steel"}
    assert of(Line("SW09", waste_code="321-001-S09")) == {"total", "slags", "red_mud"}
    assert of(Line("SW05", waste_code="081-001-S05")) == {"total", "tailings", "tailings_iron"}
    assert of(Line("SW59")) == set()


def test_a_stock_is_that_of_the_last_month_on_file() -> None:
    filed = [
        FiledMonth(Month(2025, number), (Line("SW02", generated_grams=5, closing_grams=number),), "l", 1)
        for number in (1, 2, 4)
    ]
    sums = sums_by_row(tree("statistics-101"), filed)["fly_ash"]
    assert (sums.totals.generated_grams, sums.closing_grams, sums.lines) == (15, 4, 3)
