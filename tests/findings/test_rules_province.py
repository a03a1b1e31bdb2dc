"""Rules that hold a site against its own past, against all its partners, or a line against all lines of a province."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
from findings.books import OTHER, START, book, flow, found, line, site, tonnes_of
from findings.networks import code, member, moved, network
from hypothesis import given
from hypothesis import strategies as st

from app.findings.facts import Activity, Book, Coefficient, Declared, SiteFacts
from app.findings.family import listed, spread
from app.findings.networks import NetworkFacts

GANGUE = Coefficient(
    "gangue.raw_coal",
    1,
    ("SW04",),
    "raw_coal",
    "ratio",
    value=Decimal("0.2"),
    low=Decimal("0.1"),
    high=Decimal("0.25"),
)
ASH = Coefficient("ash.coal_burnt", 1, ("SW02", "SW03"), "coal_burnt", "ash", band_percent=Decimal(20))


def mine(*ratios: float, coal: float = 10_000, noise: float = 0.03) -> SiteFacts:
    """Month after month of raw coal, and gangue at these tonnes per tonne ± noise."""
    random = Random(5)
    books = []
    for at, ratio in enumerate(ratios):
        mined = coal * random.uniform(0.5, 1.5)
        gangue = mined * ratio * random.gauss(1, noise)
        done = Activity("raw_coal", round(mined * 1_000_000), {})
        books.append(book(START.plus(at), line("SW04", generated=gangue, used=gangue), activities=(done,)))
    return replace(site(*books), coefficients=(GANGUE,))


def test_generation_per_activity_falls_within_the_wide_band_of_the_coefficient() -> None:
    honest, hides = [0.20] * 8, [0.12] * 4
    assert found("intensity_drop", mine(*honest, *honest)) == []
    facts = mine(*honest, *hides)
    (one,) = found("intensity_drop", facts)
    assert one.months == tuple(START.plus(at) for at in range(8, 12))
    hidden = sum(facts.books[month].activities[0].grams * 0.08 for month in one.months)
    assert abs((one.grams or 0) - hidden) < 0.1 * hidden
    assert found("generation_outside_band", facts) == [], "0.12 is within 0.10 to 0.25"


def test_a_little_less_for_months_shows_as_a_run_and_not_as_a_month() -> None:
    assert found("intensity_drop", mine(*[0.20] * 12, 0.156)) == []
    (one,) = found("intensity_drop", mine(*[0.20] * 12, *[0.156] * 4))
    assert one.months[-1] == START.plus(15)
    assert found("intensity_drop", mine(*[0.20] * 12, *[0.156] * 4), longest="1") == []


def test_one_low_month_does_not_take_the_next_ones_along() -> None:
    (one,) = found("intensity_drop", mine(*[0.20] * 8, 0.05, *[0.20] * 6))
    assert one.months == (START.plus(8),)


def test_without_history_or_activity_nothing_is_said() -> None:
    assert found("intensity_drop", mine(*[0.20] * 5, 0.05)) == []
    facts = mine(*[0.20] * 8, 0.05)
    assert found("intensity_drop", replace(facts, coefficients=())) == []


def test_fly_ash_that_is_bottom_ash_now_is_no_drop() -> None:
    def plant(*fly: float, bottom_too: bool) -> SiteFacts:
        done = Activity("coal_burnt", 10_000_000_000, {"ash_percent": "30"})
        books = [
            book(
                START.plus(at),
                line("SW02", generated=share, used=share),
                line("SW03", generated=3000 - share if bottom_too else 1000, used=1000),
                activities=(done,),
            )
            for at, share in enumerate(fly)
        ]
        return replace(site(*books), coefficients=(ASH,))

    shift = (*[2000.0] * 8, 1000, 1000)
    assert found("intensity_drop", plant(*shift, bottom_too=True)) == []
    (one,) = found("intensity_drop", plant(*shift, bottom_too=False))
    assert (one.waste, tonnes_of([one])) == ("SW02", [2000])


def burning(*months: tuple[float, float], received: bool = True) -> SiteFacts:
    """A plant that burns gangue: (used, fly ash) by month."""
    books = []
    for at, (used, ash) in enumerate(months):
        burnt = flow(
            "used",
            used,
            "SW04",
            process="gangue_power",
            of_received=round(used * 1_000_000) if received else 0,
        )
        came = line("SW04", received=used, used=used) if received else line("SW04", generated=used, used=used)
        books.append(book(START.plus(at), came, line("SW02", generated=ash, used=ash), flows=[burnt]))
    return site(*books)


def test_less_ash_of_less_received_gangue_is_no_drop() -> None:
    """What it receives its senders say too; what it says of itself alone excuses nothing."""
    usual = [(10_000.0, 3250.0)] * 8
    assert found("sudden_drop", burning(*usual, (2000, 650))) == []
    own = found("sudden_drop", burning(*usual, (2000, 650), received=False))
    assert {each.waste for each in own} == {"SW02", "SW04"}
    assert len(found("sudden_drop", burning(*usual, (10_000, 650)))) == 1
    assert tonnes_of(found("intensity_drop", burning(*usual, (10_000, 1650)))) == [1600]


def test_a_missing_month_is_estimated_by_what_senders_say() -> None:
    def works(*months: int) -> SiteFacts:
        facts = site(*(book(START.plus(at), line(received=1000, used=1000)) for at in months))
        return replace(facts, declared=(Declared(OTHER, START.plus(3), "SW02", "use", 4_000_000_000, None),))

    assert tonnes_of(found("missing_month", works(0, 1, 2, 4, 5))) == [4000]
    facts = replace(works(0, 1, 2, 4, 5), declared=())
    assert tonnes_of(found("missing_month", facts)) == [1000]


def lines(*gaps: float, seed: int = 1) -> NetworkFacts:
    """Sites that generate 1,000 t (1 %) and use all but a gap; many honest ones beside them."""
    random = Random(seed)
    honest = [member(f"h{at}", line(generated=1000, used=1000 * random.gauss(1, 0.01))) for at in range(40)]
    return network(
        [member(f"x{at}", line(generated=1000, used=1000 - gap)) for at, gap in enumerate(gaps)] + honest, []
    )


def test_a_line_is_listed_among_those_of_its_province() -> None:
    (one,) = found("line_test", lines(60))
    assert (one.site, tonnes_of([one])) == (code("x0"), [60])
    assert found("line_test", lines(20)) == []
    assert found("line_test", lines(200)) == [], "beyond doubt: line_balance tells it"


def test_a_line_is_told_by_one_of_both_rules_only() -> None:
    for gap in range(0, 300, 5):
        facts = lines(gap)
        alone = [
            each
            for member_ in facts.sites
            if member_.code == code("x0")
            for each in found("line_balance", site(book(START, *member_.lines)))
        ]
        assert len(alone) + sum(each.site == code("x0") for each in found("line_test", facts)) <= 1


def works(excess: float, partners: int = 6, seed: int = 3) -> NetworkFacts:
    """A works that writes more than each of its partners sent it."""
    random = Random(seed)
    transfers = [
        moved(
            f"p{at}",
            "works",
            1000 * random.gauss(1, 0.01),
            received=1000 * (1 + excess) * random.gauss(1, 0.005),
        )
        for at in range(partners)
    ]
    beside = [
        moved(f"p{at}", "works", 1000, month=month)
        for at in range(partners)
        for month in (START.previous, START.next)
    ]
    sites = [member("works"), *(member(f"p{at}") for at in range(partners))]
    return network(sites, [*transfers, *beside])


def test_a_bit_more_from_each_partner_adds_up() -> None:
    assert found("against_partners", works(0.0)) == []
    (one,) = found("against_partners", works(0.08))
    assert one.site == code("works")
    assert not one.is_shared, "a partner may see its own transfer only"
    assert abs((tonnes_of([one])[0] or 0) - 480) < 60
    assert found("pair_test", works(0.08), false_discovery_rate="0.0001") == []


def test_partners_beyond_doubt_speak_but_their_tonnes_are_told_pair_by_pair() -> None:
    facts = works(0.13)
    gross = {each.site for pair in facts.pairs for each in found("pair_disagreement", pair)}
    assert 0 < len(gross) < 6
    (one,) = found("against_partners", facts)
    named = {figure.site for figure in one.figures} - {code("works")}
    assert named.isdisjoint(gross)
    assert len(named) + len(gross) == 6
    assert (one.values["partners"], one.values["not_alone"]) == (6, len(named))


def test_what_is_one_partners_matter_is_not_told_of_all() -> None:
    facts = works(0.0)
    one = replace(
        facts.pairs[0],
        transfers=(
            replace(facts.pairs[0].transfers[0], received=1_110_000_000),
            *facts.pairs[0].transfers[1:],
        ),
    )
    assert (
        found("against_partners", replace(facts, pairs=(one, *facts.pairs[1:])), false_discovery_rate="0.5")
        == []
    )


@given(st.floats(0, 0.2), st.integers(2, 8), st.randoms(use_true_random=False))
def test_against_partners_does_not_depend_on_the_order_of_rows(
    excess: float, partners: int, random: Random
) -> None:
    facts = works(excess, partners)
    pairs = list(facts.pairs)
    random.shuffle(pairs)
    one, two = found("against_partners", facts), found("against_partners", replace(facts, pairs=tuple(pairs)))
    assert [(each.full_key, each.grams) for each in one] == [(each.full_key, each.grams) for each in two]


def test_a_book_without_lines_says_nothing() -> None:
    empty: Book = book(START)
    for rule in ("intensity_drop", "sudden_drop"):
        assert found(rule, site(empty)) == []


def test_a_family_whose_uncertainties_are_too_small_is_held_to_its_own_spread() -> None:
    """Scales that are all twice as bad as stated: a list against the stated σ would be long and wrong."""
    random = np.random.default_rng(4)
    z = random.normal(0.0, 2.0, 1000)
    z[:5] = 14.0
    assert 1.8 < spread(z) < 2.2
    found = listed(z, 0.05)
    assert found[:5].all()
    assert found.sum() <= 7
    assert spread(random.normal(0.0, 0.5, 1000)) == 1.0, "never sharper than stated"
    assert spread(np.full(10, 9.0)) == 1.0, "a small family does not tell its spread"


@given(st.lists(st.floats(-50, 50), max_size=120), st.floats(0.01, 0.3))
def test_whatever_stands_out_more_is_listed_first(values: list[float], rate: float) -> None:
    z = np.array(values)
    found = listed(z, rate)
    if found.any():
        assert np.abs(z[found]).min() >= np.abs(z[~found]).max(initial=0.0)
