"""A backup: one archive with a copy of the database, the files kept beside it, and last a list with their SHA-256.

The list comes last, so that an archive that was cut off has none and is refused.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from app.db import copies
from app.db.copies import Progress
from app.db.engine import make_engines
from app.db.upgrade import alembic_config, current_revision
from app.settings import Settings

_FORMAT = 1
_DATABASE = "database"
_FILES = "attachments"
_LIST = "backup.json"
_BLOCK_BYTES = 1 << 20
_MAX_LIST_BYTES = 256 << 20


class BackupRefused(Exception):  # noqa: N818 - a fact about the backup
    """The backup cannot be made or restored; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup is of: the kind of database, its schema revision, when, and its members with their SHA-256."""

    kind: str
    revision: str | None
    made_at: str
    members: dict[str, str]

    @property
    def files(self) -> int:
        """How many files lie beside the database."""
        return len(self.members) - 1


def back_up(settings: Settings, target: Path, now: datetime, tell: Progress) -> Backup:
    """Write a backup to `target`, which must not exist, while the service runs. Raises BackupRefused, CopyFailed."""
    if target.exists():
        raise BackupRefused(f"{target}: 已存在 exists already")
    target.parent.mkdir(parents=True, exist_ok=True)
    growing = target.with_name(f"{target.name}.growing")
    try:
        with growing.open("wb") as stream:
            made = _write(settings, stream, now, tell, beside=target.parent)
            stream.flush()
            os.fsync(stream.fileno())
        growing.replace(target)
    finally:
        growing.unlink(missing_ok=True)
    return made


def _write(settings: Settings, stream: IO[bytes], now: datetime, tell: Progress, *, beside: Path) -> Backup:
    members: dict[str, str] = {}
    with tarfile.open(fileobj=stream, mode="w") as archive, tempfile.TemporaryDirectory(dir=beside) as folder:
        copy = Path(folder) / _DATABASE
        copies.copy_out(settings, copy, tell)
        # Files come after the rows that name them: whatever the copy names is there by now, and files stay.
        for name, path in [(_DATABASE, copy), *_kept_files(settings.attachments_folder)]:
            members[name] = _sha256_of(path)
            archive.add(path, arcname=name, recursive=False)
        kind = "sqlite" if settings.is_sqlite else "postgresql"
        made = Backup(kind, _revision(settings), now.isoformat(), members)
        content = json.dumps(_as_json(made), ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(_LIST)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return made


def put_back(settings: Settings, source: Path, tell: Progress) -> Backup:
    """Put a backup into a database without tables. Raises BackupRefused, CopyFailed; nothing is changed then."""
    if copies.has_tables(settings):
        raise BackupRefused(
            "目标数据库不是空的；请恢复到新建的空数据库 the database is not empty: restore into a new, empty one"
        )
    parent = settings.sqlite_path.parent if settings.sqlite_path else Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        unpacked = Path(folder)
        found = _unpack(source, unpacked, tell)
        made = _read_list(source, unpacked / _LIST)
        _refuse_unfit(settings, made)
        _refuse_changed(source, made, found)
        copies.copy_in(settings, unpacked / _DATABASE)
        _put_files(unpacked / _FILES, settings.attachments_folder)
    return made


def _unpack(source: Path, folder: Path, tell: Progress) -> dict[str, str]:
    found: dict[str, str] = {}
    size = source.stat().st_size
    try:
        with tarfile.open(source, mode="r:") as archive:
            for entry in archive:
                path = folder / _safe_name(source, entry)
                path.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(entry)
                if content is None or (entry.name == _LIST and entry.size > _MAX_LIST_BYTES):
                    raise BackupRefused(f"{source}: {entry.name}: 不是备份文件 not of a backup")
                found[entry.name] = _copy(content, path)
                tell(archive.offset, size)
    except tarfile.TarError as error:
        raise BackupRefused(f"{source}: 不是完整的备份 no whole backup: {error}") from error
    return found


def _safe_name(source: Path, entry: tarfile.TarInfo) -> PurePosixPath:
    """Refuse whatever a backup does not hold: an archive from elsewhere could name any place on the disk."""
    parts = PurePosixPath(entry.name).parts
    is_known = parts in {(_DATABASE,), (_LIST,)} or (len(parts) > 1 and parts[0] == _FILES)
    if not (entry.isreg() and is_known and ".." not in parts):
        raise BackupRefused(f"{source}: {entry.name!r}: 不是备份文件 not of a backup")
    return PurePosixPath(*parts)


def _read_list(source: Path, file: Path) -> Backup:
    try:
        told: dict[str, Any] = json.loads(file.read_bytes())
        if told["format"] != _FORMAT:
            raise BackupRefused(f"{source}: 由更新的版本制作 made by a newer version: {told['format']}")
        members = {str(name): str(sha256) for name, sha256 in told["members"].items()}
        return Backup(str(told["kind"]), told["revision"], str(told["made_at"]), members)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupRefused(
            f"{source}: 不完整，没有可读的清单 not whole: no list that can be read at its end"
        ) from error


def _refuse_unfit(settings: Settings, made: Backup) -> None:
    kind = "sqlite" if settings.is_sqlite else "postgresql"
    if made.kind != kind:
        raise BackupRefused(f"备份来自 the backup is of {made.kind}, 目标是 the database is {kind}")
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - only when something is restored

    known = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if made.revision is not None and made.revision not in known:
        raise BackupRefused(f"结构版本 schema revision {made.revision}: 请用更新的程序 needs a newer program")


def _refuse_changed(source: Path, made: Backup, found: dict[str, str]) -> None:
    is_as_listed = {name: sha256 for name, sha256 in found.items() if name != _LIST}
    wrong = sorted(
        name
        for name in made.members.keys() | is_as_listed.keys()
        if made.members.get(name) != is_as_listed.get(name)
    )
    if wrong:
        raise BackupRefused(f"{source}: 与清单不符 not as listed: {', '.join(wrong[:5])}")


def _put_files(source: Path, target: Path) -> None:
    for path in _files_below(source):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        growing = place.with_name(f"{place.name}.restored")
        with path.open("rb") as content:
            _copy(content, growing)
        growing.replace(place)


def _kept_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in _files_below(folder):
        yield f"{_FILES}/{path.relative_to(folder).as_posix()}", path


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _revision(settings: Settings) -> str | None:
    engines = make_engines(settings)
    try:
        return current_revision(engines.read)
    finally:
        engines.dispose()


def _as_json(made: Backup) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "kind": made.kind,
        "revision": made.revision,
        "made_at": made.made_at,
        "members": made.members,
    }


def _copy(content: IO[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as target:
        while block := content.read(_BLOCK_BYTES):
            digest.update(block)
            target.write(block)
    return digest.hexdigest()


def _sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
