"""Rows put together to ledgers, each with the rows it stands in, and where every fault of it is to be shown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from app.domain.errors import Fault, Message
from app.imports.cells import value_of
from app.imports.columns import BY_KEY, Head, heads_of
from app.imports.faults import FileRefused, Note, Severity, cell_note
from app.imports.rows import MAX_ROWS, BadCell, Cell, Progress, Row
from app.ledgers.service import LedgerIn, read_ledger

MAX_ROWS_OF_A_LEDGER = 2_000
_OF_THE_LEDGER = frozenset({"site", "month", "nil", "signed_by", "reason"})
_LISTS = ("received", "used", "disposed", "sent")
_IDENTITY = ("site", "month")
_LEDGER, _LINE, _ACTIVITY = "ledger", "line", "activity"
_BESIDE_LINES = frozenset({_LEDGER, _ACTIVITY})
_VALUES_KEPT = 4_096

Section = dict[str, str | bool]
"""What a row says of one part of a ledger: field → value."""
Sections = dict[str, Section]
"""What a row says: of the ledger, of the line, of a list of the line, of the activity."""
_Reader = tuple[str, str, Callable[[Cell], str | bool | None]]


@dataclass(slots=True)
class Entry:
    """One ledger of the file. Without `ledger` it could not be read, and `notes` say why."""

    first_row: int
    last_row: int
    site: str | None
    month: str | None
    ledger: LedgerIn | None
    notes: list[Note]
    places: "Places"
    is_document: bool = False
    """Whether it was read from JSON of its own: there is no column to point at, so sentences name the place in it."""

    def place(self, pointer: str) -> tuple[int, str | None]:
        """The row and column where a JSON pointer of the ledger was written, or should have been."""
        if self.is_document:
            return self.first_row, None
        row, column = self.places.find(pointer, self.first_row)
        absent = pointer.removeprefix("/")
        return row, absent if column is None and absent in BY_KEY else column

    def note(self, fault: Fault, severity: Severity = "error") -> Note:
        row, column = self.place(fault.pointer)
        return Note(row, column, fault.code, severity, self.told(fault.pointer, fault.message))

    def told(self, pointer: str, message: Message) -> Message:
        """A sentence about a place of the ledger."""
        if not self.is_document or not pointer:
            return message
        return Message(f"{pointer}：{message.zh}", f"{pointer}: {message.en}")


@dataclass(slots=True)
class Places:
    """Where the values of a ledger were written. What is not found was written where its parent was."""

    stated: list[tuple[str, int, Section, str]] = field(default_factory=list)
    """Pointer of a part of the ledger, a row, what this row says of the part, and the list that it belongs to."""

    def find(self, pointer: str, otherwise: int) -> tuple[int, str | None]:
        known = self._known()
        while pointer:
            if pointer in known:
                return known[pointer]
            pointer = pointer.rpartition("/")[0]
        return otherwise, None

    def _known(self) -> dict[str, tuple[int, str | None]]:
        """JSON pointer → (row, key of the column); made when somebody asks, which few ledgers give reason for."""
        known: dict[str, tuple[int, str | None]] = {}
        for pointer, row, section, group in self.stated:
            if pointer:
                known.setdefault(pointer, (row, f"{group}tonnes" if group else None))
            for name in section:
                known.setdefault(f"{pointer}/{name}", (row, group + name))
        return known


class _Reading:
    """Reads the cells of a file's rows, each by its head."""

    def __init__(self, heads: Sequence[Head | None], *, is_1904: bool) -> None:
        self._readers = [None if head is None else _reader(head, is_1904=is_1904) for head in heads]

    def row(self, row: Row) -> tuple[Sections, list[Note]]:
        """What a row says of each part of a ledger, and what is wrong with cells that have no value."""
        sections: Sections = {}
        notes: list[Note] = []
        for cell, reader in zip(row.cells, self._readers, strict=False):
            if cell is None or reader is None:
                continue
            group, name, read = reader
            if isinstance(cell, BadCell):
                key = name if group in (_LEDGER, _LINE) else f"{group}.{name}"
                notes.append(cell_note(row.number, key, cell.code))
                continue
            value = read(cell)
            if value is not None:
                if group not in sections:
                    sections[group] = {}
                sections[group][name] = value
        return sections, notes


def _reader(head: Head, *, is_1904: bool) -> _Reader:
    """The part of a ledger that a column belongs to, its name there, and what reads its cells.

    The same cell is read once: most cells of a column are like others. Types are told apart, for True is 1 to Python.
    """
    key = head.column.key
    group = head.column.group or (_LEDGER if key in _OF_THE_LEDGER else _LINE)
    read = partial(value_of, head=head, is_1904=is_1904)
    return group, head.column.field, lru_cache(maxsize=_VALUES_KEPT, typed=True)(read)


def entries_of(rows: Iterable[Row], progress: Progress) -> Iterator[Entry]:
    """Read the ledgers one after the other. Raises FileRefused."""
    reader = iter(rows)
    first = next(reader, None)
    if first is None:
        raise FileRefused("empty")
    reading = _Reading(heads_of(first), is_1904=progress.is_1904)
    gathering: _Gathering | None = None
    seen: set[int] = set()
    for count, row in enumerate(reader, 1):
        if count > MAX_ROWS:
            raise FileRefused("too_many_rows", row=row.number)
        sections, notes = reading.row(row)
        if not sections and not notes:
            continue
        if gathering is None or not gathering.goes_on_with(sections):
            if gathering is not None:
                yield gathering.entry(seen)
            gathering = _Gathering(row.number, sections, gathering)
        gathering.add(row.number, sections, notes)
    if gathering is None:
        raise FileRefused("empty")
    yield gathering.entry(seen)


class _Gathering:
    """The ledger whose rows are being read. A row without site or month goes on with the one above, as merged cells do."""

    def __init__(self, row: int, sections: Sections, before: "_Gathering | None") -> None:
        stated = sections.get(_LEDGER, {})
        self.site: str | bool | None = stated.get("site", before.site if before else None)
        self.month: str | bool | None = stated.get("month", before.month if before else None)
        self._first = self._last = row
        self._rows = 0
        self._body: dict[str, Any] = {"lines": [], "activity": []}
        self._lines: dict[tuple[Any, Any], int] = {}
        self._line: int | None = None
        self._places = Places()
        self._notes: list[Note] = []

    def goes_on_with(self, sections: Sections) -> bool:
        stated = sections.get(_LEDGER, {})
        return stated.get("site", self.site) == self.site and stated.get("month", self.month) == self.month

    def add(self, row: int, sections: Sections, notes: list[Note]) -> None:
        self._last = row
        self._rows += 1
        self._notes += notes
        if self._rows > MAX_ROWS_OF_A_LEDGER:
            if self._rows == MAX_ROWS_OF_A_LEDGER + 1:
                self._notes.append(cell_note(row, None, "too_many_rows_in_ledger"))
            return
        self._state(self._body, "", row, sections.get(_LEDGER, {}))
        if not sections.keys() <= _BESIDE_LINES:
            self._add_line(row, sections)
        self._add_flow(_ACTIVITY, row, sections, self._body[_ACTIVITY], "")

    def _add_line(self, row: int, sections: Sections) -> None:
        stated = sections.get(_LINE, {})
        if "waste" in stated:
            stream = (stated["waste"], stated.get("waste_code"))
            self._line = self._lines.setdefault(stream, len(self._lines))
        elif self._line is None:
            self._notes.append(cell_note(row, "waste", "nothing_in_row"))
            return
        lines: list[dict[str, Any]] = self._body["lines"]
        pointer = f"/lines/{self._line}"
        if self._line == len(lines):
            lines.append({})
            self._places.stated.append((pointer, row, {}, ""))
        line = lines[self._line]
        self._state(line, pointer, row, stated)
        for name in _LISTS:
            if name in sections:
                self._add_flow(name, row, sections, line.setdefault(name, []), pointer)

    def _add_flow(
        self, name: str, row: int, sections: Sections, flows: list[dict[str, Any]], pointer: str
    ) -> None:
        flow = sections.get(name)
        if not flow:
            return
        if "tonnes" not in flow:
            # A partner of last month, as the template offers it, to whom nothing went this month.
            self._notes.append(cell_note(row, f"{name}.tonnes", "flow_without_tonnes", "info"))
            return
        self._places.stated.append((f"{pointer}/{name}/{len(flows)}", row, flow, f"{name}."))
        flows.append(flow)

    def _state(self, target: dict[str, Any], pointer: str, row: int, stated: Section) -> None:
        """State single values; said again they must be the same."""
        if not stated:
            return
        for key, value in stated.items():
            if target.setdefault(key, value) != value:
                self._notes.append(cell_note(row, key, "contradicts"))
        self._places.stated.append((pointer, row, stated, ""))

    def entry(self, seen: set[int]) -> Entry:
        """The ledger as far as it can be read; `seen` holds the site-months before it."""
        notes = list(self._notes)
        # As numbers: 200,000 pairs of texts would weigh more than everything else that is kept here.
        identity = hash((self.site, self.month))
        if identity in seen:
            notes.append(cell_note(self._first, "site", "apart"))
        seen.add(identity)
        body = {name: value for name, value in self._body.items() if value not in ([], None)}
        body |= {name: value for name in _IDENTITY if (value := getattr(self, name)) is not None}
        entry = Entry(
            self._first,
            self._last,
            None if self.site is None else str(self.site)[:64],
            None if self.month is None else str(self.month)[:7],
            None,
            notes,
            self._places,
        )
        read = read_ledger(body)
        if not isinstance(read, LedgerIn):
            entry.notes += [entry.note(fault) for fault in read.errors]
        elif not any(note.severity == "error" for note in notes):
            entry.ledger = read
        return entry
