"""Colours: the style sheet and the charts use the same ones, and they can be read (WCAG 2.2 AA)."""

import re
from itertools import product
from pathlib import Path

import pytest

from app.web.charts import palette

STATIC = Path(__file__).resolve().parents[2] / "app" / "web" / "static"
CSS = STATIC / "huanlian.css"
DARK_CSS = STATIC / "dark.css"
NAMES = ("INK", "MUTED", "PAPER", "SHEET", "RULE", "TRACK", "PINE", "OCHRE", "STONE", "WARNING")


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" after WCAG 2."""
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("colour", "ground"), list(product(palette.TEXT_COLOURS, palette.GROUNDS)))
def test_text_can_be_read(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 4.5
    assert contrast(palette.DARK[colour], palette.DARK[ground]) >= 4.5


@pytest.mark.parametrize(("colour", "ground"), list(product(palette.MARK_COLOURS, palette.GROUNDS)))
def test_marks_can_be_seen(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 3
    assert contrast(palette.DARK[colour], palette.DARK[ground]) >= 3


def test_a_bar_is_told_from_its_track_and_a_button_can_be_read() -> None:
    for look in (lambda colour: colour, palette.DARK.__getitem__):
        assert contrast(look(palette.PINE), look(palette.TRACK)) >= 3
        for ground in (palette.PINE, palette.WARNING, palette.INK):
            assert contrast(look(palette.SHEET), look(ground)) >= 4.5


def test_the_style_sheet_has_the_colours_of_the_palette_and_no_others() -> None:
    css = CSS.read_text("utf-8")
    declared = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", css.split("}", 1)[0]))
    assert declared == {name.lower(): getattr(palette, name) for name in NAMES}
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"#[a-z][\w-]*[ \[.{,:]", "", css))) <= set(
        declared.values()
    )


def test_every_colour_has_its_dark_one_in_the_pages_and_in_the_charts() -> None:
    css = DARK_CSS.read_text("utf-8")
    light = {name: getattr(palette, name) for name in NAMES}
    assert set(palette.DARK) == set(light.values())
    declared = re.findall(r"--([a-z]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", css)
    assert sorted(declared) == sorted(
        (name.lower(), colour, palette.DARK[colour]) for name, colour in light.items()
    )
    turned = re.findall(r'\[(fill|stroke)="(#[0-9a-f]{6})"\] \{ \1: var\(--([a-z]+)\)', css)
    assert sorted(turned) == sorted(
        (where, colour, name.lower()) for name, colour in light.items() for where in ("fill", "stroke")
    )


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_the_style_sheet_asks_no_other_host(path: Path) -> None:
    css = path.read_text("utf-8")
    assert "url(" not in css
    assert "@import" not in css
