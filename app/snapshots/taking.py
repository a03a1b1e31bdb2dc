"""Taking a snapshot: one moment of the database as Parquet by month; only months that changed are written again.

A file is named by its content and never changed; the manifest that names the files is replaced last and at once. A
process that dies on the way leaves the former snapshot whole, and at most files that nobody names.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, text

from app.db.session import Database, ReadSession
from app.db.upgrade import current_revision
from app.domain.periods import Month
from app.enterprises.models import Site
from app.snapshots.kept import KEPT, Kept
from app.snapshots.keys import SiteKeys, numbers_before
from app.snapshots.layout import Layout
from app.snapshots.manifest import FILE, FORMAT, Manifest, Part, SnapshotRefused, read_manifest
from app.snapshots.place import Place
from app.snapshots.rows import Rows, rows_of

_BLOCK = 1 << 20
_WHOLE = "all"
_ALL_SITES = select(Site.id).order_by(Site.id)

Tell = Callable[[str, int, int], None]
"""Table, months done, months to look at."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot, and how many of its parts were written for it; the others stood already."""

    manifest: Manifest
    written: int
    kept: int


def take(database: Database, place: Place, now: datetime, tell: Tell) -> Taken:
    """Bring a snapshot up to date, or make the first one. Raises SnapshotRefused, OSError."""
    with place.alone():
        stale = former(place)
        revision = current_revision(database.engines.read)
        # Another schema or layout may mean other columns: nothing of it is taken over.
        like_this = (
            stale if stale is not None and (stale.revision, stale.format) == (revision, FORMAT) else None
        )
        numbers = None if like_this is None else numbers_before(place, like_this)
        # What names sites by numbers that nobody knows any more is written anew as well.
        before = None if numbers is None else like_this
        with database.reading() as session, place.growing() as folder:
            one_moment(session)
            keys = SiteKeys(numbers or {}, map(str, session.scalars(_ALL_SITES)))
            writer = _Writer(rows_of(session), keys, place, folder, before, tell)
            tables = {kept.name: writer.parts_of(kept) for kept in KEPT}
            named = {part.path for parts in tables.values() for part in parts}
            made = Manifest(
                database=session.get_bind().dialect.name,
                revision=revision,
                as_of=now.isoformat(),
                tables=tables,
                superseded=tuple(sorted(_paths(stale) - named)),
            )
            grown = folder / FILE
            grown.write_bytes(made.document())
            place.put(grown, FILE)
        if stale is not None:
            place.remove(set(stale.superseded) - named - set(made.superseded))
        return Taken(made, writer.written, writer.kept)


def former(place: Place) -> Manifest | None:
    """The snapshot that is there; None when there is none yet."""
    content = place.read(FILE)
    return None if content is None else read_manifest(content)


def _paths(manifest: Manifest | None) -> set[str]:
    return set() if manifest is None else {part.path for part in manifest.parts()}


def one_moment(session: ReadSession) -> None:
    """Read one moment throughout. SQLite's reading transaction is a snapshot anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    # It takes as long as it takes, and waits between its statements while files are written.
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


class _Writer:
    """Writes the parts of one moment into a place."""

    def __init__(
        self, rows: Rows, keys: SiteKeys, place: Place, folder: Path, before: Manifest | None, tell: Tell
    ) -> None:
        self._rows, self._keys, self._place, self._folder, self._tell = rows, keys, place, folder, tell
        self._before: Mapping[str, tuple[Part, ...]] = {} if before is None else before.tables
        self.written = self.kept = 0

    def parts_of(self, kept: Kept) -> tuple[Part, ...]:
        """The parts of one table, in order of their months; at least one, so that its columns are told."""
        known = {part.month: part for part in self._before.get(kept.name, ())}
        found = [] if kept.marks is None else self._rows.marks(kept.marks)
        if not found:
            return (self._part(kept, None, "", known.get(None)),)
        made = []
        for number, (month, marks) in enumerate(found, 1):
            self._tell(kept.name, number, len(found))
            made.append(self._part(kept, month, marks, known.get(str(month))))
        return tuple(made)

    def _part(self, kept: Kept, month: Month | None, marks: str, known: Part | None) -> Part:
        if known is not None and marks and known.marks == marks and self._stands(known):
            self.kept += 1
            return known
        grown = self._folder / f"{kept.name}.parquet"
        rows = self._rows.write(kept.rows(month), grown, Layout(self._keys, kept.site_keys))
        digest = hashlib.sha256()
        with grown.open("rb") as content:
            while block := content.read(_BLOCK):
                digest.update(block)
        path = f"{kept.name}/{month or _WHOLE}-{digest.hexdigest()[:16]}.parquet"
        told = None if month is None else str(month)
        part = Part(path, told, rows, grown.stat().st_size, digest.hexdigest(), marks)
        if known is not None and known.sha256 == part.sha256 and self._stands(known):
            self.kept += 1
            return known
        self._place.put(grown, path)
        self.written += 1
        return part

    def _stands(self, part: Part) -> bool:
        return self._place.size(part.path) == part.size


def open_manifest(place: Place) -> Manifest:
    """The snapshot at a place, with all its files there. Raises SnapshotRefused."""
    found = former(place)
    if found is None:
        raise SnapshotRefused(
            f"{place.root}: 没有快照 / there is no snapshot; huanlian snapshot --to makes one"
        )
    if found.format != FORMAT:
        raise SnapshotRefused(
            f"{place.root}: 旧版快照，请重新建立 / a snapshot of an earlier version; take it again"
        )
    for part in found.parts():
        if place.size(part.path) != part.size:
            raise SnapshotRefused(
                f"{place.full(part.path)}: 缺失或不完整 / missing or cut off; take the snapshot again"
            )
    return found


def flaws(place: Place) -> list[str]:
    """Files whose content is not what the manifest says; empty when all is well. Raises SnapshotRefused."""
    return [part.path for part in open_manifest(place).parts() if place.sha256(part.path) != part.sha256]
