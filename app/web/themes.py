"""Light or dark pages: as the reader chose, else as the reader's system has it. Style in static/dark.css."""

from enum import StrEnum

COOKIE = "huanlian_theme"


class Theme(StrEnum):
    """Also the value of `?theme=` and, unless it is the system's choice, of `data-theme` on the page."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def theme_of(asked: str | None, remembered: str | None) -> Theme:
    """Choose by `?theme=`, else by the cookie, else as the system has it; anything unknown counts as not said."""
    known = {theme.value: theme for theme in Theme}
    return known.get(asked or "") or known.get(remembered or "") or Theme.SYSTEM
