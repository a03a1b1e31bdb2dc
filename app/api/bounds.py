"""Limits in the contract: how long a text, how large a number, how many items a reader has to be ready for.

What we take in states its limits where it is declared, in the slices' schemas. Here are completed the limits that
follow from a format (a UUID has 36 characters) and those of answers, which repeat what was taken in or say texts of
our own. A client can size its columns by them, and the generated requests of `tests/contract` hold us to them.
"""

from collections.abc import Iterator
from typing import Any

# Longest text of each format: an RFC 3339 moment with microseconds and offset has 32 characters, with slack.
_LENGTH_OF_FORMAT = {"uuid": 36, "date": 10, "date-time": 40, "uri": 2_048, "binary": 1_073_741_824}
# Texts of answers: a formula or a regulation's title is far shorter than this, a stored comment at most 2,000.
_LONGEST_TEXT = 20_000
# A page has at most 200 items; faults, warnings and lists inside one ledger or one answer stay below this.
_MOST_ITEMS = 100_000
# Integers in answers are counts; this is the largest that every JSON reader keeps exactly (RFC 8259, 6).
_LARGEST_COUNT = 2**53 - 1

_NO_SCHEMAS = frozenset({"example", "examples", "default", "enum", "const"})
_REFERENCE = "#/components/schemas/"


def complete(document: dict[str, Any]) -> None:
    """State in place what follows from formats everywhere, and the limits of answers where none is stated."""
    schemas = document["components"]["schemas"]
    taken_in = _taken_in(document, schemas)
    for name, schema in schemas.items():
        _limit(schema, answer=name not in taken_in)
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                _limit(parameter["schema"], answer=False)
            _limit(operation.get("requestBody", {}), answer=False)
            _limit(operation["responses"], answer=True)


def _taken_in(document: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    """Names of the schemas that some request body reaches."""
    reached: set[str] = set()
    waiting = [
        name
        for item in document["paths"].values()
        for operation in item.values()
        for name in _references(operation.get("requestBody"))
    ]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_references(schemas[name]))
    return reached


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith(_REFERENCE):
            yield target.removeprefix(_REFERENCE)
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _limit(node: Any, *, answer: bool) -> None:
    """Complete every schema under `node`."""
    if isinstance(node, dict):
        match node.get("type"):
            case "string":
                _limit_text(node, answer=answer)
            case "integer":
                _limit_integer(node, answer=answer)
            case "array" if answer:
                node.setdefault("maxItems", _MOST_ITEMS)
            case _:
                pass
    for inner in _inner(node):
        _limit(inner, answer=answer)


def _inner(node: Any) -> Iterator[Any]:
    """What may hold schemas below a node; examples and constants hold none."""
    if isinstance(node, list):
        yield from node
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                # A field may bear any name, `default` as well.
                yield from value.values()
            elif key not in _NO_SCHEMAS:
                yield value


def _limit_text(schema: dict[str, Any], *, answer: bool) -> None:
    if schema.keys() & {"maxLength", "enum", "const"}:
        return
    length = _LENGTH_OF_FORMAT.get(schema.get("format", ""))
    if length is not None:
        schema["maxLength"] = length
    elif answer:
        schema["maxLength"] = _LONGEST_TEXT


def _limit_integer(schema: dict[str, Any], *, answer: bool) -> None:
    schema.setdefault("format", "int64")
    if answer:
        schema.setdefault("minimum", 0)
        schema.setdefault("maximum", _LARGEST_COUNT)
