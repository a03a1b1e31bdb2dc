"""The published contract: valid, complete, and changed only on purpose."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from support.openapi import SNAPSHOT, document_text

_METHODS = {"get", "put", "post", "delete", "patch"}
_PUBLIC = {
    ("post", "/oauth/token"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    # Whoever was handed a certificate may check it.
    ("get", "/v1/certificates/keys"),
    ("get", "/v1/certificates/{code}/public"),
    ("get", "/v1/open-data/rates"),
    ("get", "/v1/open-data/dictionary"),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(document_text())
    return told


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield method, path, operation


def test_the_snapshot_is_what_the_service_serves() -> None:
    kept = SNAPSHOT.read_text(encoding="utf-8")
    assert kept == document_text(), "the API changed: look at it, then run `make openapi`"


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_explains_itself(document: dict[str, Any]) -> None:
    silent = [
        f"{method} {path}: no {part}"
        for method, path, operation in _operations(document)
        for part in ("operationId", "summary", "description", "tags")
        if not operation.get(part)
    ]
    assert not silent, "\n".join(silent)


def test_every_operation_asks_who_is_there(document: dict[str, Any]) -> None:
    open_doors = {(method, path) for method, path, op in _operations(document) if not op.get("security")}
    assert open_doors <= _PUBLIC


def test_every_error_is_a_problem_document(document: dict[str, Any]) -> None:
    strange = [
        f"{method} {path}: {status} is {sorted(answer.get('content', {}))}"
        for method, path, operation in _operations(document)
        for status, answer in operation["responses"].items()
        if status[0] in "45" and list(answer.get("content", {})) != ["application/problem+json"]
    ]
    assert not strange, "\n".join(strange)


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    bare = []
    for method, path, operation in _operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type == "application/x-ndjson":
                continue  # the same ledgers as in the JSON example, one a line
            schema = content.get("schema", {})
            name = schema.get("$ref", "").rpartition("/")[2]
            component = document["components"]["schemas"].get(name, schema)
            if not (content.get("example") or content.get("examples") or component.get("examples")):
                bare.append(f"{method} {path} ({media_type})")
    assert not bare, "a request body without an example:\n" + "\n".join(bare)


def _schemas(node: Any, where: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield where, node
        for key, value in node.items():
            if key == "properties":
                for name, field in value.items():
                    yield from _schemas(field, f"{where}/properties/{name}")
            elif key not in {"example", "examples", "default"}:
                yield from _schemas(value, f"{where}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _schemas(value, f"{where}/{index}")


def test_every_text_number_and_list_has_a_limit(document: dict[str, Any]) -> None:
    limits = {"string": "maxLength", "integer": "maximum", "array": "maxItems"}
    parts = {"paths": document["paths"], "schemas": document["components"]["schemas"]}
    endless = [
        where
        for where, schema in _schemas(parts)
        if schema["type"] in limits and not schema.keys() & {limits[schema["type"]], "enum", "const"}
    ]
    assert not endless, "declare a limit at the field (see app/http/fields.py):\n" + "\n".join(endless)


def test_every_answer_tells_how_much_is_left_of_the_callers_allowance(document: dict[str, Any]) -> None:
    silent = [
        f"{method} {path}: {status}"
        for method, path, operation in _operations(document)
        for status, answer in operation["responses"].items()
        if status[0] in "24" and "RateLimit-Remaining" not in answer.get("headers", {})
    ]
    assert not silent, "\n".join(silent)
