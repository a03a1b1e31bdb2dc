"""Residues within the bands of their yields: what is missing, what goes up the stack, what is of another origin."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from chain_runs.random_books import books, one_stream
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chain_runs.books import Books, Floats, Streams, Uses, summed, tonnes
from app.chain_runs.definitions import Splits, followed
from app.chain_runs.residues import UseSplit, split_uses
from chains.definition import Band, MaterialKind, Split

SPLITS = followed("all").splits
CLOSE = 1e-9
TONNE = 1_000_000


def band(low: str, value: str, high: str) -> Band:
    return Band(Decimal(low), Decimal(value), Decimal(high))


def split(residue: Band, product: str, air: str, rest: MaterialKind = MaterialKind.AIR) -> Split:
    return Split({"ASH": residue}, Decimal(product), Decimal(air), rest)


TWO: Splits = {
    ("burn", "FUEL"): split(band("0.2", "0.3", "0.5"), "0", "0.7"),
    ("roast", "FUEL"): split(band("0.1", "0.4", "0.4"), "0.6", "0", MaterialKind.PRODUCT),
}
"""Two uses whose ash goes to one heap; of 100 t each they leave 30 … 70 … 90 t together."""


def one_site(ash: int | None, uses: Sequence[tuple[str, int]] = (("burn", 100), ("roast", 100))) -> Books:
    """A site that uses fuel [t] and reports so much ash [t]; None: it has no book of ash at all."""
    wastes, processes = ("ASH", "FUEL"), ("burn", "roast")
    reported = [0] if ash is None else [ash * TONNE, 0]
    count = len(reported)
    zero = np.zeros(count, dtype=np.int64)
    return replace(
        one_stream(opening=0, generated=0, dumped=0),
        wastes=wastes,
        processes=processes,
        products=("",),
        streams=Streams(
            site=np.zeros(count, dtype=np.int32),
            waste=np.arange(2 - count, 2, dtype=np.int32),
            generated=np.array(reported, dtype=np.int64),
            dumped=zero,
            opening=zero,
            closing=zero,
            sigma=np.ones(count),
        ),
        uses=Uses(
            stream=np.full(len(uses), count - 1, dtype=np.int32),
            process=np.array([processes.index(name) for name, _ in uses], dtype=np.int32),
            product=np.zeros(len(uses), dtype=np.int32),
            grams=np.array([amount * TONNE for _, amount in uses], dtype=np.int64),
        ),
    )


WORKED: Mapping[int | None, tuple[list[float], list[float], list[float], list[float]]] = {
    # reported: (ash, missing, product, air) of burning and of roasting
    None: ([], [20, 10], [0, 90], [80, 0]),
    0: ([0, 0], [20, 10], [0, 90], [80, 0]),
    # half of the least
    15: ([10, 5], [10, 5], [0, 90], [80, 0]),
    30: ([20, 10], [0, 0], [0, 90], [80, 0]),
    # halfway from the least (30) to the usual (70)
    50: ([25, 25], [0, 0], [0, 75], [75, 0]),
    70: ([30, 40], [0, 0], [0, 60], [70, 0]),
    # halfway from the usual to the most (90): roasting gives no more than usual
    80: ([40, 40], [0, 0], [0, 60], [60, 0]),
    90: ([50, 40], [0, 0], [0, 60], [50, 0]),
    # 40 t come from elsewhere
    130: ([50, 40], [0, 0], [0, 60], [50, 0]),
}


@pytest.mark.parametrize("ash", WORKED)
def test_two_uses_feed_one_heap(ash: int | None) -> None:
    found = split_uses(one_site(ash), TWO)
    left, missing, product, air = WORKED[ash]
    assert found.residues.tonnes == pytest.approx(left)
    assert (found.missing, found.product, found.air) == (
        pytest.approx(missing),
        pytest.approx(product),
        pytest.approx(air),
    )


def test_a_band_without_width_is_a_yield() -> None:
    exact: Splits = {("burn", "FUEL"): split(band("0.3", "0.3", "0.3"), "0", "0.7")}
    for ash, left, missing in ((29, 29, 1), (30, 30, 0), (31, 30, 0)):
        found = split_uses(one_site(ash, [("burn", 100)]), exact)
        assert (found.residues.tonnes.tolist(), found.missing.tolist()) == (
            pytest.approx([left]),
            pytest.approx([missing]),
        )


def test_a_use_that_need_not_leave_anything_misses_nothing() -> None:
    perhaps: Splits = {("burn", "FUEL"): split(band("0", "0.2", "0.4"), "0", "0.8")}
    found = split_uses(one_site(None, [("burn", 100)]), perhaps)
    assert (found.missing.tolist(), found.air.tolist()) == ([0.0], [100.0])


def test_where_the_rest_is_used_up_the_other_part_gives() -> None:
    """Tailings 85–95 %, concentrate 10 % by its own yield, nothing left for air: more tailings are less concentrate."""
    recovery: Splits = {("burn", "FUEL"): split(band("0.85", "0.9", "0.95"), "0.1", "0")}
    found = split_uses(one_site(94, [("burn", 100)]), recovery)
    assert (found.product.tolist(), found.air.tolist()) == (pytest.approx([6.0]), [0.0])


@settings(deadline=None, max_examples=200)
@given(books())
def test_every_use_is_led_on_to_the_last_tonne(found: Books) -> None:
    answer = split_uses(found, SPLITS)
    used = tonnes(found.uses.grams)
    parts = [answer.product, answer.air, answer.missing, _left(answer, len(used))]
    assert sum(parts) == pytest.approx(used, rel=CLOSE)
    assert min(part.min(initial=0.0) for part in (*parts, answer.residues.tonnes)) >= 0
    arrived = summed(answer.residues.into, answer.residues.tonnes, found.streams.count)
    assert (arrived <= tonnes(found.streams.generated) * (1 + CLOSE)).all()


@settings(deadline=None, max_examples=100)
@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_uses_changes_no_figure(found: Books, shuffled: Random) -> None:
    order = np.arange(len(found.uses.grams))
    shuffled.shuffle(order)
    uses = found.uses
    other = Uses(uses.stream[order], uses.process[order], uses.product[order], uses.grams[order])
    one, two = split_uses(found, SPLITS), split_uses(replace(found, uses=other), SPLITS)
    for name in ("product", "air", "missing"):
        assert getattr(two, name) == pytest.approx(getattr(one, name)[order], rel=CLOSE, abs=1e-6)
    assert _left(two, len(order)) == pytest.approx(_left(one, len(order))[order], rel=CLOSE, abs=1e-6)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_reported_ash_is_never_more_missing_nor_more_air(ash: int, more: int, fuel: int) -> None:
    uses = [("burn", fuel), ("roast", fuel // 2)]
    less, greater = (split_uses(one_site(tonnage, uses), TWO) for tonnage in (ash, ash + more))
    assert (greater.missing <= less.missing + CLOSE * fuel).all()
    assert (greater.air <= less.air + CLOSE * fuel).all()
    assert (greater.residues.tonnes >= less.residues.tonnes - CLOSE * fuel).all()


def _left(found: UseSplit, uses: int) -> Floats:
    return summed(found.residues.use, found.residues.tonnes, uses)
