"""What the nodes of a picture look like: materials as rounded boxes, processes as square ones."""

from dataclasses import dataclass
from html import escape

from chains.definition import Chain, MaterialKind, Role, Words
from chains.drawing.words import width_of, wrapped

FONT = 15.0
SMALL = 11.5
_LINE = 19.0
_MOST = 150.0
_PADDING = 14.0


@dataclass(frozen=True, slots=True)
class Look:
    """Fill, line and name of a kind of node."""

    fill: str
    line: str
    name: Words


MATERIALS = {
    MaterialKind.RAW: Look("#eef1f5", "#5b6b7f", Words("原料", "raw material")),
    MaterialKind.WASTE: Look("#fff1d0", "#b97a00", Words("固废", "waste")),
    MaterialKind.PRODUCT: Look("#dff2e4", "#23804a", Words("产品", "product")),
    MaterialKind.AIR: Look("#e4f2fb", "#3a86b7", Words("大气", "air")),
}
PROCESSES = {
    Role.SOURCE: Look("#ffffff", "#1f3b63", Words("产生工艺", "process that makes waste")),
    Role.USE: Look("#ffffff", "#23804a", Words("利用工艺", "process that uses it")),
    Role.DISPOSE: Look("#ffffff", "#8a4b2a", Words("处置", "disposal")),
    Role.STORE: Look("#ffffff", "#6d6d6d", Words("贮存", "storage")),
}


@dataclass(frozen=True, slots=True)
class Box:
    """One node: its lines of text, what stands small beneath, its look and its size [px]."""

    lines: tuple[str, ...]
    note: str
    look: Look
    round: bool
    width: float
    height: float

    def draw(self, x: float, y: float) -> str:
        """SVG with the left edge at x and the middle at y."""
        top = y - self.height / 2.0
        radius = min(self.height / 2.0, 18.0) if self.round else 3.0
        parts = [
            (
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{self.width:.1f}" height="{self.height:.1f}" rx="{radius:.1f}"'
                f' fill="{self.look.fill}" stroke="{self.look.line}" stroke-width="1.6"/>'
            )
        ]
        if not self.round:
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="6" height="{self.height:.1f}" fill="{self.look.line}"/>'
            )
        middle = x + self.width / 2.0 + (0.0 if self.round else 3.0)
        written = len(self.lines) * _LINE + (SMALL + 3.0 if self.note else 0.0)
        base = y - written / 2.0 + _LINE * 0.76
        for number, line in enumerate(self.lines):
            parts.append(
                f'<text class="name" x="{middle:.1f}" y="{base + number * _LINE:.1f}">{escape(line)}</text>'
            )
        if self.note:
            under = base + len(self.lines) * _LINE - 3.0
            parts.append(
                f'<text class="note" x="{middle:.1f}" y="{under:.1f}" fill="{self.look.line}">{escape(self.note)}</text>'
            )
        return "".join(parts)


def box_of(chain: Chain, node: str, lang: str) -> Box:
    """Measure the box of `material:ID` or `process:ID`."""
    kind, _, key = node.partition(":")
    if kind == "material":
        material = chain.materials[key]
        look = MATERIALS[material.kind]
        note = material.waste_class or ("" if material.unit == "t" else material.unit)
        return _box(said(material.name, lang), note, look, rounded=True)
    process = chain.processes[key]
    return _box(said(process.name, lang), "", PROCESSES[process.role], rounded=False)


def _box(name: str, note: str, look: Look, *, rounded: bool) -> Box:
    lines = _even(name)
    widest = max(*(width_of(line, FONT) for line in lines), width_of(note, SMALL), 48.0)
    height = len(lines) * _LINE + (SMALL + 3.0 if note else 0.0) + 16.0
    return Box(lines, note, look, rounded, widest + 2.0 * _PADDING + (0.0 if rounded else 6.0), height)


def _even(name: str) -> tuple[str, ...]:
    """Break a name into as few lines as fit, of about one length."""
    lines = wrapped(name, FONT, _MOST)
    even = wrapped(name, FONT, 1.15 * width_of(name, FONT) / max(len(lines), 1))
    return tuple(even if len(even) == len(lines) else lines)


def said(words: Words, lang: str) -> str:
    """One of two languages: zh or en."""
    return words.zh if lang == "zh" else words.en
