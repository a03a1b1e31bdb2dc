"""What the public sees gives no enterprise away, not even by subtraction."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from web.made_up_figures import city

from app.domain.periods import Month, month_range
from app.web.disclosure import FEWEST_ENTERPRISES, withheld
from app.web.overview.public import Behind, for_public

cells = st.lists(st.none() | st.integers(0, 12), max_size=20)


def test_a_small_cell_takes_the_smallest_large_one_with_it() -> None:
    assert withheld([5, 2, 9, 3]) == {1, 3}
    assert withheld([5, 9, 3]) == frozenset()
    assert withheld([1, 2]) == {0, 1}
    assert withheld([None, 4]) == frozenset()


def test_a_figure_without_a_generator_is_a_small_cell() -> None:
    """Someone took it from old stock: it is that enterprise's figure."""
    assert withheld([0, 4, 7]) == {0, 1}


@given(cells)
def test_no_shown_cell_has_fewer_than_three_enterprises(enterprises: list[int | None]) -> None:
    hidden = withheld(enterprises)
    shown = [number for index, number in enumerate(enterprises) if index not in hidden]
    assert all(number is None or number >= FEWEST_ENTERPRISES for number in shown)


@given(cells)
def test_what_is_missing_from_the_total_is_never_a_small_group(enterprises: list[int | None]) -> None:
    """The total minus the cells shown is the sum of the hidden ones: that of three enterprises at least."""
    hidden = withheld(enterprises)
    if not hidden:
        return
    shown = [number for index, number in enumerate(enterprises) if index not in hidden and number is not None]
    assert max(enterprises[index] or 0 for index in hidden) >= FEWEST_ENTERPRISES or not shown


@given(cells)
def test_no_more_is_withheld_than_needed(enterprises: list[int | None]) -> None:
    hidden = withheld(enterprises)
    large = [index for index in hidden if (enterprises[index] or 0) >= FEWEST_ENTERPRISES]
    assert len(large) <= 1


def test_a_month_is_withheld_in_every_view_of_its_year_or_in_none() -> None:
    """March has one enterprise and December goes with it: a view that begins in December shows neither."""
    counts = {str(month): 5 for month in month_range(Month(2021, 1), Month(2022, 12))}
    counts |= {"2021-03": 1, "2021-12": 3}
    behind = Behind(whole=5, months=counts, wastes={}, industries={})
    whole = for_public(city(), behind)
    assert [str(month.month) for month in whole.months if month.withheld] == ["2021-03", "2021-12"]
    later = for_public(replace(city(), months=city().months[11:]), behind)
    assert [str(month.month) for month in later.months if month.withheld] == ["2021-12"]


def test_of_two_cells_alike_the_same_one_goes_in_whatever_order_they_come() -> None:
    counts = {"SW02": 3, "SW03": 5, "SW04": 3, "SW05": 1, "SW06": 3}
    behind = Behind(whole=7, months={}, wastes=counts, industries={})
    for wastes in (city().wastes, city().wastes[::-1]):
        shown = for_public(replace(city(), wastes=wastes), behind)
        assert {waste.code for waste in shown.wastes if waste.withheld} == {"SW02", "SW05"}


def test_a_waste_that_the_open_data_withhold_is_withheld_here_too() -> None:
    code = city().wastes[0].code
    large = {group.code: 9 for group in city().wastes}
    behind = Behind(whole=9, months={}, wastes=large, industries={}, wastes_withheld=frozenset({code}))
    assert [group.code for group in for_public(city(), behind).wastes if group.withheld] == [code]
