"""Definitions that cannot be right are refused by file and path."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chains.loader import ChainRefused, load_chain, load_library

GOOD: dict[str, Any] = {
    "id": "test-chain",
    "version": 1,
    "name": {"zh": "试", "en": "test"},
    "summary": {"zh": "试", "en": "test"},
    "materials": {
        "coal": {"zh": "煤", "en": "coal", "kind": "raw"},
        "gangue": {"zh": "矸石", "en": "gangue", "kind": "waste", "waste": "SW04"},
        "ash": {"zh": "灰", "en": "ash", "kind": "waste", "waste": "SW02"},
        "liquor": {"zh": "酒", "en": "liquor", "kind": "product", "unit": "kL"},
        "brick": {"zh": "砖", "en": "brick", "kind": "product"},
    },
    "processes": {
        "mining": {"zh": "采煤", "en": "mining", "role": "source"},
        "power": {"zh": "发电", "en": "power", "role": "use", "rest": "air"},
        "kiln": {"zh": "砖窑", "en": "kiln", "role": "use"},
        "yard": {"zh": "场", "en": "yard", "role": "store"},
    },
    "links": [
        {"process": "mining", "takes": "coal"},
        {"process": "mining", "gives": "gangue", "yield": {}},
        {"process": "mining", "gives": "liquor"},
        {"process": "power", "takes": "gangue"},
        {"process": "power", "gives": "ash", "yield": {}},
        {"process": "kiln", "takes": "ash"},
        {"process": "kiln", "gives": "brick"},
        {"process": "yard", "takes": "ash"},
    ],
}
FIGURE = {"low": 0.5, "value": 0.6, "high": 0.7, "unit": "t/t", "source": "unverified", "verified": False}
GOOD["links"][1]["yield"] = {**FIGURE, "basis": "coal"}
GOOD["links"][4]["yield"] = {**FIGURE, "basis": "gangue"}

Change = Callable[[dict[str, Any]], object]


def written(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / f"{document['id']}.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def ash(**fields: Any) -> Change:
    """Change the yield of ash."""
    return lambda raw: raw["links"][4]["yield"].update(fields)


def more(*links: dict[str, Any]) -> Change:
    return lambda raw: raw["links"].extend(links)


ASH = "links[power → ash].yield"
REFUSED: dict[str, tuple[Change, str, str]] = {
    "unknown key": (lambda raw: raw.update(author="x"), "author", "there is no such key"),
    "unknown key below": (
        lambda raw: raw["materials"]["ash"].update(colour="grey"),
        "materials.ash.colour",
        "no such",
    ),
    "unknown key of a figure": (ash(sauce="x"), f"{ASH}.sauce", "there is no such key"),
    "key missing": (lambda raw: raw["name"].pop("zh"), "name.zh", "is missing"),
    "id is not the file's": (lambda raw: raw.update(id="test-chain "), "id", "must be the file's name"),
    "version not whole": (lambda raw: raw.update(version=1.5), "version", "must be a whole number"),
    "unknown kind": (
        lambda raw: raw["materials"]["ash"].update(kind="dirt"),
        "materials.ash.kind",
        "must be one of",
    ),
    "unknown role": (
        lambda raw: raw["processes"]["kiln"].update(role="burn"),
        "processes.kiln.role",
        "must be one of",
    ),
    "rest elsewhere": (
        lambda raw: raw["processes"]["kiln"].update(rest="waste"),
        "processes.kiln.rest",
        "product or air",
    ),
    "waste without class": (
        lambda raw: raw["materials"]["ash"].pop("waste"),
        "materials.ash",
        "a waste has a class",
    ),
    "waste by the litre": (
        lambda raw: raw["materials"]["ash"].update(unit="kL"),
        "materials.ash.unit",
        "weighed in t",
    ),
    "value a text": (ash(value="0.6"), f"{ASH}.value", "must be a number"),
    "verified a text": (ash(verified="yes"), f"{ASH}.verified", "true or false"),
    "date a text": (ash(retrieved_on="May"), f"{ASH}.retrieved_on", "must be a date"),
    "yield above 1": (ash(high=1.01), f"{ASH}.high", "the yield 1.01 is above 1"),
    "yield negative": (ash(low=-0.1), ASH, "0 ≤ low ≤ value ≤ high"),
    "value above its band": (ash(value=0.71), ASH, "0 ≤ low ≤ value ≤ high"),
    "unit per cent": (ash(unit="%"), f"{ASH}.unit", "the unit is %, it must be t/t"),
    "unit kilograms": (ash(unit="kg/t"), f"{ASH}.unit", "the unit is kg/t, it must be t/t"),
    "basis not an input": (ash(basis="coal"), f"{ASH}.basis", "possible are gangue"),
    "verified without address": (ash(source="a book", verified=True), ASH, "needs url and retrieved_on"),
    "verified without source": (ash(verified=True), ASH, "cannot be verified"),
    "yields add up above 1": (
        lambda raw: (
            raw["materials"].update(slag={"zh": "渣", "en": "slag", "kind": "waste", "waste": "SW03"}),
            raw["links"].append(
                {"process": "power", "gives": "slag", "yield": {**FIGURE, "basis": "gangue"}}
            ),
        ),
        "power: gangue",
        "the yields add up to 1.2",
    ),
    "residues that could be more than what they come from": (
        lambda raw: (
            raw["materials"].update(slag={"zh": "渣", "en": "slag", "kind": "waste", "waste": "SW03"}),
            raw["links"].append(
                {
                    "process": "power",
                    "gives": "slag",
                    "yield": {**FIGURE, "basis": "gangue", "value": 0.2, "low": 0.1, "high": 0.4},
                }
            ),
        ),
        "power: gangue",
        "the upper ends of the residues add up to 1.1",
    ),
    "intensity of the wrong unit": (
        lambda raw: raw["links"].__setitem__(
            1, {"process": "mining", "gives": "gangue", "intensity": {**FIGURE, "basis": "liquor"}}
        ),
        "links[mining → gangue].intensity.unit",
        "it must be t/kL",
    ),
    "norm on an output": (
        lambda raw: raw["links"].__setitem__(
            4, {"process": "power", "gives": "ash", "norm": {**FIGURE, "basis": "ash"}}
        ),
        "links[power → ash].norm",
        "does not belong on this link",
    ),
    "waste given without a figure": (
        lambda raw: raw["links"].__setitem__(4, {"process": "power", "gives": "ash"}),
        "links[power → ash]",
        "needs a figure",
    ),
    "link to nowhere": (
        more({"process": "power", "takes": "peat"}),
        "links[peat → power]",
        'no material "peat"',
    ),
    "link without direction": (more({"process": "power"}), "links[8]", "needs takes or gives"),
    "link twice": (more({"process": "yard", "takes": "ash"}), "links[8]", "stands twice"),
    "two figures": (lambda raw: raw["links"][4].update(intensity={}), "links[4]", "at most one figure"),
    "unlinked material": (
        lambda raw: raw["materials"].update(peat={"zh": "泥炭", "en": "peat", "kind": "raw"}),
        "materials.peat",
        "is linked to nothing",
    ),
    "yard that gives": (more({"process": "yard", "gives": "brick"}), "processes.yard", "they give nothing"),
    "process gives what it takes": (
        more(
            {
                "process": "power",
                "gives": "gangue",
                "yield": {**FIGURE, "low": 0.1, "value": 0.2, "basis": "gangue"},
            }
        ),
        "gangue → power → gangue",
        "a cycle without a transformation",
    ),
    "tonne that comes back whole": (
        lambda raw: (
            ash(value=1, high=1)(raw),
            raw["links"].append(
                {
                    "process": "kiln",
                    "gives": "gangue",
                    "yield": {**FIGURE, "value": 1, "high": 1, "basis": "ash"},
                }
            ),
        ),
        "ash → gangue → ash",
        "a cycle without a transformation",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_file_and_path(case: str, tmp_path: Path) -> None:
    change, path, reason = REFUSED[case]
    document = copy.deepcopy(GOOD)
    change(document)
    file = written(tmp_path, {**document, "id": "test-chain"})
    file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(ChainRefused) as refused:
        load_chain(file)
    told = [fault for fault in refused.value.faults if fault.path == path and reason in fault.en]
    assert len(told) == 1, str(refused.value)
    assert told[0].zh
    assert str(told[0]).startswith("test-chain.yaml: ")


def test_the_good_one_is_good(tmp_path: Path) -> None:
    chain = load_chain(written(tmp_path, GOOD))
    assert chain.split("power", "gangue").air * 10 == 4
    with pytest.raises(KeyError):
        chain.split("power", "coal")


def test_a_cycle_that_loses_something_on_the_way_is_a_recycling_loop(tmp_path: Path) -> None:
    document = copy.deepcopy(GOOD)
    document["links"].append({"process": "kiln", "gives": "gangue", "yield": {**FIGURE, "basis": "ash"}})
    assert load_chain(written(tmp_path, document)).taken_by("power") == ("gangue",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id: a\nid: b\n", "line 2, column 1: the key 'id' stands twice"),
        ("id: [a\n", "line 2, column 1"),
        ("1: a\n", "the key Decimal('1') is not a text"),
        ("version: 1:30\n", "'1:30' is not a plain decimal number"),
        ("version: .nan\n", "'.nan' is not a plain decimal number"),
        ("version: 0x1f\n", "'0x1f' is not a plain decimal number"),
        ("- a\n", "must be a mapping"),
        ("id: !!python/object:os.system {}\n", "could not determine a constructor"),
        ("id: " + "[" * 100_000, "line 1, column 104: nested more than 100 levels deep"),
        ("- " * 100_000 + "1", "line 1, column 201: nested more than 100 levels deep"),
    ],
)
def test_yaml_that_guesses_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ChainRefused) as refused:
        load_chain(path)
    assert reason in str(refused.value)
    assert str(refused.value).startswith("a.yaml: ")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ChainRefused, match="not UTF-8"):
        load_chain(path)


def test_two_chains_must_agree_on_a_process(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    other = copy.deepcopy(GOOD)
    other["id"] = "test-other"
    other["links"][4]["yield"]["value"] = 0.65
    written(tmp_path, other)
    with pytest.raises(ChainRefused, match=r"power: SW04: other yields than in test-chain\.yaml"):
        load_library(tmp_path)
