"""The Sankey picture: nothing overlaps in a column, bands make up their bars, loops move no column, one picture a graph."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chains.drawing.folding import MOST_FLOWS, MOST_NODES, folded
from chains.drawing.layers import crossings
from chains.drawing.sankey import Flow, Picture, Sizes, layout, returning

NAMES = [f"n{number:02d}" for number in range(14)]


@st.composite
def graphs(draw: st.DrawFn) -> list[Flow]:
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), min_size=1, max_size=40, unique=True
        )
    )
    amounts = draw(
        st.lists(
            st.floats(0.001, 1e8, allow_nan=False, allow_infinity=False),
            min_size=len(pairs),
            max_size=len(pairs),
        )
    )
    return [Flow(a, b, amount) for (a, b), amount in zip(pairs, amounts, strict=True)]


def without_loops(picture: Picture) -> list[Flow]:
    return [band.flow for band in picture.bands]


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_nothing_overlaps_in_a_column(flows: list[Flow]) -> None:
    picture = layout(flows)
    slots: dict[int, list[tuple[float, float]]] = {}
    for bar in picture.bars.values():
        assert bar.slot_top <= bar.top + 1e-6
        assert bar.top + bar.height <= bar.slot_top + bar.slot_height + 1e-6
        slots.setdefault(bar.column, []).append((bar.slot_top, bar.slot_top + bar.slot_height))
    for band in picture.bands:
        start = picture.bars[band.flow.source].column
        for column, middle in enumerate(band.middles[1:-1], start + 1):
            slots.setdefault(column, []).append((middle - band.width / 2, middle + band.width / 2))
    for column in slots.values():
        for above, below in pairwise(sorted(column)):
            assert above[1] <= below[0] + 1e-6


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_the_bands_at_a_side_of_a_bar_fill_it_without_gap_or_overlap(flows: list[Flow]) -> None:
    picture = layout(flows)
    for node, bar in picture.bars.items():
        sides: tuple[list[tuple[float, float]], ...] = ([], [])
        for band in picture.bands:
            if band.flow.source == node:
                sides[0].append((band.middles[0], band.width))
            if band.flow.target == node:
                sides[1].append((band.middles[-1], band.width))
        for back in picture.returns:
            if back.flow.source == node:
                sides[0].append((back.leaves, back.width))
            if back.flow.target == node:
                sides[1].append((back.arrives, back.width))
        assert max(sum(width for _, width in side) for side in sides) == pytest.approx(bar.height, abs=1e-6)
        for side in sides:
            edge = bar.top
            for middle, width in sorted(side):
                assert middle - width / 2 == pytest.approx(edge, abs=1e-6)
                edge += width


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_widths_are_to_scale_and_every_flow_is_drawn_once(flows: list[Flow]) -> None:
    picture = layout(flows)
    drawn = [*picture.bands, *picture.returns]
    for each in drawn:
        assert each.width == pytest.approx(each.flow.tonnes * picture.scale)
    assert sorted((each.flow.source, each.flow.target) for each in drawn) == sorted(
        (flow.source, flow.target) for flow in flows if flow.source != flow.target
    )


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_flows_lead_to_the_right_and_loops_move_no_column(flows: list[Flow]) -> None:
    picture = layout(flows)
    for band in picture.bands:
        start, end = picture.bars[band.flow.source].column, picture.bars[band.flow.target].column
        assert len(band.middles) == end - start + 1 >= 2
    straight = layout(without_loops(picture))
    assert straight.returns == ()
    for node, bar in straight.bars.items():
        assert bar.column == picture.bars[node].column
    floor = max((bar.slot_top + bar.slot_height for bar in picture.bars.values()), default=0.0)
    lanes = [(back.lane - back.width / 2, back.lane + back.width / 2) for back in picture.returns]
    for above, below in pairwise([(0.0, floor), *lanes]):
        assert above[1] < below[0], "two lanes, or a lane and a bar, touch"
    assert picture.height >= max(end for _, end in [(0.0, floor), *lanes]) - 1e-6


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_what_is_marked_as_a_loop_is_what_the_picture_draws_as_one(flows: list[Flow]) -> None:
    drawn = {(back.flow.source, back.flow.target) for back in layout(flows).returns}
    within = {(flow.source, flow.target) for flow in flows if flow.source == flow.target}
    assert returning(flows) == drawn | within
    assert returning(reversed(flows)) == returning(flows)


@settings(deadline=None, max_examples=40)
@given(graphs().flatmap(lambda flows: st.tuples(st.just(flows), st.permutations(flows))))
def test_one_graph_has_one_picture(both: tuple[list[Flow], list[Flow]]) -> None:
    one, other = both
    assert layout(one) == layout(other)


def test_what_leads_nowhere_stands_in_the_last_column() -> None:
    picture = layout([Flow("a", "b", 5), Flow("b", "c", 3), Flow("c", "end", 3), Flow("a", "lost", 1)])
    assert {node: bar.column for node, bar in picture.bars.items()} == {
        "a": 0,
        "b": 1,
        "c": 2,
        "end": 3,
        "lost": 3,
    }
    assert picture.bars["a"].height == pytest.approx(2 * picture.bars["b"].height * 6 / 10)


def test_a_loop_comes_back_below_everything() -> None:
    picture = layout(
        [Flow("mine", "ash", 10), Flow("ash", "kiln", 4), Flow("kiln", "ash", 1), Flow("ash", "end", 7)]
    )
    (back,) = picture.returns
    assert (back.flow.source, back.flow.target) == ("kiln", "ash")
    assert back.width == pytest.approx(picture.bars["kiln"].height / 4)
    assert back.lane > max(bar.slot_top + bar.slot_height for bar in picture.bars.values())


def test_no_flow_is_no_picture_and_a_wrong_one_is_refused() -> None:
    assert layout([]).bars == {}
    with pytest.raises(ValueError, match="twice"):
        layout([Flow("a", "b", 1), Flow("a", "b", 2)])
    for amount in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="positive"):
            layout([Flow("a", "b", amount)])


def test_the_fullest_column_has_the_room() -> None:
    picture = layout([Flow("a", "b", 2), Flow("a", "c", 2)], Sizes(room=100))
    assert picture.bars["a"].height == pytest.approx(100)


@st.composite
def large_graphs(draw: st.DrawFn) -> tuple[list[Flow], dict[str, str | None]]:
    count = draw(st.integers(2, 120))
    nodes = [f"n{number}" for number in range(count)]
    kinds = {
        node: draw(st.sampled_from([None, "other:a", "other:b"])) if number > 3 else None
        for number, node in enumerate(nodes)
    }
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), min_size=1, max_size=200)
    )
    return [Flow(a, b, float(1 + place % 7)) for place, (a, b) in enumerate(pairs)], kinds


@settings(deadline=None, max_examples=40)
@given(large_graphs())
def test_folding_keeps_every_tonne_and_as_many_nodes_as_fit(
    made: tuple[list[Flow], dict[str, str | None]],
) -> None:
    flows, kinds = made
    found = folded(flows, kinds)
    assert sum(flow.tonnes for flow in flows) == pytest.approx(
        sum(flow.tonnes for flow in found.flows) + sum(found.inner.values())
    )
    assert all(kinds[node] == other for node, other in found.into.items())
    nodes = {end for flow in found.flows for end in (flow.source, flow.target)}
    if (
        any(kind is None for kind in kinds.values())
        and sum(kind is None for kind in kinds.values()) > MOST_NODES - 2
    ):
        return
    if len(found.into) < sum(kind is not None for kind in kinds.values()):
        assert len(nodes) <= MOST_NODES
        assert len(found.flows) <= MOST_FLOWS
    if len(kinds) <= MOST_NODES and len({(f.source, f.target) for f in flows}) <= MOST_FLOWS:
        assert found.into == {}


def naive_crossings(columns: list[list[str]], steps: list[tuple[str, str]]) -> int:
    place = {node: at for column in columns for at, node in enumerate(column)}
    number = {node: at for at, column in enumerate(columns) for node in column}
    return sum(
        number[a] == number[c] and place[a] < place[c] and place[b] > place[d]
        for a, b in steps
        for c, d in steps
    )


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), max_size=25))
def test_crossings_are_counted(steps: list[tuple[str, str]]) -> None:
    columns = [list("abcdef"), list("uvwxyz")]
    assert crossings(columns, steps) == naive_crossings(columns, steps)
