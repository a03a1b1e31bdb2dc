"""`make sbom`: what the product is made of, as CycloneDX JSON: `python tools/sbom.py OUTPUT`.

Components are what our dependencies and those of the extra `analysis` need on the platform it runs on: versions and hashes of
requirements.lock, licences of the packages' own metadata. What is not in both is refused, so that no version is told that nobody
installs. The lock takes some packages in other versions for a newer Python: the bill names the Python it is of. The same lock
and Python give the same bytes: no moment, no chance, no address of an index.
"""
# ruff: noqa: INP001 - a program, not a package

import json
import re
import sys
import uuid
from collections.abc import Iterable
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.spdx import is_supported_id
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = "huanlian"
EXTRAS = ("analysis",)
# Older packages name their licence in words; these are the words that occur, with the SPDX identifier each means.
_SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "2-clause BSD": "BSD-2-Clause",
    "Apache Software License": "Apache-2.0",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
}


class Unknown(Exception):  # noqa: N818 - a fact about a package
    """A package without a version in the lock, or without a licence."""


Lock = dict[tuple[str, str], tuple[str, ...]]


def locked(text: str) -> Lock:
    """The SHA-256 of the files of each package and version of a lock file."""
    found: Lock = {}
    for entry in re.split(r"\n(?=[a-z0-9])", text):
        head = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", entry)
        if head is not None:
            hashes = tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)))
            found[canonicalize_name(head[1]), head[2]] = hashes
    return found


def needed(name: str, extras: Iterable[str]) -> dict[str, Distribution]:
    """What a package needs here, itself among it, as it is installed. Raises Unknown for what is not."""
    found: dict[str, Distribution] = {}
    waiting, seen = [(name, tuple(extras))], set()
    while waiting:
        asked = waiting.pop()
        if asked in seen:
            continue
        seen.add(asked)
        package, wanted = canonicalize_name(asked[0]), asked[1]
        try:
            found[package] = _installed(package)
        except PackageNotFoundError:
            raise Unknown(f"{package} is not installed: make .venv/installed") from None
        waiting += [(each.name, tuple(sorted(each.extras))) for each in _needs(found[package], wanted)]
    return found


@cache
def _installed(package: str) -> Distribution:
    return distribution(package)


@cache
def _requirements(package: Distribution) -> list[Requirement]:
    return [Requirement(each) for each in package.requires or ()]


def _needs(package: Distribution, extras: Iterable[str]) -> list[Requirement]:
    asked = ("", *extras)
    return [
        each
        for each in _requirements(package)
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in asked)
    ]


def licence(package: Distribution) -> dict[str, Any]:
    """The licence as CycloneDX tells it: an SPDX expression, or a name in words. Raises Unknown."""
    metadata: Any = package.metadata
    if expression := metadata.get("License-Expression"):
        return {"expression": expression}
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier") or ()
        if each.startswith("License ::")
    ]
    words = [(metadata.get("License") or "").strip().partition("\n")[0], *classifiers]
    for word in words:
        if found := _SPDX.get(word) or (word if is_supported_id(word) else None):
            return {"license": {"id": found}}
    if named := next((word for word in reversed(words) if word), None):
        return {"license": {"name": named}}
    raise Unknown(f"{package.name} names no licence")


def _component(package: Distribution, lock: Lock, *, required: bool) -> dict[str, Any]:
    name, version = canonicalize_name(package.name), package.version
    hashes = lock.get((name, version))
    if not hashes:
        raise Unknown(f"{name} {version} is installed and not in the lock")
    return {
        "type": "library",
        "bom-ref": f"{name}=={version}",
        "name": name,
        "version": version,
        "scope": "required" if required else "optional",
        "licenses": [licence(package)],
        "purl": f"pkg:pypi/{name}@{version}",
        "properties": [{"name": "huanlian:lock:sha256", "value": each} for each in hashes],
    }


def document(lock_text: str) -> dict[str, Any]:
    """The whole bill. Raises Unknown."""
    lock, version = locked(lock_text), sys.version_info
    every, required = needed(PRODUCT, EXTRAS), needed(PRODUCT, ())
    product = every.pop(PRODUCT)
    components = [_component(every[name], lock, required=name in required) for name in sorted(every)]
    references = {name: f"{name}=={package.version}" for name, package in every.items()}
    refers = {f"{PRODUCT}=={product.version}": _needs(product, EXTRAS)}
    refers |= {references[name]: _needs(package, ()) for name, package in sorted(every.items())}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_OID, lock_text).urn,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"{PRODUCT}=={product.version}",
                "name": PRODUCT,
                "version": product.version,
                "licenses": [licence(product)],
                "purl": f"pkg:pypi/{PRODUCT}@{product.version}",
            },
            "properties": [{"name": "huanlian:python", "value": f"{version[0]}.{version[1]}"}],
        },
        "components": components,
        "dependencies": [
            {
                "ref": reference,
                "dependsOn": sorted({references[canonicalize_name(each.name)] for each in needs}),
            }
            for reference, needs in refers.items()
        ],
    }


def main() -> int:
    """Write the bill to the file that is named, or say what is unknown."""
    try:
        told = document((ROOT / "requirements.lock").read_text())
    except Unknown as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        sys.stderr.write(f"not CycloneDX 1.6: {fault}\n")
        return 1
    output = Path(sys.argv[1])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
