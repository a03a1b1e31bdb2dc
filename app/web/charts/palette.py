"""Every colour of the pages and charts. `static/huanlian.css` repeats them; a test holds the two together."""

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
