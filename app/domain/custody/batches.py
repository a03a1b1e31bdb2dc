"""Batch forms (tables 3 to 7 of the guide for ledgers of general industrial solid waste): kinds, sums, links.

Source: 一般工业固体废物管理台账制定指南（试行）, 公告2021年第82号. Its printed heads were not compared; the kinds are
those that the guide names. Masses are whole grams.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

Key = tuple[str, str]
"""A form by the code of its site and its number there."""


class BatchKind(StrEnum):
    """What a form records; the number of its table in the guide is `table`."""

    LEFT = "left"
    GENERATED = "generated"
    STORED = "stored"
    USED = "used"
    DISPOSED = "disposed"

    @property
    def table(self) -> int:
        """The table of the guide: 3 出厂, 4 产生, 5 贮存, 6 自行利用, 7 自行处置."""
        return _TABLES[self]


_TABLES = {
    BatchKind.LEFT: 3,
    BatchKind.GENERATED: 4,
    BatchKind.STORED: 5,
    BatchKind.USED: 6,
    BatchKind.DISPOSED: 7,
}


class Standing(StrEnum):
    """How the forms of a kind stand to the line of the month's ledger that they hang under."""

    EQUAL = "equal"
    """They sum to it, to the gram."""
    BELOW = "below"
    """Something of the line has no form."""
    BEYOND = "beyond"
    """The forms say more than the line."""
    NO_LINE = "no_line"
    """Nothing is filed for the month and waste."""
    WITHIN = "within"
    """Of storage the ledger has no figure to equal, only one that cannot be exceeded; it is not."""


@dataclass(frozen=True, slots=True)
class LineFigures:
    """The quantities of one waste of a site's month [g], summed over its lines."""

    there_grams: int = 0
    """What there was to store: opening stock, generated and received."""
    generated_grams: int = 0
    used_grams: int = 0
    disposed_grams: int = 0
    left_grams: int = 0

    def counterpart(self, kind: BatchKind) -> int:
        """The quantity that forms of a kind are held against [g]."""
        return {
            BatchKind.LEFT: self.left_grams,
            BatchKind.GENERATED: self.generated_grams,
            BatchKind.STORED: self.there_grams,
            BatchKind.USED: self.used_grams,
            BatchKind.DISPOSED: self.disposed_grams,
        }[kind]


def standing(kind: BatchKind, batches_grams: int, line: LineFigures | None) -> Standing:
    """Say how forms summing to `batches_grams` [g] stand to a line; None: nothing is filed."""
    if line is None:
        return Standing.NO_LINE
    held_against = line.counterpart(kind)
    if batches_grams > held_against:
        return Standing.BEYOND
    if kind is BatchKind.STORED:
        return Standing.WITHIN
    return Standing.EQUAL if batches_grams == held_against else Standing.BELOW


def leads_to(start: Iterable[Key], goal: Key, preceding: Mapping[Key, Iterable[Key]]) -> bool:
    """Whether the forms of `start`, or any that they were drawn from, are `goal`: a form cannot precede itself."""
    waiting, seen = list(start), set[Key]()
    while waiting:
        key = waiting.pop()
        if key == goal:
            return True
        if key not in seen:
            seen.add(key)
            waiting += preceding.get(key, ())
    return False
