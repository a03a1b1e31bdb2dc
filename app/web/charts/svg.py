"""Small builders for inline SVG: attributes and text are escaped, fluid widths are per cent of the drawing.

Horizontal places are percentages and vertical ones pixels, so a chart fills any column without a script and
its text keeps its size. Colours are attributes, not classes: they survive print and PDF.
"""

from collections.abc import Mapping

from markupsafe import Markup, escape

from app.web.charts import palette

Attributes = Mapping[str, str | float]

FONT_PX = 12
FONT_FAMILY = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"


def element(name: str, attributes: Attributes, *children: str) -> Markup:
    """Write one element; children that are not Markup are escaped."""
    opening = "".join(f' {key}="{escape(_text(value))}"' for key, value in attributes.items())
    inner = "".join(str(escape(child)) for child in children)
    # Every part was escaped on the two lines above.
    return Markup(f"<{name}{opening}>{inner}</{name}>")  # noqa: S704


def _text(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.3f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """Write a share of the width (0 … 1) as an SVG length."""
    return f"{_text(share * 100)}%"


def drawing(chart_id: str, title: str, description: str, height: float, *children: str) -> Markup:
    """Wrap a drawing that fills its column, named and described for those who listen instead of look."""
    title_id, description_id = f"{chart_id}-title", f"{chart_id}-desc"
    return element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "id": chart_id,
            "width": "100%",
            "height": height,
            "role": "img",
            "aria-labelledby": f"{title_id} {description_id}",
            "font-family": FONT_FAMILY,
            "font-size": FONT_PX,
        },
        element("title", {"id": title_id}, title),
        element("desc", {"id": description_id}, description),
        *children,
    )


def label(
    text: str, x: str, y: float, *, anchor: str = "start", colour: str = palette.INK, bold: bool = False
) -> Markup:
    """Write text with a white halo, readable on any mark."""
    attributes: dict[str, str | float] = {
        "x": x,
        "y": y,
        "text-anchor": anchor,
        "fill": colour,
        "stroke": palette.HALO,
        "stroke-width": 4,
        "stroke-linejoin": "round",
        "paint-order": "stroke",
    }
    if bold:
        attributes["font-weight"] = "700"
    return element("text", attributes, text)


def hatch(pattern_id: str, colour: str, ground: str = palette.SHEET, spacing: float = 6) -> Markup:
    """Define a pattern of slanted lines, told apart in grey print as well."""
    return element(
        "pattern",
        {
            "id": pattern_id,
            "width": spacing,
            "height": spacing,
            "patternUnits": "userSpaceOnUse",
            "patternTransform": "rotate(45)",
        },
        element("rect", {"width": spacing, "height": spacing, "fill": ground}),
        # Half of the stroke lies outside the tile and is cut off.
        element("line", {"y2": spacing, "stroke": colour, "stroke-width": spacing * 0.8}),
    )


def rule(y: float, colour: str, end: float = 1.0) -> Markup:
    """Draw a thin horizontal line from the left edge over a share of the width."""
    return element("line", {"x2": percent(end), "y1": y, "y2": y, "stroke": colour, "stroke-width": 1})
