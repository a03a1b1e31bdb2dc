"""Whatever ledgers say: no tonne is lost, none is made up, and every part adds up to its whole."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from chain_runs.random_books import books, one_stream
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chain_runs.books import Books, tonnes
from app.chain_runs.definitions import followed
from app.chain_runs.figures import Solved
from app.chain_runs.graph import Level, graph_of
from app.chain_runs.network import FATES, NUMBER, PRODUCT, RULES, build
from app.chain_runs.trace import down, up
from chains.attribution.network import UNTRACKED
from chains.stock import StockRule, fifo

SPLITS = followed("all").splits
CLOSE = 1e-9

rules = st.sampled_from(RULES)


def solved(found: Books, rule: StockRule = StockRule.MIXED) -> Solved:
    return Solved.of(build(found, SPLITS, rule))


@settings(deadline=None, max_examples=150)
@given(books(), rules)
def test_inputs_equal_fates_in_all_and_stream_by_stream_add_up(found: Books, rule: StockRule) -> None:
    answer = solved(found, rule)
    into = sum(float(values.sum()) for values in answer.inputs.values())
    ended = answer.ended_here.sum(axis=0)
    assert ended.sum() == pytest.approx(into, rel=CLOSE)
    assert answer.found.totals == pytest.approx(ended, rel=CLOSE, abs=CLOSE * into)
    assert np.abs(answer.shares.sum(axis=1) - 1).max(initial=0) < CLOSE
    assert (answer.shares >= 0).all()
    untracked = sum(float(values.sum()) for values in answer.untracked.values())
    assert untracked == pytest.approx(ended[NUMBER[UNTRACKED]], rel=CLOSE, abs=CLOSE * into)


@settings(deadline=None, max_examples=100)
@given(books(), rules)
def test_generation_is_followed_once_and_to_the_last_tonne(found: Books, rule: StockRule) -> None:
    answer = solved(found, rule)
    streams = found.streams
    counted, generated = answer.counted(), tonnes(streams.generated)
    assert (counted <= generated * (1 + CLOSE)).all()
    assert counted + answer.network.secondary() == pytest.approx(generated, rel=CLOSE)
    by_site = answer.ends(counted, streams.site, len(found.places))
    whole = answer.ends(counted, np.zeros_like(streams.site), 1)[0]
    assert by_site.sum(axis=0) == pytest.approx(whole, rel=CLOSE, abs=CLOSE * counted.sum())
    assert whole.sum() == pytest.approx(counted.sum(), rel=CLOSE)
    # What was generated is part of what ended.
    assert (whole <= answer.ended_here.sum(axis=0) + CLOSE * answer.ended_here.sum()).all()
    part = answer.generated_part
    assert ((part >= 0) & (part <= 1 + CLOSE)).all()
    made = answer.network.split.product * part[found.uses.stream]
    assert made.sum() == pytest.approx(whole[NUMBER[PRODUCT]], rel=1e-6, abs=CLOSE * counted.sum())


@settings(deadline=None, max_examples=60)
@given(books(), st.integers(0, 3))
def test_a_waste_counts_all_but_the_residues_of_its_own_uses(found: Books, waste: int) -> None:
    answer = solved(found)
    own = found.streams.waste == waste
    alone = answer.counted(np.array([waste], dtype=np.int32))[own]
    assert (alone >= answer.counted()[own] * (1 - CLOSE)).all()
    if not any(PROCESS_OF_ITSELF.get(waste) == found.processes[p] for p in found.uses.process.tolist()):
        assert alone == pytest.approx(tonnes(found.streams.generated)[own], rel=CLOSE)


PROCESS_OF_ITSELF = {0: "iron_recovery", 3: "kaolin_calcination"}
"""Uses that leave the very waste they take."""


@settings(deadline=None, max_examples=60)
@given(books(), rules, st.sampled_from(Level))
def test_graphs_balance_and_have_no_cycle_without_the_marked_links(
    found: Books, rule: StockRule, level: Level
) -> None:
    answer = solved(found, rule)
    graph = graph_of(answer, level)
    for node in graph.nodes:
        if node.kind in {"state", "process"}:
            assert node.tonnes_in == pytest.approx(node.tonnes_out, rel=CLOSE, abs=1e-5)
    plain = nx.DiGraph([(link.source, link.target) for link in graph.links if not link.loop])
    assert nx.is_directed_acyclic_graph(plain)
    whole = nx.DiGraph([(link.source, link.target) for link in graph.links])
    assert nx.is_directed_acyclic_graph(whole) == (not any(link.loop for link in graph.links))
    sources = {node.id for node in graph.nodes if node.kind in {"source", "from"}}
    sinks = {node.id for node in graph.nodes if node.kind in {"fate", "product", "to"}}
    into = sum(link.tonnes for link in graph.links if link.source in sources)
    out = sum(link.tonnes for link in graph.links if link.target in sinks)
    assert into == pytest.approx(answer.ended_here.sum(), rel=CLOSE)
    assert out == pytest.approx(into, rel=CLOSE)


@settings(deadline=None, max_examples=80)
@given(books(), rules, st.data())
def test_traces_account_for_all_that_enters(found: Books, rule: StockRule, data: st.DataObject) -> None:
    answer = solved(found, rule)
    stream = data.draw(st.integers(0, found.streams.count - 1))
    below, above = down(answer, stream), up(answer, stream)
    scale = answer.ended_here.sum()
    assert below.entering == above.entering
    assert sum(below.fates.values()) == pytest.approx(below.entering, rel=CLOSE, abs=CLOSE * scale)
    began = sum(step.tonnes for step in above.steps)
    assert began == pytest.approx(above.entering, rel=1e-7, abs=CLOSE * scale)
    for step in above.steps:
        assert sum(step.by_source.values()) == pytest.approx(step.tonnes, rel=CLOSE, abs=CLOSE * scale)
    sent = sum(one.tonnes for one in below.outside)
    assert sent == pytest.approx(below.fates["exported"], rel=1e-6, abs=CLOSE * scale)
    assert sum(one.tonnes for one in above.outside) <= above.entering * (1 + CLOSE) + CLOSE * scale


@settings(deadline=None, max_examples=60)
@given(books(), st.integers(2, 1000))
def test_a_unit_changes_no_share(found: Books, factor: int) -> None:
    grams = [found.streams.generated, found.streams.opening, found.streams.closing, found.moves.sent]
    if max((int(column.max(initial=0)) for column in grams), default=0) > 10**15 // factor:
        factor = 1
    streams = found.streams
    larger = replace(
        found,
        streams=replace(
            streams,
            generated=streams.generated * factor,
            dumped=streams.dumped * factor,
            opening=streams.opening * factor,
            closing=streams.closing * factor,
        ),
        moves=replace(found.moves, sent=found.moves.sent * factor, received=found.moves.received * factor),
        uses=replace(found.uses, grams=found.uses.grams * factor),
        disposed=replace(found.disposed, grams=found.disposed.grams * factor),
        exported=replace(found.exported, grams=found.exported.grams * factor),
        unknown=replace(found.unknown, grams=found.unknown.grams * factor),
        imported=replace(found.imported, grams=found.imported.grams * factor),
    )
    assert solved(larger).shares == pytest.approx(solved(found).shares, abs=CLOSE)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.floats(0, 1))
def test_first_in_first_out_is_that_of_the_stock_model(old: int, new: int, part: float) -> None:
    leaving = round((old + new) * part)
    model = fifo(np.array([float(old), float(new)]), np.array([0.0, float(leaving)]))
    answer = solved(one_stream(opening=old, generated=new, dumped=leaving), StockRule.FIFO)
    [ends] = answer.ends(answer.counted(), np.zeros(1, dtype=np.int32), 1)
    assert ends[FATES.index("dumped")] == pytest.approx(model.drawn[1, 1] / 1e6, rel=CLOSE, abs=1e-9)
    stored = answer.ended_here[0, FATES.index("stored")]
    assert stored == pytest.approx(model.left[1, 1] / 1e6, rel=CLOSE, abs=1e-9)
