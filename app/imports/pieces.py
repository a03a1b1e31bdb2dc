"""Files in pieces: into the database and out of it, never whole in memory."""

import hashlib
import uuid
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import delete, insert, select

from app.db.base import table_of
from app.db.session import Database, ReadSession, WriteSession
from app.imports.models import ImportPiece, Part

PIECE_BYTES = 256 * 1024


def keep(session: WriteSession, import_id: uuid.UUID, part: Part, source: IO[bytes]) -> tuple[int, str]:
    """Write a file; answers its size and its SHA-256."""
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    for position, content in enumerate(iter(lambda: source.read(PIECE_BYTES), b"")):
        digest.update(content)
        size += len(content)
        row = {"import_id": import_id, "part": part, "position": position, "content": content}
        session.execute(insert(table_of(ImportPiece)), [row])
    return size, digest.hexdigest()


def copy(session: WriteSession, source: uuid.UUID, target: uuid.UUID) -> None:
    """Give an import the file that another one has."""
    piece = table_of(ImportPiece)
    for position in _positions(session, source, Part.UPLOADED):
        found = select(piece.c.content).where(
            piece.c.import_id == source, piece.c.part == Part.UPLOADED, piece.c.position == position
        )
        content = session.execute(found).scalar_one()
        row = {"import_id": target, "part": Part.UPLOADED, "position": position, "content": content}
        session.execute(insert(piece), [row])


def forget(session: WriteSession, import_id: uuid.UUID, part: Part) -> None:
    """Delete a file."""
    piece = table_of(ImportPiece)
    session.execute(delete(piece).where(piece.c.import_id == import_id, piece.c.part == part))


def spooled(database: Database, import_id: uuid.UUID, part: Part) -> IO[bytes]:
    """Copy a file to disk, where it can be read from any place; it is gone when closed."""
    file = TemporaryFile()  # noqa: SIM115 - the caller closes it
    for content in contents(database, import_id, part):
        file.write(content)
    file.seek(0)
    return file


def contents(database: Database, import_id: uuid.UUID, part: Part) -> Iterator[bytes]:
    """The pieces in their order, each in a session of its own: nobody is held up while a slow reader reads."""
    with database.reading() as session:
        positions = _positions(session, import_id, part)
    for position in positions:
        with database.reading() as session:
            key = (import_id, part, position)
            piece = session.get(ImportPiece, key)
        if piece is None:
            return
        yield piece.content


def has(session: ReadSession, import_id: uuid.UUID, part: Part) -> bool:
    """Whether there is such a file."""
    return bool(_positions(session, import_id, part))


def _positions(session: ReadSession, import_id: uuid.UUID, part: Part) -> list[int]:
    piece = table_of(ImportPiece)
    query = select(piece.c.position).where(piece.c.import_id == import_id, piece.c.part == part)
    return list(session.scalars(query.order_by(piece.c.position)))
