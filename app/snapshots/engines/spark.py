"""Any server that speaks Spark Connect: Apache Spark, Sail, a cluster of either. It reads the files itself."""

import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.snapshots.carrying import Dialect
from app.snapshots.manifest import Manifest, SnapshotRefused
from app.snapshots.place import Place

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

_CONNECT_S = 10


class Spark:
    """A session of its own at `host:port`; the snapshot must be found there under the same path."""

    dialect: Dialect = "spark"

    def __init__(self, host: str, port: int, place: Place, manifest: Manifest) -> None:
        self.name = f"sc://{host}:{port}"
        _refuse_silence(self.name, host.strip("[]"), port)
        with _told(self.name):
            self._session = _session(self.name)
        try:
            with _told(self.name):
                for table, parts in manifest.tables.items():
                    files = [place.address(part.path) for part in parts]
                    self._session.read.parquet(*files).createOrReplaceTempView(table)
        except SnapshotRefused:
            self.close()
            raise

    def rows(self, sql: str) -> Sequence[Sequence[Any]]:
        with _told(self.name):
            return self._session.sql(sql).collect()

    def close(self) -> None:
        self._session.stop()


def _refuse_silence(name: str, host: str, port: int) -> None:
    """The client itself would try for minutes where nobody listens."""
    try:
        socket.create_connection((host, port), timeout=_CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise SnapshotRefused(f"{name}: 无法连接 cannot be reached: {error}") from None


def _session(address: str) -> "SparkSession":
    with warnings.catch_warnings():
        # It warns of a newer pandas, through which no figure of ours goes.
        warnings.simplefilter("ignore", FutureWarning)
        # One and a half seconds to load, with grpc and pandas.
        from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415

        return SparkSession.builder.remote(address).create()


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Make what the server or the way to it says a refusal of ours."""
    import grpc  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with the client
    from pyspark.errors import PySparkException  # noqa: PLC0415 - same

    try:
        yield
    except (PySparkException, grpc.RpcError) as error:
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise SnapshotRefused(f"{name}: {told[0][:500]}") from None
