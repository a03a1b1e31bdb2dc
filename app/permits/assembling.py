"""Rows of an export put together to permits: consecutive rows with one number are one permit.

A row may hold a waste, a facility, or both; a row without a number belongs to the one above it, as where cells are
merged. What a permit says once may stand in each of its rows, as long as it is the same.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Fault, Message
from app.http.problems import Invalid
from app.imports.service import CELLS, BadCell, Cell, Row
from app.permits.cells import (
    day_of,
    deadline_of,
    figure_of,
    text_of,
    waste_of,
    wastes_of,
    word_of,
    words_of,
)
from app.permits.columns import HEAD, ColumnMapping
from app.permits.commands import Incoming
from app.permits.entries import Entry, Note, bad_number, body_of
from app.permits.permit_in import NUMBER

MAX_ROWS_OF_ONE = 2_000
_CONTRADICTS = Message(
    "与同一许可证（或同一设施）前面的行不一致", "this differs from a row above of the same permit or facility"
)
_TOO_MANY = Message(f"一份许可证最多 {MAX_ROWS_OF_ONE} 行", f"one permit has at most {MAX_ROWS_OF_ONE} rows")
_APART = Message(
    "同一许可证的行须连续排列，前面已有一段",
    "the rows of one permit must stand together; an earlier stretch of them was read already",
)
_DAYS = ("issued_on", "valid_from", "valid_until", "effective_from")
_DEADLINES = {"report_year": "year", "report_quarter": "quarter", "report_month": "month"}
_ROUTES = {
    f"{by} {way}": {"by": by, "way": way}
    for by in ("self", "entrusted")
    for way in ("store", "use", "dispose")
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of one file are read: the heads as they stand there, and field → place."""

    heads: tuple[str, ...]
    places: Mapping[str, int]
    mapping: ColumnMapping
    is_1904: bool = False

    def cell(self, row: Row, name: str) -> Cell:
        """The cell of a field, None where the row or the file has none."""
        place = self.places.get(name)
        return None if place is None or place >= len(row.cells) else row.cells[place]


def entries(rows: Iterable[Row], layout: Layout) -> Iterator[Entry]:
    """Give the permits of a file in their order."""
    seen: set[str] = set()
    for number, group in _groups(rows, layout):
        entry = _Assembly(layout, number, group).entry()
        if number is not None and number in seen:
            entry.incoming = None
            entry.notes.append(Note(group[0].number, "number", "error", Fault("/number", "apart", _APART)))
        if number is not None:
            seen.add(number)
        yield entry


def _groups(rows: Iterable[Row], layout: Layout) -> Iterator[tuple[str | None, list[Row]]]:
    current: str | None = None
    group: list[Row] = []
    for row in rows:
        number = text_of(layout.cell(row, "number"))
        if group and number is not None and number != current:
            yield current, group
            group = []
        current = number or current
        group.append(row)
        # However long the stretch, no more of it is held than one permit may have.
        if len(group) > MAX_ROWS_OF_ONE + 1:
            yield current, group
            group = []
    if group:
        yield current, group


@dataclass(slots=True)
class _Assembly:
    """One permit being put together."""

    layout: Layout
    number: str | None
    rows: list[Row]
    head: dict[str, Any] = field(default_factory=dict)
    wastes: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    facilities: dict[str, dict[str, Any]] = field(default_factory=dict)
    waste_rows: list[int] = field(default_factory=list)
    facility_rows: list[int] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def entry(self) -> Entry:
        """Read the rows; what is wrong with them stands in the entry's notes."""
        for row in self.rows:
            self._refuse_bad_cells(row)
            self._read_head(row)
            self._read_waste(row)
            self._read_facility(row)
        entry = Entry(
            tuple(row.number for row in self.rows),
            self.number,
            notes=self.notes,
            waste_rows=tuple(self.waste_rows),
            facility_rows=tuple(self.facility_rows),
        )
        if self.number is None or NUMBER.fullmatch(self.number) is None:
            self._fault(self.rows[0], "number", bad_number().errors[0])
        if len(self.rows) > MAX_ROWS_OF_ONE:
            self._fault(self.rows[0], None, Fault("", "too_many_rows", _TOO_MANY))
        body = body_of(self._document())
        if isinstance(body, Invalid):
            entry.notes += [entry.note(fault, "error") for fault in body.errors]
        elif not entry.notes and self.number is not None:
            entry.incoming = Incoming(self.number, body, self._raw(), "application/json")
        return entry

    def _document(self) -> dict[str, Any]:
        deadlines = [self.head[name] for name in _DEADLINES if name in self.head]
        said = {name: value for name, value in self.head.items() if name not in _DEADLINES}
        wastes = [each | {"routes": list(each["routes"].values())} for each in self.wastes.values()]
        facilities = [
            each | {"wastes": list(each["wastes"]), "ways": list(each["ways"])}
            for each in self.facilities.values()
        ]
        return said | {"wastes": wastes, "facilities": facilities, "report_deadlines": deadlines}

    def _fault(self, row: Row, name: str | None, fault: Fault) -> None:
        self.notes.append(Note(row.number, name, "error", fault))

    def _contradiction(self, row: Row, name: str) -> None:
        self._fault(row, name, Fault(f"/{name}", "contradicts", _CONTRADICTS))

    def _refuse_bad_cells(self, row: Row) -> None:
        for name in self.layout.places:
            cell = self.layout.cell(row, name)
            if isinstance(cell, BadCell):
                self._fault(row, name, Fault(f"/{name}", cell.code, CELLS[cell.code]))

    def _read_head(self, row: Row) -> None:
        for name in HEAD[1:]:
            cell = self.layout.cell(row, name)
            value: Any = text_of(cell)
            if name in _DAYS:
                value = day_of(cell, is_1904=self.layout.is_1904)
            elif name in _DEADLINES:
                value = deadline_of(cell, _DEADLINES[name])
            if value is not None and self.head.setdefault(name, value) != value:
                self._contradiction(row, name)

    def _read_waste(self, row: Row) -> None:
        layout, mapping = self.layout, self.layout.mapping
        named = layout.cell(row, "waste")
        waste = waste_of(named if named is not None else layout.cell(row, "waste_name"), mapping)
        if waste is None:
            return
        said = {name: text_of(layout.cell(row, column)) for name, column in _WASTE_TEXTS.items()}
        key = (waste, said["waste_code"], said["name"], said["source"])
        made = self.wastes.get(key)
        if made is None:
            self.waste_rows.append(row.number)
            made = self.wastes[key] = {"waste": waste, **said, "class": None, "routes": {}}
        waste_class = word_of(layout.cell(row, "waste_class"), "waste_class", mapping)
        if waste_class is not None:
            made["class"] = made["class"] or waste_class
            if made["class"] != waste_class:
                self._contradiction(row, "waste_class")
        for word in words_of(layout.cell(row, "routes"), "routes", mapping):
            made["routes"][word] = _ROUTES.get(word, {"by": word, "way": word})

    def _read_facility(self, row: Row) -> None:
        layout, mapping = self.layout, self.layout.mapping
        code = text_of(layout.cell(row, "facility"))
        if code is None:
            return
        said: dict[str, Any] = {
            name: text_of(layout.cell(row, column)) for name, column in _FACILITY_TEXTS.items()
        }
        said["kind"] = word_of(layout.cell(row, "facility_kind"), "facility_kind", mapping)
        said["standard_met"] = word_of(layout.cell(row, "standard_met"), "standard_met", mapping)
        said["capacity"] = self._capacity(row, said["kind"])
        area = figure_of(layout.cell(row, "area_m2"))
        said["area_m2"] = None if area is None else area[0]
        made = self.facilities.get(code)
        if made is None:
            self.facility_rows.append(row.number)
            made = self.facilities[code] = {"code": code, "wastes": {}, "ways": {}}
        for name, value in said.items():
            if value is not None and made.setdefault(name, value) != value:
                self._contradiction(row, _FACILITY_COLUMNS.get(name, name))
        made["wastes"] |= dict.fromkeys(wastes_of(layout.cell(row, "facility_wastes"), mapping))
        made["ways"] |= dict.fromkeys(words_of(layout.cell(row, "ways"), "ways", mapping))

    def _capacity(self, row: Row, kind: str | None) -> dict[str, str] | None:
        """The unit stands in its own column, behind the figure, or is that of the mapping for such a facility."""
        figure = figure_of(self.layout.cell(row, "capacity"))
        if figure is None:
            return None
        unit = text_of(self.layout.cell(row, "capacity_unit")) or figure[1]
        return {"amount": figure[0], "unit": unit or self.layout.mapping.units.get(kind or "", "?")}

    def _raw(self) -> bytes:
        """The rows as they came: what is kept as the payload of a permit that came in a table."""
        heads = self.layout.heads
        rows = [
            {
                "row": row.number,
                "cells": {
                    heads[place] if place < len(heads) and heads[place] else str(place + 1): text_of(cell)
                    for place, cell in enumerate(row.cells)
                    if cell is not None
                },
            }
            for row in self.rows
        ]
        return json.dumps({"rows": rows}, ensure_ascii=False, separators=(",", ":")).encode()


_WASTE_TEXTS = {"waste_code": "waste_code", "name": "waste_name", "source": "source"}
_FACILITY_TEXTS = {
    "name": "facility_name",
    "type": "facility_type",
    "latitude": "latitude",
    "longitude": "longitude",
    "standard": "standard",
}
_FACILITY_COLUMNS = {"name": "facility_name", "type": "facility_type", "kind": "facility_kind"}
