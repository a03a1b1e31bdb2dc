"""The pair test over a province's month: which disagreements are listed, and how many honest ones."""

from random import Random

from findings.books import START, found, line, tonnes_of
from findings.networks import code, member, moved, network
from hypothesis import given
from hypothesis import strategies as st

from app.findings.facts import Transfer
from app.findings.networks import NetworkFacts


def market(*transfers: Transfer, also_filed: bool = True) -> NetworkFacts:
    """Pairs of a month, each followed by a month in which both sides agree: nothing was on the road."""
    names = sorted({name for each in transfers for name in (each.sender_site, each.receiver_site) if name})
    sites = [member(name.removeprefix("site-"), line(generated=1, sent=1)) for name in names]
    agreed = [
        moved(_name(each.sender_site), _name(each.receiver_site), 1000, month=month)
        for each in transfers
        for month in (START.previous, START.next)
    ]
    return network(sites, [*transfers, *(agreed if also_filed else ())])


def _name(site: str | None) -> str | None:
    return None if site is None else site.removeprefix("site-")


def test_pairs_test_and_disagreement_never_tell_the_same() -> None:
    for received in range(700, 1000, 10):
        facts = market(moved("x", "y", 1000, received=received))
        gross = [each for pair in facts.pairs for each in found("pair_disagreement", pair)]
        assert len(gross) + len(found("pair_test", facts)) <= 1


def honest(count: int, random: Random) -> list[Transfer]:
    """Both sides weigh the same 1,000 t with 1 %."""
    return [
        moved(f"a{number}", f"b{number}", 1000 * random.gauss(1, 0.01), received=1000 * random.gauss(1, 0.01))
        for number in range(count)
    ]


def test_a_doubtful_pair_is_listed_when_the_others_agree() -> None:
    facts = market(moved("x", "y", 1000, received=900), *honest(30, Random(1)))
    (one,) = found("pair_test", facts)
    assert (one.site, one.counterpart, one.is_shared) == (code("x"), code("y"), True)
    assert tonnes_of([one]) == [100]
    assert one.values["z"] == "3.908"


def test_what_is_beyond_doubt_is_told_by_the_other_rule() -> None:
    facts = market(moved("x", "y", 1000, received=850), *honest(5, Random(1)))
    assert found("pair_test", facts) == []
    (gross,) = [each for pair in facts.pairs for each in found("pair_disagreement", pair)]
    assert gross.site == code("x")


def test_the_more_pairs_the_more_must_a_single_one_stand_out() -> None:
    doubtful = moved("x", "y", 1000, received=925)
    assert len(found("pair_test", market(doubtful))) == 1
    assert found("pair_test", market(doubtful, *honest(300, Random(2)))) == []


def test_honest_pairs_are_hardly_ever_listed() -> None:
    """Two hundred months of forty honest pairs: ten with a list are expected at 5 %, nineteen are three σ more."""
    months = sum(bool(found("pair_test", market(*honest(40, Random(seed))))) for seed in range(200))
    assert months <= 19
    plain = sum(
        len(found("pair_disagreement", pair, critical_z="3", transit_share="0"))
        for seed in range(20)
        for pair in market(*honest(40, Random(seed)), also_filed=False).pairs
    )
    assert plain >= 1, "a bare 3 σ lists honest pairs"


def test_what_was_on_the_road_shows_in_the_next_month() -> None:
    late = [moved("x", "y", 1000, received=940), moved("x", "y", 1000, received=1060, month=START.next)]
    sites = [member("x"), member("y")]
    assert found("pair_test", network(sites, late)) == []
    gone = [moved("x", "y", 1000, received=920), moved("x", "y", 1000, month=START.next)]
    assert len(found("pair_test", network(sites, gone))) == 1


def test_the_less_may_be_on_the_road_the_less_is_let_pass() -> None:
    sites = [member("x"), member("y")]
    alone = moved("x", "y", 1000, received=940)
    waiting = moved("x", "y", 1000, month=START.next, received=None, receiver_filed=False)
    assert found("pair_test", network(sites, [alone])) == []
    assert found("pair_test", network(sites, [alone, waiting])) == []
    assert len(found("pair_test", network(sites, [alone]), transit_share="0")) == 1


def test_a_pair_counts_in_the_senders_province_only() -> None:
    transfers = [moved("x", "y", 1000, received=900), moved("x", "y", 1000, month=START.next)]
    assert len(found("pair_test", network([member("x")], transfers))) == 1
    assert found("pair_test", network([member("y")], transfers)) == []


def test_unit_slips_and_one_sided_transfers_have_their_own_rules() -> None:
    assert found("pair_test", market(moved("x", "y", 7110, received=7.11))) == []
    assert found("pair_test", market(moved("x", "y", 1000, received=None))) == []


@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_the_list_does_not_depend_on_the_order_of_rows(seed: int, random: Random) -> None:
    doubtful = [moved(f"x{number}", f"y{number}", 1000, received=885 - number) for number in range(3)]
    transfers = [*doubtful, *honest(10, Random(seed))]
    mixed = list(transfers)
    random.shuffle(mixed)
    one, two = found("pair_test", market(*transfers)), found("pair_test", market(*mixed))
    assert {each.full_key: each.grams for each in one} == {each.full_key: each.grams for each in two}
    assert {each.site for each in one} >= {code(f"x{number}") for number in range(3)}
