"""Each rule about a pair fires on a planted fact and stays silent on its clean twin."""

from findings.books import START, found, pair, tonnes_of, transfer
from hypothesis import given
from hypothesis import strategies as st

from app.findings import registry
from app.findings.pairs import SHARED_FIGURES
from app.findings.rule import Partition

PAIR_RULES = ("receiver_silent", "sender_silent", "pair_disagreement", "unit_slip_pair", "refused_quantity")


def test_a_clean_pair_is_silent() -> None:
    clean = pair(transfer(), transfer(START.next, 1000, 1010, decision="confirm", decided=1_000_000_000))
    for rule in PAIR_RULES:
        assert found(rule, clean) == [], rule


def test_receiver_silent() -> None:
    assert tonnes_of(found("receiver_silent", pair(transfer(received=None)))) == [1000]
    assert found("receiver_silent", pair(transfer(received=None, receiver_filed=False))) == []


def test_sender_silent() -> None:
    assert tonnes_of(found("sender_silent", pair(transfer(sent=None)))) == [1000]
    assert found("sender_silent", pair(transfer(sent=None, sender_filed=False))) == []


def test_what_was_on_the_road_at_the_months_end_is_no_finding() -> None:
    crossed = pair(transfer(START, 1000, None), transfer(START.next, 1000, 2000))
    back = pair(transfer(START, 1000, 2000), transfer(START.next, 1000, None))
    for facts in (crossed, back):
        assert found("receiver_silent", facts) == []
    part = pair(transfer(START, 1000, None), transfer(START.next, 1000, 1600))
    assert tonnes_of(found("receiver_silent", part)) == [400]


def test_a_month_that_one_side_has_not_filed_makes_up_for_nothing() -> None:
    facts = pair(
        transfer(START, 1000, None), transfer(START.next, None, 1000, sender_filed=False, sender_ref=None)
    )
    assert tonnes_of(found("receiver_silent", facts)) == [1000]


def test_purposes_are_taken_together() -> None:
    stored = transfer(sent=None, received=1000, purpose="store")
    facts = pair(transfer(sent=1000, received=None), stored)
    for rule in PAIR_RULES:
        assert found(rule, facts) == [], rule


def test_pair_disagreement_knows_how_exact_each_side_is() -> None:
    """engine.md §4: 1000 t ± 1 % against 850 t ± 10 % is z = 1.75, no finding; both at 1 % give 11.4."""
    rough = pair(transfer(received=850, receiver_sigma=0.1))
    exact = pair(transfer(received=850))
    assert found("pair_disagreement", rough) == []
    (one,) = found("pair_disagreement", exact)
    assert one.values["z_of_scales"] == "11.429"
    assert tonnes_of([one]) == [150]
    (scales,) = found("pair_disagreement", exact, transit_share="0")
    assert scales.values["z"] == "11.429"
    assert round((scales.sigma_grams or 0) / 1_000_000, 3) == 13.124


def test_what_may_be_on_the_road_is_no_disagreement_and_what_cannot_be_is() -> None:
    month = [transfer(START, 1000, 850), transfer(START.next, 1000, 1150)]
    each = found("pair_disagreement", pair(*month), critical_z="4")
    assert [one.months for one in each] == [(START,), (START.next,)]
    assert found("pair_disagreement", pair(*month), critical_z="3", transit_share="0.2") == []
    few = [transfer(START, 1000, 950), transfer(START.next, 1000, 1050)]
    assert found("pair_disagreement", pair(*few), critical_z="2") == []


def test_loads_on_the_road_at_two_ends_in_a_row_do_not_hide_each_other() -> None:
    """60 t leave late three months in a row: the middle month has no difference, its neighbours opposite ones."""
    late = [transfer(START.plus(at), 1000, got) for at, got in enumerate((1000, 940, 1000, 1000, 1060, 1000))]
    assert found("pair_disagreement", pair(*late), critical_z="2.7") == []


def test_a_loss_that_no_later_month_makes_up_for_is_worth_more_than_one_alone() -> None:
    agreed = [transfer(START.previous), transfer(START, 1000, 850), transfer(START.next)]
    (alone,), (between,) = (
        found("pair_disagreement", pair(*each), critical_z="3") for each in (agreed[1:2], agreed)
    )
    assert float(str(between.values["z"])) > float(str(alone.values["z"])) + 0.5
    assert tonnes_of([between]) == [150]


def test_what_was_booked_a_month_late_as_a_whole_is_no_disagreement() -> None:
    booked = pair(transfer(START, 1000, None), transfer(START.next, 1000, 2000))
    for rule in PAIR_RULES:
        assert found(rule, booked) == [], rule


def test_pair_disagreement_without_a_method() -> None:
    facts = pair(transfer(received=850, sender_sigma=None, receiver_sigma=None))
    assert found("pair_disagreement", facts) == []
    assert len(found("pair_disagreement", facts, unstated_sigma="0.01")) == 1


def test_unit_slip_pair() -> None:
    slip = pair(transfer(sent=7110, received=7.11))
    assert len(found("unit_slip_pair", slip)) == 1
    assert found("pair_disagreement", slip) == [], "one fact, one rule"


def test_refused_quantity() -> None:
    disputed = pair(transfer(received=None, decision="dispute", decided=0))
    corrected = pair(transfer(received=700, decision="correct", decided=700_000_000))
    rounding = pair(transfer(received=990, decision="correct", decided=990_000_000))
    anyway = pair(transfer(decision="dispute", decided=0))
    assert tonnes_of(found("refused_quantity", disputed)) == [1000]
    assert tonnes_of(found("refused_quantity", corrected)) == [300]
    assert found("refused_quantity", rounding) == []
    assert tonnes_of(found("refused_quantity", anyway)) == [1000]


masses = st.one_of(st.none(), st.integers(1, 3_000_000).map(lambda kilograms: kilograms / 1000))


@given(
    months=st.lists(
        st.tuples(
            masses,
            masses,
            st.booleans(),
            st.booleans(),
            st.sampled_from([None, "confirm", "correct", "dispute"]),
        ),
        max_size=6,
    )
)
def test_what_both_parties_see_are_their_two_reports(months: list[tuple[object, ...]]) -> None:
    transfers = [
        transfer(
            START.plus(place),
            sent,  # type: ignore[arg-type]
            received,  # type: ignore[arg-type]
            sender_filed=sent is not None or sender_filed,
            receiver_filed=received is not None or receiver_filed,
            decision=decision,
            decided=5_000_000 if decision else None,
        )
        for place, (sent, received, sender_filed, receiver_filed, decision) in enumerate(months)
        if sent is not None or received is not None
    ]
    for rule in registry.of(Partition.PAIR):
        for each in found(rule.id, pair(*transfers)):
            assert each.is_shared
            assert {figure.name for figure in each.figures} <= SHARED_FIGURES
            assert each.grams is not None
            assert each.grams > 0
