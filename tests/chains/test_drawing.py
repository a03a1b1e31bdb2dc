"""Pictures of chains: nothing overlaps, nothing is missing, loops are loops, one picture a chain."""

import itertools
import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from chains.definition import Chain
from chains.drawing.arrangement import arrange
from chains.drawing.heights import nearest_rising
from chains.drawing.layers import crossings, layers
from chains.drawing.svg import draw
from chains.drawing.words import width_of, wrapped
from chains.loader import shipped_library

CHAINS = tuple(shipped_library().chains.values())
SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize(
    ("chain", "lang"),
    [(chain, lang) for chain in CHAINS for lang in ("zh", "en")],
    ids=lambda value: value.id if isinstance(value, Chain) else value,
)


@BOTH
def test_no_two_boxes_overlap_and_all_lie_inside(chain: Chain, lang: str) -> None:
    found = arrange(chain, lang)
    boxes = [
        (found.left(node), found.right(node), found.middle[node], box.height)
        for node, box in found.boxes.items()
    ]
    assert len(boxes) == len(chain.materials) + len(chain.processes)
    for one, other in itertools.combinations(boxes, 2):
        beside = one[1] <= other[0] or other[1] <= one[0]
        apart = abs(one[2] - other[2]) >= (one[3] + other[3]) / 2.0
        assert beside or apart
    for left, right, middle, height in boxes:
        assert 0.0 <= left < right <= found.width
        assert -1e-9 <= middle - height / 2.0 < middle + height / 2.0 <= found.height + 1e-9


@BOTH
def test_every_name_and_figure_is_written(chain: Chain, lang: str) -> None:
    root = ET.fromstring(draw(chain, lang))
    written = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    bare = written.replace(" ", "")
    for thing in (*chain.materials.values(), *chain.processes.values(), chain):
        name = thing.name.zh if lang == "zh" else thing.name.en
        assert name.replace(" ", "") in bare
    for link in chain.links:
        if link.figure is not None:
            assert f"{link.figure.value}{link.figure.unit}".replace(" ", "") in bare
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == (chain.name.zh if lang == "zh" else chain.name.en)


@pytest.mark.parametrize(
    ("name", "loops"), [("manganese-residue", 2), ("phosphate-phosphogypsum", 1), ("steel-slag", 0)]
)
def test_what_goes_back_is_drawn_as_a_loop(name: str, loops: int) -> None:
    picture = draw(shipped_library().chains[name], "zh")
    assert picture.count('marker-end="url(#loop)"') == loops
    assert picture.count("回用</tspan>") == loops


def test_edges_lead_right_but_for_the_loops() -> None:
    laid = layers("abcd", [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("a", "d")])
    assert laid.returning == (("c", "a"),)
    number = {node: at for at, column in enumerate(laid.columns) for node in column}
    assert number["a"] < number["b"] < number["c"] < number["d"]
    assert laid.ways["a", "d"] == ("a", "a|d|1", "a|d|2", "d")


def test_two_crossed_edges_are_untangled() -> None:
    laid = layers("abxy", [("a", "y"), ("b", "x")])
    steps = [("a", "y"), ("b", "x")]
    assert crossings([["a", "b"], ["x", "y"]], steps) == 1
    assert crossings(laid.columns, steps) == 0


@given(st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=30))
def test_pooling_is_isotonic_regression(wanted: list[float]) -> None:
    assert nearest_rising(wanted) == pytest.approx(np.asarray(isotonic_regression(wanted).x), abs=1e-9)


@given(st.text(alphabet="ab 煤矸石，。（ash）", min_size=1, max_size=40), st.floats(40.0, 200.0))
@example("aaa ，", 40.0)
def test_wrapping_loses_no_sign(text: str, most: float) -> None:
    lines = wrapped(text, 15.0, most)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(line, 15.0) <= most or " " not in line.strip() for line in lines)


def test_one_picture_whatever_the_hash_seed() -> None:
    program = (
        "from chains.drawing.svg import draw; from chains.loader import shipped_library;"
        "import sys; sys.stdout.write(draw(shipped_library().chains['steel-slag'], 'en'))"
    )
    pictures = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(pictures) == 1
