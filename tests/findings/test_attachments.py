"""Files of a case: bounded, known by their bytes, kept by their hash, never shown in a browser, seen by who may."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from builders import JSON
from findings.town import RECEIVER, SENDER, STRANGER, A, B, Town, sent

from app.findings.attachments import MAX_BYTES, MAX_FILES

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
ZIP = b"PK\x03\x04"


@pytest.fixture
def finding(town: Town) -> JSON:
    """A one-sided transfer from A to B of which both were notified."""
    town.file(A, "2025-09", sent("500"))
    town.file(B, "2025-09")
    town.work()
    found = town.only("receiver_silent")
    body = {"decision": "notify", "deadline": "2026-02-10"}
    assert town.post(found, "decisions", body, town.people.regulator()).status_code == 200
    return found


def attach(
    town: Town, finding: JSON, content: bytes, headers: JSON, name: str = "磅单.pdf", **query: Any
) -> Any:
    return town.client.post(
        f"/v1/findings/{finding['id']}/attachments",
        params={"name": name} | query,
        content=content,
        headers=headers | {"Content-Type": "application/octet-stream"},
    )


def test_a_file_comes_back_as_it_went_in_and_only_as_a_download(town: Town, finding: JSON) -> None:
    own = town.people.of(SENDER)
    made = attach(town, finding, PDF, own)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["media_type"], told["size_bytes"]) == ("application/pdf", len(PDF))
    assert told["sha256"] == hashlib.sha256(PDF).hexdigest()
    address = f"/v1/findings/{finding['id']}/attachments/{told['id']}"
    answer = town.client.get(address, headers=town.people.regulator())
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{told["id"]}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    listed = town.detail(finding, own)
    assert [each["name"] for each in listed["attachments"]] == ["磅单.pdf"]
    assert listed["steps"][-1]["kind"] == "attached"


def test_one_content_is_kept_once_under_its_hash(town: Town, finding: JSON) -> None:
    for name in ("../../etc/passwd", "b.pdf"):
        assert attach(town, finding, PDF, town.people.of(SENDER), name).status_code == 201
    folder: Path = town.settings.attachments_folder
    kept = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    digest = hashlib.sha256(PDF).hexdigest()
    assert kept == [f"{digest[:2]}/{digest}"]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 10, "image/jpeg"),
        ("磅单：500 吨\n".encode(), "text/plain"),
        (
            ZIP + b"....[Content_Types].xml....xl/workbook.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            ZIP + b"....[Content_Types].xml....word/document.xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_a_file_is_what_its_bytes_say(town: Town, finding: JSON, content: bytes, media_type: str) -> None:
    made = attach(town, finding, content, town.people.regulator(), "image.exe")
    assert (made.status_code, made.json()["media_type"]) == (201, media_type)


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\0", ZIP + b"evil.exe", b"\0\1\2", b"GIF89a\0\1", b"text\0with nothing", b"\xef\xbb\xbf\x1b[2J"],
)
def test_what_is_none_of_these_is_refused(town: Town, finding: JSON, content: bytes) -> None:
    answer = attach(town, finding, content, town.people.regulator())
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "unsupported_file")


def test_too_large_empty_and_too_many(town: Town, finding: JSON) -> None:
    own = town.people.of(SENDER)
    assert attach(town, finding, b"a" * MAX_BYTES, own).status_code == 201
    assert attach(town, finding, b"a" * (MAX_BYTES + 1), own).status_code in (413, 422)
    assert attach(town, finding, b"a" * 3_000_000, own).status_code == 413
    assert attach(town, finding, b"", own).status_code == 422
    for number in range(MAX_FILES - 1):
        assert attach(town, finding, f"{number}".encode(), own).status_code == 201
    assert attach(town, finding, b"one more", own).status_code == 409


def test_each_side_sees_its_own_files_and_the_authoritys(town: Town, finding: JSON) -> None:
    official, sender, receiver = town.people.regulator(), town.people.of(SENDER), town.people.of(RECEIVER)
    of_sender = attach(town, finding, b"from the sender", sender).json()["id"]
    internal = attach(town, finding, b"internal", official, internal=True).json()["id"]
    shared = attach(town, finding, b"for both", official).json()["id"]

    def status(attachment: str, headers: JSON) -> int:
        address = f"/v1/findings/{finding['id']}/attachments/{attachment}"
        code: int = town.client.get(address, headers=headers).status_code
        return code

    assert [status(each, receiver) for each in (of_sender, internal, shared)] == [404, 404, 200]
    assert [status(each, sender) for each in (of_sender, internal, shared)] == [200, 404, 200]
    assert [status(each, official) for each in (of_sender, internal, shared)] == [200, 200, 200]
    stranger = town.people.of(STRANGER)
    assert [status(each, stranger) for each in (of_sender, internal, shared)] == [404, 404, 404]
    assert attach(town, finding, b"x", stranger).status_code == 404
    assert attach(town, finding, b"x", sender, internal=True).status_code == 403
    other = town.findings(rule="missing_month")[0]
    assert (
        town.client.get(f"/v1/findings/{other['id']}/attachments/{shared}", headers=official).status_code
        == 404
    )


def test_a_file_that_was_tampered_with_is_not_given_out(town: Town, finding: JSON) -> None:
    official = town.people.regulator()
    told = attach(town, finding, PDF, official).json()
    address = f"/v1/findings/{finding['id']}/attachments/{told['id']}"
    path = town.settings.attachments_folder / told["sha256"][:2] / told["sha256"]
    path.write_bytes(b"%PDF-1.7 other")
    assert town.client.get(address, headers=official).status_code == 409
    path.unlink()
    assert town.client.get(address, headers=official).status_code == 404
