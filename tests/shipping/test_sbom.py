"""The bill of materials: all that the product needs, with version, hash and licence, and not where it came from."""

import importlib.util
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _program() -> Any:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "tools" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


@pytest.fixture(scope="module")
def sbom() -> Any:
    return _program()


VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
LOCK = (ROOT / "requirements.lock").read_text()


@pytest.fixture(scope="module")
def told(sbom: Any) -> Any:
    return sbom.document(LOCK)


def test_every_dependency_has_version_hash_and_licence(told: Any) -> None:
    names = {each["name"]: each for each in told["components"]}
    assert {"fastapi", "sqlalchemy", "uvicorn", "scipy", "psycopg", "duckdb"} <= set(names)
    assert not {"huanlian", "pytest", "locust", "django"} & set(names)
    assert (names["fastapi"]["scope"], names["duckdb"]["scope"]) == ("required", "optional")
    for each in names.values():
        assert f"{each['name']}=={each['version']}" in LOCK
        assert all(len(kept["value"]) == 64 and kept["value"] in LOCK for kept in each["properties"])
        (licence,) = each["licenses"]
        assert licence.get("expression") or licence["license"].get("id") or licence["license"].get("name")
    references = {each["bom-ref"] for each in told["components"]}
    assert {other for each in told["dependencies"] for other in each["dependsOn"]} <= references
    assert told["metadata"]["component"]["version"] == VERSION


def test_the_same_lock_gives_the_same_bytes_without_any_address(sbom: Any, told: Any) -> None:
    text = json.dumps(told)
    assert json.dumps(sbom.document(LOCK)) == text
    assert "https://" not in text


def test_what_is_not_in_the_lock_is_refused(sbom: Any) -> None:
    without = LOCK.replace("fastapi==", "fastapi==9")
    with pytest.raises(sbom.Unknown, match="fastapi"):
        sbom.document(without)


def test_the_version_is_the_same_everywhere() -> None:
    assert f'\nVERSION = "{VERSION}"\n' in (ROOT / "app" / "main.py").read_text()
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert "## Unreleased" in changes or f"## {VERSION}" in changes
