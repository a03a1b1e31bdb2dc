"""What counts under a reward rule, and what it is worth."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.periods import Month
from app.domain.rewards import Counted, Rule, Use, counted, worth_fen, yuan_text

T = 1_000_000
JAN, FEB, MAR = Month(2025, 1), Month(2025, 2), Month(2025, 3)


def use(month: Month, grams: int, received: int = 0, *, product: str = "brick", accepted: bool = True) -> Use:
    return Use(month, "SW02", product, grams, received, accepted)


def test_received_waste_counts_as_far_as_both_sides_support_it() -> None:
    [one] = counted([use(JAN, 100 * T, 80 * T)], {(JAN, "SW02"): 50 * T})
    assert (one.received_grams, one.own_grams) == (50 * T, 20 * T)


def test_stock_may_be_used_later_than_it_came_but_not_before() -> None:
    uses = [use(JAN, 30 * T, 30 * T), use(FEB, 90 * T, 90 * T)]
    one, other = counted(uses, {(JAN, "SW02"): 100 * T, (FEB, "SW02"): 10 * T})
    assert (one.grams, other.grams) == (30 * T, 80 * T)
    early, late = counted(uses, {(FEB, "SW02"): 200 * T})
    assert (early.grams, late.grams) == (0, 90 * T)


def test_own_waste_counts_once_the_ledger_is_accepted() -> None:
    assert counted([use(JAN, 10 * T, accepted=False)], {})[0].grams == 0
    assert counted([use(JAN, 10 * T)], {})[0].grams == 10 * T


def test_a_rule_covers_its_months_wastes_and_products() -> None:
    rule = Rule(500, FEB, FEB, frozenset({"SW02"}), frozenset({"brick"}))
    assert rule.covers(FEB, "SW02", "brick")
    assert not rule.covers(JAN, "SW02", "brick")
    assert not rule.covers(MAR, "SW02", "brick")
    assert not rule.covers(FEB, "SW04", "brick")
    assert not rule.covers(FEB, "SW02", "road")


def test_the_worth_is_rounded_once_and_capped_by_what_is_left_of_the_year() -> None:
    rule = Rule(500, JAN, cap_fen=10_000)
    assert worth_fen(rule, 3 * T + 1) == 1500
    assert worth_fen(rule, 30 * T) == 10_000
    assert worth_fen(rule, 30 * T, 9_000) == 1_000
    assert worth_fen(rule, 30 * T, 12_000) == 0
    assert (yuan_text(123_456), yuan_text(5), yuan_text(-101)) == ("1234.56", "0.05", "-1.01")


MONTHS = st.sampled_from([JAN, FEB, MAR])
USES = st.lists(
    st.builds(
        lambda month, product, received, own: use(month, received + own, received, product=product),
        MONTHS,
        st.sampled_from(["brick", "cement", "road"]),
        st.integers(0, 50),
        st.integers(0, 50),
    ),
    max_size=8,
    unique_by=lambda use: (use.month, use.product),
)
ARRIVED = st.dictionaries(st.tuples(MONTHS, st.just("SW02")), st.integers(0, 80))


@given(USES, ARRIVED, st.randoms())
def test_never_more_than_was_used_nor_than_was_confirmed_in_whatever_order(
    uses: list[Use], arrived: dict[tuple[Month, str], int], chance: object
) -> None:
    found = counted(uses, arrived)
    assert all(0 <= one.received_grams <= one.use.of_received_grams for one in found)
    for month in (JAN, FEB, MAR):
        here = sum(one.received_grams for one in found if one.use.month <= month)
        assert here <= sum(grams for (when, _), grams in arrived.items() if when <= month)
    shuffled = sorted(uses, key=lambda _use: chance.random())  # type: ignore[attr-defined]
    assert counted(shuffled, arrived) == found


@given(USES, ARRIVED, st.integers(1, 3000))
def test_claims_of_parts_are_never_worth_more_than_the_cap(
    uses: list[Use], arrived: dict[tuple[Month, str], int], cap: int
) -> None:
    rule = Rule(700_000_000, JAN, cap_fen=cap)
    paid = 0
    found: list[Counted] = counted(uses, arrived)
    for one in found:
        paid += worth_fen(rule, one.grams, paid)
    assert paid <= cap
