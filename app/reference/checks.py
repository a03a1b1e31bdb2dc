"""What must hold of a row of reference data, whoever sets it: one function a rule, each a generator of faults.

Pure: rows in, faults out; nothing is read and bad data raises nothing. The shapes come first, because the
other rules rely on them. The rules about the shipped data as a whole stand in seed/checks.py.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from app.reference.shapes import Faults, Rows, ShippedRow, is_decimal, is_text, row_fault


def no_floats(rows: Rows) -> Faults:
    """Check that decimals are strings: a binary float would not reach the database unchanged."""
    for row in rows:
        for field, value in row.body.items():
            if _holds_float(value):
                yield row_fault(
                    row, field, "float", "小数须写成字符串", "a decimal must be written as a string"
                )


def _holds_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_float, value.values()))
    if isinstance(value, list):
        return any(map(_holds_float, value))
    return isinstance(value, float)


def rows_have_sources(rows: Rows) -> Faults:
    """Check for a source in words, and in a verified row for the date on which the source was read."""
    for row in rows:
        if not is_text(row.source):
            yield row_fault(row, "source", "no_source", "没有来源", "no source")
        if row.verified and row.retrieved_on is None:
            yield row_fault(
                row,
                "retrieved_on",
                "verified_unread",
                "已核实却无查阅日期",
                "verified without a date of reading",
            )


def wastes_exist(rows: Rows) -> Faults:
    """Check that every waste a target, coefficient or process names is a waste we know."""
    known = codes_of(rows, "wastes")
    for row in rows:
        for field in ("wastes", "residues"):
            for code in body_of(row).get(field, []):
                if code not in known:
                    yield row_fault(row, field, "unknown_waste", f"未知固废 {code}", f"unknown waste {code}")


def values_lie_in_their_bands(rows: Rows) -> Faults:
    """Check that 0 < low ≤ value ≤ high, both ends or neither, as of the fly ash share; ± in 0–100 %."""
    for row in rows_of(rows, "coefficients"):
        body = body_of(row)
        shares = {key: body["parameters"].get(f"fly_share{key}") for key in ("", "_low", "_high")}
        for low, value, high in (
            (body["low"], body["value"], body["high"]),
            (shares["_low"], shares[""], shares["_high"]),
        ):
            if not _in_band(low, value, high):
                yield row_fault(
                    row,
                    "value",
                    "outside_band",
                    f"{value} 不在 {low}–{high} 内",
                    f"{value} outside {low}–{high}",
                )
        if body["band_percent"] is not None and not 0 < Decimal(body["band_percent"]) < 100:
            yield row_fault(
                row, "band_percent", "out_of_range", "范围不在 0–100% 内", "a band outside 0–100 %"
            )


def _in_band(low: str | None, value: str | None, high: str | None) -> bool:
    if low is None or high is None:
        return low is high
    return value is not None and 0 < Decimal(low) <= Decimal(value) <= Decimal(high)


def coefficients_are_complete(rows: Rows) -> Faults:
    """Check that what each form computes with is there, and that a subtype belongs to the waste."""
    subtypes = {row.code: body_of(row)["subtypes"] for row in rows_of(rows, "wastes")}
    needed = {"ratio": [], "ash": ["carbon_heat_kj_per_kg"], "gypsum": ["purity", "moisture"]}
    for row in rows_of(rows, "coefficients"):
        body = body_of(row)
        parameters, form = body["parameters"], body["form"]
        if form not in needed or not all(is_decimal(parameters.get(key)) for key in needed[form]):
            yield row_fault(row, "parameters", "incomplete", f"{form} 缺少参数", f"{form} lacks a parameter")
        if (form == "ash") == (body["value"] is not None):
            yield row_fault(
                row,
                "value",
                "wrong_form",
                f"取值与形式 {form} 不符",
                f"a value that does not fit form {form}",
            )
        if body["subtype"] is not None and not any(
            body["subtype"] in subtypes.get(w, {}) for w in body["wastes"]
        ):
            yield row_fault(row, "subtype", "unknown_subtype", "未知子类", "unknown subtype")


_STAYS = ("wastes", "activity", "activity_unit", "form", "unit", "subtype")


def stays_of_its_kind(old: ShippedRow, new: ShippedRow) -> Faults:
    """Check that a changed coefficient is of the same waste and activity, in the same form and unit: else it is another."""
    for field in _STAYS if old.kind == "coefficients" else ():
        if field in old.body and new.body.get(field) != old.body[field]:
            yield row_fault(
                new,
                field,
                "another_row",
                "此项不能更改",
                "this must stay: it says what the coefficient is of",
            )


ROW_CHECKS: tuple[Callable[[Rows], Faults], ...] = (
    no_floats,
    rows_have_sources,
    wastes_exist,
    values_lie_in_their_bands,
    coefficients_are_complete,
)
"""The rules that a single row can break; the others are about the data as a whole."""


def rows_of(rows: Rows, kind: str) -> Iterator[ShippedRow]:
    return (row for row in rows if row.kind == kind)


def codes_of(rows: Rows, kind: str) -> set[str]:
    return {row.code for row in rows_of(rows, kind)}


def body_of(row: ShippedRow) -> dict[str, Any]:
    """Give the body as a plain dict: the shapes have checked what mypy cannot know."""
    return dict(row.body)
