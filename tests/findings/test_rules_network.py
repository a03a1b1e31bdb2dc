"""Rules about a province's month: loops, closed sets, leaks; each planted fact is found, its clean twin is silent."""

from dataclasses import replace
from random import Random

import networkx as nx
import numpy as np
from findings.books import START, T, book, flow, found, line, site, tonnes_of
from findings.networks import code, hub, mass, member, moved, network, ring
from hypothesis import given, settings
from hypothesis import strategies as st

from app.findings.circulation import peeled
from app.findings.facts import Transfer
from app.findings.leaks import leaks
from app.findings.month_network import Precision, month_network
from app.findings.networks import NetworkFacts, SiteMonth


def circular(facts: NetworkFacts, **values: str) -> list[float | None]:
    return tonnes_of(found("circular_shipping", facts, **values))


def test_to_and_fro_is_found_with_the_smaller_way() -> None:
    sites = [hub("a", 3000), hub("b", 3000)]
    facts = network(sites, [moved("a", "b", 5000), moved("b", "a", 3000)])
    (one,) = found("circular_shipping", facts)
    assert (one.site, one.counterpart, one.is_shared) == (code("a"), code("b"), True)
    assert tonnes_of([one]) == [3000]
    assert {figure.name for figure in one.figures} == {"sent", "received"}


def test_one_way_and_another_waste_are_no_loop() -> None:
    sites = [hub("a", 3000), hub("b", 3000)]
    assert circular(network(sites, [moved("a", "b", 3000)])) == []
    back = moved("b", "a", 3000, waste="SW04")
    assert circular(network(sites, [moved("a", "b", 3000), back])) == []


def test_a_loop_through_a_use_that_transforms_is_fine() -> None:
    """A kaolin plant uses all gangue it gets and sends back what it rejects, which it generated."""
    mine = hub("a", 500)
    used = flow("used", 3000, of_received=mass(3000), process="kaolin_calcination")
    plant = member("b", line(received=3000, used=3000, generated=500, sent=500), flows=[used])
    transfers = [moved("a", "b", 3000), moved("b", "a", 500)]
    assert circular(network([mine, plant], transfers)) == []
    unsaid = member("b", line(received=3000, used=3000, sent=500))
    assert circular(network([mine, unsaid], transfers)) == [], "without `of received` the balance says so"
    only_part = member(
        "b", line(received=3000, used=2800, sent=500), flows=[flow("used", 2800, of_received=mass(2800))]
    )
    assert circular(network([mine, only_part], transfers)) == [200]


def test_a_ring_is_one_finding_about_its_smallest_site() -> None:
    sites, transfers = ring("c", "a", "b")
    (one,) = found("circular_shipping", network(sites, transfers))
    assert (one.site, one.key) == (code("a"), ("ring", "SW02", str(START)))
    assert tonnes_of([one]) == [3000]
    assert not one.is_shared, "three parties"
    assert circular(network(sites, transfers[1:])) == []


def test_a_loop_over_the_border_is_found_in_one_province_only() -> None:
    sites, transfers = ring("a", "b")
    assert circular(network(sites[:1], transfers)) == [3000]
    assert circular(network(sites[1:], transfers)) == []


def test_what_one_side_alone_says_goes_round_too() -> None:
    sites, _ = ring("a", "b")
    transfers = [moved("a", "b", 900, received=None), moved("b", "a", 800, sent=None, received=800)]
    assert circular(network(sites, transfers)) == [800]


def test_least_tonnes() -> None:
    assert circular(network(*ring("a", "b", tonnes=10))) == []
    assert circular(network(*ring("a", "b", tonnes=10)), least_tonnes="9") == [10]


edges = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda ends: ends[0] != ends[1]),
    st.integers(1, 50),
    max_size=14,
)


@given(edges)
def test_what_is_peeled_off_is_all_that_closes(drawn: dict[tuple[int, int], int]) -> None:
    """Of two networks without common sites the sum; nothing without a loop; never more than any cut lets back."""
    plain: dict[str, dict[str, int]] = {}
    for (one, other), grams in drawn.items():
        plain.setdefault(str(one), {})[str(other)] = grams
    graph = nx.DiGraph((str(one), str(other)) for one, other in drawn)
    whole = peeled(plain, {})
    assert (whole > 0) == (not nx.is_directed_acyclic_graph(graph))
    assert whole <= sum(drawn.values()) // 2
    shut = peeled(plain, dict.fromkeys(graph, 0))
    assert shut == 0


@given(edges, st.randoms(use_true_random=False))
def test_loops_do_not_depend_on_the_order_of_rows(drawn: dict[tuple[int, int], int], random: Random) -> None:
    transfers = [moved(str(one), str(other), 100 * tonnes) for (one, other), tonnes in drawn.items()]
    sites = [hub(str(number), 2000) for number in range(6)]
    straight = network(sites, transfers)
    mixed, others = list(transfers), list(sites)
    random.shuffle(mixed)
    random.shuffle(others)
    for rule in ("circular_shipping", "closed_set"):
        one, two = found(rule, straight), found(rule, network(others, mixed))
        assert {each.full_key: each.grams for each in one} == {each.full_key: each.grams for each in two}


def closed(sites: list[SiteMonth], transfers: list[Transfer]) -> list[float | None]:
    return tonnes_of(found("closed_set", network(sites, transfers)))


def test_a_closed_set_has_no_exit() -> None:
    sites, transfers = ring("a", "b", "c")
    assert closed(sites, transfers) == [3000]
    outlet = moved("b", "d", 1)
    assert closed(sites, [*transfers, outlet]) == []
    assert closed(sites, [*transfers, moved("b", None, 1)]) == [], "to nobody known is an exit"


def test_what_comes_in_is_lost() -> None:
    sites, transfers = ring("a", "b")
    feeding = [*transfers, moved("x", "a", 4000)]
    assert closed(sites, feeding) == [4000]
    generating = [replace(sites[0], lines=(line(received=3000, sent=3000, generated=3500),)), sites[1]]
    assert closed(generating, transfers) == [3500]


def test_any_fate_opens_a_closed_set() -> None:
    sites, transfers = ring("a", "b")
    for fate in ("used", "disposed", "dumped", "closing"):
        assert closed([sites[0], hub("b", 3000, **{fate: 5})], transfers) == [], fate
    silent = replace(sites[1], ref=None, lines=())
    assert closed([sites[0], silent], transfers) == [], "nobody can say"


def chain(noise: Random, *, hidden: float = 0.0, receivers: int = 12) -> NetworkFacts:
    """A power plant (1 %) hands ash to cement plants (1 %); `hidden` tonnes of what it takes in leave at a hub unseen.

    What is hidden may be less than 3 σ of the hub's own line, which knows its receipts as one sum.
    """

    def told(tonnes: float) -> float:
        return max(0.0, round(tonnes * noise.gauss(1, 0.005), 3))

    each, sites, transfers = 1000.0, [], []
    arriving = each * receivers
    for number in range(receivers):
        sent, received = told(each), told(each)
        sites.append(member(f"plant{number}", line(generated=told(each), sent=sent)))
        transfers.append(moved(f"plant{number}", "hub", sent, received=received))
    came = sum(transfer.received or 0 for transfer in transfers) / T
    gone = arriving - hidden
    sent, received = told(gone), told(gone)
    sites.append(member("hub", line(received=came, sent=sent)))
    transfers.append(moved("hub", "mill", sent, received=received))
    used = flow("used", received, of_received=mass(received), process="cement_blending")
    sites.append(member("mill", line(received=received, used=received), flows=[used]))
    return network(sites, transfers)


def line_balance(facts: NetworkFacts, name: str) -> list[float | None]:
    """What the site's own line says by itself."""
    return tonnes_of(found("line_balance", site(book(facts.month, *facts.by_code[code(name)].lines))))


def test_a_leak_that_no_single_figure_shows() -> None:
    """450 t of 12,000: the hub's line is off by 2.7 σ and passes, and so does every transfer; together they tell."""
    facts = chain(Random(7), hidden=450)
    assert line_balance(facts, "hub") == []
    (one,) = found("leak", facts, critical_z="3", transit_share="0")
    assert (one.site, one.waste) == (code("hub"), "SW02")
    assert one.grams is not None
    assert one.sigma_grams is not None
    assert abs(one.grams - mass(450)) < 3 * one.sigma_grams
    assert str(one.values["leak_tonnes"])[0] != "-"


def test_tonnes_without_an_origin_are_a_leak_inward() -> None:
    (one,) = found("leak", chain(Random(7), hidden=-450), critical_z="3", transit_share="0")
    assert one.site == code("hub")
    assert str(one.values["leak_tonnes"])[0] == "-"


def test_honest_networks_leak_hardly_ever() -> None:
    """Sixty networks of fourteen streams: at 5 % false discovery a list of nothing true is empty in 95 % of months."""
    alarms = sum(
        bool(found("leak", chain(Random(seed)), critical_z="3", transit_share="0")) for seed in range(60)
    )
    assert alarms <= 6


def test_a_line_that_does_not_balance_is_left_to_its_own_rule() -> None:
    facts = chain(Random(3), hidden=6000)
    assert len(line_balance(facts, "hub")) == 1
    assert found("leak", facts) == []


def test_a_pair_that_contradicts_itself_stains_nobody() -> None:
    facts = chain(Random(5))
    wrong = replace(facts.transfers[0], sent=mass(2000))
    sites = tuple(
        replace(each, lines=(line(generated=2000, sent=2000),)) if each.code == code("plant0") else each
        for each in facts.sites
    )
    assert found("leak", replace(facts, sites=sites, transfers=(wrong, *facts.transfers[1:]))) == []


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_leaks_do_not_depend_on_the_order_of_rows(seed: int, random: Random) -> None:
    facts = chain(Random(seed), hidden=700)
    sites, transfers = list(facts.sites), list(facts.transfers)
    random.shuffle(sites)
    random.shuffle(transfers)
    precision = Precision(0.05, 4.0)
    one = leaks(month_network(facts, precision), 3.0, 0.05)
    two = leaks(month_network(network(sites, transfers), precision), 3.0, 0.05)
    assert [leak.stream for leak in one] == [leak.stream for leak in two]
    np.testing.assert_allclose([leak.tonnes for leak in one], [leak.tonnes for leak in two])


def test_nothing_filed_is_no_network() -> None:
    empty = network([member("a", is_filed=False)], [])
    assert leaks(month_network(empty, Precision(0.05, 3.0)), 3.0, 0.05) == []
