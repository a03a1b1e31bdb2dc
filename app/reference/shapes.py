"""The shape of a reference row's body, kind by kind: which fields it has and what they hold.

A body may hold more; what is listed here is what the other checks and the product rely on.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeAlias

from app.domain.errors import Fault, Message
from app.domain.periods import Month, MonthError


class ShippedRow(Protocol):
    """One row of the shipped data, or as an administrator sets it."""

    @property
    def kind(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def source(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def retrieved_on(self) -> date | None: ...
    @property
    def verified(self) -> bool: ...


Rows: TypeAlias = Sequence[ShippedRow]
Faults: TypeAlias = Iterator[Fault]

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)


def row_fault(row: ShippedRow, field: str, code: str, zh: str, en: str) -> Fault:
    """Say what is wrong with one field of a row; the pointer is /kind/code/field."""
    return Fault(f"/{row.kind}/{row.code}/{field}", code, Message(zh=zh, en=en))


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_decimal(value: object) -> bool:
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def _is_month(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(Month.parse(value))
    except MonthError:
        return False


def _is_text_list(value: object) -> bool:
    return isinstance(value, list) and all(map(is_text, value))


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


def _is_mapping_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_mapping, value))


def _is_amount_list(value: object) -> bool:
    """Yuan per tonne, each from a month on, in the order of the months."""
    if not isinstance(value, list) or not _is_mapping_list(value):
        return False
    months = [each.get("from") for each in value]
    is_shaped = all(_is_month(each.get("from")) and is_decimal(each.get("yuan_per_tonne")) for each in value)
    return is_shaped and months == sorted(set(months))


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _or_null(shape: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or shape(value)


SHAPES: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    "bases": {"region": is_text},
    "coefficients": {
        "wastes": _is_text_list,
        "activity": is_text,
        "form": is_text,
        "unit": is_text,
        "parameters": _is_mapping,
        "subtype": _or_null(is_text),
        "variant": _or_null(is_text),
        "basis": _or_null(is_text),
        **dict.fromkeys(("value", "low", "high", "band_percent"), _or_null(is_decimal)),
    },
    "industries": {"section": is_text, "section_name": is_text},
    "methods": {"relative_sigma": is_decimal},
    "permit_columns": {
        "region": lambda value: isinstance(value, str),
        **dict.fromkeys(("columns", "values", "units"), _is_mapping),
    },
    "plan_parameters": {
        "value": is_decimal,
        "unit": is_text,
        "of": _or_null(is_text),
        "stated_for": _is_month,
    },
    "processes": {
        "role": is_text,
        "product_names": _is_mapping,
        **dict.fromkeys(("wastes", "products", "residues", "chains"), _is_text_list),
    },
    "regions": {"name": is_text, "level": is_text, "parent": _or_null(is_text)},
    "report_forms": {
        **dict.fromkeys(("period", "layout"), is_text),
        **dict.fromkeys(("figures", "rows"), _is_mapping_list),
    },
    "targets": {
        "metric": is_text,
        "scope": _is_mapping,
        "wastes": _is_text_list,
        "from": _is_month,
        "to": _is_month,
        "assessed": is_text,
        "comparison": is_text,
        "threshold": is_decimal,
    },
    "tax_kinds": {"wastes": _is_text_list, "amounts": _is_amount_list},
    "vat_rules": {
        "wastes": _is_text_list,
        "products": _is_text_list,
        "inputs": is_text,
        "threshold": is_decimal,
        "refund_percent": is_decimal,
        "from": _is_month,
        "to": _or_null(_is_month),
        **dict.fromkeys(("least_grade", "below_grade"), _or_null(is_decimal)),
        **dict.fromkeys(("condition", "condition_en"), is_text),
    },
    "wastes": {
        "tax_kind": is_text,
        "tax_yuan_per_tonne": is_decimal,
        "bulk": _is_flag,
        "synonyms": _is_text_list,
        "subtypes": _is_mapping,
    },
}


def bodies_have_their_shape(rows: Rows) -> Faults:
    """Check for a known kind, both names, and in the body each field of the kind with its type."""
    for row in rows:
        if row.kind not in SHAPES:
            yield row_fault(row, "kind", "unknown_kind", f"未知类别 {row.kind}", f"unknown kind {row.kind}")
            continue
        values: dict[str, object] = {"code": row.code, "zh": row.zh, "en": row.en, **row.body}
        shapes = {"code": is_text, "zh": is_text, "en": is_text, **SHAPES[row.kind]}
        for field, shape in shapes.items():
            if field not in values or not shape(values[field]):
                got = repr(values.get(field))
                zh, en = f"字段缺失或类型不符：{got}", f"absent or of the wrong type: {got}"
                yield row_fault(row, field, "wrong_shape", zh, en)
