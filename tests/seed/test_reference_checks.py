"""Each check of the reference data finds the fault it is there for, and only where the fault is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reference.shapes import SHAPES, bodies_have_their_shape, is_decimal
from seed.checks import CHECKS, Rows, check_reference
from seed.reference_files import ReferenceRow, read_reference

Plant = Callable[[Rows], Rows]


@lru_cache
def shipped() -> tuple[ReferenceRow, ...]:
    return read_reference().rows


def change(kind: str, code: str, **fields: Any) -> Plant:
    """Replace fields of one row; those a row does not have itself belong to its body."""
    own = {"code", "zh", "en", "source", "verified", "retrieved_on", "body"}

    def plant(rows: Rows) -> Rows:
        (row,) = [row for row in rows if (row.kind, row.code) == (kind, code)]
        inside = {**row.body, **{key: value for key, value in fields.items() if key not in own}}
        outside = {key: value for key, value in fields.items() if key in own}
        return [replace(row, **{"body": inside, **outside}) if other is row else other for other in rows]

    return plant


def drop(kind: str, code: str) -> Plant:
    return lambda rows: [row for row in rows if (row.kind, row.code) != (kind, code)]


def drop_from(kind: str, prefix: str) -> Plant:
    return lambda rows: [row for row in rows if row.kind != kind or not row.code.startswith(prefix)]


def repeat(kind: str, original: str, **fields: str) -> Plant:
    """Add a second row like one of the shipped, with other fields."""

    def plant(rows: Rows) -> Rows:
        (row,) = [row for row in rows if (row.kind, row.code) == (kind, original)]
        return [*rows, replace(row, **fields)]

    return plant


def scope(**parts: str | None) -> Mapping[str, Any]:
    return {"scope": {"region": None, "base": None, **parts}}


ASH = "fly_ash.coal_burnt.pulverised"
SHARE = {
    "carbon_heat_kj_per_kg": "33870",
    "fly_share": "0.90",
    "fly_share_low": "0.91",
    "fly_share_high": "0.95",
}

# The check that must find it; the pointer and code it must answer; the fault.
PLANTED: list[tuple[str, str, str, Plant]] = [
    (
        "no_floats",
        "/targets/datong-2025-60/scope",
        "float",
        change("targets", "datong-2025-60", scope={"x": [0.6]}),
    ),
    ("codes_are_unique", "/wastes/SW02/code", "duplicate_code", repeat("wastes", "SW02")),
    ("rows_have_sources", "/wastes/SW02/source", "no_source", change("wastes", "SW02", source=" ")),
    (
        "rows_have_sources",
        "/wastes/SW02/retrieved_on",
        "verified_unread",
        change("wastes", "SW02", retrieved_on=None),
    ),
    ("counts_are_complete", "/provinces", "incomplete", drop("regions", "71")),
    ("counts_are_complete", "/provinces_with_counties", "incomplete", drop_from("regions", "1101")),
    ("counts_are_complete", "/counties", "incomplete", drop_from("regions", "5")),
    ("counts_are_complete", "/divisions", "incomplete", drop("industries", "44")),
    (
        "wastes_exist",
        "/targets/datong-2025-60/wastes",
        "unknown_waste",
        change("targets", "datong-2025-60", wastes=["SW60"]),
    ),
    ("wastes_exist", "/coefficients/gangue.raw_coal/wastes", "unknown_waste", drop("wastes", "SW04")),
    (
        "wastes_exist",
        "/processes/gangue_power/residues",
        "unknown_waste",
        change("processes", "gangue_power", residues=["SW08"]),
    ),
    ("regions_exist", "/bases/hejin/region", "unknown_region", change("bases", "hejin", region="140899")),
    (
        "regions_exist",
        "/targets/datong-2025-60/scope/region",
        "unknown_region",
        change("targets", "datong-2025-60", **scope(region="1499")),
    ),
    (
        "regions_exist",
        "/targets/datong-2025-60/scope/base",
        "unknown_base",
        change("targets", "datong-2025-60", **scope(base="taiyuan")),
    ),
    (
        "regions_exist",
        "/targets/datong-2025-60/scope",
        "two_scopes",
        change("targets", "datong-2025-60", **scope(region="1402", base="datong")),
    ),
    ("regions_have_parents", "/regions/140212/parent", "no_parent", drop("regions", "1402")),
    (
        "regions_have_parents",
        "/regions/140212/parent",
        "no_parent",
        change("regions", "140212", parent="1403"),
    ),
    ("regions_have_parents", "/regions/1402/level", "wrong_level", change("regions", "1402", level="county")),
    (
        "waste_classes_are_industrial",
        "/wastes/SW08/code",
        "not_industrial",
        repeat("wastes", "SW59", code="SW08"),
    ),
    (
        "tax_amounts_are_the_laws",
        "/wastes/SW04/tax_yuan_per_tonne",
        "not_the_law",
        change("wastes", "SW04", tax_yuan_per_tonne="15"),
    ),
    (
        "tax_amounts_are_the_laws",
        "/wastes/SW04/tax_yuan_per_tonne",
        "not_the_law",
        change("wastes", "SW04", tax_kind="coal"),
    ),
    (
        "synonyms_name_one_waste",
        "/wastes/SW03/synonyms",
        "ambiguous_synonym",
        change("wastes", "SW03", synonyms=["Coal Fly Ash"]),
    ),
    (
        "targets_can_be_measured",
        "/targets/datong-2025-60/metric",
        "unknown_metric",
        change("targets", "datong-2025-60", metric="utilization"),
    ),
    (
        "targets_can_be_measured",
        "/targets/datong-2025-60/comparison",
        "unknown_comparison",
        change("targets", "datong-2025-60", comparison="about"),
    ),
    (
        "targets_can_be_measured",
        "/targets/datong-2025-60/assessed",
        "unknown_assessment",
        change("targets", "datong-2025-60", assessed="sometime"),
    ),
    (
        "targets_can_be_measured",
        "/targets/datong-2025-60/threshold",
        "out_of_range",
        change("targets", "datong-2025-60", threshold="60"),
    ),
    (
        "targets_can_be_measured",
        "/targets/datong-2025-60/threshold",
        "out_of_range",
        change("targets", "datong-2025-60", threshold="0"),
    ),
    (
        "target_periods_are_whole_years",
        "/targets/datong-2025-60/to",
        "not_whole_years",
        change("targets", "datong-2025-60", to="2025-06"),
    ),
    (
        "target_periods_are_whole_years",
        "/targets/datong-2025-60/to",
        "not_whole_years",
        change("targets", "datong-2025-60", to="2021-12"),
    ),
    (
        "values_lie_in_their_bands",
        "/coefficients/gangue.raw_coal/value",
        "outside_band",
        change("coefficients", "gangue.raw_coal", value="0.26"),
    ),
    (
        "values_lie_in_their_bands",
        "/coefficients/gangue.raw_coal/value",
        "outside_band",
        change("coefficients", "gangue.raw_coal", low=None),
    ),
    (
        "values_lie_in_their_bands",
        f"/coefficients/{ASH}/value",
        "outside_band",
        change("coefficients", ASH, parameters=SHARE),
    ),
    (
        "values_lie_in_their_bands",
        f"/coefficients/{ASH}/band_percent",
        "out_of_range",
        change("coefficients", ASH, band_percent="120"),
    ),
    (
        "coefficients_are_complete",
        "/coefficients/fgd_gypsum.so2_removed/parameters",
        "incomplete",
        change("coefficients", "fgd_gypsum.so2_removed", parameters={"purity": "0.9"}),
    ),
    (
        "coefficients_are_complete",
        "/coefficients/gangue.raw_coal/parameters",
        "incomplete",
        change("coefficients", "gangue.raw_coal", form="guess"),
    ),
    (
        "coefficients_are_complete",
        f"/coefficients/{ASH}/value",
        "wrong_form",
        change("coefficients", ASH, value="0.3"),
    ),
    (
        "coefficients_are_complete",
        "/coefficients/gangue.raw_coal/subtype",
        "unknown_subtype",
        change("coefficients", "gangue.raw_coal", subtype="steel_slag"),
    ),
    (
        "sigmas_are_fractions",
        "/methods/estimate/relative_sigma",
        "out_of_range",
        change("methods", "estimate", relative_sigma="20"),
    ),
    (
        "processes_fit_their_role",
        "/processes/landfill/role",
        "unknown_role",
        change("processes", "landfill", role="dump"),
    ),
    (
        "processes_fit_their_role",
        "/processes/landfill/products",
        "wrong_products",
        change("processes", "landfill", role="use"),
    ),
    (
        "processes_fit_their_role",
        "/processes/landfill/wastes",
        "takes_nothing",
        change("processes", "landfill", wastes=[]),
    ),
    (
        "processes_fit_their_role",
        "/processes/feed/product_names",
        "unnamed_product",
        change("processes", "feed", product_names={}),
    ),
]


@pytest.mark.parametrize(
    ("check", "pointer", "code", "plant"), PLANTED, ids=[f"{check}-{code}" for check, _, code, _ in PLANTED]
)
def test_a_planted_fault_is_found(check: str, pointer: str, code: str, plant: Plant) -> None:
    by_name = {rule.__name__: rule for rule in CHECKS}
    found = {(fault.pointer, fault.code) for fault in by_name[check](plant(shipped()))}
    assert (pointer, code) in found
    assert (pointer, code) in {(fault.pointer, fault.code) for fault in check_reference(plant(shipped()))}


def test_every_check_has_a_planted_fault() -> None:
    assert {check for check, *_ in PLANTED} == {check.__name__ for check in CHECKS}


SHAPE_FAULTS = [
    ("wastes", "SW02", "zh", "  "),
    ("wastes", "SW02", "bulk", "yes"),
    ("wastes", "SW02", "tax_yuan_per_tonne", 25),
    ("targets", "datong-2025-60", "from", "2022-13"),
    ("targets", "datong-2025-60", "wastes", "SW02"),
    ("targets", "datong-2025-60", "wastes", [1]),
    ("targets", "datong-2025-60", "scope", "1402"),
    ("targets", "datong-2025-60", "threshold", "60%"),
    ("methods", "estimate", "relative_sigma", "NaN"),
    ("regions", "1402", "parent", 14),
]


@pytest.mark.parametrize(("kind", "code", "field", "value"), SHAPE_FAULTS)
def test_a_wrong_shape_is_reported_instead_of_raised(kind: str, code: str, field: str, value: object) -> None:
    faults = check_reference(change(kind, code, **{field: value})(shipped()))
    assert [(fault.pointer, fault.code) for fault in faults] == [(f"/{kind}/{code}/{field}", "wrong_shape")]
    assert repr(value) in faults[0].message.zh
    assert repr(value) in faults[0].message.en


def test_an_unknown_kind_is_a_fault() -> None:
    stray = replace(shipped()[0], kind="fuels")
    assert [fault.code for fault in check_reference([*shipped(), stray])] == ["unknown_kind"]


@given(st.data())
def test_an_absent_field_is_always_found(data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(shipped()))
    field = data.draw(st.sampled_from(sorted(SHAPES[row.kind])))
    body = {key: value for key, value in row.body.items() if key != field}
    (fault,) = bodies_have_their_shape([replace(row, body=body)])
    assert fault.pointer == f"/{row.kind}/{row.code}/{field}"


@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_plain_decimals_are_decimals(value: object) -> None:
    assert is_decimal(f"{value:f}")


@pytest.mark.parametrize("text", ["", " 1", "1e3", "1_000", "０.６", "-1", "inf", ".5", "0.6\n"])
def test_other_spellings_are_not_decimals(text: str) -> None:
    assert not is_decimal(text)
