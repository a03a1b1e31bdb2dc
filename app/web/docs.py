"""API documentation without another host: Swagger UI from a package, and a plain list of the routes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a route; `place` is query, path, header or cookie."""

    name: str
    place: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class DocumentedRoute:
    """One operation of the OpenAPI document, as far as people read it."""

    method: str
    path: str
    words: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        """A name that links can point at."""
        kept = "".join(letter if letter.isalnum() else "-" for letter in self.path)
        return f"{self.method.lower()}{kept}"


def swagger_folder() -> Path:
    """Find the files of Swagger UI, which the package `fastapi_offline` carries."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package fastapi_offline is not installed")
    return Path(spec.origin).parent / "static"


def routes_of(document: Mapping[str, Any]) -> list[DocumentedRoute]:
    """List the operations of an OpenAPI document in its order."""
    return [
        _route(method, path, item[method], item.get("parameters", []), document)
        for path, item in document.get("paths", {}).items()
        for method in _METHODS
        if method in item
    ]


def _route(
    method: str,
    path: str,
    operation: Mapping[str, Any],
    shared: list[Any],
    document: Mapping[str, Any],
) -> DocumentedRoute:
    # The summary is made of the function's name; it is worth showing only where nobody wrote a sentence.
    words = (operation.get("description") or operation.get("summary") or "").split("\n\n")
    parameters = [_resolved(parameter, document) for parameter in [*shared, *operation.get("parameters", [])]]
    answers = {
        status: _resolved(answer, document) for status, answer in operation.get("responses", {}).items()
    }
    return DocumentedRoute(
        method=method.upper(),
        path=path,
        words=tuple(" ".join(paragraph.split()) for paragraph in words if paragraph.strip()),
        parameters=tuple(_parameters(parameters)),
        answers=tuple((status, answer.get("description", "")) for status, answer in answers.items()),
    )


def _parameters(parameters: list[Mapping[str, Any]]) -> Iterator[Parameter]:
    for parameter in parameters:
        yield Parameter(
            name=parameter["name"],
            place=parameter["in"],
            required=parameter.get("required", False),
            words=parameter.get("description", ""),
        )


def _resolved(value: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a `$ref` inside the document."""
    reference = value.get("$ref")
    if reference is None:
        return value
    found: Any = document
    for part in str(reference).removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    resolved: Mapping[str, Any] = found
    return resolved
