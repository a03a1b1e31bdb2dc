"""Every colour of the pages and charts. The style sheets repeat them; a test holds them together.

Charts are drawn in the light ones; `static/dark.css` turns each into its dark one where the page is dark.
"""

from collections.abc import Mapping
from types import MappingProxyType

INK = "#16211f"
MUTED = "#55605c"
PAPER = "#f6f5f0"
SHEET = "#ffffff"
RULE = "#d8d5ca"
TRACK = "#ebe8df"
# The two accents: pine for what is used, ochre for what is disposed of.
PINE = "#0b6b5a"
OCHRE = "#b07a1e"
STONE = "#848b88"
WARNING = "#b3261e"

# Chart text stands on white or on a mark: it carries its own white ground.
HALO = SHEET

USED = PINE
DISPOSED = OCHRE
STORED = STONE

# WCAG 2.2 AA: what must be read as text on both grounds (4.5 : 1), what must be seen as a mark (3 : 1).
TEXT_COLOURS = (INK, MUTED, PINE, WARNING)
MARK_COLOURS = (USED, DISPOSED, STORED, WARNING, INK)
GROUNDS = (SHEET, PAPER)

# The same roles on dark ground.
DARK: Mapping[str, str] = MappingProxyType(
    {
        INK: "#e8ebe5",
        MUTED: "#a9b3ae",
        PAPER: "#111514",
        SHEET: "#1a201e",
        RULE: "#3a443f",
        TRACK: "#2b332f",
        PINE: "#58bda4",
        OCHRE: "#d9a24a",
        STONE: "#8d9692",
        WARNING: "#ff8f84",
    }
)
