"""JSON in which nothing is lost on the way: a key stands once, a number fits a number.

The standard reader keeps the last of two equal keys, so of two tonnages for one state it would drop one
without a word.
"""

import json
import re
from typing import Any

from chains.file_faults import FileFault
from chains.sentences import shown

# Python refuses to read a whole number of more digits than this (CVE-2020-10735).
_MOST_DIGITS = 4300
_LONG = re.compile(rb"\d{%d,}" % (_MOST_DIGITS + 1))


def load(raw: bytes) -> dict[str, Any]:
    """Parse one object. Raises FileFault with line and column, or the key that stands twice."""
    try:
        document = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FileFault(f"line {line}", "文件不是 UTF-8 编码", "the file is not UTF-8") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FileFault(place, f"不是有效的 JSON：{error.msg}", f"not JSON: {error.msg}") from None
    except RecursionError:
        raise FileFault("", "JSON 嵌套过深", "the JSON is nested too deeply") from None
    except FileFault:
        raise
    except ValueError:
        raise _long_number(raw) from None
    if not isinstance(document, dict):
        raise FileFault("", "最外层必须是对象", "the outermost value must be an object")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    keys = [key for key, _ in pairs]
    twice = next(key for key in keys if keys.count(key) > 1)
    owner = next(
        (value for key, value in pairs if key in {"id", "state", "by"} and isinstance(value, str)), None
    )
    place = shown(twice) if owner is None else f"{shown(owner)}, {shown(twice)}"
    raise FileFault(place, "同一对象里这个字段出现了两次", "the key stands twice in one object")


def _long_number(raw: bytes) -> FileFault:
    """Say on which line the number stands that Python would not read."""
    found = _LONG.search(raw)
    line = 1 if found is None else raw.count(b"\n", 0, found.start()) + 1
    return FileFault(
        f"line {line}", f"有一个数超过 {_MOST_DIGITS} 位", f"a number has more than {_MOST_DIGITS} digits"
    )
