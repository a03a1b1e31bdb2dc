"""A snapshot in an S3-compatible store: the same parts, the same answers, through Arrow's own client."""

from datetime import timedelta
from typing import Any

import pytest
from builders import WORKS, People, ledger
from snapshots.asking import online_rates, rate_queries, snapshot_rates
from snapshots.conftest import NOW, untold
from snapshots.s3_store import Store, running_store

from app.db.session import Database
from app.snapshots.service import Place, SnapshotRefused, flaws, opened_snapshot, take

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with running_store() as running:
        yield running


def address(store: Store) -> str:
    return f"s3://bucket/huanlian?endpoint_override={store.address}&scheme=http&region=none"


def test_a_store_holds_what_a_folder_would(store: Store, people: People, sessions: Database) -> None:
    people.register(WORKS)
    (site,) = people.register()
    for month in ("2025-01", "2025-02"):
        assert people.file(ledger(site, month)).status_code == 201
    place = Place(address(store))
    first = take(sessions, place, NOW, untold)
    assert {f"bucket/huanlian/{part.path}" for part in first.manifest.parts()} < set(store.objects)
    assert flaws(place) == []
    assert take(sessions, place, NOW + timedelta(days=1), untold).written == 0
    with sessions.reading() as session, opened_snapshot(address(store), "duckdb") as found:
        for query in rate_queries("2025-01", "2025-02")[:4]:
            told = snapshot_rates(found.session, query, NOW)
            assert told == online_rates(session, query, NOW)
            assert told
    assert people.file(ledger(site, "2025-03")).status_code == 201
    before = set(store.objects)
    later = take(sessions, place, NOW + timedelta(days=2), untold)
    assert later.written == 3
    assert before <= set(store.objects), "somebody may still be reading them"
    damaged = next(part for part in later.manifest.parts() if part.rows)
    key = f"bucket/huanlian/{damaged.path}"
    store.objects[key] = store.objects[key][:-1] + bytes([store.objects[key][-1] ^ 1])
    assert flaws(place) == [damaged.path]
    del store.objects[key]
    with pytest.raises(SnapshotRefused, match="cut off"), opened_snapshot(address(store), "duckdb"):
        pass


def test_without_a_snapshot_it_says_so(store: Store, sessions: Database) -> None:
    with pytest.raises(SnapshotRefused, match="no snapshot"), opened_snapshot(address(store), "duckdb"):
        pass
