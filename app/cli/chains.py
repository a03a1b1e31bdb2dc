"""`huanlian chain`: the chains that ship with the program, as list, tree, graph and picture."""

from __future__ import annotations

import difflib
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from rich.table import Table
    from rich.tree import Tree

    from chains.definition import Chain, Library

chain_app = typer.Typer(help="链条 / chains of materials and processes", no_args_is_help=True)

_PIPED_WIDTH = 120


class Format(StrEnum):
    """What `chain show` prints."""

    TREE = "tree"
    JSON = "json"
    GRAPHML = "graphml"
    SVG = "svg"


class Language(StrEnum):
    """Which names are printed."""

    ZH = "zh"
    EN = "en"


@chain_app.callback()
def _chains() -> None:
    """链条：查看、运行 / chains: look at them, run them."""


@chain_app.command(epilog="例 example:  huanlian chain show coal-gangue-power-ash --format svg > chain.svg")
def show(
    chain_id: Annotated[
        str, typer.Argument(metavar="[ID]", help="链条编号；不填则列出全部 / a chain; none: list them all")
    ] = "",
    *,
    form: Annotated[Format, typer.Option("--format", help="输出形式 / what to print")] = Format.TREE,
    lang: Annotated[
        Language, typer.Option("--lang", help="名称的语言 / language of the names")
    ] = Language.ZH,
    json_output: Annotated[bool, typer.Option("--json", help="同 --format json / same as it")] = False,
) -> None:
    """链条的物料、工艺与得率 / materials, processes and yields of a chain: tree, JSON, GraphML or picture.

    Exit 0: shown; 1: there is no such chain; 2: wrong usage.
    """
    from app.cli.chain_tree import tree  # noqa: PLC0415 - only when the command runs
    from chains.loader import shipped_library  # noqa: PLC0415 - same

    library = shipped_library()
    form = Format.JSON if json_output else form
    if not chain_id:
        _show_all(library, form, lang)
        return
    if chain_id not in library.chains:
        _refuse_unknown(library, chain_id)
    chain = library.chains[chain_id]
    if form is Format.TREE:
        _print(tree(chain, lang.value))
    else:
        _write(_text(chain, form, lang))


def _show_all(library: Library, form: Format, lang: Language) -> None:
    from app.cli.chain_tree import table  # noqa: PLC0415 - only when the command runs
    from chains.document import chain_document  # noqa: PLC0415 - same
    from chains.graph import graphml, library_graph  # noqa: PLC0415 - same

    if form is Format.TREE:
        _print(table(library, lang.value))
    elif form is Format.JSON:
        chains = [chain_document(chain) for chain in library.chains.values()]
        _write(json.dumps(chains, ensure_ascii=False, indent=1) + "\n")
    elif form is Format.GRAPHML:
        _write(graphml(library_graph(library)))
    else:
        message = "svg 须指明链条 / name the chain to draw"
        raise typer.BadParameter(message, param_hint="ID")


def _refuse_unknown(library: Library, chain_id: str) -> NoReturn:
    """Say which ids are close, or all of them, and end with 1."""
    asked = chain_id.lower()
    near = difflib.get_close_matches(asked, library.chains, n=3, cutoff=0.5)
    part = [known for known in library.chains if asked in known]
    close = list(dict.fromkeys([*part, *near])) or list(library.chains)
    names = ", ".join(f"{known} ({library.chains[known].name.zh})" for known in close)
    typer.echo(f"没有链条“{chain_id}”；可用的有 / there is no such chain; known are: {names}", err=True)
    raise typer.Exit(1)


def _text(chain: Chain, form: Format, lang: Language) -> str:
    from chains.document import chain_document  # noqa: PLC0415 - only when the command runs
    from chains.drawing.svg import draw  # noqa: PLC0415 - same
    from chains.graph import graph_of, graphml, node_link  # noqa: PLC0415 - same

    if form is Format.SVG:
        return draw(chain, lang.value)
    if form is Format.GRAPHML:
        return graphml(graph_of(chain))
    document = chain_document(chain) | node_link(graph_of(chain))
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _write(text: str) -> None:
    # As bytes: these formats are UTF-8 whatever the terminal's encoding.
    typer.echo(text.encode(), nl=False)


def _print(shown: Table | Tree) -> None:
    from rich.console import Console  # noqa: PLC0415 - only when the command runs

    # Piped output has no width of its own: what rich would assume is too narrow.
    Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH, highlight=False).print(shown)
