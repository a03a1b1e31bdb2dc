"""A chain as a tree and the library as a table, for a terminal."""

from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from chains.definition import Chain, Figure, FigureKind, Library, Words
from chains.document import wastes_of
from chains.graph import Line, outline

_FIGURES = {
    FigureKind.YIELD: Words("得率", "yield"),
    FigureKind.INTENSITY: Words("产生强度", "intensity"),
    FigureKind.NORM: Words("消耗定额", "norm"),
}
_KINDS = {
    "raw": Words("原料", "raw"),
    "waste": Words("固废", "waste"),
    "product": Words("产品", "product"),
    "air": Words("大气", "air"),
    "source": Words("产生", "source"),
    "use": Words("利用", "use"),
    "dispose": Words("处置", "disposal"),
    "store": Words("贮存", "storage"),
}
_UNVERIFIED = Words("未核实", "unverified")


def table(library: Library, lang: str) -> Table:
    """List all chains, one a row."""
    shown = Table(title="链条 chains", title_justify="left")
    for heading in ("编号 id", "名称 name", "固废 wastes"):
        shown.add_column(heading, overflow="fold")
    for heading in ("工艺 processes", "版本 version"):
        shown.add_column(heading, justify="right")
    for chain in library.chains.values():
        wastes = " ".join(wastes_of(chain))
        shown.add_row(
            chain.id, _said(chain.name, lang), wastes, str(len(chain.processes)), str(chain.version)
        )
    return shown


def tree(chain: Chain, lang: str) -> Tree:
    """Follow the tonnes from what nothing in the chain gives; ↑ marks what is spelt out further up."""
    title = Text.assemble((chain.id, "bold"), f" v{chain.version}  ", (_said(chain.name, lang), "bold"))
    title.append(f"\n{_said(chain.summary, lang)}", "dim")
    whole = Tree(title)
    branches = [whole]
    for line in outline(chain):
        del branches[line.depth + 1 :]
        branches.append(branches[-1].add(_label(chain, line, lang)))
    return whole


def _label(chain: Chain, line: Line, lang: str) -> Text:
    kind, _, key = line.node.partition(":")
    if kind == "material":
        material = chain.materials[key]
        name, style = material.name, "green" if material.waste_class is None else "yellow"
        note = material.waste_class or _said(_KINDS[material.kind], lang)
    else:
        process = chain.processes[key]
        name, style, note = process.name, "bold", _said(_KINDS[process.role], lang)
    label = Text.assemble((_said(name, lang), style), (f" [{note}]", "dim"))
    if line.figure is not None:
        label.append(f"  {_figure(chain, line.figure, lang)}", "cyan")
    if line.again:
        label.append(" ↑", "dim")
    return label


def _figure(chain: Chain, figure: Figure, lang: str) -> str:
    """Say a figure with its band, its basis and whether its source was read."""
    band = "" if figure.low == figure.high else f" ({figure.low}–{figure.high})"
    doubt = "" if figure.verified else f", {_said(_UNVERIFIED, lang)}"
    basis = _said(chain.materials[figure.basis].name, lang)
    return f"{_said(_FIGURES[figure.kind], lang)} {figure.value}{band} {figure.unit} ← {basis}{doubt}"


def _said(words: Words, lang: str) -> str:
    return words.zh if lang == "zh" else words.en
