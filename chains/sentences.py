"""What may stand in a sentence about somebody's file: names that can be printed, values cut short."""

import unicodedata

_SHOWN = 60
_LARGE = 10**30
_DIGITS_A_BIT = 0.30103


def printable(text: str) -> bool:
    """Whether all signs can be printed: no control characters, no lone surrogates; any kind of space may be."""
    return text.isprintable() or all(
        sign.isprintable() or unicodedata.category(sign) == "Zs" for sign in text
    )


def shown(value: object) -> str:
    """Show a value in a sentence: short, printable, and not walked into."""
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, str):
        text = value if printable(value) else ascii(value)[1:-1]
        return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LARGE:
        return f"{'-' if value < 0 else ''}10^{int(abs(value).bit_length() * _DIGITS_A_BIT)}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
