"""DuckDB in this process, over the Parquet files of a snapshot."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.snapshots.carrying import Dialect
from app.snapshots.manifest import Manifest
from app.snapshots.place import Place
from chains.late import LateModule

if TYPE_CHECKING:
    import duckdb
    import pyarrow.dataset as pads  # type: ignore[import-untyped]
else:
    # Loaded when a question is asked, not with the service.
    duckdb, pads = LateModule("duckdb"), LateModule("pyarrow.dataset")


class DuckDB:
    """The default: nothing to start, as many threads as the machine has."""

    name = "duckdb"
    dialect: Dialect = "duckdb"

    def __init__(self, place: Place, manifest: Manifest) -> None:
        # What it does not bring along it may not fetch from elsewhere.
        self._connection = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        )
        # Files are never changed, so what they say of themselves is read once.
        self._connection.execute("SET parquet_metadata_cache = true")
        for table, parts in manifest.tables.items():
            files = [place.full(part.path) for part in parts]
            if place.local is None:
                self._connection.register(table, pads.dataset(files, filesystem=place.files))
            else:
                self._connection.read_parquet(files).create_view(table)

    def rows(self, sql: str) -> Sequence[Sequence[Any]]:
        return self._connection.execute(sql).fetchall()

    def close(self) -> None:
        self._connection.close()
