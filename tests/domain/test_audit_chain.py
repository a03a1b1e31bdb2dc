"""The chain of the audit log: whatever is changed in an export is found, and named by entry and field."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.audit_rows import chain, entry, lines

from app.domain.audit.anchors import Anchor, BadAnchor, read_anchor
from app.domain.audit.chain import FIELDS, GENESIS, Row, marks_of, seal_of, sealed
from app.domain.audit.exports import LONGEST_LINE, verify_lines
from app.domain.audit.flaws import MOST_KEPT, Report
from app.domain.audit.merkle import root_of
from app.domain.audit.verifying import Verifier

ROWS = chain(9)
DAY = date(2026, 1, 11)
ANCHOR = Anchor(DAY, 1, 9, ROWS[-1].seal, root_of([row.seal for row in ROWS]))


def verified(rows: list[Row], **options: Any) -> Report:
    return verify_lines(lines(rows), Verifier(**options))


def named(report: Report) -> set[tuple[int | None, str, str]]:
    return {(flaw.number, flaw.field, flaw.code) for flaw in report.flaws}


def with_row(number: int, /, **parts: Any) -> list[Row]:
    rows = list(ROWS)
    rows[number - 1] = replace(rows[number - 1], **parts)
    return rows


def with_entry(number: int, /, **parts: Any) -> list[Row]:
    return with_row(number, entry=dict(ROWS[number - 1].entry) | parts)


def test_an_untouched_export_is_intact() -> None:
    report = verified(ROWS, anchors=[ANCHOR])
    assert report.is_intact
    assert (report.checked, report.first, report.last, report.anchors_met) == (9, 1, 9, 1)
    assert report.head == ROWS[-1].seal
    assert verify_lines([], Verifier()).is_intact


def test_a_seal_is_what_the_text_says() -> None:
    previous = GENESIS
    for row in ROWS:
        text = json.dumps(row.entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert row.seal == hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()
        previous = row.seal


@settings(max_examples=300)
@given(st.data())
def test_a_changed_byte_is_found_and_its_line_named(data: st.DataObject) -> None:
    export = b"".join(lines(ROWS))
    place = data.draw(st.integers(0, len(export) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != export[place]))
    changed = export[:place] + bytes([byte]) + export[place + 1 :]
    report = verify_lines(split(changed), Verifier())
    assert not report.is_intact
    line = export[:place].count(b"\n") + 1
    assert line in {flaw.line for flaw in report.flaws} | {flaw.number for flaw in report.flaws}


def split(text: bytes) -> list[bytes]:
    """Lines as a file opened for reading bytes gives them: ended by LF alone."""
    parts = text.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@given(st.integers(1, 9), st.sampled_from(FIELDS), st.data())
def test_a_changed_field_is_named(number: int, name: str, data: st.DataObject) -> None:
    was = ROWS[number - 1].entry[name]
    if isinstance(was, int):
        now: Any = data.draw(st.integers(1, 99).filter(lambda value: value != was))
    elif was is None:
        now = data.draw(st.characters(codec="ascii"))
    else:
        place = data.draw(st.integers(0, len(was) - 1))
        letter = data.draw(st.characters(codec="ascii").filter(lambda value: value != was[place]))
        now = was[:place] + letter + was[place + 1 :]
    assert named(verified(with_entry(number, **{name: now}))) == {(number, name, "changed")}


@pytest.mark.parametrize("number", [1, 5, 9])
def test_a_changed_hash_is_named(number: int) -> None:
    def turned(text: str) -> str:
        return ("0" if text[0] != "0" else "1") + text[1:]

    row = ROWS[number - 1]
    for name in ("seal", "previous", "marks"):
        report = verified(with_row(number, **{name: turned(getattr(row, name))}))
        assert named(report) == {(number, name, "changed")}, name


def test_what_was_deleted_is_named() -> None:
    assert named(verified([*ROWS[:3], *ROWS[5:]])) == {(4, "number", "missing")}
    assert "4-5" in verified([*ROWS[:3], *ROWS[5:]]).flaws[0].message.en
    assert named(verified(ROWS[2:])) == {(1, "number", "missing")}


def test_what_was_cut_off_is_found_by_an_anchor_alone() -> None:
    assert verified(ROWS[:7]).is_intact
    report = verified(ROWS[:7], anchors=[ANCHOR])
    assert named(report) == {(8, "number", "truncated")}
    assert "8-9 (2026-01-11)" in report.flaws[0].message.zh
    assert named(verified([], anchors=[ANCHOR])) == {(1, "number", "truncated")}


def test_entries_that_changed_places_are_named() -> None:
    swapped = [*ROWS[:3], ROWS[4], ROWS[3], *ROWS[5:]]
    assert (4, "number", "out_of_order") in named(verified(swapped))
    assert (3, "number", "out_of_order") in named(verified([*ROWS[:5], ROWS[2], *ROWS[5:]]))


def test_whoever_makes_a_row_fit_itself_is_found_by_the_next_one() -> None:
    forged = entry(4, after="f" * 64)
    assert named(verified(with_row(4, entry=forged, marks=marks_of(forged)))) == {(4, "entry", "changed")}
    resealed = [*ROWS[:3], sealed(ROWS[2].seal, forged), *ROWS[4:]]
    assert named(verified(resealed)) == {(4, "seal", "replaced")}


def rewritten() -> list[Row]:
    """The history of an operator who changes one entry and seals all that follow anew."""
    rows = list(ROWS[:3])
    for number in range(4, 10):
        rows.append(
            sealed(rows[-1].seal, entry(number, actor_name="另一个") if number == 4 else entry(number))
        )
    return rows


def test_whoever_seals_everything_anew_is_found_by_an_anchor_alone() -> None:
    assert verified(rewritten()).is_intact
    found = named(verified(rewritten(), anchors=[ANCHOR]))
    assert found == {(9, "seal", "differs_from_anchor"), (9, "root", "differs_from_anchor")}


def test_the_anchors_root_covers_each_of_its_entries() -> None:
    earlier = Anchor(date(2026, 1, 10), 1, 4, ROWS[3].seal, root_of([row.seal for row in ROWS[:4]]))
    later = Anchor(DAY, 5, 9, ROWS[8].seal, root_of([row.seal for row in ROWS[4:]]))
    assert verified(ROWS, anchors=[earlier, later]).anchors_met == 2
    wrong = replace(later, root="0" * 64)
    assert named(verified(ROWS, anchors=[earlier, wrong])) == {(9, "root", "differs_from_anchor")}


def test_a_filtered_export_may_have_gaps_and_nothing_else() -> None:
    some = [ROWS[1], ROWS[4], ROWS[5]]
    assert not verified(some).is_intact
    assert verified(some, is_partial=True).is_intact
    assert verified(some, is_partial=True, anchors=[ANCHOR]).is_intact
    back = verified([ROWS[4], ROWS[1]], is_partial=True)
    assert named(back) == {(2, "number", "out_of_order")}
    changed = verified([ROWS[1], *with_entry(5, region="140213")[4:]], is_partial=True)
    assert named(changed) == {(5, "region", "changed")}


def test_a_row_that_waits_for_its_seal_is_counted() -> None:
    waiting = {"entry": entry(1) | {"number": None}, "marks": None, "previous": None, "seal": None}
    told = json.dumps(waiting, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    report = verify_lines([*lines(ROWS), told], Verifier())
    assert report.is_intact
    assert (report.checked, report.unsealed) == (9, 1)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        b"nonsense",
        b"[]",
        b"17",
        b"null",
        b'{"entry":[]}',
        b'{"entry":{"number":1.5}}',
        b"[" * 100_000,
        b'"' + b"x" * (LONGEST_LINE + 1) + b'"',
        b"1" * 6_000,
        b'{"entry":{"number":{"a":[1]}},"marks":[],"previous":{},"seal":1}',
    ],
)
def test_nonsense_is_named_and_the_rest_still_checked(line: bytes) -> None:
    export = lines(ROWS)
    report = verify_lines([*export[:4], line + b"\n", *export[4:]], Verifier())
    assert {flaw.line for flaw in report.flaws} == {5}
    assert report.checked == 9


def test_half_a_surrogate_pair_is_no_crash() -> None:
    export = lines(ROWS)
    broken = export[3].replace("示例企业4".encode(), b"\\ud800")
    assert named(verify_lines([*export[:3], broken, *export[4:]], Verifier())) >= {
        (4, "actor_name", "malformed")
    }


def test_the_same_row_in_another_spelling_is_named() -> None:
    export = lines(ROWS)
    for spelling in (export[3].replace(b'"ledger"', b'"\\u006cedger"'), export[3].replace(b":", b": ", 1)):
        report = verify_lines([*export[:3], spelling, *export[4:]], Verifier())
        assert named(report) == {(4, "line", "not_canonical")}


def test_of_very_many_flaws_the_first_are_kept_and_all_counted() -> None:
    report = verify_lines([b"x\n"] * (MOST_KEPT + 50), Verifier())
    assert (len(report.flaws), report.flaw_count) == (MOST_KEPT, MOST_KEPT + 50)


def test_a_stretch_goes_on_from_the_seal_before_it() -> None:
    assert verified(ROWS[4:], after=(4, ROWS[3].seal)).is_intact
    assert named(verified(ROWS[4:], after=(4, ROWS[2].seal))) == {(4, "seal", "replaced")}


@pytest.mark.parametrize("name", ["day", "first", "number", "seal", "root"])
def test_an_anchor_is_read_as_it_is_published(name: str) -> None:
    assert read_anchor(ANCHOR.document() | {"at": "2026-01-10T16:10:00Z"}) == ANCHOR
    for wrong in (None, "x", -1, True, 10**6 if name == "first" else "y"):
        with pytest.raises(BadAnchor, match=name):
            read_anchor(ANCHOR.document() | {name: wrong})


def test_a_seal_needs_a_hash_before_it() -> None:
    with pytest.raises(ValueError, match="hex"):
        seal_of("no hash", entry(1))
