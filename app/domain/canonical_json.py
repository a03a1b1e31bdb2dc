"""One text for one JSON value (RFC 8785, JSON Canonicalization Scheme), so that a hash of it means the value.

Of the scheme's values only those whose text is beyond doubt are taken: objects, lists, text, whole numbers that every
reader of JSON keeps exactly (|n| < 2^53), booleans and null. A fraction is told as decimal text, never as a float.
"""

import hashlib
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import TypeAlias

Canonical: TypeAlias = "Mapping[str, Canonical] | Sequence[Canonical] | str | int | bool | None"
"""A value that has a canonical text."""

MAX_INTEGER = 2**53 - 1
"""The largest whole number that a reader of JSON with double precision keeps (RFC 7493)."""


class NotCanonical(ValueError):  # noqa: N818 - a fact about the value
    """The value has no canonical text: a float, too large a number, half a surrogate pair, a key that is no text."""


def canonical(value: Canonical) -> str:
    """Give the canonical text. Raises NotCanonical."""
    text = _text(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonical("half a surrogate pair") from None
    return text


def sha256_of(value: Canonical) -> str:
    """Give the SHA-256 of the canonical text in UTF-8, in hexadecimal. Raises NotCanonical."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _text(value: Canonical) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, int):
        return _number(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_key(key)}:{_text(value[key])}" for key in sorted(value, key=_order)) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "[" + ",".join(map(_text, value)) + "]"
    raise NotCanonical(type(value).__name__)


def _number(value: int) -> str:
    if abs(value) > MAX_INTEGER:
        raise NotCanonical("a whole number beyond 2^53")
    return str(int(value))


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise NotCanonical("a key that is no text")
    return encode_basestring(key)


def _order(key: object) -> bytes:
    """Keys are sorted by their UTF-16 code units, which differs from code points beyond U+FFFF."""
    return key.encode("utf-16-be", "surrogatepass") if isinstance(key, str) else b""
