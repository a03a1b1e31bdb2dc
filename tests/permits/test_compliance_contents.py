"""What the permit names and what the ledger does: wastes, routes, facilities, receivers."""

from dataclasses import replace
from datetime import date

from permits.permit_books import (
    ALL,
    JANUARY,
    LINE,
    NUMBER,
    OTHER,
    PIT,
    YARD,
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

from app.domain.ledger import Sent
from app.domain.permits.case import Kind
from app.domain.permits.content import Route
from app.domain.permits.reasons import reason_of
from app.domain.permits.validity import Validity


def test_what_the_permit_allows_is_no_departure() -> None:
    lines = [
        line(generated=100, used=40, disposed=10, sent={(OTHER, "use"): 30}, closing=20),
        line("SW03", generated=5, closing=5),
    ]
    permit = content(waste(), waste("SW03"))
    assert short(case(lines, lines, permit=permit)) == []


def test_a_waste_that_the_permit_does_not_name() -> None:
    given = case(line("SW06", generated=10, used=10), line("SW06", generated=7, used=7))
    (one,) = found(given)
    assert (one.kind, one.waste, one.grams) == (Kind.WASTE, "SW06", 17 * T)
    assert [(str(a.month), a.grams) for a in one.amounts] == [("2025-01", 10 * T), ("2025-02", 7 * T)]
    said = reason_of(one)
    assert "SW06" in said.zh
    assert "17" in said.zh
    assert NUMBER in said.en
    assert "2025-01 to 2025-02" in said.en


def test_each_year_is_a_departure_of_its_own() -> None:
    months = [line("SW06", generated=1, used=1)] * 14
    assert short(case(*months)) == [("waste_not_permitted", 12), ("waste_not_permitted", 2)]


def test_a_waste_that_only_a_facility_names_is_named() -> None:
    permit = content(facilities=[YARD, facility("TS003", "utilization", "1000", wastes=["SW06"])])
    assert short(case(line("SW06", generated=10, used=10), permit=permit)) == []


def test_another_code_of_the_class() -> None:
    permit = content(waste(waste_code="441-001-S02"))
    given = case(line(generated=9, used=9, waste_code="900-099-S02"), permit=permit)
    assert short(given) == [("waste_code_not_permitted", 9)]
    assert short(case(line(generated=9, used=9, waste_code="441-001-S02"), permit=permit)) == []
    assert short(case(line(generated=9, used=9), permit=permit)) == []
    # A line of the class without a code stands for all of them.
    loose = content(waste(waste_code="441-001-S02"), waste())
    assert short(case(line(generated=9, used=9, waste_code="900-099-S02"), permit=loose)) == []


def test_routes_are_own_waste_only() -> None:
    permit = content(waste(allowed=routes("self_use")), facilities=[YARD, LINE])
    given = case(
        line(generated=10, used=10, received={"use": 30}, sent={(OTHER, "use"): 4, (OTHER, "dispose"): 6}),
        permit=permit,
    )
    assert [(each.kind, each.route, each.grams) for each in found(given)] == [
        (Kind.ROUTE, Route("entrusted", "dispose"), 6 * T),
        (Kind.ROUTE, Route("entrusted", "use"), 4 * T),
    ]


def test_others_waste_in_use_is_no_route_of_ones_own() -> None:
    permit = content(waste(allowed=routes("self_store")), facilities=[YARD, LINE])
    assert short(case(line(used=30, of_received=30, received={"use": 30}), permit=permit)) == []


def test_stock_without_the_route_counts_once_at_its_highest() -> None:
    permit = content(waste(allowed=routes("entrusted_use")))
    given = case(line(generated=10, closing=10), line(generated=5, closing=15), permit=permit)
    assert short(given) == [("route_not_permitted", 15)]


def test_a_facility_that_takes_the_waste_is_no_route() -> None:
    permit = content(
        waste(allowed=routes("entrusted_use")),
        facilities=[facility("TS003", "utilization", "1000", wastes=["SW02"])],
    )
    assert short(case(line(generated=10, used=10), permit=permit)) == [("route_not_permitted", 10)]


def test_a_waste_without_routes_is_incomplete_and_no_breach() -> None:
    permit = content(waste(allowed=frozenset()))
    (one,) = found(case(line(generated=10, used=10), permit=permit))
    assert (one.kind, one.parts, one.grams) == (Kind.INCOMPLETE, ("routes:SW02",), None)


def test_facilities_unknown_for_another_way_and_for_another_waste() -> None:
    permit = content(
        waste(),
        waste("SW03"),
        facilities=[YARD, facility("TS002", "disposal", "1000", wastes=["SW03"]), LINE],
    )
    given = case(line(generated=60, disposed={"TS009": 10, "TS001": 20, "TS002": 30}), permit=permit)
    assert [(each.kind, each.places, each.parts, each.grams) for each in found(given)] == [
        (Kind.FACILITY, ("TS002",), ("other_waste",), 30 * T),
        (Kind.FACILITY, ("TS001",), ("other_way",), 20 * T),
        (Kind.FACILITY, ("TS009",), ("unknown",), 10 * T),
    ]


def test_a_permitted_way_without_any_facility_for_the_waste() -> None:
    permit = content(waste(), facilities=[YARD, facility("TS003", "utilization", "1000", wastes=["SW03"])])
    (one,) = found(case(line(generated=10, used=10), permit=permit))
    assert (one.kind, one.places, one.parts, one.grams) == (Kind.FACILITY, (), ("none",), 10 * T)
    assert "no facility that takes it" in reason_of(one).en


def test_waste_taken_in_that_nothing_covers() -> None:
    given = case(line("SW10", received={"use": 8, "store": 2}, used=8, of_received=8, closing=2))
    assert [(each.kind, each.route, each.grams) for each in found(given)] == [
        (Kind.RECEIVED, Route("self", "store"), 2 * T),
        (Kind.RECEIVED, Route("self", "use"), 8 * T),
    ]
    # A facility without a list takes the permit's wastes, and SW02 is one.
    assert short(case(line(received={"use": 8}, used=8, of_received=8))) == []


def test_a_receiver_whose_permit_does_not_cover_it() -> None:
    theirs = content(
        waste("SW04"), facilities=[facility("TS001", "utilization", "9", wastes=["SW04"])], number=OTHER
    )
    given = case(line(generated=12, sent={(OTHER, "use"): 12}), receivers={OTHER: theirs})
    (one,) = found(given)
    assert (one.kind, one.receiver, one.permit, one.parts) == (Kind.RECEIVER, OTHER, OTHER, ("not_covered",))
    assert one.grams == 12 * T
    covered = content(
        waste("SW04"), facilities=[facility("TS001", "utilization", "9", wastes=["SW02"])], number=OTHER
    )
    assert short(case(line(generated=12, sent={(OTHER, "use"): 12}), receivers={OTHER: covered})) == []
    assert short(case(line(generated=12, sent={(OTHER, "dispose"): 12}), receivers={OTHER: covered})) == [
        ("receiver_not_permitted", 12)
    ]


def test_a_hub_hands_on_what_it_may_entrust() -> None:
    """It may not use the waste itself: what it does not hand on in the month is found with the hub, not with its senders."""
    hub = content(waste(allowed=routes("entrusted_use")), facilities=[], number=OTHER)
    assert short(case(line(generated=9, sent={(OTHER, "use"): 9}), receivers={OTHER: hub})) == []
    assert short(case(line(generated=9, sent={(OTHER, "store"): 9}), receivers={OTHER: hub})) == [
        ("receiver_not_permitted", 9)
    ]
    handing_on = replace(
        line(received={"use": 9}), sent=(Sent("x", 7 * T, of_received_grams=7 * T),), closing_grams=2 * T
    )
    own = content(waste(allowed=routes("entrusted_use")), facilities=[YARD])
    assert short(case(handing_on, permit=own)) == [("received_not_permitted", 2)]


def test_a_receiver_whose_permit_is_not_known_is_left_alone() -> None:
    assert short(case(line(generated=12, sent={(OTHER, "use"): 12}))) == []


def test_a_receiver_whose_permit_had_expired() -> None:
    theirs = content(number=OTHER, validity=Validity(date(2020, 1, 1), date(2025, 1, 31)))
    sending = line(generated=12, sent={(OTHER, "use"): 12})
    (one,) = found(case(sending, sending, receivers={OTHER: theirs}))
    assert (one.parts, one.grams, one.months) == (("expired",), 12 * T, (JANUARY.next,))


def test_the_version_in_force_in_the_month_counts() -> None:
    """The waste is named from March on: what was before stays a departure, with the version of then."""
    versions = [
        version(content(waste()), 1),
        version(content(waste(), waste("SW06")), 2, since=date(2025, 3, 15)),
    ]
    month = line("SW06", generated=10, used=10)
    (one,) = found(case(month, month, month, month, versions=versions))
    assert (one.version, one.grams) == (1, 20 * T)
    assert [str(each) for each in one.months] == ["2025-01", "2025-02"]


def test_months_before_the_first_version_are_compared_with_nothing() -> None:
    versions = [version(content(), since=date(2025, 2, 1))]
    assert short(case(line("SW06", generated=10, used=10), versions=versions)) == []


def test_without_any_permit_only_receivers_are_looked_at() -> None:
    theirs = content(waste("SW04"), facilities=[], number=OTHER)
    given = case(
        line(generated=12, used=2, sent={(OTHER, "use"): 10}), versions=[], receivers={OTHER: theirs}
    )
    assert short(given) == [("receiver_not_permitted", 10)]


def test_all_routes_are_six() -> None:
    assert len(ALL) == 6
    assert PIT.does == {"dispose"}
