"""A Sankey picture as SVG: bars and bands to scale, labels on the spot, loops as pipes that go back below.

It has a size of its own in pixels: on a narrow screen the page lets it scroll sideways.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from app.web.charts import palette
from app.web.charts.svg import FONT_FAMILY, FONT_PX, Attributes, element, hatch
from chains.drawing.sankey import Band, Bar, Picture, Return
from chains.drawing.words import width_of

WIDTH = 1320.0
_BAR = 12.0
_MARGIN = 6.0
_LABELS = 210.0
_LABEL_GAP = 6.0
_TOP = 8.0
# Thinner than this nothing can be seen: it is drawn as a line.
_HAIRLINE = 0.9
_HATCHED_FROM = 3.0
_BEND = 6.0
_LEAST_NAME = 40.0


class Kind(StrEnum):
    """What a flow or bar is, told by its colour, and the missing by a pattern as well."""

    WASTE = "waste"
    USED = "used"
    DISPOSED = "disposed"
    STORED = "stored"
    DUMPED = "dumped"
    OUTSIDE = "outside"
    MISSING = "missing"


_COLOURS: Mapping[Kind, tuple[str, float]] = {
    Kind.WASTE: (palette.MUTED, 0.28),
    Kind.USED: (palette.PINE, 0.42),
    Kind.DISPOSED: (palette.OCHRE, 0.5),
    Kind.STORED: (palette.STONE, 0.5),
    Kind.DUMPED: (palette.INK, 0.7),
    Kind.OUTSIDE: (palette.MUTED, 0.45),
    Kind.MISSING: (palette.WARNING, 1.0),
}


@dataclass(frozen=True, slots=True)
class NodeLook:
    """How a node is shown: its name and amount beside the bar, what the pointer shows, where it leads."""

    name: str
    value: str
    hover: str
    kind: Kind
    address: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FlowLook:
    """How a flow is shown."""

    hover: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of the whole drawing."""

    title: str
    description: str


def sankey(
    chart_id: str,
    words: Words,
    picture: Picture,
    nodes: Mapping[str, NodeLook],
    flows: Mapping[tuple[str, str], FlowLook],
) -> Markup:
    """Draw the picture; every node and every flow of it has its look."""
    return _Drawing(chart_id, picture, nodes, flows).drawn(words)


class _Drawing:
    """One drawing in the making: columns become places."""

    def __init__(
        self,
        chart_id: str,
        picture: Picture,
        nodes: Mapping[str, NodeLook],
        flows: Mapping[tuple[str, str], FlowLook],
    ) -> None:
        self._id, self._picture, self._nodes, self._flows = chart_id, picture, nodes, flows
        # What goes back into the first column needs room to its left.
        arriving = [back for back in picture.returns if picture.bars[back.flow.target].column == 0]
        left = _MARGIN + (sum(back.width + _BEND for back in arriving) + 3 * _BEND if arriving else 0.0)
        self._step = (WIDTH - left - _LABELS - _BAR) / max(1, picture.columns - 1)
        self._left = left

    def _x(self, column: int) -> float:
        return self._left + column * self._step

    def drawn(self, words: Words) -> Markup:
        title_id, description_id = f"{self._id}-title", f"{self._id}-desc"
        height = self._picture.height + 2 * _TOP
        return element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "id": self._id,
                "class": "sankey",
                "viewBox": f"0 {-_TOP:.0f} {WIDTH:.0f} {height:.1f}",
                "width": f"{WIDTH:.0f}",
                "height": f"{height:.1f}",
                "role": "group",
                "aria-labelledby": f"{title_id} {description_id}",
                "font-family": FONT_FAMILY,
                "font-size": FONT_PX,
            },
            element("title", {"id": title_id}, words.title),
            element("desc", {"id": description_id}, words.description),
            element("defs", {}, hatch(f"{self._id}-missing", palette.WARNING, spacing=5)),
            *self._bands(),
            *self._returns(),
            *self._bars(),
        )

    def _bands(self) -> Iterator[Markup]:
        """Draw the wide ones first, so that none hides a narrow one."""
        for band in sorted(self._picture.bands, key=lambda band: -band.width):
            look = self._flows[band.flow.source, band.flow.target]
            yield element(
                "path",
                {
                    "class": "band",
                    "d": self._way(band),
                    "fill": "none",
                    **self._stroke(look.kind, band.width),
                },
                element("title", {}, look.hover),
            )

    def _way(self, band: Band) -> str:
        column = self._picture.bars[band.flow.source].column
        here, y = self._x(column) + _BAR, band.middles[0]
        parts = [f"M{here:.1f} {y:.1f}"]
        for number, middle in enumerate(band.middles[1:], column + 1):
            there = self._x(number)
            half = (here + there) / 2.0
            parts.append(f"C{half:.1f} {y:.1f} {half:.1f} {middle:.1f} {there:.1f} {middle:.1f}")
            here, y = there + _BAR, middle
            if number < column + len(band.middles) - 1:
                parts.append(f"H{here:.1f}")
        return "".join(parts)

    def _stroke(self, kind: Kind, width: float) -> Attributes:
        colour, opacity = _COLOURS[kind]
        if kind is Kind.MISSING and width >= _HATCHED_FROM:
            colour = f"url(#{self._id}-missing)"
        return {"stroke": colour, "stroke-opacity": opacity, "stroke-width": max(width, _HAIRLINE)}

    def _returns(self) -> Iterator[Markup]:
        out = back_in = 0.0
        for back in self._picture.returns:
            look = self._flows[back.flow.source, back.flow.target]
            out, back_in = out + back.width + _BEND, back_in + back.width + _BEND
            way = self._pipe(back, out, back_in)
            colour, _ = _COLOURS[look.kind]
            width = max(back.width, 1.5)
            end = self._x(self._picture.bars[back.flow.target].column)
            tip = max(width / 2.0 + 2.0, 4.0)
            yield element(
                "g",
                {"class": "return"},
                element("title", {}, look.hover),
                element(
                    "path", {"d": way, "fill": "none", "stroke": palette.HALO, "stroke-width": width + 4}
                ),
                element(
                    "path",
                    {
                        "d": way,
                        "fill": "none",
                        "stroke": colour,
                        "stroke-width": width,
                        "stroke-opacity": 0.75,
                    },
                ),
                element(
                    "path",
                    {
                        "d": f"M{end - 7:.1f} {back.arrives - tip:.1f}L{end:.1f} {back.arrives:.1f}"
                        f"L{end - 7:.1f} {back.arrives + tip:.1f}Z",
                        "fill": colour,
                    },
                ),
            )

    def _pipe(self, back: Return, out: float, back_in: float) -> str:
        """Out to the right, down to the lane, back below everything, up, in from the left."""
        bars, turn = self._picture.bars, back.width / 2.0 + _BEND
        start = self._x(bars[back.flow.source].column) + _BAR
        end = self._x(bars[back.flow.target].column)
        right, left = start + out + turn, end - back_in - turn
        lane, low, high = back.lane, back.leaves, back.arrives
        return (
            f"M{start:.1f} {low:.1f}H{right - turn:.1f}q{turn:.1f} 0 {turn:.1f} {turn:.1f}"
            f"V{lane - turn:.1f}q0 {turn:.1f} {-turn:.1f} {turn:.1f}H{left + turn:.1f}"
            f"q{-turn:.1f} 0 {-turn:.1f} {-turn:.1f}V{high + turn:.1f}q0 {-turn:.1f} {turn:.1f} {-turn:.1f}"
            f"H{end - 6:.1f}"
        )

    def _bars(self) -> Iterator[Markup]:
        for node, bar in sorted(self._picture.bars.items(), key=lambda item: (item[1].column, item[1].top)):
            look = self._nodes[node]
            marks = (element("title", {}, look.hover), self._bar(bar, look), self._label(bar, look))
            if look.address:
                attributes: dict[str, str | float] = {"href": look.address, "class": "node"}
                if look.chosen:
                    attributes["aria-current"] = "true"
                yield element("a", attributes, *marks)
            else:
                yield element("g", {"class": "node"}, *marks)

    def _bar(self, bar: Bar, look: NodeLook) -> Markup:
        colour, _ = _COLOURS[look.kind]
        if look.kind is Kind.MISSING and bar.height >= _HATCHED_FROM:
            colour = f"url(#{self._id}-missing)"
        attributes: dict[str, str | float] = {
            "class": "bar",
            "x": round(self._x(bar.column), 1),
            "y": round(bar.top, 2),
            "width": _BAR,
            "height": max(round(bar.height, 2), _HAIRLINE),
            "fill": colour,
        }
        if look.chosen:
            attributes |= {"stroke": palette.INK, "stroke-width": 2}
        return element("rect", attributes)

    def _label(self, bar: Bar, look: NodeLook) -> Markup:
        last = bar.column == self._picture.columns - 1
        room = (_LABELS if last else self._step - _BAR) - 2 * _LABEL_GAP
        value_width = width_of(look.value, FONT_PX) + _LABEL_GAP
        missing = look.kind is Kind.MISSING
        return element(
            "text",
            {
                "x": round(self._x(bar.column) + _BAR + _LABEL_GAP, 1),
                "y": round(bar.top + bar.height / 2.0 + FONT_PX * 0.36, 1),
                "fill": palette.WARNING if missing else palette.INK,
                "stroke": palette.HALO,
                "stroke-width": 4,
                "stroke-linejoin": "round",
                "paint-order": "stroke",
            },
            element(
                "tspan", {"font-weight": "700"}, shortened(look.name, max(room - value_width, _LEAST_NAME))
            ),
            " ",
            element("tspan", {"fill": palette.WARNING if missing else palette.MUTED}, look.value),
        )


def shortened(text: str, room: float) -> str:
    """Cut a name that is wider than its room [px]; the pointer shows it whole."""
    if width_of(text, FONT_PX) <= room:
        return text
    while text and width_of(f"{text}…", FONT_PX) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
