"""The archive's file: a plain tar of JSON lines that needs no program of ours to be read, its list last.

A file that was cut off has no list and is refused; one that was changed has a member whose SHA-256 is not the listed one.
"""

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

FORMAT = "huanlian-archive/1"
LIST = "archive.json"
_MOST_LIST_BYTES = 16 << 20
_MOST_LINE_BYTES = 64 << 20
_BLOCK = 1 << 20


class ArchiveRefused(Exception):  # noqa: N818 - a fact about the archive
    """The archive cannot be made or read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of lines: how many, and the SHA-256 of its bytes."""

    lines: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What an archive says of itself: everything before a month, as of a moment, of which schema."""

    before: str
    as_of: str
    revision: str | None
    members: Mapping[str, Member]

    def lines_of(self, kind: str) -> int:
        """How many lines its members of a kind have."""
        return sum(member.lines for name, member in self.members.items() if name.startswith(f"{kind}/"))


class Writer:
    """Adds members to a tar, each through a file beside it: a tar names the size first."""

    def __init__(self, stream: IO[bytes], folder: Path) -> None:
        self._tar, self._folder = tarfile.open(fileobj=stream, mode="w"), folder  # noqa: SIM115 - closed by `close`
        self.members: dict[str, Member] = {}

    def add(self, name: str, lines: Iterable[Mapping[str, Any]]) -> None:
        """Write one member."""
        digest, count = hashlib.sha256(), 0
        with tempfile.TemporaryFile(dir=self._folder) as grown:
            for line in lines:
                content = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(content)
                grown.write(content)
                count += 1
            self._put(name, grown)
        self.members[name] = Member(count, digest.hexdigest())

    def close(self, listed: Listed) -> None:
        """Write the list, and end."""
        told = {"format": FORMAT, **asdict(listed)}
        self._put(LIST, io.BytesIO(json.dumps(told, ensure_ascii=False, indent=1).encode()))
        self._tar.close()

    def _put(self, name: str, content: IO[bytes]) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = content.seek(0, io.SEEK_END)
        content.seek(0)
        self._tar.addfile(entry, content)


def read(file: Path, each: Callable[[str, dict[str, Any]], None]) -> Listed:
    """Read every line, tell `each` of it, and give the list when all is as listed. Raises ArchiveRefused."""
    found: dict[str, Member] = {}
    listed: Listed | None = None
    try:
        with tarfile.open(file, mode="r:") as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                if content is None or listed is not None:
                    raise ArchiveRefused(f"{file}: {entry.name!r}: 不属于归档 not of an archive")
                if entry.name == LIST:
                    listed = _list(file, content, entry.size)
                else:
                    found[entry.name] = _member(file, entry.name, content, each)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ArchiveRefused(f"{file}: 不是完整的归档 no whole archive: {error}") from error
    if listed is None:
        raise ArchiveRefused(f"{file}: 不完整，末尾没有清单 cut off: there is no list at its end")
    wrong = sorted(
        name for name in found.keys() | listed.members.keys() if found.get(name) != listed.members.get(name)
    )
    if wrong:
        raise ArchiveRefused(f"{file}: 与清单不符 not as listed: {', '.join(wrong[:5])}")
    return listed


def _member(file: Path, name: str, content: IO[bytes], each: Callable[[str, dict[str, Any]], None]) -> Member:
    digest, count = hashlib.sha256(), 0
    for line in _lines(file, name, content):
        digest.update(line)
        count += 1
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise ArchiveRefused(f"{file}: {name}: 第 {count} 行无法读取 line {count} cannot be read")
        each(name, told)
    return Member(count, digest.hexdigest())


def _lines(file: Path, name: str, content: IO[bytes]) -> Iterator[bytes]:
    while line := content.readline(_MOST_LINE_BYTES):
        if len(line) == _MOST_LINE_BYTES:
            raise ArchiveRefused(f"{file}: {name}: 行过长 a line is too long")
        yield line


def _list(file: Path, content: IO[bytes], size: int) -> Listed:
    if size > _MOST_LIST_BYTES:
        raise ArchiveRefused(f"{file}: 清单过大 its list is too large")
    try:
        told = json.loads(content.read())
        if told.pop("format") != FORMAT:
            raise ArchiveRefused(f"{file}: 由其他版本制作 made by another version")
        members = {str(name): Member(**each) for name, each in told.pop("members").items()}
        return Listed(members=members, **told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveRefused(f"{file}: 清单无法读取 its list cannot be read: {error}") from None


def sha256_of(file: Path) -> str:
    """The SHA-256 of the whole file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
