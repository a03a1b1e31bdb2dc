"""Validity, renewal and completeness of the register."""

from datetime import date

from permits.permit_books import (
    NUMBER,
    T,
    case,
    content,
    facility,
    found,
    line,
    routes,
    short,
    version,
    waste,
)

from app.domain.periods import Month
from app.domain.permits.case import Kind, seen_on
from app.domain.permits.compliance import departures
from app.domain.permits.reasons import reason_of
from app.domain.permits.validity import Validity


def until(last: date, first: date = date(2020, 1, 1)) -> Validity:
    return Validity(first, last)


def test_expiry_is_told_sixty_days_before() -> None:
    permit = content(validity=until(date(2026, 3, 11)))
    ordinary = line(generated=1, used=1)
    assert short(case(ordinary, permit=permit, day=date(2026, 1, 9))) == []
    (one,) = found(case(ordinary, permit=permit, day=date(2026, 1, 10)))
    assert (one.kind, one.last_day, one.grams) == (Kind.EXPIRING, date(2026, 3, 11), None)
    assert "2026-03-11" in reason_of(one).zh
    assert [k for k, _ in short(case(ordinary, permit=permit, day=date(2026, 3, 11)))] == ["permit_expiring"]
    assert [k for k, _ in short(case(ordinary, permit=permit, day=date(2026, 3, 12)))] == ["permit_expired"]


def test_what_was_generated_after_the_last_day() -> None:
    """February has one valid day and counts as valid; from March on it is a departure, and nothing else is looked at."""
    permit = content(validity=until(date(2025, 2, 1)))
    months = [line(generated=10, used=10), line(generated=20, used=20), line("SW06", generated=30, used=30)]
    (one,) = found(case(*months, line(), permit=permit))
    assert (one.kind, one.grams, one.last_day) == (Kind.EXPIRED, 30 * T, date(2025, 2, 1))
    assert [str(each) for each in one.months] == ["2025-03"]
    assert "30" in reason_of(one).en
    # Of a receiver it is what it took in.
    taking = line(received={"use": 5}, used=5, of_received=5)
    (one,) = found(case(taking, taking, taking, permit=permit))
    assert one.grams == 5 * T


def test_an_expired_permit_of_an_idle_site_is_told_without_tonnes() -> None:
    (one,) = found(case(line(closing=5), permit=content(validity=until(date(2024, 12, 31)))))
    assert (one.kind, one.months, one.grams) == (Kind.EXPIRED, (), None)
    assert "nothing follows" in reason_of(one).en


def test_a_renewal_without_a_gap_ends_it() -> None:
    old = content(validity=until(date(2025, 6, 30)))
    new = content(validity=until(date(2030, 6, 30), first=date(2025, 7, 1)))
    versions = [version(old, 1), version(new, 2, since=date(2025, 7, 1))]
    months = [line(generated=1, used=1)] * 9
    assert short(case(*months, versions=versions)) == []
    # Known in June, though it holds from July on: nothing expires.
    assert short(case(*months[:5], versions=versions, day=date(2025, 6, 10))) == []
    assert short(case(*months[:5], versions=versions[:1], day=date(2025, 6, 10))) == [
        ("permit_expiring", None)
    ]


def test_a_gap_between_two_permits_stays_a_departure() -> None:
    old = content(validity=until(date(2025, 3, 31)))
    new = content(validity=until(date(2030, 6, 30), first=date(2025, 6, 1)))
    versions = [version(old, 1), version(new, 2, since=date(2025, 6, 1))]
    (one,) = found(case(*[line(generated=4, used=4)] * 9, versions=versions))
    assert (one.kind, one.grams, one.version) == (Kind.EXPIRED, 8 * T, 1)
    assert [str(each) for each in one.months] == ["2025-04", "2025-05"]


def test_a_site_that_has_stopped_is_seen_on_its_last_day() -> None:
    assert seen_on(Month(2022, 12), date(2026, 11, 21)) == date(2022, 12, 31)
    assert seen_on(None, date(2026, 11, 21)) == date(2026, 11, 21)
    assert seen_on(Month(2199, 12), date(2026, 11, 21)) == date(2026, 11, 21)


def test_what_an_incomplete_permit_lacks() -> None:
    bare = content(facilities=[], validity=None)
    bare = type(bare)(NUMBER, "140212")
    (one,) = found(case(line(generated=5, used=5), permit=bare))
    assert (one.kind, one.parts) == (Kind.INCOMPLETE, ("wastes", "facilities", "validity"))
    said = reason_of(one)
    assert "固废种类、设施、有效期" in said.zh
    assert "wastes, facilities, validity" in said.en


def test_who_entrusts_everything_needs_no_facilities() -> None:
    permit = content(waste(allowed=routes("entrusted_use")), facilities=[])
    assert short(case(line(generated=5, sent={("x", "use"): 5}), permit=permit)) == []
    assert short(case(line(generated=5, closing=5), permit=permit)) == [
        ("permit_incomplete", None),
        ("route_not_permitted", 5),
    ]


def test_a_capacity_by_volume_is_a_capacity() -> None:
    permit = content(facilities=[facility("TS001", "storage", "500", unit="m3")])
    assert short(case(line(), permit=permit)) == []


def test_only_the_months_asked_for_are_told() -> None:
    permit = content(facilities=[facility("TS003", "utilization", "100")])
    months = [[line(generated=30, used=30), line("SW06", generated=1, sent={("x", "use"): 1})]] * 6
    whole = case(*months, permit=permit)
    second = list(departures(whole, Month(2025, 4), Month(2025, 6)))
    assert [(each.kind, each.grams) for each in second] == [(Kind.WASTE, 3 * T), (Kind.USE, 80 * T)]
    # By the end of March the year has not reached its capacity.
    assert [each.kind for each in departures(whole, Month(2025, 1), Month(2025, 3))] == [Kind.WASTE]
