"""Checking a stretch of the log, row by row, in one pass and little memory.

A row vouches for itself when its seal is that of `previous` and entry; the row after it vouches for its seal by naming
it as `previous`; an anchor does the same for good. From who vouches for whom, and from the marks, it follows which row
and which field is not what it was. A flaw does not make the rows after it flawed.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.audit.anchors import Anchor
from app.domain.audit.chain import FIELDS, GENESIS, MARK_LENGTH, Row, changed_fields, seal_of
from app.domain.audit.flaws import Flaw, FlawCode, Report
from app.domain.audit.merkle import root_of
from app.domain.canonical_json import MAX_INTEGER

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MARKS = re.compile(rf"[0-9a-f]{{{len(FIELDS) * MARK_LENGTH}}}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_PATTERNS = {"marks": _MARKS, "previous": _HASH, "seal": _HASH}
_MEMBERS = ("entry", *_PATTERNS)


class Verifier:
    """Takes rows in the order of the log and says in the end what was found.

    `after`: the number and seal that the stretch follows; the whole log follows 0 and GENESIS. `is_partial`: rows may
    be left out in between, as in the export of one territory; each is then checked by itself. Anchors are held
    against the rows that they name, and say how long the log was at least.
    """

    def __init__(
        self,
        *,
        anchors: Iterable[Anchor] = (),
        after: tuple[int, str] = (0, GENESIS),
        is_partial: bool = False,
    ) -> None:
        self._report = Report()
        self._anchors = {anchor.number: anchor for anchor in anchors}
        self._is_partial = is_partial
        self._last = after[0]
        self._seal: str | None = None if is_partial else after[1]
        self._lost = 0
        self._leaves: list[tuple[int, str]] = []
        self._pending: tuple[Row, int | None] | None = None

    def take(self, told: Any, line: int | None = None) -> None:
        """Take the next row, as it stands in an export; whatever it is."""
        if is_unsealed(told):
            self._report.unsealed += 1
            return
        faults = list(malformed(told))
        if faults:
            self.take_malformed(faults, line)
            return
        row = Row(told["entry"], told["marks"], told["previous"], told["seal"])
        self._settle(row)
        self._pending = (row, line)

    def take_malformed(self, names: Iterable[str], line: int | None = None) -> None:
        """Take a row of which these fields are not of their form."""
        self._settle(None)
        for name in names:
            self._flaw(self._next, name, "malformed", line)
        self._pass_over()

    def take_unreadable(self, line: int, place: int | None = None) -> None:
        """Take a line that is no row at all; `place` is the character at which it stops to be JSON, from 0."""
        self._settle(None)
        self._flaw(self._next, "line", "unreadable", line, "" if place is None else f"+{place + 1}")
        self._pass_over()

    def object_to_spelling(self, name: str, line: int | None = None) -> None:
        """Say of the row just taken that `name` is written in another way than the one there is."""
        number = _number(self._pending[0]) if self._pending else self._next
        self._flaw(number, name, "not_canonical", line)

    def _pass_over(self) -> None:
        """Count a row that cannot be read; what follows it cannot be held against it."""
        self._lost += 1
        self._seal = None
        self._leaves.clear()

    @property
    def _next(self) -> int:
        """The number that the next row should have, as far as can be told."""
        return self._last + self._lost + 1

    def end(self, *, is_end: bool = True) -> Report:
        """Say what was found. `is_end`: nothing follows, so what an anchor knows beyond the last row was cut off."""
        self._settle(None)
        self._report.head = self._seal
        ahead = [anchor for anchor in self._anchors.values() if anchor.number > self._last]
        if is_end and not self._is_partial and ahead:
            most = max(ahead, key=lambda anchor: anchor.number)
            text = f"{self._last + 1}-{most.number} ({most.day})"
            self._flaw(self._last + 1, "number", "truncated", None, text)
        return self._report

    def _settle(self, following: Row | None) -> None:
        """Judge the row that waited for the one after it."""
        if self._pending is None:
            return
        row, line = self._pending
        self._pending = None
        blamed = self._blamed(row, following)
        told = row.entry["number"]
        number = told if isinstance(told, int) and "number" not in blamed else self._next
        for name in blamed:
            self._flaw(number, name, "changed", line)
        self._look_at_place(row, number, line, is_authentic=not blamed or blamed == ("marks",))
        self._last, self._lost = max(number, self._last), 0
        self._seal = seal_of(row.previous, row.entry) if "seal" in blamed else row.seal
        self._count(number)
        self._hold_against_anchor(number, line)

    def _blamed(self, row: Row, following: Row | None) -> tuple[str, ...]:
        """The fields of a row that were changed; none when it is what it was."""
        changed = changed_fields(row.entry, row.marks)
        if seal_of(row.previous, row.entry) == row.seal:
            return ("marks",) if changed else ()
        if changed:
            return changed
        if self._seal not in (None, row.previous) and seal_of(self._seal or "", row.entry) == row.seal:
            return ("previous",)
        anchor = self._anchors.get(_number(row))
        if row.seal in (following and following.previous, anchor and anchor.seal):
            return ("entry",)
        return ("seal",)

    def _look_at_place(self, row: Row, number: int, line: int | None, *, is_authentic: bool) -> None:
        if number <= self._last:
            self._flaw(number, "number", "out_of_order", line)
        elif number > self._next:
            if not self._is_partial:
                gap = f"{self._next}-{number - 1}"
                self._flaw(self._next, "number", "missing", line, gap)
            self._leaves.clear()
        elif is_authentic and number == self._last + 1 and self._seal not in (None, row.previous):
            if number == 1:
                self._flaw(number, "previous", "changed", line)
            else:
                self._flaw(number - 1, "seal", "replaced", None if line is None else line - 1)

    def _count(self, number: int) -> None:
        self._report.checked += 1
        self._report.first = number if self._report.first is None else min(self._report.first, number)
        self._report.last = max(number, self._report.last or 0)
        if self._anchors:
            self._leaves.append((number, self._seal or ""))

    def _hold_against_anchor(self, number: int, line: int | None) -> None:
        anchor = self._anchors.get(number)
        if anchor is None:
            return
        if anchor.seal != self._seal:
            self._flaw(number, "seal", "differs_from_anchor", line, str(anchor.day))
        leaves = [seal for place, seal in self._leaves if place >= anchor.first]
        if len(leaves) == number - anchor.first + 1 and root_of(leaves) != anchor.root:
            self._flaw(number, "root", "differs_from_anchor", line, str(anchor.day))
        self._report.anchors_met += 1
        self._leaves.clear()

    def _flaw(
        self, number: int | None, name: str, code: FlawCode, line: int | None = None, more: str = ""
    ) -> None:
        self._report.add(Flaw(number, name, code, line, more))


def is_unsealed(told: Any) -> bool:
    """Whether a row says of itself that it waits for its seal."""
    if not isinstance(told, Mapping) or told.get("seal", "") is not None:
        return False
    entry = told.get("entry")
    return isinstance(entry, Mapping) and entry.get("number", 0) is None


def malformed(told: Any) -> Iterable[str]:
    """Name what is absent from a sealed row, is too much in it, or is not of its form."""
    if not isinstance(told, Mapping):
        yield "line"
        return
    yield from sorted(name for name in told if name not in _MEMBERS)
    for name, pattern in _PATTERNS.items():
        value = told.get(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield name
    entry = told.get("entry")
    if not isinstance(entry, Mapping):
        yield "entry"
        return
    yield from sorted(name for name in entry if name not in FIELDS)
    for name in FIELDS:
        if name not in entry or not _is_plain(entry[name]):
            yield name
    if not isinstance(entry.get("number", 0), int):
        yield "number"


def _is_plain(value: object) -> bool:
    if value is None:
        return True
    if isinstance(value, str):
        return _SURROGATE.search(value) is None
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER


def _number(row: Row) -> int:
    told = row.entry["number"]
    return told if isinstance(told, int) else 0
