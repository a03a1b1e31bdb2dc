"""Rows put together to ledgers, each with the rows it stands in, and where every fault of it is to be shown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Fault, Message
from app.imports.cells import value_of
from app.imports.columns import BY_KEY, Head, heads_of
from app.imports.faults import FileRefused, Note, Severity, cell_note
from app.imports.rows import MAX_ROWS, BadCell, Progress, Row
from app.ledgers.service import LedgerIn, read_ledger

MAX_ROWS_OF_A_LEDGER = 2_000
_OF_THE_LEDGER = frozenset({"site", "month", "nil", "signed_by", "reason"})
_LISTS = ("received", "used", "disposed", "sent")
_IDENTITY = ("site", "month")

Values = dict[str, str | bool]


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
    """JSON pointer → (row, key of the column); whatever is not there was written where its parent was."""

    known: dict[str, tuple[int, str | None]] = field(default_factory=dict)

    def find(self, pointer: str, otherwise: int) -> tuple[int, str | None]:
        while pointer:
            if pointer in self.known:
                return self.known[pointer]
            pointer = pointer.rpartition("/")[0]
        return otherwise, None


def entries_of(rows: Iterable[Row], progress: Progress) -> Iterator[Entry]:
    """Read the ledgers one after the other. Raises FileRefused."""
    reader = iter(rows)
    first = next(reader, None)
    if first is None:
        raise FileRefused("empty")
    heads = heads_of(first)
    gathering: _Gathering | None = None
    seen: set[int] = set()
    for count, row in enumerate(reader, 1):
        if count > MAX_ROWS:
            raise FileRefused("too_many_rows", row=row.number)
        values, notes = _values(row, heads, is_1904=progress.is_1904)
        if not values and not notes:
            continue
        if gathering is None or not gathering.goes_on_with(values):
            if gathering is not None:
                yield gathering.entry(seen)
            gathering = _Gathering(row.number, values, gathering)
        gathering.add(row.number, values, notes)
    if gathering is None:
        raise FileRefused("empty")
    yield gathering.entry(seen)


def _values(row: Row, heads: Sequence[Head | None], *, is_1904: bool) -> tuple[Values, list[Note]]:
    """Read the cells of a row: key → value, and what is wrong with those that have none."""
    values: Values = {}
    notes: list[Note] = []
    for cell, head in zip(row.cells, heads, strict=False):
        if head is None or cell is None:
            continue
        if isinstance(cell, BadCell):
            notes.append(cell_note(row.number, head.column.key, cell.code))
            continue
        value = value_of(cell, head, is_1904=is_1904)
        if value is not None:
            values[head.column.key] = value
    return values, notes


class _Gathering:
    """The ledger whose rows are being read. A row without site or month goes on with the one above, as merged cells do."""

    def __init__(self, row: int, values: Values, before: "_Gathering | None") -> None:
        self.site: str | bool | None = values.get("site", before.site if before else None)
        self.month: str | bool | None = values.get("month", before.month if before else None)
        self._first = self._last = row
        self._rows = 0
        self._body: dict[str, Any] = {"lines": [], "activity": []}
        self._lines: dict[tuple[Any, Any], int] = {}
        self._line: int | None = None
        self._places = Places()
        self._notes: list[Note] = []

    def goes_on_with(self, values: Values) -> bool:
        return all(values.get(name, getattr(self, name)) == getattr(self, name) for name in _IDENTITY)

    def add(self, row: int, values: Values, notes: list[Note]) -> None:
        self._last = row
        self._rows += 1
        self._notes += notes
        if self._rows > MAX_ROWS_OF_A_LEDGER:
            if self._rows == MAX_ROWS_OF_A_LEDGER + 1:
                self._notes.append(cell_note(row, None, "too_many_rows_in_ledger"))
            return
        self._state(self._body, "", row, {key: values[key] for key in _OF_THE_LEDGER & values.keys()})
        self._add_line(row, values)
        self._add_flow("activity", row, values, self._body["activity"], "/activity")

    def _add_line(self, row: int, values: Values) -> None:
        rest = {key: value for key, value in values.items() if key not in _OF_THE_LEDGER}
        rest = {key: value for key, value in rest.items() if not key.startswith("activity.")}
        if not rest:
            return
        if "waste" in rest:
            stream = (rest["waste"], rest.get("waste_code"))
            self._line = self._lines.setdefault(stream, len(self._lines))
        elif self._line is None:
            self._notes.append(cell_note(row, "waste", "nothing_in_row"))
            return
        index = self._line
        lines: list[dict[str, Any]] = self._body["lines"]
        if index == len(lines):
            lines.append({})
            self._places.known[f"/lines/{index}"] = (row, None)
        pointer = f"/lines/{index}"
        self._state(lines[index], pointer, row, {key: rest[key] for key in rest if "." not in key})
        for name in _LISTS:
            self._add_flow(name, row, rest, lines[index].setdefault(name, []), f"{pointer}/{name}")

    def _add_flow(
        self, name: str, row: int, values: Values, flows: list[dict[str, Any]], pointer: str
    ) -> None:
        prefix = f"{name}."
        flow = {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
        if not flow:
            return
        if "tonnes" not in flow:
            # A partner of last month, as the template offers it, to whom nothing went this month.
            self._notes.append(cell_note(row, f"{prefix}tonnes", "flow_without_tonnes", "info"))
            return
        place = f"{pointer}/{len(flows)}"
        self._places.known[place] = (row, f"{prefix}tonnes")
        for key in flow:
            self._places.known[f"{place}/{key}"] = (row, prefix + key)
        flows.append(flow)

    def _state(self, target: dict[str, Any], pointer: str, row: int, values: Values) -> None:
        """State single values; said again they must be the same."""
        for key, value in values.items():
            if target.setdefault(key, value) != value:
                self._notes.append(cell_note(row, key, "contradicts"))
            self._places.known.setdefault(f"{pointer}/{key}", (row, key))

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
