"""`huanlian chain show` as a person and as a machine call it."""

import json
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from typer.testing import CliRunner

from app.cli.chains import chain_app
from chains.graph import NODE_LINK, graph_of
from chains.loader import shipped_library

IDS = tuple(shipped_library().chains)


def show(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(chain_app, ["show", *arguments], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_without_an_id_all_are_listed() -> None:
    code, output, _ = show()
    assert code == 0
    assert all(key in output for key in IDS)
    assert "煤—煤矸石—高岭土" in output
    assert "coal – gangue – kaolin" in show("--lang", "en")[1]
    assert [chain["id"] for chain in json.loads(show("--json")[1])] == list(IDS)


@pytest.mark.parametrize("chain_id", IDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tree_names_everything(chain_id: str, lang: str) -> None:
    code, output, _ = show(chain_id, "--lang", lang)
    chain = shipped_library().chains[chain_id]
    assert code == 0
    for thing in (*chain.materials.values(), *chain.processes.values()):
        assert (thing.name.zh if lang == "zh" else thing.name.en) in output
    for link in chain.links:
        assert link.figure is None or f"{link.figure.value}" in output


def test_json_is_the_document_and_the_graph() -> None:
    chain = shipped_library().chains["manganese-residue"]
    code, output, _ = show(chain.id, "--format", "json")
    document = json.loads(output)
    assert code == 0
    assert (document["id"], document["version"]) == (chain.id, chain.version)
    assert {one["material"]: one["value"] for one in document["yields"]}["sulfuric_acid"] == "0.3636"
    read_back = nx.node_link_graph(document, **NODE_LINK)
    assert nx.utils.graphs_equal(read_back, graph_of(chain))
    assert show(chain.id, "--json")[1] == output


def test_graphml_is_read_back() -> None:
    chain = shipped_library().chains["steel-slag"]
    read_back = nx.parse_graphml(show(chain.id, "--format", "graphml")[1])
    assert sorted(read_back) == sorted(graph_of(chain))
    whole = nx.parse_graphml(show("--format", "graphml")[1])
    assert set(read_back) < set(whole)


def test_svg_is_a_picture_in_the_language_asked_for() -> None:
    code, output, _ = show("steel-slag", "--format", "svg", "--lang", "en")
    assert code == 0
    assert ET.fromstring(output).tag.endswith("svg")
    assert "blast-furnace slag" in output
    assert "高炉渣" in show("steel-slag", "--format", "svg")[1]


@pytest.mark.parametrize(
    ("asked", "told"),
    [("steel-slags", "steel-slag"), ("gangue", "coal-gangue-kaolin"), ("Liquor-Grain", "liquor-grains")],
)
def test_an_unknown_chain_is_refused_with_names_close_to_it(asked: str, told: str) -> None:
    code, output, error = show(asked)
    assert (code, output) == (1, "")
    assert asked in error
    assert told in error
    assert "alumina-red-mud" not in error


def test_what_is_close_to_nothing_is_told_all() -> None:
    code, _, error = show("[red]")
    assert code == 1
    assert all(key in error for key in IDS)


def test_wrong_usage() -> None:
    assert show("--format", "svg")[0] == 2
    assert show("steel-slag", "--format", "png")[0] == 2
    assert show("steel-slag", "--lang", "fr")[0] == 2
