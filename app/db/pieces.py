"""Files in pieces: into the database and out of it, never whole in memory."""

import hashlib
import uuid
from collections.abc import Iterator
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import ColumnElement, Select, and_, delete, insert, select

from app.db.base import Base, table_of
from app.db.session import Database, ReadSession, WriteSession

PIECE_BYTES = 256 * 1024


class Pieces:
    """The files of a slice's imports, in a table with columns import_id, part, position and content."""

    def __init__(self, model: type[Base]) -> None:
        self._table = table_of(model)

    def keep(
        self, session: WriteSession, import_id: uuid.UUID, part: StrEnum, source: IO[bytes]
    ) -> tuple[int, str]:
        """Write a file; answers its size and its SHA-256."""
        digest, size = hashlib.sha256(), 0
        source.seek(0)
        for position, content in enumerate(iter(lambda: source.read(PIECE_BYTES), b"")):
            digest.update(content)
            size += len(content)
            self._put(session, import_id, part, position, content)
        return size, digest.hexdigest()

    def copy(self, session: WriteSession, source: uuid.UUID, target: uuid.UUID, part: StrEnum) -> None:
        """Give an import the file that another one has."""
        for position in self._positions(session, source, part):
            content = session.execute(self._content(source, part, position)).scalar_one()
            self._put(session, target, part, position, content)

    def forget(self, session: WriteSession, import_id: uuid.UUID, part: StrEnum | None = None) -> None:
        """Delete a file, or all of an import."""
        gone = delete(self._table).where(self._table.c.import_id == import_id)
        session.execute(gone if part is None else gone.where(self._table.c.part == part))

    def spooled(self, database: Database, import_id: uuid.UUID, part: StrEnum) -> IO[bytes]:
        """Copy a file to disk, where it can be read from any place; it is gone when closed."""
        file = TemporaryFile()  # noqa: SIM115 - the caller closes it
        for content in self.contents(database, import_id, part):
            file.write(content)
        file.seek(0)
        return file

    def contents(self, database: Database, import_id: uuid.UUID, part: StrEnum) -> Iterator[bytes]:
        """The pieces in their order, each in a session of its own: nobody is held up while a slow reader reads."""
        with database.reading() as session:
            positions = self._positions(session, import_id, part)
        for position in positions:
            with database.reading() as session:
                content = session.execute(self._content(import_id, part, position)).scalar_one_or_none()
            if content is None:
                return
            yield content

    def has(self, session: ReadSession, import_id: uuid.UUID, part: StrEnum) -> bool:
        """Whether there is such a file."""
        return bool(self._positions(session, import_id, part))

    def _of(self, import_id: uuid.UUID, part: StrEnum) -> ColumnElement[bool]:
        return and_(self._table.c.import_id == import_id, self._table.c.part == part)

    def _content(self, import_id: uuid.UUID, part: StrEnum, position: int) -> Select[bytes]:
        return select(self._table.c.content).where(
            self._of(import_id, part), self._table.c.position == position
        )

    def _positions(self, session: ReadSession, import_id: uuid.UUID, part: StrEnum) -> list[int]:
        query = select(self._table.c.position).where(self._of(import_id, part))
        return list(session.scalars(query.order_by(self._table.c.position)))

    def _put(
        self, session: WriteSession, import_id: uuid.UUID, part: StrEnum, position: int, content: bytes
    ) -> None:
        row = {"import_id": import_id, "part": part, "position": position, "content": content}
        session.execute(insert(self._table), [row])
