"""Headroom, and the month in which the present pace exceeds the capacity."""

from hypothesis import given
from hypothesis import strategies as st
from permits.permit_books import LINE, PIT, YARD, T, case, content, facility, line, waste

from app.domain.periods import Month
from app.domain.permits.headroom import Headroom, Pace, exceeded_in_store, exceeded_in_year, outlook


def group(given_case: object, code: str, month: Month | None = None) -> Headroom:
    seen = outlook(given_case, month)  # type: ignore[arg-type]
    assert seen is not None
    return next(each for each in seen.groups if code in each.facilities)


def test_a_year_s_capacity() -> None:
    permit = content(facilities=[YARD, PIT, facility("TS003", "utilization", "100")])
    given_case = case(*[line(generated=15, used=15)] * 4, permit=permit)
    use = group(given_case, "TS003")
    assert (use.capacity, use.taken, use.room) == (100 * T, 60 * T, 40 * T)
    assert (use.pace.grams_per_month, use.pace.months) == (15 * T, 4)
    # 60 + 15 + 15 = 90 in June, 105 in July.
    assert use.exceeded_in == Month(2025, 7)
    assert group(given_case, "TS003", Month(2025, 2)).room == 70 * T


def test_the_pace_is_of_the_last_twelve_filed_months_whatever_the_year() -> None:
    permit = content(facilities=[YARD, PIT, facility("TS003", "utilization", "60")])
    months = [line(generated=99, used=99)] * 2 + [line(generated=4, used=4)] * 12
    use = group(case(*months, permit=permit), "TS003")
    assert (use.taken, use.pace.grams, use.pace.months) == (8 * T, 48 * T, 12)
    # 48 a year never reaches 60.
    assert use.exceeded_in is None


def test_a_pace_that_fits_this_year_and_not_the_next() -> None:
    assert exceeded_in_year(Month(2025, 11), 100, 50, Pace(108, 12)) == Month(2026, 12)
    assert exceeded_in_year(Month(2025, 12), 100, 100, Pace(108, 12)) == Month(2026, 12)
    assert exceeded_in_year(Month(2025, 12), 100, 101, Pace(108, 12)) == Month(2025, 12)


def test_stock_grows_by_its_mean_change() -> None:
    permit = content(facilities=[facility("TS001", "storage", "100"), PIT, LINE])
    months = [line(opening=40, closing=44), line(opening=44, closing=43), line(opening=43, closing=52)]
    store = group(case(*months, permit=permit), "TS001")
    assert (store.taken, store.room, store.pace.grams) == (52 * T, 48 * T, 12 * T)
    # 4 a month: 100 after twelve months is not above 100, the thirteenth is.
    assert store.exceeded_in == Month(2025, 3).plus(13)


def test_a_stock_that_shrinks_is_never_exceeded() -> None:
    permit = content(facilities=[facility("TS001", "storage", "100"), PIT, LINE])
    store = group(case(line(opening=90, closing=60), permit=permit), "TS001")
    assert (store.exceeded_in, store.pace.grams_per_month) == (None, -30 * T)


def test_what_is_over_already_is_over_now() -> None:
    permit = content(facilities=[facility("TS001", "storage", "100"), PIT, LINE])
    store = group(case(line(opening=10, closing=130), permit=permit), "TS001")
    assert (store.room, store.exceeded_in) == (-30 * T, Month(2025, 1))


def test_facilities_that_compete_are_one_group_and_others_are_not() -> None:
    built = [
        facility("TS001", "storage", "100", wastes=["SW02"]),
        facility("TS002", "storage", "50", wastes=["SW02", "SW03"]),
        facility("TS004", "storage", "70", wastes=["SW04"]),
        facility("TS005", "disposal", "10"),
        facility("TS006", "disposal", "20"),
    ]
    permit = content(waste(), waste("SW03"), waste("SW04"), facilities=built)
    lines = [
        line(closing=30, disposed={"TS005": 4, "TS006": 5}),
        line("SW03", closing=8),
        line("SW04", closing=1),
    ]
    seen = outlook(case(lines, permit=permit))
    assert seen is not None
    assert [(each.facilities, each.taken // T, each.room) for each in seen.groups] == [
        (("TS001", "TS002"), 38, 112 * T),
        (("TS004",), 1, 69 * T),
        # Named by the ledger, so each for itself.
        (("TS005",), 4, 6 * T),
        (("TS006",), 5, 15 * T),
    ]


def test_an_unknown_capacity_has_no_headroom() -> None:
    permit = content(facilities=[facility("TS003", "utilization", "9", unit="m3/a")])
    use = group(case(line(generated=5, used=5), permit=permit), "TS003")
    assert (use.capacity, use.room, use.exceeded_in, use.taken) == (None, None, None, 5 * T)


def test_nothing_on_file_has_no_outlook() -> None:
    assert outlook(case()) is None
    assert outlook(case(line()), Month(2030, 1)) is None
    assert outlook(case(line(), versions=[])) is None


@given(
    st.integers(1, 12), st.integers(0, 400), st.integers(0, 400), st.integers(-50, 400), st.integers(1, 12)
)
def test_the_month_is_the_first_above(
    number: int, capacity: int, taken: int, grams: int, months: int
) -> None:
    """Against counting month by month."""
    start, pace = Month(2025, number), Pace(grams, months)

    def counted(yearly: bool) -> Month | None:  # noqa: FBT001 - two cases of one count
        month, so_far = start, taken * months
        for _ in range(24 if yearly else 6000):
            if so_far > capacity * months:
                return month
            month = month.next
            so_far = grams + (0 if yearly and month.number == 1 else so_far)
            if month.year > 2190:
                return None
        return None

    assert exceeded_in_year(start, capacity, taken, pace) == (
        counted(yearly=True) if grams > 0 or taken > capacity else None
    )
    if grams > 0 or taken > capacity:
        expected = counted(yearly=False)
        assert expected is None or exceeded_in_store(start, capacity, taken, pace) == expected
