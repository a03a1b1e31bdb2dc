"""Reading the permits of another system that is a process of its own and behaves badly."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from builders import MILL
from permits.permit_bodies import JSON, permit
from pydantic import SecretStr
from sqlalchemy import func, select
from support.clock import SettableClock
from support.permit_system import TOKEN, PermitSystem

from app.db.session import Database
from app.http.problems import Conflict
from app.outbox.models import Event
from app.permits import sync as syncing
from app.permits.models import Permit, PermitVersionRow
from app.permits.source import ATTEMPTS, SyncStopped
from app.permits.sync import Tally, sync
from app.settings import Settings

SQLITE_ONLY = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[PermitSystem]:
    running = PermitSystem(tmp_path)
    yield running
    running.stop()


@dataclass
class Reader:
    """Syncs and remembers the pauses it was asked to make, without making them."""

    sessions: Database
    settings: Settings
    clock: SettableClock
    pauses: list[float] = field(default_factory=list)

    def sync(self, **more: Any) -> Tally:
        return sync(self.sessions, self.settings, self.clock, wait=self.pauses.append, **more)

    def kept(self) -> dict[str, int]:
        with self.sessions.reading() as session:
            return {row.number[18:]: row.version for row in session.scalars(select(Permit))}

    def told(self) -> list[str]:
        with self.sessions.reading() as session:
            found = session.scalars(select(Event.type).order_by(Event.occurred_at, Event.id))
            return [kind for kind in found if kind.startswith("permit.")]


@pytest.fixture
def reader(sessions: Database, settings: Settings, clock: SettableClock, system: PermitSystem) -> Reader:
    told = {
        "permits_sync_url": system.url,
        "permits_sync_token": SecretStr(TOKEN),
        "permits_sync_limit": 2,
        "outbound_allow_private": True,
    }
    return Reader(sessions, settings.model_copy(update=told), clock)


def numbered(*serials: int, **more: Any) -> list[JSON]:
    return [permit(number=f"{MILL}{serial:03d}P", **more) for serial in serials]


def test_pages_are_read_once_and_then_only_what_is_new(reader: Reader, system: PermitSystem) -> None:
    system.hold(numbered(1, 2, 3, 4, 5))
    tally = reader.sync()
    assert (tally.pages, tally.counts["created"], tally.unmatched) == (3, 5, 5)
    assert [asked["cursor"] for asked in system.log()] == [None, "2", "4"]

    # Nothing new: an empty page once, whose tag is then enough.
    assert sum(reader.sync().counts.values()) == 0
    assert sum(reader.sync().counts.values()) == 0
    assert [asked["status"] for asked in system.log()[3:]] == [200, 304]

    system.hold([*numbered(2, holder="示例新名"), *numbered(6)])
    tally = reader.sync()
    assert dict(tally.counts) == {"changed": 1, "created": 1}
    assert reader.kept() == {"001P": 1, "002P": 2, "003P": 1, "004P": 1, "005P": 1, "006P": 1}
    assert reader.told().count("permit.received") == 6
    assert reader.told().count("permit.changed") == 1


@SQLITE_ONLY
def test_the_bytes_of_each_entry_are_kept(reader: Reader, system: PermitSystem) -> None:
    system.hold(numbered(1))
    reader.sync()
    with reader.sessions.reading() as session:
        row = session.scalars(select(PermitVersionRow)).one()
    assert json.loads(row.raw) == numbered(1)[0]
    assert b"\n" in row.raw, "the spacing of the page is that of the sender"
    assert row.raw_sha256 == hashlib.sha256(row.raw).hexdigest()
    assert row.source.startswith("sync:")
    assert TOKEN not in row.source


@SQLITE_ONLY
def test_troubles_pass_with_patience(reader: Reader, system: PermitSystem) -> None:
    system.hold(numbered(1, 2, 3))
    system.trouble(503, [429, 7], "drop", "reset", "cut", 500)
    tally = reader.sync()
    assert tally.counts["created"] == 3
    assert reader.pauses[1] == 7.0
    grown = [reader.pauses[0], *reader.pauses[2:]]
    assert len(grown) == 5
    assert all(low <= pause <= high for pause, (low, high) in zip(
        grown, [(0.75, 1), (3, 4), (6, 8), (12, 16), (24, 32)], strict=True
    ))  # fmt: skip


@SQLITE_ONLY
def test_patience_ends_and_what_was_read_stays(reader: Reader, system: PermitSystem) -> None:
    system.hold(numbered(1, 2, 3))
    with pytest.raises(SyncStopped, match="permits_sync_stopped"):
        reader.sync(after_page=lambda _tally: system.trouble(*[503] * ATTEMPTS))
    assert reader.kept() == {"001P": 1, "002P": 1}
    assert len(reader.pauses) == ATTEMPTS - 1
    assert reader.sync().counts["created"] == 1
    assert [asked["cursor"] for asked in system.log()] == [None, *["2"] * ATTEMPTS, "2"]


@SQLITE_ONLY
@pytest.mark.parametrize("answer", [401, 404, "garbage", "still"])
def test_what_patience_cannot_mend_stops_at_once(reader: Reader, system: PermitSystem, answer: Any) -> None:
    system.hold(numbered(1, 2, 3))
    system.trouble(answer)
    with pytest.raises(SyncStopped) as stopped:
        reader.sync()
    assert reader.pauses == []
    assert reader.kept() == {}
    told = str(stopped.value.document())
    assert TOKEN not in told
    assert system.url not in told
    assert reader.sync().counts["created"] == 3


@SQLITE_ONLY
def test_a_redirect_into_the_private_network_is_refused(reader: Reader, system: PermitSystem) -> None:
    """The source is allowed by name of its network; where it sends us is not."""
    system.hold(numbered(1))
    system.trouble("http://10.1.2.3/permits")
    only = {"outbound_allow_private": False, "outbound_allowed_networks": ("127.0.0.1/32",)}
    reader.settings = Settings.model_validate(reader.settings.model_dump() | only)
    with pytest.raises(SyncStopped) as stopped:
        reader.sync()
    assert "private" in stopped.value.detail.en
    assert reader.pauses == []
    reader.settings = reader.settings.model_copy(update={"outbound_allowed_networks": ()})
    with pytest.raises(SyncStopped):
        reader.sync()


@SQLITE_ONLY
def test_a_bad_entry_is_named_and_does_not_stop_the_others(reader: Reader, system: PermitSystem) -> None:
    bad = [{"region": "140212"}, permit(number=f"{MILL}007P", region="991234"), "neither"]
    system.hold([*numbered(1), *[entry for entry in bad if isinstance(entry, dict)]])
    tally = reader.sync()
    assert (tally.counts["created"], tally.counts["rejected"]) == (1, 2)
    assert [(each["page"], each["item"], each["permit"]) for each in tally.rejected] == [
        (1, 1, ""),
        (2, 0, f"{MILL}007P"),
    ]
    assert [each["problem"]["errors"][0]["code"] for each in tally.rejected] == [
        "bad_number",
        "unknown_region",
    ]
    assert sum(reader.sync().counts.values()) == 0


@SQLITE_ONLY
def test_a_source_of_one_territory_says_nothing_of_another(reader: Reader, system: PermitSystem) -> None:
    reader.settings = reader.settings.model_copy(update={"permits_sync_region": "13"})
    system.hold([*numbered(1), *numbered(2, region="130102")])
    tally = reader.sync()
    assert reader.kept() == {"002P": 1}
    assert tally.rejected[0]["problem"]["type"].endswith("wrong_jurisdiction")


@SQLITE_ONLY
def test_a_dry_run_keeps_nothing(reader: Reader, system: PermitSystem) -> None:
    system.hold(numbered(1, 2, 3))
    assert reader.sync(dry_run=True).counts["created"] == 3
    assert (reader.kept(), reader.told()) == ({}, [])
    assert reader.sync().counts["created"] == 3
    assert reader.sync(from_start=True).counts["unchanged"] == 3


def test_a_page_and_its_cursor_are_kept_together_or_not_at_all(
    reader: Reader, system: PermitSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended between the permits and the cursor, at every page in turn: nothing is lost, nothing comes twice."""
    system.hold(numbered(1, 2, 3, 4, 5))
    move, died = syncing._move, 0  # noqa: SLF001 - the one place where dying would hurt

    def die_the_first_time(*arguments: Any) -> None:
        nonlocal died
        if died < len(system.log()):
            died = len(system.log()) + 1
            raise KeyboardInterrupt
        move(*arguments)

    monkeypatch.setattr(syncing, "_move", die_the_first_time)
    ended = 0
    for _ in range(20):
        try:
            reader.sync()
            break
        except KeyboardInterrupt:
            ended += 1
    assert ended >= 3
    assert reader.kept() == {f"{serial:03d}P": 1 for serial in range(1, 6)}
    assert reader.told().count("permit.received") == 5
    with reader.sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(PermitVersionRow)) == 5


@SQLITE_ONLY
def test_of_two_readers_one_gives_way(reader: Reader, system: PermitSystem) -> None:
    system.hold(numbered(1, 2, 3, 4, 5))
    other = Reader(reader.sessions, reader.settings, reader.clock)
    overtaken: list[Tally] = []

    def another_reads(_tally: Tally) -> None:
        if not overtaken:
            overtaken.append(other.sync())

    with pytest.raises(Conflict):
        reader.sync(after_page=another_reads)
    assert overtaken[0].counts["created"] == 3
    assert reader.kept() == {f"{serial:03d}P": 1 for serial in range(1, 6)}


@SQLITE_ONLY
def test_without_an_address_or_a_way_out_nothing_is_read(reader: Reader) -> None:
    for update in ({"permits_sync_url": None}, {"outbound": False}):
        settings = reader.settings.model_copy(update=update)
        with pytest.raises(SyncStopped) as stopped:
            Reader(reader.sessions, settings, reader.clock).sync()
        assert "HUANLIAN_" in stopped.value.detail.en
