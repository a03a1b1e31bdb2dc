"""Files of a case: bounded in size and number, known by their first bytes, kept on disk under their SHA-256.

What a file is called is the sender's word and never reaches the disk. Nothing is ever shown in a browser: a file
leaves as a download of no particular type.
"""

import hashlib
import os
import tempfile
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.findings import cases, reading
from app.findings.models import Finding, FindingAttachment, StepKind
from app.http.problems import Conflict, Forbidden, Invalid, NotFound, PayloadTooLarge
from app.ids import new_id

MAX_BYTES = 1_500_000
MAX_FILES = 20
_ZIP = b"PK\x03\x04"


class UnsupportedFile(Invalid):
    code = "unsupported_file"
    title = Message(
        "只接受 PDF、JPEG、PNG、XLSX、DOCX 和 UTF-8 文本文件",
        "only PDF, JPEG, PNG, XLSX, DOCX and UTF-8 text are taken",
    )


def _is_plain_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\n\r\t" for character in text)


def _is_office(folder: bytes) -> Callable[[bytes], bool]:
    return lambda content: (
        content.startswith(_ZIP) and b"[Content_Types].xml" in content and folder in content
    )


_KINDS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("application/pdf", lambda content: content.startswith(b"%PDF-")),
    ("image/jpeg", lambda content: content.startswith(b"\xff\xd8\xff")),
    ("image/png", lambda content: content.startswith(b"\x89PNG\r\n\x1a\n")),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _is_office(b"xl/")),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _is_office(b"word/")),
    ("text/plain", _is_plain_text),
)


def media_type_of(content: bytes) -> str:
    """What a file is by its bytes. Raises UnsupportedFile."""
    for media_type, is_one in _KINDS:
        if content and is_one(content):
            return media_type
    raise UnsupportedFile(errors=[Fault("", "unsupported_file", UnsupportedFile.title)])


def attach(
    session: WriteSession,
    subject: Subject,
    finding_id: uuid.UUID,
    name: str,
    content: bytes,
    folder: Path,
    now: datetime,
    *,
    internal: bool,
) -> FindingAttachment:
    """Keep a file with a case. Raises NotFound, Forbidden, PayloadTooLarge, UnsupportedFile, Conflict."""
    finding = cases.held(session, subject, finding_id)
    if internal and subject.role is Role.ENTERPRISE:
        raise Forbidden
    if len(content) > MAX_BYTES:
        raise PayloadTooLarge
    media_type = media_type_of(content)
    _refuse_too_many(session, finding_id)
    sha256 = hashlib.sha256(content).hexdigest()
    _keep(folder, sha256, content)
    made = FindingAttachment(
        id=new_id(),
        finding_id=finding_id,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        actor=subject.actor,
        enterprise_id=subject.enterprise_id,
        internal=internal,
        at=now,
    )
    session.add(made)
    details = {"attachment": str(made.id), "name": name, "sha256": sha256}
    told = cases.Told(StepKind.ATTACHED, finding.state, internal=internal, details=details)
    cases.record(session, subject, finding, told, now)
    return made


def _refuse_too_many(session: ReadSession, finding_id: uuid.UUID) -> None:
    query = select(func.count()).where(FindingAttachment.finding_id == finding_id)
    if (session.scalar(query) or 0) >= MAX_FILES:
        raise Conflict(Message(f"一个案件最多 {MAX_FILES} 个附件", f"a case takes at most {MAX_FILES} files"))


def content_of(
    session: ReadSession, subject: Subject, finding_id: uuid.UUID, attachment_id: uuid.UUID, folder: Path
) -> tuple[FindingAttachment, bytes]:
    """A file the subject may see, with its content checked against its hash. Raises NotFound."""
    seen = select(Finding.id).where(Finding.id == finding_id, reading.visible(subject))
    if session.execute(seen).one_or_none() is None:
        raise NotFound
    for attachment in reading.attachments(session, subject, finding_id):
        if attachment.id == attachment_id:
            return attachment, _read(folder, attachment.sha256)
    raise NotFound


def _path(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def _keep(folder: Path, sha256: str, content: bytes) -> None:
    """Write a file under its hash, whole or not at all; what is there already is the same."""
    path = _path(folder, sha256)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def _read(folder: Path, sha256: str) -> bytes:
    try:
        content = _path(folder, sha256).read_bytes()
    except FileNotFoundError:
        raise NotFound(Message("附件文件已丢失", "the file of this attachment is lost")) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Conflict(Message("附件内容与登记的散列不符", "the file does not match its recorded hash"))
    return content
