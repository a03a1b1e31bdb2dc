"""Every month is in one period of a width, and the periods to come follow each other without a gap."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.db.partitions.layout import Layout, Part
from app.db.partitions.periods import Period, Width, coming

DAYS = st.dates(date(1990, 1, 1), date(2199, 12, 31))
WIDTHS = st.sampled_from(Width)


@given(DAYS, WIDTHS)
def test_a_day_is_in_its_period_and_in_no_other(day: date, width: Width) -> None:
    period = Period.of(day, width)
    assert period.first <= day < period.until == period.next.first
    assert Period.of(period.first, width) == period
    assert period.next.name != period.name


def test_names_say_which_months() -> None:
    named = [(Period.of(date(2027, 5, 9), width).name) for width in Width]
    assert named == ["transfers_2027_05", "transfers_2027_q2", "transfers_2027"]


@given(st.dates(date(1990, 1, 1), date(2190, 1, 1)), st.integers(0, 2_000), WIDTHS)
def test_a_year_to_come_has_no_gap(start: date, later: int, width: Width) -> None:
    today = date.fromordinal(start.toordinal() + later)
    found = list(coming(start, width, today))
    assert found[0] == Period.of(start, width)
    assert all(one.until == other.first for one, other in pairwise(found))
    assert found[-1].first <= date(today.year + 1, today.month, 1) < found[-1].until


@given(DAYS, WIDTHS)
def test_the_width_is_read_from_what_is_there(day: date, width: Width) -> None:
    period = Period.of(day, width)
    old, new = Part("old", None, period.first), Part(period.name, period.first, period.until)
    layout = Layout((old, new), has_default=True)
    assert (layout.width, layout.start) == (width, period.first)
    assert layout.has(period)
    assert not layout.has(period.next)
