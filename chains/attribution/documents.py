"""Networks that analysts bring as JSON, and the answer as JSON (design: engine, section 5).

    {"states": ["mine:gangue", "plant:ash"], "inputs": {"mine:gangue": 100.0},
     "flows": [{"from": "mine:gangue", "to": "plant:gangue", "tonnes": 80.0, "yield": 0.65, "rest": "air"}],
     "fates": [{"state": "plant:ash", "fate": "product", "tonnes": 13.0}]}

`yield` is what arrives per tonne sent (default 1), the rest goes to the fate `rest` (default air); a flow may
have an `id` of its own. States are sorted by name before anything is computed, so the order of rows and of
states changes no bit of the answer.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from chains.arrays import np
from chains.attribution.network import AIR, Floats, FlowNetwork, Ints
from chains.file_faults import FileFault
from chains.sentences import printable, shown

_MAX_TONNES = 1e15
_TOP = {"states", "inputs", "flows", "fates"}
# A published case wraps its network, beside where it comes from and what is expected of it.
_CASE = {"case", "kind", "source", "input", "expected", "tolerance", "note"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class NamedNetwork:
    """A network and the names of its states, sorted."""

    states: tuple[str, ...]
    network: FlowNetwork


def parse(document: Mapping[str, Any]) -> NamedNetwork:
    """Check a document and turn it into arrays. Raises FileFault naming the first item that is wrong."""
    body = _body(document)
    states = _states(body)
    index = {name: number for number, name in enumerate(states)}
    flows = _rows(body, "flows", {"id", "from", "to", "tonnes", "yield", "rest"})
    ends = _rows(body, "fates", {"state", "fate", "tonnes"})
    _demand_own_ids(flows)
    rests = _texts(flows, "flows", "rest", AIR)
    kinds = _texts(ends, "fates", "fate", None)
    arriving = _numbers(flows, "flows", "yield", 1.0, 1.0)
    lossy = {rest for rest, share in zip(rests, arriving, strict=True) if share < 1.0}
    fates = tuple(sorted({*lossy, *kinds}))
    number = {name: place for place, name in enumerate(fates)}
    network = FlowNetwork(
        inputs=_inputs(body, index),
        sender=_known(flows, "flows", "from", index),
        receiver=_known(flows, "flows", "to", index),
        tonnes=_numbers(flows, "flows", "tonnes", None, _MAX_TONNES),
        arriving=arriving,
        rest=np.fromiter((number.get(name, 0) for name in rests), np.int32, len(rests)),
        fate_state=_known(ends, "fates", "state", index),
        fate=np.fromiter((number[name] for name in kinds), np.int32, len(kinds)),
        fate_tonnes=_numbers(ends, "fates", "tonnes", None, _MAX_TONNES),
        fates=fates,
    )
    return NamedNetwork(states, network)


def _body(document: Mapping[str, Any]) -> Mapping[str, Any]:
    wrapped = document.get("input")
    if isinstance(wrapped, dict) and document.keys() <= _CASE:
        document = wrapped
    for unknown in sorted(document.keys() - _TOP):
        known = ", ".join(sorted(_TOP))
        raise FileFault(
            shown(unknown), f"没有这个字段；可用的有 {known}", f"there is no such key; known are {known}"
        )
    return document


def _states(body: Mapping[str, Any]) -> tuple[str, ...]:
    names = body.get("states")
    if not isinstance(names, list) or not names:
        raise FileFault(
            "states", "网络是空的：至少要有一个状态", "the network is empty: name at least one state"
        )
    seen: set[str] = set()
    for place, name in enumerate(names):
        _demand_name(name, f"states[{place}]")
        if name in seen:
            raise FileFault(f"states[{place}]", f"“{name}”出现了两次", f'"{name}" stands twice')
        seen.add(name)
    return tuple(sorted(names))


def _inputs(body: Mapping[str, Any], index: Mapping[str, int]) -> Floats:
    given = body.get("inputs", {})
    if not isinstance(given, dict):
        raise FileFault("inputs", "须为“状态: 吨数”的对象", "must be an object of state: tonnes")
    inputs = np.zeros(len(index))
    for name, value in given.items():
        where = f"inputs, {shown(name)}"
        if name not in index:
            raise FileFault(where, "没有这个状态", "there is no such state")
        _demand_number(value, where, _MAX_TONNES)
        inputs[index[name]] = value
    return inputs


def _rows(body: Mapping[str, Any], part: str, keys: set[str]) -> list[Row]:
    rows = body.get(part, [])
    if not isinstance(rows, list):
        raise FileFault(part, "须为列表", "must be a list")
    if set(map(type, rows)) - {dict}:
        place = next(i for i, row in enumerate(rows) if not isinstance(row, dict))
        raise FileFault(f"{part}[{place}]", "须为对象", "must be an object")
    if set(chain.from_iterable(rows)) - keys:
        place, unknown = next((i, min(row.keys() - keys)) for i, row in enumerate(rows) if row.keys() - keys)
        known = ", ".join(sorted(keys))
        raise FileFault(
            f"{part}[{place}], {shown(unknown)}",
            f"没有这个字段；可用的有 {known}",
            f"there is no such key; known are {known}",
        )
    return rows


def _demand_own_ids(flows: list[Row]) -> None:
    """Refuse an id that stands twice: it tells a row that was pasted in again."""
    seen: set[str] = set()
    for place, row in enumerate(flows):
        if "id" in row:
            where = f"flows[{place}].id"
            _demand_name(row["id"], where)
            if row["id"] in seen:
                raise FileFault(where, f"“{row['id']}”出现了两次", f'"{row["id"]}" stands twice')
            seen.add(row["id"])


def _texts(rows: list[Row], part: str, key: str, default: str | None) -> list[str]:
    """One name a row; `default` where the key is missing, None when it may not be."""
    values = [row.get(key, default) for row in rows]
    if set(map(type, values)) - {str} or not all(map(_is_name, set(values))):
        for place, value in enumerate(values):
            _demand_name(value, f"{part}[{place}].{key}")
    return values


def _known(rows: list[Row], part: str, key: str, index: Mapping[str, int]) -> Ints:
    """Find the number of the state each row names."""
    values: list[Any] = [row.get(key) for row in rows]
    if set(map(type, values)) - {str} or not index.keys() >= set(values):
        for place, value in enumerate(values):
            where = f"{part}[{place}].{key}"
            _demand_name(value, where)
            if value not in index:
                raise FileFault(where, f"没有状态{shown(value)}", f"there is no state {shown(value)}")
    return np.fromiter(map(index.__getitem__, values), np.int32, len(values))


def _numbers(rows: list[Row], part: str, key: str, default: float | None, most: float) -> Floats:
    """One number within 0…`most` a row; `default` where the key is missing, None when it may not be."""
    values = [row.get(key, default) for row in rows]
    if set(map(type, values)) - {int, float} or not _within(values, most):
        for place, (row, value) in enumerate(zip(rows, values, strict=True)):
            ends = " → ".join(
                shown(row[end]).strip('"') for end in ("from", "to", "state", "fate") if end in row
            )
            _demand_number(value, f"{part}[{place}].{key} ({ends})", most)
    return np.array(values, dtype=np.float64)


def _within(values: Iterable[float], most: float) -> bool:
    return all(0 <= value <= most for value in values)


def _demand_number(value: object, where: str, most: float) -> None:
    _demand_presence(value, where)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FileFault(where, f"{shown(value)}不是数", f"{shown(value)} is not a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise FileFault(where, f"{value}不是有限的数", f"{value} is not a finite number")
    if value < 0:
        raise FileFault(where, f"{shown(value)}是负数", f"{shown(value)} is negative")
    if value > most:
        raise FileFault(where, f"{shown(value)}大于 {most:g}", f"{shown(value)} is above {most:g}")


def _demand_name(name: object, where: str) -> None:
    _demand_presence(name, where)
    if not isinstance(name, str) or not name:
        raise FileFault(where, f"{shown(name)}不是名称", f"{shown(name)} is not a name")
    if not _is_name(name):
        raise FileFault(
            where,
            f"{shown(name)}含有不可打印的字符",
            f"{shown(name)} has a character that cannot be printed",
        )


def _demand_presence(value: object, where: str) -> None:
    if value is None:
        raise FileFault(where, "缺少", "is missing")


def _is_name(name: str) -> bool:
    """Not empty, no control characters, no lone surrogates: it can be printed."""
    return bool(name) and printable(name)
