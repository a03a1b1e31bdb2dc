"""The ledger form: what stands in its fields as the JSON of a ledger, and each fault back at its field.

A field is named after its place in the ledger: /lines/0/sent/1/tonnes stands in `lines-0-sent-1-tonnes`. Rows that
nobody filled in are left out, so a row's number in the ledger can differ from that in the form: `names` knows both.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.imports.cells import value_of
from app.imports.columns import BY_KEY, Head

MAX_LINES = 20
MAX_FLOWS = 30
LISTS = ("received", "used", "disposed", "sent")
FLOW_FIELDS: Mapping[str, tuple[str, ...]] = {
    "received": ("from", "tonnes", "purpose"),
    "used": ("process", "product", "tonnes", "product_tonnes", "prior_stock_tonnes", "received_tonnes"),
    "disposed": ("method", "facility", "tonnes", "prior_stock_tonnes", "received_tonnes", "compliant"),
    "sent": ("to", "tonnes", "purpose", "prior_stock_tonnes", "received_tonnes", "out_of_province"),
}
LINE_FIELDS = (
    "waste",
    "waste_code",
    "basis",
    "moisture_percent",
    "method",
    "opening_stock_tonnes",
    "generated_tonnes",
    "dumped_tonnes",
    "compliant_stored_tonnes",
    "closing_stock_tonnes",
)
ACTIVITY_FIELDS = ("kind", "tonnes", "ash_percent", "sulphur_percent", "moisture_percent", "purity_percent")
_FIELD = re.compile(
    r"(lines|activity)-(\d{1,2})-(?:(received|used|disposed|sent)-(\d{1,2})-)?([a-z_]+)", re.ASCII
)
_FLAGS = {"yes": True, "no": False, "1": True}
_MAX_TEXT = 2_000
_TONNES = Head(BY_KEY["generated_tonnes"], Decimal(1))

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent: `values` by field, `body` the ledger it says, `names` JSON pointer → field."""

    values: Texts
    body: dict[str, Any]
    names: Mapping[str, str]

    def name_of(self, pointer: str) -> str:
        """Find the field that a fault belongs to; a fault of a row belongs to the row."""
        while pointer:
            if pointer in self.names:
                return self.names[pointer]
            pointer = pointer.rpartition("/")[0]
        return ""


@dataclass(slots=True)
class _Reading:
    body: dict[str, Any]
    names: dict[str, str] = field(default_factory=dict)


def read_form(sent: Iterable[tuple[str, Any]], site: str, month: str) -> Filled:
    """Read the fields of a form for a site's month."""
    values = {
        name: value[:_MAX_TEXT].strip() for name, value in sent if isinstance(value, str) and name != "csrf"
    }
    body: dict[str, Any] = {"site": site, "month": month}
    for name in ("signed_by", "reason"):
        if values.get(name):
            body[name] = values[name]
    reading = _Reading(body)
    reading.names |= {"/signed_by": "signed_by", "/reason": "reason", "/lines": "lines"}
    lines = [line for index in _indices(values, "lines") if (line := _line(values, index, reading))]
    if lines:
        body["lines"] = lines
    activity = [row for index in _indices(values, "activity") if (row := _activity(values, index, reading))]
    if activity:
        body["activity"] = activity
    return Filled(values, body, reading.names)


def _indices(values: Texts, part: str, prefix: str = "") -> list[int]:
    """The numbers of the rows that the form has, in order."""
    found = set()
    for name in values:
        match = _FIELD.fullmatch(name)
        if match is None or match[1] != part:
            continue
        if not prefix and match[3] is None:
            found.add(int(match[2]))
        elif prefix and match[3] is not None and name.startswith(prefix):
            found.add(int(match[4]))
    return sorted(found)


def _line(values: Texts, index: int, reading: _Reading) -> dict[str, Any] | None:
    prefix = f"lines-{index}"
    stated = {name: value for name in LINE_FIELDS if (value := _value(values, prefix, name)) is not None}
    pointer = f"/lines/{_count(reading, '/lines/')}"
    flows = {
        kind: rows for kind in LISTS if (rows := _flows(values, prefix, kind, f"{pointer}/{kind}", reading))
    }
    if not stated and not flows:
        return None
    reading.names[pointer] = prefix
    reading.names |= {f"{pointer}/{name}": f"{prefix}-{name}" for name in LINE_FIELDS}
    return stated | flows


def _count(reading: _Reading, start: str) -> int:
    """How many rows of a list have been taken so far."""
    return len(
        {name for name in reading.names if name.startswith(start) and name.count("/") == start.count("/")}
    )


def _flows(values: Texts, line: str, kind: str, pointer: str, reading: _Reading) -> list[dict[str, Any]]:
    """The rows of a list that have tonnes: a partner of last month to whom nothing went this month is no flow."""
    rows: list[dict[str, Any]] = []
    for index in _indices(values, "lines", f"{line}-{kind}-"):
        prefix = f"{line}-{kind}-{index}"
        if not values.get(f"{prefix}-tonnes"):
            continue
        place = f"{pointer}/{len(rows)}"
        reading.names[place] = f"{prefix}-tonnes"
        reading.names |= {f"{place}/{name}": f"{prefix}-{name}" for name in FLOW_FIELDS[kind]}
        found = {
            name: value for name in FLOW_FIELDS[kind] if (value := _value(values, prefix, name)) is not None
        }
        rows.append(found)
    return rows


def _activity(values: Texts, index: int, reading: _Reading) -> dict[str, Any] | None:
    prefix = f"activity-{index}"
    if not values.get(f"{prefix}-tonnes"):
        return None
    pointer = f"/activity/{_count(reading, '/activity/')}"
    reading.names[pointer] = f"{prefix}-tonnes"
    reading.names |= {f"{pointer}/{name}": f"{prefix}-{name}" for name in ACTIVITY_FIELDS}
    return {name: value for name in ACTIVITY_FIELDS if (value := _value(values, prefix, name)) is not None}


def _value(values: Texts, prefix: str, name: str) -> Any:
    text = values.get(f"{prefix}-{name}", "")
    if not text:
        return None
    if name.endswith("tonnes"):
        return value_of(text, _TONNES)
    if name in ("compliant", "out_of_province"):
        return _FLAGS.get(text, text)
    if name in ("from", "to"):
        # A choice of the list, or typed with its name behind it.
        return text.split(maxsplit=1)[0]
    return text


def fields_of(body: Mapping[str, Any]) -> dict[str, str]:
    """A ledger, or the beginning of one, as the fields of its form."""
    fields: dict[str, str] = {}
    for index, line in enumerate(body.get("lines", ())):
        _put(fields, f"lines-{index}", line, LINE_FIELDS)
        for kind in LISTS:
            for place, flow in enumerate(line.get(kind, ())):
                _put(fields, f"lines-{index}-{kind}-{place}", flow, FLOW_FIELDS[kind])
    for index, activity in enumerate(body.get("activity", ())):
        _put(fields, f"activity-{index}", activity, ACTIVITY_FIELDS)
    return fields


def _put(fields: dict[str, str], prefix: str, values: Mapping[str, Any], names: Iterable[str]) -> None:
    for name in names:
        value = values.get(name)
        if isinstance(value, bool):
            value = ("1" if name == "out_of_province" else "yes") if value else _NO[name]
        if name in ("prior_stock_tonnes", "received_tonnes", "dumped_tonnes") and value == "0":
            value = ""
        fields[f"{prefix}-{name}"] = "" if value is None else str(value)


_NO = {"out_of_province": "", "compliant": "no"}


@dataclass(frozen=True, slots=True)
class Shape:
    """How many rows the form shows: lines, and of each line's lists and of the activities."""

    lines: int
    flows: tuple[Mapping[str, int], ...]
    activity: int

    @property
    def fields(self) -> int:
        """About how many fields that makes."""
        rows = sum(sum(counts.values()) for counts in self.flows)
        return self.lines * len(LINE_FIELDS) + rows * 6 + self.activity * len(ACTIVITY_FIELDS)


def shape_of(values: Texts, *, more_lines: int = 0, more_rows: int = 0) -> Shape:
    """What is filled in, and as many empty rows beside it; at least one of each."""
    lines = max(_indices(values, "lines"), default=-1) + 1 + more_lines
    lines = max(1, min(lines, MAX_LINES))
    flows = tuple(
        {
            kind: _rows(
                max(_indices(values, "lines", f"lines-{index}-{kind}-"), default=-1), more_rows, MAX_FLOWS
            )
            for kind in LISTS
        }
        for index in range(lines)
    )
    return Shape(lines, flows, _rows(max(_indices(values, "activity"), default=-1), more_rows, MAX_LINES))


def _rows(last: int, more: int, most: int) -> int:
    return max(1, min(last + 1 + more, most))
