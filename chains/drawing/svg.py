"""A chain as a picture: SVG text, no library, no font of its own, no script.

Materials are round, processes square; tonnes run from left to right, thicker where a yield is high; what goes
back is a dashed loop around the others.
"""

import itertools
from collections.abc import Iterator
from html import escape

from chains.definition import Chain, Figure, FigureKind, Words
from chains.drawing.arrangement import GAP, Arrangement, arrange
from chains.drawing.boxes import FONT, MATERIALS, PROCESSES, SMALL, Look, said
from chains.drawing.heights import nearest_rising
from chains.drawing.layers import Edge
from chains.drawing.words import width_of, wrapped

_MARGIN = 32.0
_LEAST_WIDTH = 860.0
_LINE = "#8a97a8"
_YIELD = "#4a76b8"
_LOOP = "#7a3fa0"
_ROUND = 12.0
_LABEL_LINE = 14.0
_RETURN = Words("回用", "goes back")
_UNVERIFIED = Words("° 没有可查证的来源", "° no source of this figure could be read")
_PER = Words("按{}计", "per {}")
_PER_PRODUCT = Words("按产品计", "per product")
#: where on its last stretch a line carries its figure, and how much of the height it has then gone
_ALONG, _RISEN = 0.62, 0.68
_STYLE = (
    'text{font-family:"Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",'
    '"Hiragino Sans GB","WenQuanYi Micro Hei",sans-serif;fill:#17202b}'
    f".name{{font-size:{FONT}px;text-anchor:middle}}.note{{font-size:{SMALL}px;text-anchor:middle}}"
    ".figure{font-size:12.5px;font-weight:600;text-anchor:middle}"
    ".figure .band{font-size:11px;font-weight:400;fill:#56616f}"
    f".figure .loop{{fill:{_LOOP}}}"
    ".title{font-size:24px;font-weight:600}.summary{font-size:14px;fill:#435061}.key{font-size:13px}"
)


def draw(chain: Chain, lang: str) -> str:
    """SVG of a chain with its names in `lang` (zh or en)."""
    found = arrange(chain, lang)
    width = max(found.width, _LEAST_WIDTH) + 2.0 * _MARGIN
    heading, top = _heading(chain, lang, width)
    key, below = _key(chain, lang, width, top + found.height + 34.0)
    left = (width - found.width) / 2.0
    body = [*_ways(found), *_loops(found, lang), *_nodes(found), *_figures(chain, found, lang)]
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{below:.0f}"'
                f' viewBox="0 0 {width:.0f} {below:.0f}" role="img" lang="{"zh-CN" if lang == "zh" else "en"}">'
            ),
            f"<title>{escape(said(chain.name, lang))}</title>",
            f"<desc>{escape(said(chain.summary, lang))}</desc>",
            f"<style>{_STYLE}</style>",
            f"<defs>{_arrow('line', _LINE)}{_arrow('yield', _YIELD)}{_arrow('loop', _LOOP)}</defs>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            *heading,
            f'<g transform="translate({left:.1f} {top:.1f})">',
            *body,
            "</g>",
            *key,
            "</svg>\n",
        ]
    )


def _arrow(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10"'
        f' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 8 4 0 7.5z" fill="{colour}"/></marker>'
    )


def _heading(chain: Chain, lang: str, width: float) -> tuple[list[str], float]:
    y = _MARGIN + 22.0
    lines = [f'<text class="title" x="{_MARGIN:.0f}" y="{y:.0f}">{escape(said(chain.name, lang))}</text>']
    for line in wrapped(said(chain.summary, lang), 14.0, width - 2.0 * _MARGIN):
        y += 22.0
        lines.append(f'<text class="summary" x="{_MARGIN:.0f}" y="{y + 4:.0f}">{escape(line)}</text>')
    return lines, y + 36.0


def _ways(found: Arrangement) -> Iterator[str]:
    """Draw what runs forward: curves between columns, level through a column that is passed."""
    for edge, way in found.laid.ways.items():
        x, y = found.right(edge[0]), found.ports[edge[0], edge]
        path = [f"M{x:.1f} {y:.1f}"]
        for node in way[1:]:
            last = node == edge[1]
            column = found.columns[found.number[node]]
            to_x = found.left(node) - 1.0 if last else column.left
            to_y = found.ports[node, edge] if last else found.middle[node]
            half = (to_x - x) / 2.0
            path.append(f"C{x + half:.1f} {y:.1f} {to_x - half:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
            x, y = to_x, to_y
            if not last:
                x = column.right
                path.append(f"H{x:.1f}")
        share = max(
            (float(one.value) for one in found.figures[edge] if one.kind is FigureKind.YIELD), default=0.0
        )
        colour, name = (_YIELD, "yield") if share else (_LINE, "line")
        yield (
            f'<path d="{" ".join(path)}" fill="none" stroke="{colour}" stroke-width="{1.5 + 3.5 * share:.2f}"'
            f' marker-end="url(#{name})"/>'
        )


def _loops(found: Arrangement, lang: str) -> Iterator[str]:
    """Draw what goes back: out to the right, along its lane, in from the left."""
    offset = {edge: 9.0 * at for at, edge in enumerate(found.laid.returning)}
    for edge in found.laid.returning:
        start, end = edge
        y1, y2, lane = found.ports[start, edge], found.ports[end, edge], found.lanes[edge]
        x1, x2 = found.right(start), found.left(end) - 1.0
        out = found.columns[found.number[start]].right + 22.0 + offset[edge]
        back = found.columns[found.number[end]].left - 26.0 - offset[edge]
        up, down = (-_ROUND, _ROUND) if lane < y1 else (_ROUND, -_ROUND)
        into = _ROUND if lane < y2 else -_ROUND
        path = (
            f"M{x1:.1f} {y1:.1f}H{out - _ROUND:.1f}q{_ROUND} 0 {_ROUND} {up}V{lane + down:.1f}"
            f"q0 {up} {-_ROUND} {up}H{back + _ROUND:.1f}q{-_ROUND} 0 {-_ROUND} {into}"
            f"V{y2 - into:.1f}q0 {into} {_ROUND} {into}H{x2:.1f}"
        )
        yield (
            f'<path d="{path}" fill="none" stroke="{_LOOP}" stroke-width="2.2" stroke-dasharray="7 4"'
            ' marker-end="url(#loop)"/>'
        )
        yield _label((out + back) / 2.0, lane - 9.0, [("loop", said(_RETURN, lang))])


def _nodes(found: Arrangement) -> Iterator[str]:
    for node, box in found.boxes.items():
        yield box.draw(found.left(node), found.middle[node])


def _figures(chain: Chain, found: Arrangement, lang: str) -> Iterator[str]:
    """Write the figures on their lines before they end, in each gap from top to bottom without overlap."""
    gaps: dict[int, list[tuple[float, Edge]]] = {}
    for edge, way in found.laid.ways.items():
        if found.figures[edge]:
            start = found.ports[edge[0], edge] if len(way) == 2 else found.middle[way[-2]]
            wanted = start + _RISEN * (found.ports[edge[1], edge] - start)
            gaps.setdefault(found.number[edge[1]], []).append((wanted, edge))
    for number, placed in gaps.items():
        placed.sort()
        texts = [
            [line for one in found.figures[edge] for line in _lines(chain, one, edge, lang)]
            for _, edge in placed
        ]
        sizes = [_LABEL_LINE * len(text) + 4.0 for text in texts]
        apart = [0.0]
        for above, under in itertools.pairwise(sizes):
            apart.append(apart[-1] + (above + under) / 2.0)
        settled = nearest_rising([want - off for (want, _), off in zip(placed, apart, strict=True)])
        x = found.columns[number].left - (1.0 - _ALONG) * GAP
        for at, off, text, size in zip(settled, apart, texts, sizes, strict=True):
            yield _label(x, at + off - size / 2.0, text)


def _lines(chain: Chain, figure: Figure, edge: Edge, lang: str) -> list[tuple[str, str]]:
    """Give the figure and, small beneath, its band and what it is per, as (class, text)."""
    mark = "" if figure.verified else "°"
    lines = [("", f"{figure.value} {figure.unit}{mark}")]
    if figure.low != figure.high:
        lines.append(("band", f"{figure.low}–{figure.high}"))
    if figure.kind is FigureKind.NORM and chain.given_by(edge[1].partition(":")[2]) == (figure.basis,):
        lines.append(("band", said(_PER_PRODUCT, lang)))
    elif figure.kind is not FigureKind.YIELD:
        lines.append(("band", said(_PER, lang).format(said(chain.materials[figure.basis].name, lang))))
    return lines


def _label(x: float, top: float, lines: list[tuple[str, str]]) -> str:
    wide = max(width_of(text, 11.0 if kind else 12.5) for kind, text in lines) + 4.0
    tall = _LABEL_LINE * len(lines)
    spans = "".join(
        f'<tspan class="{kind}" x="{x:.1f}" y="{top + 12.5 + _LABEL_LINE * at:.1f}">{escape(text)}</tspan>'
        for at, (kind, text) in enumerate(lines)
    )
    return (
        f'<rect x="{x - wide / 2.0:.1f}" y="{top + 1.5:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="4"'
        f' fill="#fff" fill-opacity="0.9"/><text class="figure">{spans}</text>'
    )


def _key(chain: Chain, lang: str, width: float, y: float) -> tuple[list[str], float]:
    """Say what the shapes mean, of those that occur; the lower edge of the picture."""
    kinds = {material.kind for material in chain.materials.values()}
    roles = {process.role for process in chain.processes.values()}
    shapes: list[tuple[Look, float]] = [(look, 9.0) for kind, look in MATERIALS.items() if kind in kinds]
    shapes += [(look, 2.0) for role, look in PROCESSES.items() if role in roles]
    parts, x = [], _MARGIN
    for look, radius in shapes:
        text = said(look.name, lang)
        wide = 34.0 + width_of(text, 13.0) + 22.0
        if x + wide > width - _MARGIN:
            x, y = _MARGIN, y + 28.0
        bar = (
            ""
            if radius > 2.0
            else f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="5" height="18" fill="{look.line}"/>'
        )
        parts.append(
            f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="26" height="18" rx="{radius}" fill="{look.fill}"'
            f' stroke="{look.line}" stroke-width="1.4"/>{bar}'
            f'<text class="key" x="{x + 34:.1f}" y="{y + 5:.1f}">{escape(text)}</text>'
        )
        x += wide
    y += 28.0
    if all(link.figure is None or link.figure.verified for link in chain.links):
        return parts, y
    note = said(_UNVERIFIED, lang)
    parts.append(f'<text class="key" x="{_MARGIN:.0f}" y="{y + 5:.1f}">{escape(note)}</text>')
    return parts, y + _MARGIN
