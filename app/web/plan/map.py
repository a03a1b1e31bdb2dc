"""New links as a picture: sites at their coordinates, links as arcs. No boundary is drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.web.charts import palette
from app.web.charts.svg import FONT_FAMILY, FONT_PX, element, label

WIDTH, MARGIN = 960.0, 60.0
_TALLEST, _LOWEST = 760.0, 240.0
_WIDEST = 14.0
_NAMED = 14
_BEND = 0.18
_LINE, _LONG = 15.0, 140.0
"""Height and width of a name: two that are closer would lie upon each other."""


@dataclass(frozen=True, slots=True)
class MapSite:
    """A site where it stands; `takes_in` says that it is a receiver."""

    code: str
    name: str
    latitude: float
    longitude: float
    takes_in: bool


@dataclass(frozen=True, slots=True)
class MapLink:
    """A link between two sites by code, or of a site to itself; `words` are what the pointer shows."""

    sender: str
    receiver: str
    grams: int
    words: str


def link_map(
    chart_id: str, title: str, words: str, sites: Sequence[MapSite], links: Sequence[MapLink]
) -> Markup:
    """Draw the map; the largest links are named. An empty plan draws nothing."""
    if not sites:
        return Markup("")
    places, height = _places(sites)
    most = max((link.grams for link in links), default=1)
    ordered = sorted(links, key=lambda link: (-link.grams, link.sender, link.receiver))
    named = _names(ordered, {site.code: site for site in sites}, places)
    arcs = [_arc(link, places, most) for link in ordered]
    marks = [_mark(site, places[site.code]) for site in sites]
    labels = [_name(site, places[site.code]) for site in named]
    head = (
        element("title", {"id": f"{chart_id}-title"}, title),
        element("desc", {"id": f"{chart_id}-desc"}, words),
        element("rect", {"width": WIDTH, "height": height, "fill": palette.SHEET, "stroke": palette.RULE}),
    )
    attributes: dict[str, str | float] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": chart_id,
        "viewBox": f"0 0 {WIDTH:.0f} {height:.0f}",
        "role": "img",
        "aria-labelledby": f"{chart_id}-title {chart_id}-desc",
        "font-family": FONT_FAMILY,
        "font-size": FONT_PX,
    }
    return element("svg", attributes, *head, *arcs, *marks, *labels)


def _places(sites: Sequence[MapSite]) -> tuple[dict[str, tuple[float, float]], float]:
    """Plate carrée, true to length at the middle latitude, fitted into the width."""
    south, north = min(site.latitude for site in sites), max(site.latitude for site in sites)
    west, east = min(site.longitude for site in sites), max(site.longitude for site in sites)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, tall = max((east - west) * squeeze, 1e-3), max(north - south, 1e-3)
    scale = min((WIDTH - 2 * MARGIN) / wide, (_TALLEST - 2 * MARGIN) / tall)
    height = max(tall * scale + 2 * MARGIN, _LOWEST)
    left, top = (WIDTH - wide * scale) / 2, (height - tall * scale) / 2
    found = {
        site.code: (left + (site.longitude - west) * squeeze * scale, top + (north - site.latitude) * scale)
        for site in sites
    }
    return found, height


def _arc(link: MapLink, places: dict[str, tuple[float, float]], most: int) -> Markup:
    width = max(1.2, _WIDEST * math.sqrt(link.grams / most))
    (x, y), (to_x, to_y) = places[link.sender], places[link.receiver]
    hover = element("title", {}, link.words)
    look: dict[str, str | float] = {"fill": "none", "stroke": palette.PINE, "stroke-opacity": 0.55}
    if link.sender == link.receiver:
        ring: dict[str, str | float] = {
            "class": "own",
            "cx": x,
            "cy": y,
            "r": 8 + width / 2,
            "stroke-dasharray": "4 3",
        }
        return element("circle", {**ring, **look, "stroke-width": min(width, 5.0)}, hover)
    # Bent to one side of its way, so that the way there and the way back do not lie upon each other.
    bent = ((x + to_x) / 2 - (to_y - y) * _BEND, (y + to_y) / 2 + (to_x - x) * _BEND)
    path = f"M{x:.1f} {y:.1f} Q{bent[0]:.1f} {bent[1]:.1f} {to_x:.1f} {to_y:.1f}"
    return element("path", {"class": "link", "d": path, **look, "stroke-width": width}, hover)


def _mark(site: MapSite, place: tuple[float, float]) -> Markup:
    x, y = place
    hover = element("title", {}, site.name)
    ring: dict[str, str | float] = {"stroke": palette.SHEET, "stroke-width": 1}
    if site.takes_in:
        box: dict[str, str | float] = {
            "class": "takes",
            "x": x - 5,
            "y": y - 5,
            "width": 10,
            "height": 10,
            "fill": palette.PINE,
        }
        return element("rect", {**box, **ring}, hover)
    return element(
        "circle", {"class": "gives", "cx": x, "cy": y, "r": 4, "fill": palette.OCHRE, **ring}, hover
    )


def _names(
    ordered: Sequence[MapLink], sites: dict[str, MapSite], places: dict[str, tuple[float, float]]
) -> list[MapSite]:
    """Receivers and senders of the largest links, each once, where a name does not lie upon another one."""
    kept: list[MapSite] = []
    for code in dict.fromkeys(code for link in ordered for code in (link.receiver, link.sender)):
        x, y = places[code]
        free = all(
            abs(places[other.code][1] - y) > _LINE or abs(places[other.code][0] - x) > _LONG for other in kept
        )
        if free and len(kept) < _NAMED:
            kept.append(sites[code])
    return kept


def _name(site: MapSite, place: tuple[float, float]) -> Markup:
    x, y = place
    at_right = x > WIDTH * 0.8
    return label(
        site.name, f"{x - 9 if at_right else x + 9:.1f}", y + 4, anchor="end" if at_right else "start"
    )
