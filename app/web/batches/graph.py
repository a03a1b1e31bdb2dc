"""The graph of a form as inline SVG: a column a step, preceding forms to the left. The table beside it says the same."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from app.web.charts import palette
from app.web.charts.svg import FONT_FAMILY, FONT_PX, Attributes, element
from app.web.languages import Language
from app.web.texts import text

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 190, 46, 54, 14, 8
MOST_DRAWN = 60
"""Above, the table alone: nobody reads such a drawing."""


def graph(traced: Mapping[str, Any], language: Language) -> Markup | None:
    """Draw a trace; None when it is a single form, or too many."""
    nodes = traced["nodes"]
    if not 1 < len(nodes) <= MOST_DRAWN:
        return None
    places = _places(nodes)
    columns = 1 + max(x for x, _ in places.values())
    rows = 1 + max(y for _, y in places.values())
    width = 2 * _MARGIN + columns * _WIDTH + (columns - 1) * _GAP_X
    height = 2 * _MARGIN + rows * _HEIGHT + (rows - 1) * _GAP_Y
    title = text("batches.trace", language)
    words = text("batches.trace.words", language, count=str(len(nodes)))
    links = [_link(places[link["from"]], places[link["to"]]) for link in traced["links"]]
    boxes = [_box(node, places[node["id"]], language, is_start=node["id"] == traced["id"]) for node in nodes]
    attributes: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": "batch-graph",
        "viewBox": f"0 0 {width} {height}",
        "width": width,
        "height": height,
        "role": "img",
        "aria-labelledby": "batch-graph-title batch-graph-desc",
        "font-family": FONT_FAMILY,
        "font-size": FONT_PX,
    }
    heads = (
        element("title", {"id": "batch-graph-title"}, title),
        element("desc", {"id": "batch-graph-desc"}, words),
        _arrow(),
    )
    return element("svg", attributes, *heads, *links, *boxes)


def _places(nodes: Any) -> dict[Any, tuple[int, int]]:
    """Column and row of each form: columns by steps, rows in the order of the table."""
    first = min(node["distance"] for node in nodes)
    filled: dict[int, int] = {}
    places = {}
    for node in nodes:
        column = node["distance"] - first
        places[node["id"]] = (column, filled.get(column, 0))
        filled[column] = filled.get(column, 0) + 1
    return places


def _corner(place: tuple[int, int]) -> tuple[float, float]:
    return _MARGIN + place[0] * (_WIDTH + _GAP_X), _MARGIN + place[1] * (_HEIGHT + _GAP_Y)


def _arrow() -> Markup:
    path = element("path", {"d": "M0,0 L8,4 L0,8 Z", "fill": palette.INK})
    marks: Attributes = {
        "id": "batch-arrow",
        "markerWidth": 8,
        "markerHeight": 8,
        "refX": 8,
        "refY": 4,
        "orient": "auto",
    }
    return element("defs", {}, element("marker", marks, path))


def _link(before: tuple[int, int], after: tuple[int, int]) -> Markup:
    (left, top), (right, bottom) = _corner(before), _corner(after)
    x1, y1, x2, y2 = left + _WIDTH, top + _HEIGHT / 2, right, bottom + _HEIGHT / 2
    middle = (x1 + x2) / 2
    return element(
        "path",
        {
            "class": "batch-link",
            "d": f"M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}",
            "fill": "none",
            "stroke": palette.INK,
            "stroke-width": 1.2,
            "marker-end": "url(#batch-arrow)",
        },
    )


def _box(node: Mapping[str, Any], place: tuple[int, int], language: Language, *, is_start: bool) -> Markup:
    x, y = _corner(place)
    number = node["number"] if len(node["number"]) <= 22 else node["number"][:21] + "…"
    words = f"{text('batches.kind.' + node['kind'], language)} · {node['tonnes']} t"
    frame: dict[str, str | float] = {
        "x": x,
        "y": y,
        "width": _WIDTH,
        "height": _HEIGHT,
        "fill": palette.SHEET,
        "stroke": palette.INK,
        "stroke-width": 3 if is_start else 1,
        "rx": 2,
    }
    if node["withdrawn"]:
        frame["stroke-dasharray"] = "4 3"
    return element(
        "a",
        {"class": "batch-node", "href": f"/batches/{node['id']}"},
        element("rect", frame),
        element("text", {"x": x + 8, "y": y + 19, "fill": palette.INK, "font-weight": "700"}, number),
        element("text", {"x": x + 8, "y": y + 37, "fill": palette.INK}, words),
    )
