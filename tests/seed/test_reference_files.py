"""The shipped reference data: complete, consistent, and the same on every machine."""

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest

from seed.checks import check_reference
from seed.reference_files import KINDS, ReferenceRow, Release, content_hash, read_reference

Body = dict[str, Any]
Find = Callable[[str, str], ReferenceRow]


@pytest.fixture(scope="module")
def release() -> Release:
    return read_reference()


@pytest.fixture(scope="module")
def find(release: Release) -> Find:
    by_code = {(row.kind, row.code): row for row in release.rows}
    return lambda kind, code: by_code[kind, code]


def of(release: Release, kind: str) -> dict[str, ReferenceRow]:
    return {row.code: row for row in release.rows if row.kind == kind}


def body(row: ReferenceRow) -> Body:
    return dict(row.body)


def test_the_shipped_data_has_no_faults(release: Release) -> None:
    assert check_reference(release.rows) == []


def test_rows_are_sorted_by_kind_and_code(release: Release) -> None:
    keys = [(row.kind, row.code) for row in release.rows]
    assert keys == sorted(keys)
    assert {kind for kind, _ in keys} == set(KINDS)


# -- regions -------------------------------------------------------------------------------------------------


def test_the_country_is_whole_to_county_level(release: Release) -> None:
    levels = Counter(row.body["level"] for row in of(release, "regions").values())
    with_counties = {code[:2] for code in of(release, "regions") if len(code) == 6}
    assert levels["province"] == 34
    assert len(with_counties) == 31
    assert {"71", "81", "82"}.isdisjoint(with_counties)
    assert levels["county"] > 2_800
    prefectures, collecting_codes = 333, 9
    assert levels["city"] == prefectures + collecting_codes


def test_every_county_reaches_its_province_by_prefixes(release: Release) -> None:
    regions = of(release, "regions")
    for code, row in regions.items():
        assert body(row)["parent"] == (code[:-2] or None)
        assert all(code[:digits] in regions for digits in range(2, len(code), 2)), code


def test_datong_has_its_ten_counties(release: Release, find: Find) -> None:
    counties = {
        row.zh for code, row in of(release, "regions").items() if len(code) == 6 and code[:4] == "1402"
    }
    assert "".join(sorted(counties)) == "云冈区云州区天镇县左云县平城区广灵县新荣区浑源县灵丘县阳高县"
    datong = find("regions", "1402")
    assert (datong.zh, datong.en, datong.body["parent"]) == ("大同市", "Datong", "14")


@pytest.mark.parametrize(
    ("county", "name", "city", "city_name"),
    [
        ("110105", "朝阳区", "1101", "市辖区"),
        ("500243", "彭水苗族土家族自治县", "5002", "县"),
        ("419001", "济源市", "4190", "省直辖县级行政区划"),
        ("429021", "神农架林区", "4290", "省直辖县级行政区划"),
        ("469030", "琼中黎族苗族自治县", "4690", "省直辖县级行政区划"),
        ("659001", "石河子市", "6590", "自治区直辖县级行政区划"),
        ("441900", "东莞市", "4419", "东莞市"),
        ("620200", "嘉峪关市", "6202", "嘉峪关市"),
    ],
)
def test_counties_without_a_city_have_the_parent_of_the_standard(
    find: Find, county: str, name: str, city: str, city_name: str
) -> None:
    assert find("regions", county).zh == name
    assert find("regions", county).body["parent"] == city
    assert (find("regions", city).zh, find("regions", city).body["level"]) == (city_name, "city")


def test_every_city_has_a_county_a_site_can_name(release: Release) -> None:
    cities = {code for code in of(release, "regions") if len(code) == 4}
    assert cities == {code[:4] for code in of(release, "regions") if len(code) == 6}


def test_english_names_stand_beside_the_region_they_belong_to(release: Release) -> None:
    regions = of(release, "regions")
    text = (resources.files("seed") / "reference/region_names.csv").read_text(encoding="utf-8")
    lines = list(csv.DictReader(text.splitlines()))
    assert {line["code"]: line["zh"] for line in lines} == {
        line["code"]: regions[line["code"]].zh for line in lines
    }
    romanized = [row for row in regions.values() if len(row.code) < 6 or row.code.startswith("14")]
    assert [row.code for row in romanized if not row.en[0].isascii() and row.en[0] != "Ü"] == []


# -- wastes and tax ------------------------------------------------------------------------------------------


def test_the_waste_classes_of_the_catalogue(release: Release) -> None:
    names = {code: row.zh for code, row in of(release, "wastes").items()}
    assert len(names) == 17
    assert "SW08" not in names
    named = {
        "SW01": "冶炼废渣",
        "SW02": "粉煤灰",
        "SW03": "炉渣",
        "SW04": "煤矸石",
        "SW05": "尾矿",
        "SW06": "脱硫石膏",
    }
    named |= {"SW09": "赤泥", "SW10": "磷石膏", "SW11": "其他工业副产石膏", "SW13": "食品残渣"}
    assert named.items() <= names.items()
    assert names["SW59"].startswith("其他")


@pytest.mark.parametrize(
    ("waste", "tax_kind", "taxable_tonnes", "yuan"),
    [
        ("SW04", "gangue", 1_000, 5_000),
        ("SW02", "fly_ash", 10_000, 250_000),
        ("SW05", "tailings", 100, 1_500),
    ],
)
def test_tax_amounts_give_the_known_taxes(
    find: Find, waste: str, tax_kind: str, taxable_tonnes: int, yuan: int
) -> None:
    row = body(find("wastes", waste))
    assert row["tax_kind"] == tax_kind
    assert Decimal(row["tax_yuan_per_tonne"]) * taxable_tonnes == yuan


def test_every_waste_can_be_used_and_disposed_of(release: Release) -> None:
    for role in ("use", "dispose", "store"):
        rows = [body(row) for row in of(release, "processes").values() if row.body["role"] == role]
        assert {code for row in rows for code in row["wastes"]} == set(of(release, "wastes")), role


# -- industries, bases, methods, processes -------------------------------------------------------------------


def test_the_divisions_are_numbered_through_and_fill_twenty_sections(release: Release, find: Find) -> None:
    divisions = of(release, "industries")
    assert list(divisions) == [f"{number:02d}" for number in range(1, 98)]
    sections = [str(row.body["section"]) for row in divisions.values()]
    assert sections == sorted(sections)
    assert "".join(dict.fromkeys(sections)) == "ABCDEFGHIJKLMNOPQRST"
    assert find("industries", "06").zh == "煤炭开采和洗选业"
    assert (find("industries", "44").body["section"], find("industries", "30").body["section"]) == ("D", "C")


def test_the_nine_bases_lie_in_shanxi(release: Release) -> None:
    places = {row.zh.removesuffix("基地"): row.body["region"] for row in of(release, "bases").values()}
    assert len(places) == 9
    regions = of(release, "regions")
    for name, region in places.items():
        assert str(region)[:2] == "14"
        assert regions[str(region)].zh.startswith(name)


def test_each_base_has_its_own_target(release: Release) -> None:
    scopes = [body(row)["scope"] for row in of(release, "targets").values()]
    assert sorted(s["base"] for s in scopes if s["base"]) == sorted(of(release, "bases"))


def test_sigmas_of_the_measurement_methods(release: Release) -> None:
    assert {code: row.body["relative_sigma"] for code, row in of(release, "methods").items()} == {
        "weighbridge": "0.01",
        "belt_scale": "0.02",
        "flow_meter": "0.03",
        "material_balance": "0.05",
        "emission_factor": "0.15",
        "estimate": "0.20",
    }


def test_the_process_and_method_of_the_contract_exist(find: Find) -> None:
    blending = body(find("processes", "cement_blending"))
    assert "SW02" in blending["wastes"]
    assert "cement" in blending["products"]
    assert find("processes", "landfill").body["role"] == "dispose"


# -- targets and coefficients --------------------------------------------------------------------------------


TARGETS = {
    "nation-2025-60": ("utilization.new_waste", None, [], "2025-12", "0.60"),
    "datong-2025-60": ("utilization.new_waste", "1402", [], "2025-12", "0.60"),
    "guizhou-2018-fly-ash-90": ("utilization.statutory", "52", ["SW02"], "2018-12", "0.90"),
    "guizhou-2020-phosphogypsum-consumption": ("consumption.ratio", "52", ["SW10"], "2020-12", "1"),
    "guizhou-2020-phosphogypsum-growth": ("consumption.growth", "52", ["SW10"], "2020-12", "0.10"),
    "nation-2025-bulk-57": ("utilization.statutory", None, [], "2025-12", "0.57"),
    "nation-2025-smelting-slag-73": ("utilization.statutory", None, ["SW01"], "2025-12", "0.73"),
    "nation-2025-byproduct-gypsum-73": (
        "utilization.statutory",
        None,
        ["SW06", "SW10", "SW11"],
        "2025-12",
        "0.73",
    ),
    "nation-2027-red-mud-15": ("utilization.new_waste", None, ["SW09"], "2027-12", "0.15"),
    "nation-2030-red-mud-25": ("utilization.new_waste", None, ["SW09"], "2030-12", "0.25"),
}
"""Metric, region, wastes, last month, threshold."""


@pytest.mark.parametrize("code", TARGETS)
def test_targets_say_what_the_policy_says(find: Find, code: str) -> None:
    target = body(find("targets", code))
    metric, region, wastes, until, threshold = TARGETS[code]
    assert target["scope"] == {"region": region, "base": None}
    assert (target["metric"], target["wastes"], target["to"]) == (metric, wastes, until)
    assert (target["threshold"], target["comparison"]) == (threshold, "at_least")


def test_all_industrial_waste_means_every_class(release: Release, find: Find) -> None:
    assert body(find("targets", "guizhou-2018-industrial-60"))["wastes"] == list(of(release, "wastes"))


def test_generation_expected_of_a_power_plant(find: Find) -> None:
    """10,000 t of coal with 27 % ash, q4 1 % of 20,900 kJ/kg; 100 t of SO₂ removed: worked by hand."""
    ash = body(find("coefficients", "fly_ash.coal_burnt.pulverised"))["parameters"]
    burnt, heat = Decimal(10_000), Decimal(ash["carbon_heat_kj_per_kg"])
    total = burnt * (Decimal("0.27") + Decimal(1) * 20_900 / (100 * heat))
    assert round(total, 1) == Decimal("2761.7")
    assert round(total * Decimal(ash["fly_share"]), 1) == Decimal("2485.5")
    gypsum = body(find("coefficients", "fgd_gypsum.so2_removed"))
    purity, moisture = (Decimal(gypsum["parameters"][key]) for key in ("purity", "moisture"))
    assert round(100 * Decimal(gypsum["value"]) / (purity * (1 - moisture)), 1) == Decimal("331.8")
    assert gypsum["basis"] == "wet"


@pytest.mark.parametrize(
    ("code", "value", "low", "high"),
    [
        ("gangue.raw_coal", "0.20", "0.10", "0.25"),
        ("blast_furnace_slag.pig_iron", "0.30", "0.25", "0.35"),
        ("steel_slag.crude_steel", "0.12", "0.10", "0.15"),
        ("phosphogypsum.p2o5", "5.0", "4.5", "5.5"),
        ("red_mud.al2o3_bayer", "1.10", "0.70", "1.50"),
        ("red_mud.al2o3_sinter", "1.45", "1.10", "1.80"),
        ("red_mud.al2o3_combined", "1.05", "0.70", "1.40"),
        ("manganese_residue.manganese", "11", "10", "12"),
        ("distillers_grains.liquor", "2.94", None, None),
    ],
)
def test_coefficients_and_their_bands(
    find: Find, code: str, value: str, low: str | None, high: str | None
) -> None:
    row = body(find("coefficients", code))
    assert (row["value"], row["low"], row["high"]) == (value, low, high)
    if row["value_is"] == "midpoint":
        assert Decimal(row["value"]) * 2 == Decimal(row["low"]) + Decimal(row["high"])


# -- sources and releases ------------------------------------------------------------------------------------


def test_a_working_value_never_calls_itself_verified(release: Release) -> None:
    unread = [row for row in release.rows if row.retrieved_on is None]
    assert unread
    assert not any(row.verified for row in unread)
    assert all(row.source for row in release.rows)


def test_the_release_is_the_same_in_every_process(release: Release) -> None:
    program = "from seed.reference_files import read_reference as r; x = r(); print(x.name, x.sha256)"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [release.name, release.sha256]
    assert release.name.endswith(release.sha256[:8])


@pytest.mark.parametrize(
    "change",
    [
        {"code": "SW00"},
        {"zh": "改"},
        {"en": "changed"},
        {"body": {"bulk": False}},
        {"source": "another"},
        {"url": "https://example.org/"},
        {"retrieved_on": date(2020, 1, 1)},
        {"verified": False},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_in_the_hash(find: Find, change: dict[str, Any]) -> None:
    row = find("wastes", "SW02")
    assert content_hash([replace(row, **change)]) != content_hash([row])
