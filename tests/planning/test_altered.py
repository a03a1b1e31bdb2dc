"""Books in which waste went another way: nothing is lost or made, and the order of the flows does not show."""

from fractions import Fraction

import numpy as np
import pytest
from chain_runs.random_books import SITES, WASTES, books, one_stream
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chain_runs.altered import Flow, altered
from app.chain_runs.books import Books
from app.chain_runs.definitions import following
from app.chain_runs.figures import Solved
from app.chain_runs.network import build
from app.chain_runs.supposed import terminal_rate
from app.planning.candidates import residues_of
from chains.stock import StockRule

_USES = (("SW02", "aac_block"), ("SW04", "gangue_power"), ("SW03", "roadbase"), ("SW01", "iron_recovery"))


@st.composite
def flows(draw: st.DrawFn) -> list[Flow]:
    made = {}
    site = st.integers(0, SITES - 1).map(lambda number: f"S{number}")
    for _ in range(draw(st.integers(1, 4))):
        waste, process = draw(st.sampled_from(_USES))
        sender, receiver = draw(site), draw(site)
        grams = draw(st.integers(1, 10**9)) * 1000
        made[sender, receiver, waste] = Flow(
            sender, receiver, waste, process, grams, residues_of(process, waste)
        )
    return list(made.values())


@settings(max_examples=40, deadline=None)
@given(books(), flows(), st.randoms(use_true_random=False))
def test_what_comes_in_goes_out_whatever_the_order(made: Books, changes: list[Flow], chance: object) -> None:
    changed = altered(made, changes)
    solved = Solved.of(build(changed, following(WASTES).splits, StockRule.MIXED))
    into = sum(float(kind.sum()) for kind in solved.inputs.values())
    assert float(solved.ended_here.sum()) == pytest.approx(into, rel=1e-8, abs=1e-6)
    residues = sum(round(share * flow.grams) for flow in changes for share in flow.residues.values())
    assert int(changed.streams.generated.sum()) == int(made.streams.generated.sum()) + residues
    used = sum(flow.grams for flow in changes)
    assert int(changed.uses.grams.sum()) == int(made.uses.grams.sum()) + used
    # What is taken away is taken from where it would have stayed, and from nowhere below nothing.
    for before, after in _unused(made, changed):
        assert (after >= 0).all()
        assert int(after.sum()) <= int(before.sum())
    chance.shuffle(changes)  # type: ignore[attr-defined]
    again = altered(made, changes)
    assert terminal_rate(again, WASTES) == terminal_rate(changed, WASTES)


def _unused(before: Books, after: Books) -> list[tuple[np.ndarray, np.ndarray]]:  # type: ignore[type-arg]
    return [
        (before.streams.dumped, after.streams.dumped),
        (before.disposed.grams, after.disposed.grams),
        (before.exported.grams, after.exported.grams),
        (before.unknown.grams, after.unknown.grams),
    ]


@settings(max_examples=20, deadline=None)
@given(books())
def test_without_flows_the_books_are_as_they_were(made: Books) -> None:
    assert altered(made, []) is made


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 10**9))
def test_roads_of_dumped_waste_raise_the_terminal_rate_by_just_that(tonnes: int) -> None:
    """A site that makes nothing but SW03 and dumps all of it: what goes into roads ends in a product."""
    dumped = _one_site(tonnes * 1000)
    half = Flow("S0", "S0", "SW03", "roadbase", tonnes * 500, {})
    rate = terminal_rate(dumped, ("SW03",), [half])
    assert (rate.numerator, rate.denominator) == (tonnes * 500, tonnes * 1000)
    assert terminal_rate(dumped, ("SW03",)).numerator == 0


def _one_site(grams: int) -> Books:
    books = one_stream(opening=0, generated=grams, dumped=grams)
    return Books(**{**{name: getattr(books, name) for name in books.__slots__}, "wastes": ("SW03",)})


def test_a_site_that_is_not_there_is_no_silent_nothing() -> None:
    with pytest.raises(KeyError):
        altered(_one_site(1000), [Flow("S9", "S0", "SW03", "roadbase", 1, {"SW02": Fraction(1, 2)})])
