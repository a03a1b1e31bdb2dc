"""Text in a picture without a font at hand: how wide it will be, and where it breaks."""

import unicodedata

#: width of a narrow character as a share of the font size, on the safe side for the usual sans-serif fonts
_NARROW = 0.56


def width_of(text: str, size: float) -> float:
    """Width [px] of a line at font size `size`; Chinese characters and full-width signs take a square."""
    return sum(size if unicodedata.east_asian_width(sign) in "WF" else size * _NARROW for sign in text)


def wrapped(text: str, size: float, most: float) -> list[str]:
    """Lines no wider than `most` where that can be; English breaks at spaces, Chinese anywhere."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_of((line + piece).rstrip(), size) > most:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """Parts that stay whole: a word with the space after it, or one Chinese character and its punctuation."""
    pieces: list[str] = []
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WF"
        closing = sign in "，。、；：！？）》”’—" and not (pieces and pieces[-1].endswith(" "))
        if not pieces or (wide and not closing) or (not wide and _ends(pieces[-1])):
            pieces.append(sign)
        else:
            pieces[-1] += sign
    return pieces


def _ends(piece: str) -> bool:
    return piece[-1] == " " or unicodedata.east_asian_width(piece[-1]) in "WF"
