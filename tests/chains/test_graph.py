"""Chains as graphs: the same text every time, readable by other tools, a tree that ends."""

import io
import subprocess
import sys
from os import environ
from xml.etree import ElementTree as ET

import networkx as nx
import pytest

from chains.definition import Chain
from chains.graph import NODE_LINK, graph_of, graphml, library_graph, node_link, outline
from chains.loader import shipped_library

CHAINS = sorted(shipped_library().chains.values(), key=lambda chain: chain.id)
every_chain = pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.id)


@every_chain
def test_nodes_and_edges_are_sorted_and_all_there(chain: Chain) -> None:
    graph = graph_of(chain)
    ends = [(start, end) for start, end in graph.edges()]
    assert graph.number_of_nodes() == len(chain.materials) + len(chain.processes)
    assert graph.number_of_edges() == len(chain.links)
    assert [node for node in graph if node.startswith("material:")] == sorted(
        f"material:{key}" for key in chain.materials
    )
    for node in graph:
        assert list(graph.successors(node)) == sorted(graph.successors(node))
    assert all({start.split(":")[0], end.split(":")[0]} == {"material", "process"} for start, end in ends)


@every_chain
def test_graphml_is_read_back_with_its_figures(chain: Chain) -> None:
    text = graphml(graph_of(chain))
    again = nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)
    assert set(again.edges()) == set(graph_of(chain).edges())
    assert again.nodes["material:" + next(iter(chain.materials))]["zh"]
    values = [attributes["value"] for _, _, attributes in again.edges(data=True) if "value" in attributes]
    assert sorted(values) == sorted(str(link.figure.value) for link in chain.links if link.figure)
    assert ET.fromstring(text).tag.endswith("graphml")


@every_chain
def test_node_link_document_is_read_back(chain: Chain) -> None:
    graph = graph_of(chain)
    assert nx.utils.graphs_equal(nx.node_link_graph(node_link(graph), **NODE_LINK), graph)


@every_chain
def test_outline_names_every_link_once(chain: Chain) -> None:
    lines = list(outline(chain))
    assert {line.node for line in lines} == set(graph_of(chain))
    roots = sum(line.depth == 0 for line in lines)
    pairs = {(link.process, link.direction, link.material) for link in chain.links}
    assert len(lines) - roots >= len(pairs)
    assert len({line.node for line in lines if not line.again}) == sum(not line.again for line in lines)


def test_outline_ends_in_a_chain_with_a_loop() -> None:
    """Acid from phosphogypsum goes back to the phosphoric acid plant."""
    chain = shipped_library().chains["phosphate-phosphogypsum"]
    assert not nx.is_directed_acyclic_graph(graph_of(chain))
    assert any(line.again and line.node == "process:phosphoric_acid" for line in outline(chain))


def test_the_whole_library_hangs_together() -> None:
    whole = library_graph(shipped_library())
    assert whole.number_of_edges() == sum(len(chain.links) for chain in CHAINS)
    cement = {attributes["chain"] for *_, attributes in whole.in_edges("material:cement", data=True)}
    assert {"steel-slag", "coal-gangue-power-ash", "phosphate-phosphogypsum"} <= cement


def test_hash_seed_changes_no_character() -> None:
    code = (
        "from chains.loader import shipped_library; from chains.graph import *;"
        "print(graphml(library_graph(shipped_library())))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(texts) == 1
