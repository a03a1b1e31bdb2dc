"""Capacities: stock at a month's end, use and disposal by calendar year, and what fits however it is divided."""

from datetime import date
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from permits.permit_books import (
    LINE,
    PIT,
    YARD,
    T,
    case,
    content,
    facility,
    found,
    line,
    short,
    version,
    waste,
)

from app.domain.permits import checks_capacity
from app.domain.permits.allotment import Need, Place, overflow
from app.domain.permits.case import Kind
from app.domain.permits.reasons import reason_of


def test_stock_above_the_storage_is_one_departure_a_run() -> None:
    permit = content(facilities=[facility("TS001", "storage", "100"), PIT, LINE])
    stocks = [line(closing=t) for t in (100, 130, 150, 90, 101)]
    first, second = found(case(*stocks, permit=permit))
    assert (first.kind, first.grams, first.limit) == (Kind.STORAGE, 50 * T, 100 * T)
    assert [str(each) for each in first.months] == ["2025-02", "2025-03"]
    assert (second.grams, [str(each) for each in second.months]) == (1 * T, ["2025-05"])
    assert "150" in reason_of(first).zh
    assert "TS001" in reason_of(first).en


def test_to_the_gram() -> None:
    permit = content(facilities=[facility("TS001", "storage", "100"), PIT, LINE])
    assert short(case(line(closing=100), permit=permit)) == []
    assert short(case(line(closing=100.000001), permit=permit)) == [("over_storage_capacity", 0.000001)]


def test_a_full_yard_beside_an_empty_one_of_another_waste() -> None:
    """The sum of the capacities would hide it."""
    yards = [
        facility("TS001", "storage", "1000", wastes=["SW03"]),
        facility("TS002", "storage", "100", wastes=["SW02", "SW03"]),
    ]
    permit = content(waste(), waste("SW03"), facilities=yards)
    (one,) = found(case([line(closing=160), line("SW03", closing=500)], permit=permit))
    assert (one.grams, one.waste, one.places, one.limit) == (60 * T, "SW02", ("TS002",), 100 * T)
    assert short(case([line(closing=100), line("SW03", closing=1000)], permit=permit)) == []


def test_use_is_held_to_the_year_so_far() -> None:
    permit = content(facilities=[YARD, PIT, facility("TS003", "utilization", "100")])
    months = [line(generated=30, used=30)] * 5
    (one,) = found(case(*months, permit=permit))
    assert (one.kind, one.grams, one.limit) == (Kind.USE, 50 * T, 100 * T)
    # Each month's own part, from January on.
    assert [amount.grams // T for amount in one.amounts] == [30] * 5
    assert short(case(*months[:3], permit=permit)) == []


def test_a_new_year_begins_at_zero() -> None:
    permit = content(facilities=[YARD, PIT, facility("TS003", "utilization", "100")])
    months = [line(generated=8, used=8)] * 24
    assert short(case(*months, permit=permit)) == []


def test_a_capacity_lowered_in_june_counts_from_june_on() -> None:
    wide = content(facilities=[YARD, PIT, facility("TS003", "utilization", "100")])
    narrow = content(facilities=[YARD, PIT, facility("TS003", "utilization", "50")])
    versions = [version(wide, 1), version(narrow, 2, since=date(2025, 6, 1))]
    months = [line(generated=12, used=12)] * 6
    (one,) = found(case(*months, versions=versions))
    assert (one.grams, one.version, one.limit) == (22 * T, 2, 50 * T)
    assert short(case(*months[:5], versions=versions)) == []


def test_disposal_is_held_to_the_facility_that_the_ledger_names() -> None:
    pits = [facility("TS002", "disposal", "10"), facility("TS004", "disposal", "1000")]
    permit = content(facilities=[YARD, LINE, *pits])
    named = case(line(generated=30, disposed={"TS002": 30}), permit=permit)
    (one,) = found(named)
    assert (one.kind, one.grams, one.places) == (Kind.DISPOSAL, 20 * T, ("TS002",))
    assert short(case(line(generated=30, disposed=30), permit=permit)) == []


def test_capacities_that_cannot_be_compared_are_never_exceeded() -> None:
    unknown = [
        facility("TS001", "storage", None),
        facility("TS002", "disposal", "5", unit="万m3/a"),
        facility("TS003", "utilization", "1", unit="t"),
    ]
    permit = content(facilities=unknown)
    given = case(line(generated=3e6, used=1e6, disposed=1e6, closing=1e6), permit=permit)
    assert [each.parts for each in found(given)] == [("capacity:TS001",)]


def test_capacity_zero_takes_nothing() -> None:
    permit = content(facilities=[facility("TS001", "storage", "0"), PIT, LINE])
    assert short(case(line(closing=1), permit=permit)) == [("over_storage_capacity", 1)]


def test_a_tolerance_lets_pass_and_then_tells_the_true_excess() -> None:
    permit = content(facilities=[facility("TS001", "storage", "100"), PIT, LINE])
    within, above = case(line(closing=102), permit=permit), case(line(closing=103), permit=permit)
    two_percent = Fraction(2, 100)
    assert list(checks_capacity.storage(within, two_percent)) == []
    (one,) = checks_capacity.storage(above, two_percent)
    assert one.grams == 3 * T


def test_a_facility_of_two_ways_shares_its_capacity() -> None:
    both = facility("TS003", "utilization", "100", ways=frozenset({"use", "dispose"}))
    permit = content(facilities=[YARD, both])
    over = found(case(line(generated=120, used=70, disposed=50), permit=permit))
    assert {each.kind for each in over} == {Kind.USE, Kind.DISPOSAL}
    assert {each.grams for each in over} == {20 * T}
    assert short(case(line(generated=100, used=60, disposed=40), permit=permit)) == []


WASTES = ("SW01", "SW02", "SW03")
needs = st.lists(
    st.builds(
        Need,
        st.sampled_from(WASTES),
        st.just("use"),
        st.sampled_from(["", "", "A", "B"]),
        st.integers(0, 60),
    ),
    max_size=5,
)
places = st.tuples(
    *(
        st.builds(
            Place,
            st.just(code),
            st.one_of(st.none(), st.integers(0, 60)),
            st.frozensets(st.tuples(st.sampled_from(WASTES), st.just("use"))),
        )
        for code in "ABC"
    )
)


@settings(max_examples=300, deadline=None)
@given(needs, places)
def test_overflow_is_hall_s_deficit(wanted: list[Need], built: tuple[Place, ...]) -> None:
    """Max flow = min cut: the overflow is the largest excess of any set of needs over all that may take them."""
    limited = [
        need
        for need in wanted
        if (able := [place for place in built if place.may_take(need)])
        and all(place.capacity is not None for place in able)
    ]
    worst = 0
    for chosen in product([False, True], repeat=len(limited)):
        some = [need for need, is_in in zip(limited, chosen, strict=True) if is_in]
        open_to = [place for place in built if any(place.may_take(need) for need in some)]
        capacity = sum(place.capacity or 0 for place in open_to)
        worst = max(worst, sum(need.grams for need in some) - capacity)
    excess = overflow(wanted, built)
    assert (0 if excess is None else excess.grams) == worst
    if excess is not None:
        # What is named is such a set itself.
        assert sum(need.grams for need in excess.needs) - excess.capacity == excess.grams
    assert overflow(reversed(wanted), reversed(built)) == excess
