"""Sites by small numbers: an engine joins those several times as fast as identifiers of 36 characters.

In a snapshot `sites.id`, and every column that names a site, is such a number, and `sites.uuid` the identifier that the online
system has. A number stays with its site from one snapshot to the next: months that did not change are not written again.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from app.snapshots.manifest import Manifest, SnapshotRefused
from app.snapshots.place import Place
from chains.late import LateModule

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.compute as pc  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
else:
    # Half a second to load; the service itself does without it.
    pa, pc, pq = LateModule("pyarrow"), LateModule("pyarrow.compute"), LateModule("pyarrow.parquet")

SITES, IDENTIFIER = "sites", "uuid"
_MOST = 2**31 - 1


class SiteKeys:
    """The number of each site, by the identifier that it has online."""

    def __init__(self, before: Mapping[str, int], found: Iterable[str]) -> None:
        """`before`: the numbers of the snapshot before; sites that are new get the next ones, in the order found."""
        following = max(before.values(), default=-1) + 1
        new = [identifier for identifier in found if identifier not in before]
        if following + len(new) > _MOST:
            raise SnapshotRefused("场所过多 / more sites than a snapshot has numbers for")
        self._numbers = dict(before) | {identifier: following + place for place, identifier in enumerate(new)}
        self._identifiers = pa.array(list(self._numbers), type=pa.string())
        self._in_order = pa.array(list(self._numbers.values()), type=pa.int32())

    def numbered(self, batch: "pa.RecordBatch", columns: Iterable[str]) -> "pa.RecordBatch":
        """The rows with numbers in the place of identifiers; NULL stays NULL."""
        for name in columns:
            place = batch.schema.get_field_index(name)
            at = pc.index_in(batch.column(place), value_set=self._identifiers, skip_nulls=True)
            numbers = self._in_order.take(at)
            if numbers.null_count != batch.column(place).null_count:
                raise SnapshotRefused(f"{name}: 场所不在名录 / a site that is not among the sites")
            batch = batch.set_column(place, pa.field(name, pa.int32()), numbers)
        return batch

    def schema(self, schema: "pa.Schema", columns: Iterable[str]) -> "pa.Schema":
        """The schema of rows that are numbered."""
        for name in columns:
            schema = schema.set(schema.get_field_index(name), pa.field(name, pa.int32()))
        return schema


def numbers_before(place: Place, before: Manifest) -> dict[str, int] | None:
    """The numbers that the sites of a former snapshot have; None where the list of them is gone or damaged."""
    known: dict[str, int] = {}
    for part in before.tables.get(SITES, ()):
        if place.size(part.path) != part.size or place.sha256(part.path) != part.sha256:
            return None
        table: Any = pq.read_table(place.full(part.path), filesystem=place.files, columns=["id", IDENTIFIER])
        known |= dict(zip(table[IDENTIFIER].to_pylist(), table["id"].to_pylist(), strict=True))
    return known
