"""Capacities, validity, deadlines, and which version of a permit holds in a month."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.periods import Month
from app.domain.permits.capacities import UNITS, CapacityError, capacity_of, plain_unit
from app.domain.permits.content import PermitContent, PermitFacility, PermitWaste, Route
from app.domain.permits.validity import ReportDeadline, Validity
from app.domain.permits.versions import PermitVersion, in_force, overlapping

NUMBER, OTHER = "91140200MA0EXAMPLE001P", "91140200MA0EXAMPLE002Q"
T0 = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "unit", "kept", "period", "grams"),
    [
        ("50", "万吨", "万t", "at_once", 500_000 * 10**6),
        ("12.5", "万吨/年", "万t/a", "year", 125_000 * 10**6),
        ("0.000001", "T/A", "t/a", "year", 1),
        (120, "t／d", "t/d", "year", 120 * 365 * 10**6),
        ("3", "公斤每年", "kg/a", "year", 3_000),
        ("10", "万立方米", "万m3", "at_once", None),
        ("0", "吨", "t", "at_once", 0),
    ],
)
def test_a_capacity_is_kept_as_printed_and_in_grams(
    amount: str | int, unit: str, kept: str, period: str, grams: int | None
) -> None:
    capacity = capacity_of(amount, unit)
    assert (capacity.amount, capacity.unit) == (Decimal(amount), kept)
    assert (capacity.period, capacity.grams) == (period, grams)


@pytest.mark.parametrize(
    ("amount", "unit", "code"),
    [
        ("1", "车", "unknown_unit"),
        ("1", "t/h", "unknown_unit"),
        ("1", "", "unknown_unit"),
        ("-1", "t", "negative"),
        ("1e3", "t", "not_a_number"),
        ("NaN", "t", "not_a_number"),
        ("１", "t", "not_a_number"),
        ("1.2.3", "t", "not_a_number"),
        (True, "t", "not_a_number"),
        ("0.0000001", "t", "too_precise"),
        ("100001", "万t/a", "too_large"),
        ("1000000001", "m3", "too_large"),
        ("9" * 41, "t", "not_a_number"),
    ],
)
def test_what_is_no_capacity_says_why(amount: str, unit: str, code: str) -> None:
    with pytest.raises(CapacityError) as refused:
        capacity_of(amount, unit)
    assert refused.value.code == code


@given(st.decimals(min_value=0, max_value=1000, places=2), st.sampled_from(UNITS))
def test_a_kept_unit_is_read_again_as_itself(amount: Decimal, unit: str) -> None:
    assert plain_unit(unit) == unit
    capacity = capacity_of(amount, unit)
    assert capacity == capacity_of(format(capacity.amount, "f"), capacity.unit)
    if capacity.grams is not None:
        per_unit = capacity_of(1, unit).grams
        assert per_unit is not None
        assert capacity.grams == amount * per_unit


def test_the_deadline_of_a_report() -> None:
    assert ReportDeadline("year", 1, 31).due_on(Month(2025, 12)) == date(2026, 1, 31)
    assert ReportDeadline("quarter", 1, 15).due_on(Month(2025, 3)) == date(2025, 4, 15)
    assert ReportDeadline("month", 2, 31).due_on(Month(2023, 12)) == date(2024, 2, 29)
    assert ReportDeadline("month", 0, 28).due_on(Month(2025, 2)) == date(2025, 2, 28)


def test_validity_covers_the_months_it_touches() -> None:
    validity = Validity(date(2025, 3, 31), date(2025, 5, 1))
    assert [validity.covers(Month(2025, month)) for month in range(2, 7)] == [False, True, True, True, False]
    assert validity.days_left(date(2025, 4, 30)) == 1
    assert validity.days_left(date(2025, 5, 2)) == -1
    assert validity.overlaps(Validity(date(2025, 5, 1), date(2026, 1, 1)))
    assert not validity.overlaps(Validity(date(2025, 5, 2), date(2026, 1, 1)))
    assert Validity(date(1990, 1, 1), date(2199, 12, 31)).covers(Month(2199, 12))


def version(
    number: int,
    since: date,
    *,
    permit: str = NUMBER,
    learnt: int | None = None,
    until: date = date(2030, 1, 1),
) -> PermitVersion:
    content = PermitContent(permit, "140212", validity=Validity(since, until))
    return PermitVersion(number, since, T0 + timedelta(days=number if learnt is None else learnt), content)


def test_the_version_in_force() -> None:
    first, second = version(1, date(2023, 5, 10)), version(2, date(2025, 7, 15))
    correction = version(3, date(2023, 5, 10))
    history = [second, correction, first]
    assert in_force(history, Month(2023, 4)) is None
    assert in_force(history, Month(2023, 5)) is correction
    assert in_force(history, Month(2025, 7)) is second
    assert in_force(history, Month(2025, 6), T0 + timedelta(days=2)) is first
    assert in_force(history, Month(2025, 7), T0 + timedelta(days=1)) is first
    newer_permit = version(1, date(2026, 1, 1), permit=OTHER, learnt=9)
    assert in_force([*history, newer_permit], Month(2026, 1)) is newer_permit
    assert in_force([*history, newer_permit], Month(2025, 12)) is second


days = st.dates(date(2020, 1, 1), date(2028, 12, 31))
histories = st.lists(st.tuples(days, st.integers(0, 2_000)), min_size=1, max_size=8).map(
    lambda said: [version(number, since, learnt=learnt) for number, (since, learnt) in enumerate(said, 1)]
)


@given(histories, st.randoms(use_true_random=False), days, st.integers(0, 2_000))
def test_what_holds_depends_on_neither_order_nor_what_was_learnt_later(
    history: list[PermitVersion], chance: object, day: date, learnt: int
) -> None:
    month, moment = Month.of(day), T0 + timedelta(days=learnt)
    known = [each for each in history if each.received_at <= moment]
    shuffled = list(history)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_force(shuffled, month) == in_force(history, month)
    assert in_force(history, month, moment) == in_force(known, month)
    holding = in_force(history, month)
    if holding is None:
        assert all(Month.of(each.effective_from) > month for each in history)
    else:
        assert not [
            each for each in history if holding.rank < each.rank and Month.of(each.effective_from) <= month
        ]


def test_permits_that_are_valid_at_the_same_time() -> None:
    short = version(1, date(2020, 1, 1), until=date(2020, 12, 31))
    long = version(2, date(2020, 1, 1), until=date(2024, 12, 31))
    window = Validity(date(2021, 1, 1), date(2022, 1, 1))
    assert overlapping([short, long], window) == {NUMBER}
    assert overlapping([long, version(3, date(2020, 1, 1), until=date(2020, 6, 30))], window) == frozenset()


def test_a_stream_on_several_lines_has_the_routes_of_all() -> None:
    lines = (
        PermitWaste("SW02", "441-001-S02", waste_class="I", routes=frozenset({Route("self", "use")})),
        PermitWaste("SW03"),
        PermitWaste("SW02", "441-002-S02", routes=frozenset({Route("entrusted", "use")})),
    )
    content = PermitContent(NUMBER, "140212", wastes=lines)
    found = content.waste("SW02")
    assert found is not None
    assert (found.waste_class, found.routes) == ("I", {Route("self", "use"), Route("entrusted", "use")})
    assert content.waste("SW04") is None
    assert content.credit_code == "91140200MA0EXAMPLE"


def test_what_a_facility_does_when_the_permit_does_not_say() -> None:
    assert PermitFacility("TS001", "storage").does == {"store"}
    assert PermitFacility("TS001", "storage", ways=frozenset({"use"})).does == {"use"}
    assert PermitFacility("TS001", "disposal").takes("SW02")
    assert not PermitFacility("TS001", "disposal", wastes=frozenset({"SW03"})).takes("SW02")
