"""Checking an export of the log: lines of canonical JSON, one row a line (NDJSON)."""

import json
from collections.abc import Iterable

from app.domain.audit.flaws import Report
from app.domain.audit.verifying import Verifier
from app.domain.canonical_json import NotCanonical, canonical

LONGEST_LINE = 65_536
"""Bytes; an entry has some hundreds."""


def verify_lines(lines: Iterable[bytes], verifier: Verifier) -> Report:
    """Check the lines of an export, with or without their line ends. Nothing in them raises anything."""
    for number, line in enumerate(lines, start=1):
        text = line.removesuffix(b"\n")
        try:
            told = _parsed(text)
        except (ValueError, RecursionError) as error:
            verifier.take_unreadable(number, getattr(error, "pos", None))
            continue
        verifier.take(told, number)
        if not _is_canonical(told, text):
            # Two spellings of one value have one hash: that somebody was here shows in the bytes alone.
            verifier.object_to_spelling("line", number)
    return verifier.end()


def _parsed(text: bytes) -> object:
    if len(text) > LONGEST_LINE:
        raise ValueError("longer than any entry")
    # What is no UTF-8 is read all the same, so that the marks can tell which field it stands in.
    parsed: object = json.loads(text.decode(errors="replace"))
    return parsed


def _is_canonical(told: object, text: bytes) -> bool:
    try:
        return canonical(told).encode() == text  # type: ignore[arg-type]
    except (NotCanonical, RecursionError):
        return False
