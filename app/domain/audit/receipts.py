"""The receipt of a filing: the copy of record with its place in the log, checked without the service.

What stands in it: `content` (what was filed) with `sha256`; `row`, the entry of the log that records this very hash,
with its seal; `proof`, the way from that seal to the root of a day's anchor; `anchor`, that anchor. The row is null
before the log has sealed it, proof and anchor are null before the day's anchor is made.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from app.domain.audit.anchors import Anchor, BadAnchor, read_anchor
from app.domain.audit.chain import Document, Row, changed_fields, seal_of
from app.domain.audit.flaws import Flaw, FlawCode
from app.domain.audit.merkle import path_of, root_by_path
from app.domain.audit.verifying import malformed
from app.domain.canonical_json import NotCanonical, sha256_of

FORMAT = "huanlian-receipt/1"
_MEMBERS = ("format", "ledger", "version", "site", "month", "sha256", "content", "row", "proof", "anchor")


def receipt(
    *,
    ledger: str,
    version: int,
    content: Mapping[str, Any],
    row: Row | None,
    anchor: Anchor | None,
    seals: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Make a receipt. `seals` are those of the entries that the anchor covers, in their order."""
    number = None if row is None else row.entry["number"]
    proof = None
    if anchor is not None and isinstance(number, int):
        index = number - anchor.first
        proof = {"index": index, "size": len(seals), "path": list(path_of(seals, index))}
    return {
        "format": FORMAT,
        "ledger": ledger,
        "version": version,
        "site": content["site"],
        "month": content["month"],
        "sha256": sha256_of(content),
        "content": dict(content),
        "row": None if row is None else row.document(),
        "proof": proof,
        "anchor": None if anchor is None else anchor.document(),
    }


def verify_receipt(told: Any, published: Iterable[Anchor] = ()) -> list[Flaw]:
    """Name what does not hold in a receipt. `published` are anchors that came another way than the receipt did."""
    if not isinstance(told, Mapping):
        return [Flaw(None, "receipt", "unreadable")]
    absent = [Flaw(None, name, "malformed") for name in _MEMBERS if name not in told]
    if absent or told["format"] != FORMAT:
        return absent or [Flaw(None, "format", "malformed")]
    return [*_content_flaws(told), *_row_flaws(told), *_anchor_flaws(told, tuple(published))]


def proven_by(
    told: Mapping[str, Any], published: Iterable[Anchor] = ()
) -> Literal["content", "seal", "anchor", "published_anchor"]:
    """How far the proof of a receipt without flaws goes: the farther, the fewer have to be trusted."""
    if told["row"] is None:
        return "content"
    if told["anchor"] is None:
        return "seal"
    is_known = str(told["anchor"]["day"]) in {str(anchor.day) for anchor in published}
    return "published_anchor" if is_known else "anchor"


def _content_flaws(told: Mapping[str, Any]) -> Iterator[Flaw]:
    content = told["content"]
    if not isinstance(content, Mapping):
        yield Flaw(None, "content", "malformed")
        return
    try:
        if sha256_of(content) != told["sha256"]:
            yield Flaw(None, "content", "changed")
    except (NotCanonical, RecursionError):
        yield Flaw(None, "content", "not_canonical")
    for name in ("site", "month"):
        if content.get(name) != told[name]:
            yield Flaw(None, name, "changed")


def _row_flaws(told: Mapping[str, Any]) -> Iterator[Flaw]:
    if told["row"] is None:
        return
    faults = list(malformed(told["row"]))
    if faults:
        yield from (Flaw(None, f"row/{name}", "malformed") for name in faults)
        return
    row = _row_of(told["row"])
    entry, number = row.entry, _number(row)
    yield from (Flaw(number, f"row/{name}", "changed") for name in _blamed(row, told))
    said = {"object_kind": "ledger", "object_id": told["ledger"], "version": told["version"]}
    for name, value in (said | {"after": told["sha256"]}).items():
        if entry[name] != value:
            yield Flaw(number, f"row/{name}", "changed")


def _blamed(row: Row, told: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a row that were changed; a seal that leads to the anchor is what it was."""
    changed = changed_fields(row.entry, row.marks)
    if seal_of(row.previous, row.entry) == row.seal:
        return ("marks",) if changed else ()
    if changed:
        return changed
    try:
        is_proven = not list(_proof_flaws(told["proof"], row, read_anchor(told["anchor"])))
    except (BadAnchor, TypeError, AttributeError):
        is_proven = False
    return ("previous",) if is_proven else ("seal",)


def _anchor_flaws(told: Mapping[str, Any], published: Iterable[Anchor]) -> Iterator[Flaw]:
    if told["anchor"] is None:
        return
    try:
        anchor = read_anchor(told["anchor"])
    except (BadAnchor, TypeError, AttributeError) as error:
        yield Flaw(None, f"anchor/{error}" if isinstance(error, BadAnchor) else "anchor", "malformed")
        return
    known = [each for each in published if each.day == anchor.day or each.number == anchor.number]
    if any(each != anchor for each in known):
        yield Flaw(anchor.number, "anchor", "differs_from_anchor", more=str(anchor.day))
    if told["row"] is None or list(malformed(told["row"])):
        return
    yield from _proof_flaws(told["proof"], _row_of(told["row"]), anchor)


def _proof_flaws(proof: Any, row: Row, anchor: Anchor) -> Iterator[Flaw]:
    code: FlawCode = "malformed"
    try:
        index, size, path = proof["index"], proof["size"], proof["path"]
        is_its_place = index == _number(row) - anchor.first and size == anchor.number - anchor.first + 1
        if is_its_place and root_by_path(row.seal, index, size, path) == anchor.root:
            return
        code = "differs_from_anchor"
    except (KeyError, TypeError, ValueError):
        pass
    yield Flaw(_number(row), "proof", code, more=str(anchor.day))


def _row_of(told: Mapping[str, Any]) -> Row:
    entry: Document = told["entry"]
    return Row(entry, told["marks"], told["previous"], told["seal"])


def _number(row: Row) -> int:
    number = row.entry["number"]
    return number if isinstance(number, int) else 0
