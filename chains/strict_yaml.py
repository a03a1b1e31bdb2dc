"""YAML as data sheets need it: decimals stay decimals, a key stands once, nothing is guessed."""

import re
from decimal import Decimal
from typing import Any

import yaml

_DEEPEST = 100
"""Levels a document may nest; the reader calls itself for each, and the fast one would end the process."""

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)


class YamlFault(ValueError):  # noqa: N818 — a fact, as the other refusals are named
    """Text that is not the YAML we read; says line and column."""


# Eight times faster where the package was built with libyaml; both make the same nodes.
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc, valid-type]  # which of the two is only known at run time
    """Safe YAML with Decimal for numbers and no repeated keys."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise YamlFault(f"{_place(key_node)}: the key {key!r} is not a text")
        if key in found:
            raise YamlFault(f"{_place(key_node)}: the key {key!r} stands twice")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _number(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node))
    if not _NUMBER.fullmatch(text):
        raise YamlFault(f"{_place(node)}: {text!r} is not a plain decimal number")
    return Decimal(text)


def _place(part: yaml.Node | yaml.Event) -> str:
    mark = part.start_mark
    return "line ?" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:int", _number)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)


def load(text: str) -> Any:
    """Parse one YAML document. Raises YamlFault with line and column."""
    try:
        _refuse_depth(text)
        return yaml.load(text, _Loader)  # noqa: S506 — _Loader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise YamlFault(f"{place}{error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlFault(str(error).splitlines()[0]) from None


def _refuse_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise YamlFault(f"{_place(event)}: nested more than {_DEEPEST} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
