"""From the name of an engine and the place of a snapshot to a session that answers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from app.snapshots.engines.duck import DuckDB
from app.snapshots.engines.spark import Spark
from app.snapshots.manifest import Manifest, SnapshotRefused
from app.snapshots.place import Place
from app.snapshots.session import Engine, SnapshotSession
from app.snapshots.taking import open_manifest

_SERVER = re.compile(r"(?:spark|sc)://([A-Za-z0-9_.\-]+|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Opened:
    """A session over a snapshot, by which engine, and the moment its answers stand on."""

    session: SnapshotSession
    engine: str
    as_of: datetime


@contextmanager
def opened_snapshot(target: str, engine: str) -> Iterator[Opened]:
    """Open a snapshot with `duckdb`, or with a Spark Connect server `sc://host:port`. Raises SnapshotRefused."""
    place = Place(target)
    manifest = open_manifest(place)
    running = _engine(engine, place, manifest)
    try:
        yield Opened(SnapshotSession(running), running.name, datetime.fromisoformat(manifest.as_of))
    finally:
        running.close()


def _engine(name: str, place: Place, manifest: Manifest) -> Engine:
    if name == DuckDB.name:
        return DuckDB(place, manifest)
    server = _SERVER.fullmatch(name)
    if server is None:
        raise SnapshotRefused(
            f"{name}: 应为 duckdb、sc://主机:端口 / an engine is duckdb, sc://host:port or spark://host:port"
        )
    return Spark(server[1], int(server[2]), place, manifest)
