"""What the journal keeps of an answer: enough to judge the scenarios, no ledger's content."""

import json
from collections.abc import Mapping
from typing import Any

_PLAIN = ("site", "month", "version", "mode", "summary", "next_cursor", "has_more", "outcome", "number")
_TYPE_PREFIX = "urn:huanlian:problem:"


def excerpt(content_type: str, body: bytes) -> dict[str, Any]:
    """Give the parts that scenarios look at; nothing of what is no JSON object."""
    if "json" not in content_type:
        return {}
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return _of(document) if isinstance(document, dict) else {}


def _of(document: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: document[name] for name in _PLAIN if name in document}
    kind = document.get("type")
    if isinstance(kind, str) and kind.startswith(_TYPE_PREFIX):
        told["code"] = kind.removeprefix(_TYPE_PREFIX)
    ledger = document.get("ledger")
    if isinstance(ledger, dict):
        told["ledger"] = ledger.get("id")
    elif "receipt" in document:
        told["ledger"] = document.get("id")
    for name in ("items", "warnings"):
        if isinstance(document.get(name), list):
            told[name] = len(document[name])
    if isinstance(document.get("warnings"), list):
        told["rules"] = sorted(
            {str(each.get("rule")) for each in document["warnings"] if isinstance(each, dict)}
        )
    return told
