"""Each rule about a site fires on a planted fact and stays silent on its clean twin."""

from dataclasses import replace
from datetime import date

from findings.books import (
    OTHER,
    SITE,
    START,
    book,
    declared,
    facility,
    flow,
    found,
    generating,
    line,
    site,
    tonnes_of,
    without,
)
from hypothesis import given
from hypothesis import strategies as st

from app.domain.periods import Month
from app.findings import registry
from app.findings.facts import SiteFacts
from app.findings.rule import Partition, Severity

YEAR = [START.plus(place) for place in range(12)]


def test_line_balance() -> None:
    clean = site(book(START, line(generated=1000, used=600, closing=400)))
    leak = site(book(START, line(generated=1000, used=600, closing=100)))
    appeared = site(book(START, line(generated=1000, used=600, closing=700)))
    assert found("line_balance", clean) == []
    assert tonnes_of(found("line_balance", leak)) == [300]
    assert tonnes_of(found("line_balance", appeared)) == [300]
    told = found("line_balance", leak)[0].explanation
    assert "300 吨无去向" in told.zh
    assert "300 t are not accounted for" in told.en


def test_line_balance_allows_what_scales_may_be_wrong() -> None:
    """1000 in, 1 %: σ = √(1000² + 600² + 370²) · 1 % = 12.2 t, three of them 36.7 t."""
    near = site(book(START, line(generated=1000, used=600, closing=370)))
    assert found("line_balance", near) == []
    assert tonnes_of(found("line_balance", near, critical_z="2")) == [30]
    rough = site(book(START, line(generated=1000, used=600, closing=100, sigma=0.2)))
    assert found("line_balance", rough) == []


def test_a_stock_that_lies_still_adds_no_uncertainty() -> None:
    yard = site(book(START, line(opening=1_000_000, generated=1000, used=600, closing=1_000_350)))
    assert tonnes_of(found("line_balance", yard, critical_z="3")) == [50]


def test_line_balance_sums_the_lines_of_a_waste() -> None:
    halves = site(book(START, line(generated=500, used=200), line(generated=500, used=400, closing=400)))
    assert found("line_balance", halves) == []


def test_negative_stock() -> None:
    clean = site(book(START, line(opening=100, generated=1000, used=1100)))
    overdrawn = site(book(START, line(opening=100, generated=1000, used=1300, closing=50)))
    assert found("negative_stock", clean) == []
    assert tonnes_of(found("negative_stock", overdrawn)) == [250]
    assert found("line_balance", overdrawn) == [], "one fact, one rule"


def test_negative_stock_of_prior_years() -> None:
    drawn = flow("used", 500, prior_stock=400_000_000)
    clean = site(book(START, line(opening=400, used=500, generated=100), flows=[drawn]))
    empty = site(book(START, line(opening=50, used=500, generated=450), flows=[drawn]))
    assert found("negative_stock", clean) == []
    assert tonnes_of(found("negative_stock", empty)) == [350]


def test_stock_discontinuity() -> None:
    first = book(START, line(generated=1000, closing=1000))
    clean = site(first, book(START.next, line(opening=1000, used=1000)))
    drop = site(first, book(START.next, line(opening=400, used=400)))
    gone = site(first, book(START.next))
    apart = site(first, book(START.plus(2), line(opening=400, used=400)))
    assert found("stock_discontinuity", clean) == []
    assert tonnes_of(found("stock_discontinuity", drop)) == [600]
    assert tonnes_of(found("stock_discontinuity", gone)) == [1000], "a nil return empties the yard"
    assert found("stock_discontinuity", apart) == [], "the month between says nothing"


def test_missing_month_with_the_tonnes_of_an_ordinary_one() -> None:
    whole = generating(900, 1000, 1100, 1000, 1000)
    assert found("missing_month", whole) == []
    gap = without(whole, START.plus(2))
    assert tonnes_of(found("missing_month", gap)) == [1000]
    assert [each.months for each in found("missing_month", gap)] == [(START.plus(2),)]


def test_a_month_is_missing_only_after_its_days_of_grace() -> None:
    facts = replace(generating(*[1000] * 3), reports_until=None)
    assert found("missing_month", replace(facts, today=date(2024, 5, 20))) == []
    late = found("missing_month", replace(facts, today=date(2024, 5, 21)))
    assert [str(each.months[0]) for each in late] == ["2024-04"]
    assert found("missing_month", replace(facts, today=date(2024, 5, 21)), grace_days="40") == []


def test_a_site_before_its_first_and_after_its_last_month_owes_nothing() -> None:
    facts = replace(generating(*[1000] * 3), today=date(2025, 1, 1))
    assert found("missing_month", facts) == []
    assert found("silent_site", facts) == []


def test_silent_site_is_one_finding_that_grows() -> None:
    facts = replace(generating(*[1000] * 6), reports_until=None)
    two = replace(facts, today=date(2024, 9, 25))
    assert found("silent_site", two) == []
    assert len(found("missing_month", two)) == 2
    three, five = replace(facts, today=date(2024, 10, 25)), replace(facts, today=date(2024, 12, 25))
    assert [each.key for each in found("silent_site", three)] == [("2024-07",)]
    assert [each.key for each in found("silent_site", five)] == [("2024-07",)]
    assert tonnes_of(found("silent_site", five)) == [5000]
    assert len(found("missing_month", five)) == 2


def test_a_site_that_never_filed() -> None:
    never = site(reports_from=START, reports_until=None, today=date(2024, 6, 25), books={})
    (silent,) = found("silent_site", never)
    assert silent.grams is None
    assert "从未填报" in silent.explanation.zh


def test_late_filing() -> None:
    clean, late = site(book(START, days_late=20)), site(book(START, days_late=21))
    assert found("late_filing", clean) == []
    assert [each.values["days"] for each in found("late_filing", late)] == [21]


def test_dumped_and_noncompliant() -> None:
    clean = site(book(START, line(disposed=100), flows=[flow("disposed", 100, compliant=True)]))
    bad = site(book(START, line(disposed=100, dumped=5), flows=[flow("disposed", 100, compliant=False)]))
    silent = site(book(START, line(disposed=100), flows=[flow("disposed", 100)]))
    for facts in (clean, silent):
        assert found("dumped", facts) == []
        assert found("noncompliant_disposal", facts) == []
    assert tonnes_of(found("dumped", bad)) == [5]
    assert tonnes_of(found("noncompliant_disposal", bad)) == [100]


def test_same_figure() -> None:
    assert found("same_figure", generating(*[812.34] * 5, 812.35)) == []
    (same,) = found("same_figure", generating(700, *[812.34] * 6, 700))
    assert (same.key, len(same.months)) == (("SW02", "2024-02"), 6)
    assert found("same_figure", generating(*[0] * 12)) == [], "nothing is nothing every month"


def test_unit_slip() -> None:
    assert found("unit_slip", generating(900, 1000, 1100, 1050)) == []
    assert [each.months[0] for each in found("unit_slip", generating(900, 1000, 1, 1050))] == [Month(2024, 3)]
    assert [each.months[0] for each in found("unit_slip", generating(900, 1_010_000, 1000, 1050))] == [
        Month(2024, 2)
    ]
    assert found("sudden_surge", generating(*[1000] * 6, 1_000_000)) == [], "one fact, one rule"


def test_sudden_drop_and_surge() -> None:
    ordinary = [900, 1000, 1100, 1000, 950, 1050]
    assert found("sudden_drop", generating(*ordinary, 800)) == []
    assert found("sudden_surge", generating(*ordinary, 1300)) == []
    (drop,) = found("sudden_drop", generating(*ordinary, 100, 90, 1000))
    assert drop.months == (Month(2024, 7), Month(2024, 8))
    assert 1750 < (drop.grams or 0) / 1_000_000 < 1850
    (surge,) = found("sudden_surge", generating(*ordinary, 4000))
    assert 2900 < (surge.grams or 0) / 1_000_000 < 3100


def test_a_level_that_shifted_for_good_is_never_forgotten() -> None:
    (drop,) = found("sudden_drop", generating(*[1000] * 6, *[10] * 40))
    assert (drop.key, len(drop.months)) == (("SW02", "2024-07"), 40)
    assert tonnes_of([drop]) == [40 * 990]


def test_a_site_that_stops_altogether_drops_too() -> None:
    (drop,) = found("sudden_drop", generating(*[1000] * 8, 0, 0, 0))
    assert tonnes_of([drop]) == [3000]


def test_waste_that_comes_now_and_then_does_not_drop() -> None:
    assert (
        found("sudden_drop", generating(1000, 0, 1000, 0, 1000, 0, 1000, 0, 1000, 0, 1000, 0, 1000, 0)) == []
    )


def test_a_season_is_no_sudden_change() -> None:
    winter = [1650, 1450, 1250, 800, 600, 600, 700, 700, 600, 900, 1300, 1450]
    assert found("sudden_drop", generating(*winter, *winter)) == []
    assert found("sudden_surge", generating(*winter, *winter)) == []


def test_unknown_receiver() -> None:
    clean = flow("sent", 100, party=OTHER, party_known=True)
    far = flow("sent", 100, party="91130000MA0EXAMPLE", out_of_province=True)
    nobody = flow("sent", 100, party="91149999MA0EXAMPLE")
    assert found("unknown_receiver", site(book(START, line(sent=200), flows=[clean, far]))) == []
    assert tonnes_of(
        found("unknown_receiver", site(book(START, line(sent=200), flows=[nobody, nobody])))
    ) == [200]


def test_out_of_province() -> None:
    near = flow("sent", 100, party=OTHER, party_known=True, party_region="140203", purpose="use")
    told = flow("sent", 100, party="91130000MA0EXAMPLE", out_of_province=True, purpose="use")
    buried = replace(told, purpose="dispose")
    untold = flow("sent", 100, party=OTHER, party_known=True, party_region="130102", purpose="use")
    assert found("out_of_province", site(book(START, line(sent=100), flows=[near]))) == []
    severities = [
        found("out_of_province", site(book(START, line(sent=100), flows=[each])))[0].severity
        for each in (told, buried, untold)
    ]
    assert severities == [Severity.LOW, Severity.MEDIUM, Severity.MEDIUM]
    year = site(*(book(month, line(sent=100), flows=[told]) for month in YEAR))
    assert tonnes_of(found("out_of_province", year)) == [1200], "one finding a way and year"


def test_receiver_unfit() -> None:
    taken = book(START, line(received=100, used=100), flows=[flow("received", 100, purpose="use")])
    fit = site(taken, facilities=(facility("utilization", 5000),))
    assert found("receiver_unfit", fit) == []
    assert [each.key for each in found("receiver_unfit", replace(fit, permit_number=None))] == [("permit",)]
    assert [each.key for each in found("receiver_unfit", replace(fit, facilities=()))] == [
        ("facility", "utilization")
    ]


def test_a_trader_needs_no_facility() -> None:
    passed_on = flow("sent", 100, of_received=100_000_000, party=OTHER)
    trader = site(book(START, line(received=100, sent=100), flows=[flow("received", 100), passed_on]))
    assert found("receiver_unfit", trader) == []


def test_a_ghost_receiver_is_held_to_what_is_declared_to_it() -> None:
    ghost = site(books={}, declared=(declared(START, 5000),), facilities=(facility("utilization", 100),))
    assert tonnes_of(found("over_capacity", ghost)) == [4900]
    assert found("receiver_unfit", ghost) == []
    assert tonnes_of(found("receiver_unfit", replace(ghost, facilities=()))) == [5000]


def test_over_capacity() -> None:
    year = site(
        *(book(month, line(generated=100, used=100)) for month in YEAR),
        facilities=(facility("utilization", 1200),),
    )
    assert found("over_capacity", year) == []
    small = replace(year, facilities=(facility("utilization", 900), facility("utilization", 100, "TS002")))
    assert tonnes_of(found("over_capacity", small)) == [200]
    assert found("over_capacity", replace(year, facilities=(facility("utilization", None),))) == []


def test_storage_over_capacity() -> None:
    stocks = [90, 101, 120, 130, 90]
    facts = site(
        *(book(START.plus(place), line(closing=each)) for place, each in enumerate(stocks)),
        facilities=(facility("storage", 100),),
    )
    (over,) = found("storage_over_capacity", facts)
    assert (over.key, tonnes_of([over]), len(over.months)) == (("2024-03",), [30], 2)
    assert found("storage_over_capacity", replace(facts, facilities=(facility("storage", 130),))) == []
    assert found("storage_over_capacity", replace(facts, facilities=())) == []


def test_storage_over_time() -> None:
    """100 t came in the first month and lie still; then 5 t a month come and go."""
    first = book(START, line(received=100, closing=100))
    rest = [
        book(START.plus(place), line(opening=100, received=5, used=5, closing=100)) for place in range(1, 8)
    ]
    kept = site(first, *rest)
    assert found("storage_over_time", kept) == [], "three years are allowed"
    assert tonnes_of(found("storage_over_time", kept, longest_months="6", least_tonnes="0")) == [70]
    own = site(*(replace(each, lines=(replace(each.lines[0], generated=1),)) for each in kept.books.values()))
    assert found("storage_over_time", own, longest_months="6", least_tonnes="0") == []
    assert found("storage_over_time", without(kept, START.plus(4)), longest_months="6") == []


masses = st.integers(0, 2_000).map(float)


@given(
    books=st.lists(st.tuples(masses, masses, masses, masses, masses, st.booleans()), min_size=0, max_size=14)
)
def test_no_books_break_a_rule_and_keys_are_unique(books: list[tuple[float, ...]]) -> None:
    facts = site(
        *(
            book(
                START.plus(place),
                line(opening=opening, generated=generated, received=received, used=used, closing=closing),
                flows=[flow("received", received, purpose="use"), flow("sent", used, party="9114NOBODY")],
            )
            for place, (opening, generated, received, used, closing, filed) in enumerate(books)
            if filed
        ),
        reports_from=START,
        reports_until=None,
        facilities=(facility("storage", 100), facility("utilization", 1000)),
        declared=(declared(START, 700),),
        today=START.plus(16).first_day,
    )
    for rule in registry.of(Partition.SITE):
        for each in found(rule.id, facts):
            assert each.site == SITE
            assert each.grams is None or each.grams > 0
            assert each.months
            assert each.explanation.zh
            assert each.explanation.en


def test_a_site_whose_books_are_in_order_has_no_findings() -> None:
    stock, books = 0.0, []
    for place, generated in enumerate([950, 1010, 1090, 980, 1020, 1040, 960, 1005]):
        used = generated * 0.8
        lines = line(opening=stock, generated=generated, used=used, closing=stock + generated - used)
        books.append(book(START.plus(place), lines))
        stock += generated - used
    facts: SiteFacts = site(*books, facilities=(facility("storage", 5000), facility("utilization", 20_000)))
    assert [each.full_key for rule in registry.of(Partition.SITE) for each in found(rule.id, facts)] == []
