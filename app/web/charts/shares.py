"""One bar of a list: a share of the whole, drawn; its name and figure are HTML beside it."""

from markupsafe import Markup

from app.web.charts import palette
from app.web.charts.svg import element, hatch, percent

_HEIGHT = 10
_LEAST = 0.002


def share_bar(chart_id: str, share: float, colour: str, *, missing: bool = False) -> Markup:
    """Draw a share (0 … 1) of the width; what nobody accounts for is hatched."""
    held = min(max(share, 0.0), 1.0)
    parts = [element("rect", {"width": "100%", "height": _HEIGHT, "fill": palette.TRACK})]
    fill = colour
    if missing:
        parts.insert(0, element("defs", {}, hatch(f"{chart_id}-missing", palette.WARNING, spacing=5)))
        fill = f"url(#{chart_id}-missing)"
    if held > 0:
        width = percent(max(held, _LEAST))
        parts.append(element("rect", {"class": "mark", "width": width, "height": _HEIGHT, "fill": fill}))
    return element(
        "svg",
        {"class": "share-bar", "width": "100%", "height": _HEIGHT, "aria-hidden": "true", "id": chart_id},
        *parts,
    )
