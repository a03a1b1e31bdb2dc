"""Where a snapshot lies: a folder, or a bucket of an S3-compatible store. Files appear whole or not at all."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.snapshots.manifest import SnapshotRefused
from chains.late import LateModule

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.fs as pafs  # type: ignore[import-untyped]
else:
    # Loaded when a snapshot is taken or read, not with the service.
    pa, pafs = LateModule("pyarrow"), LateModule("pyarrow.fs")

_BLOCK = 1 << 20
_REMOTE = "s3"


class Place:
    """A folder by its path, or `s3://bucket/prefix[?endpoint_override=…&scheme=…&region=…]`.

    Credentials for a store come from the environment, as its own tools take them (AWS_ACCESS_KEY_ID …).
    """

    def __init__(self, target: str) -> None:
        scheme, found, _ = target.partition("://")
        if found and scheme != _REMOTE:
            raise SnapshotRefused(
                f"{target}: 文件夹或 s3:// 地址 / a folder or an s3:// address is needed, not {scheme}://"
            )
        self.local = None if found else Path(target).absolute()
        try:
            found_at: tuple[pafs.FileSystem, str] = (
                pafs.FileSystem.from_uri(target) if found else (pafs.LocalFileSystem(), str(self.local))
            )
        except (pa.ArrowException, OSError, ValueError) as error:
            raise SnapshotRefused(f"{target}: {error}") from None
        self.files, self.root = found_at

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep two snapshots of one folder apart. A store knows no such lock: there the operator sees to it."""
        if self.local is None:
            yield
            return
        self.local.mkdir(parents=True, exist_ok=True)
        with (self.local / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SnapshotRefused(
                    f"{self.local}: 正在另建快照 / another snapshot is being taken"
                ) from None
            yield

    @contextmanager
    def growing(self) -> Iterator[Path]:
        """A folder of this machine for files that are being written; on the same disk when the place is a folder."""
        if self.local is not None:
            for left in self.local.glob(".growing-*"):
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".growing-", dir=self.local) as folder:
            yield Path(folder)

    def read(self, path: str) -> bytes | None:
        """The content of a small file; None when there is none."""
        try:
            with self.files.open_input_stream(self.full(path)) as stream:
                content: bytes = stream.read()
                return content
        except FileNotFoundError:
            return None

    def put(self, grown: Path, path: str) -> None:
        """Give a written file its name: on disk before it is seen, or uploaded whole."""
        if self.local is None:
            with grown.open("rb") as source, self.files.open_output_stream(self.full(path)) as target:
                shutil.copyfileobj(source, target, _BLOCK)
            return
        place = self.local / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with grown.open("rb") as written:
            os.fsync(written.fileno())
        grown.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def remove(self, paths: Iterable[str]) -> None:
        """Take files away; one that is gone already is no matter."""
        for path in paths:
            try:
                self.files.delete_file(self.full(path))
            except FileNotFoundError:
                continue

    def size(self, path: str) -> int | None:
        """Bytes of a file; None when there is none."""
        info = self.files.get_file_info(self.full(path))
        return None if info.type == pafs.FileType.NotFound else int(info.size)

    def sha256(self, path: str) -> str:
        """The SHA-256 of a file's content."""
        digest = hashlib.sha256()
        with self.files.open_input_stream(self.full(path)) as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def full(self, path: str) -> str:
        """A path as the file system has it."""
        return f"{self.root}/{path}"

    def address(self, path: str) -> str:
        """A path as another program finds it."""
        return self.full(path) if self.local is not None else f"{_REMOTE}://{self.full(path)}"
