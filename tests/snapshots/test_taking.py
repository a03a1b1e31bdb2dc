"""A snapshot is one moment, whole or not there, and only what changed is written again."""

import fcntl
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from builders import WORKS, People, ledger
from snapshots.conftest import ADMIN, NOW, untold
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli import cli
from app.db.session import Database
from app.domain.periods import Month
from app.rates.scope import RateQuery
from app.snapshots import taking
from app.snapshots.manifest import FILE, read_manifest
from app.snapshots.questions import ask_balances
from app.snapshots.service import (
    Manifest,
    Part,
    Place,
    SnapshotRefused,
    flaws,
    open_manifest,
    opened_snapshot,
    take,
)

MONTHS = ("2025-01", "2025-02", "2025-03")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / "snapshot"))


@pytest.fixture
def sites(people: People) -> list[str]:
    """Two sites of one firm, three months each; what they send goes to the works."""
    people.register(WORKS)
    made: list[str] = people.register(sites=2)
    for site in made:
        for month in MONTHS:
            assert people.file(ledger(site, month)).status_code == 201
    return made


def parts(manifest: Manifest, table: str) -> dict[str | None, Part]:
    return {part.month: part for part in manifest.tables[table]}


def test_only_the_month_that_changed_is_written_again(
    people: People, sites: list[str], sessions: Database, place: Place
) -> None:
    first = take(sessions, place, NOW, untold)
    assert (first.kept, first.written) == (0, sum(1 for _ in first.manifest.parts()))
    body = ledger(sites[0], MONTHS[1], reason="复核")
    body["lines"][0]["generated_tonnes"] = "1001"
    span = {"from": MONTHS[1], "to": MONTHS[1]}
    found = people.client.get("/v1/ledgers", params=span, headers=people.of()).json()["items"]
    (head,) = (each for each in found if each["site"] == sites[0])
    headers = people.of() | {"If-Match": '"1"'}
    amended = people.client.post(f"/v1/ledgers/{head['id']}/amendments", json=body, headers=headers)
    assert amended.status_code == 200, amended.text
    second = take(sessions, place, NOW + timedelta(days=1), untold)
    assert second.written == 2, "the month's heads and lines; nothing was sent differently"
    for table in ("ledgers", "filed_lines"):
        before, after = parts(first.manifest, table), parts(second.manifest, table)
        assert {month for month in before if before[month] != after[month]} == {MONTHS[1]}
        assert (Path(place.root) / before[MONTHS[1]].path).exists(), "somebody may still be reading it"
        assert before[MONTHS[1]].path in second.manifest.superseded
    third = take(sessions, place, NOW + timedelta(days=2), untold)
    assert third.written == 0
    assert not any((Path(place.root) / path).exists() for path in second.manifest.superseded)
    assert flaws(place) == []


def test_masses_are_whole_grams(sites: list[str], sessions: Database, place: Place) -> None:
    made = take(sessions, place, NOW, untold).manifest
    table = pq.read_table(Path(place.root) / parts(made, "filed_lines")[MONTHS[0]].path)
    masses = [field for field in table.schema if field.name.endswith("_grams")]
    assert len(masses) > 10
    assert {str(field.type) for field in masses} == {"int64"}
    assert table.column("generated_grams").to_pylist() == [10**9] * len(sites)
    assert {str(day) for day in table.column("month").to_pylist()} == {"2025-01-01"}


def test_what_is_filed_meanwhile_belongs_to_the_next(
    people: People, sites: list[str], sessions: Database, place: Place
) -> None:
    """A ledger that comes between the first table and the last is in none of them."""
    filed = []

    def file_one(table: str, done: int, of: int) -> None:
        untold(table, done, of)
        if not filed:
            filed.append(people.file(ledger(sites[0], "2025-04")).status_code)

    during = take(sessions, place, NOW, file_one).manifest
    assert filed == [201]
    for table in ("ledgers", "filed_lines", "transfers"):
        assert "2025-04" not in parts(during, table)
    after = take(sessions, place, NOW, untold)
    assert "2025-04" in parts(after.manifest, "filed_lines")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_killed_on_the_way_the_former_snapshot_is_whole(
    people: People, sites: list[str], sessions: Database, database: str, place: Place
) -> None:
    before = take(sessions, place, NOW, untold).manifest
    for month in ("2025-04", "2025-05"):
        assert people.file(ledger(sites[0], month)).status_code == 201
    script = (
        "import os, sys\n"
        "from app.snapshots.place import Place\n"
        "put, left = Place.put, int(sys.argv[1])\n"
        "def die(self, grown, path):\n"
        "    global left\n"
        "    left -= 1\n"
        "    if left < 0: os._exit(9)\n"
        "    put(self, grown, path)\n"
        "Place.put = die\n"
        "from app.cli import main\n"
        "sys.argv[1:] = ['snapshot', '--to', sys.argv[2]]\n"
        "main()\n"
    )
    environment = os.environ | {"HUANLIAN_DATABASE_URL": database}
    for survives in (0, 4):
        done = subprocess.run(
            [sys.executable, "-c", script, str(survives), place.root], env=environment, check=False
        )
        assert done.returncode == 9
        assert open_manifest(place) == before
        assert flaws(place) == []
    after = take(sessions, place, NOW, untold).manifest
    assert "2025-05" in parts(after, "ledgers")
    assert flaws(place) == []
    assert not list(Path(place.root).glob(".growing-*"))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_damage_is_named_and_mended(sites: list[str], sessions: Database, place: Place) -> None:
    made = take(sessions, place, NOW, untold).manifest
    spoilt, gone = parts(made, "filed_lines")[MONTHS[0]], parts(made, "transfers")[MONTHS[1]]
    file = Path(place.root) / spoilt.path
    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])
    assert flaws(place) == [spoilt.path]
    (Path(place.root) / gone.path).unlink()
    with pytest.raises(SnapshotRefused, match="cut off"):
        open_manifest(place)
    take(sessions, place, NOW, untold)
    assert (Path(place.root) / gone.path).exists()


def numbers(place: Place) -> dict[str, int]:
    """Site → its number in the snapshot."""
    (part,) = open_manifest(place).tables["sites"]
    table = pq.read_table(Path(place.root) / part.path)
    return dict(zip(table["code"].to_pylist(), table["id"].to_pylist(), strict=True))


def test_a_site_keeps_its_number_and_a_new_one_gets_the_next(
    people: People, sites: list[str], sessions: Database, place: Place
) -> None:
    """So months that did not change stand, and name the same sites as those written later."""
    take(sessions, place, NOW, untold)
    before = numbers(place)
    assert sorted(before.values()) == list(range(len(before)))
    (fresh,) = people.register("911402007000000016")
    assert people.file(ledger(fresh, MONTHS[2]), enterprise="911402007000000016").status_code == 201
    second = take(sessions, place, NOW, untold)
    assert second.written == 5, "heads, lines and transfers of one month, sites, enterprises"
    assert numbers(place) == before | {fresh: len(before)}
    with opened_snapshot(place.root, "duckdb") as found, sessions.reading() as session:
        asked = RateQuery("", first=Month(2025, 1), last=Month(2025, 3))
        for group in ("site", "county"):
            answers = [
                ask_balances(each, ADMIN, asked, NOW, group=group).items for each in (found.session, session)
            ]
            assert answers[0] == answers[1]
            assert fresh in str(answers) or group == "county"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_without_the_list_of_sites_or_of_an_earlier_version_all_is_written_anew(
    sites: list[str], sessions: Database, place: Place
) -> None:
    first = take(sessions, place, NOW, untold)
    (listed,) = first.manifest.tables["sites"]
    (Path(place.root) / listed.path).unlink()
    second = take(sessions, place, NOW, untold)
    assert second.kept + second.written == first.written
    assert flaws(place) == []
    old = json.loads((Path(place.root) / FILE).read_text()) | {"format": 1}
    (Path(place.root) / FILE).write_text(json.dumps(old))
    with pytest.raises(SnapshotRefused, match="take it again"):
        open_manifest(place)
    assert take(sessions, place, NOW, untold).kept == 0
    assert open_manifest(place).format == 2


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_another_schema_is_written_anew(
    sites: list[str], sessions: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = take(sessions, place, NOW, untold)
    monkeypatch.setattr(taking, "current_revision", lambda _engine: "9999")
    again = take(sessions, place, NOW, untold)
    assert again.written == made.written
    assert again.manifest.revision == "9999"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_two_at_once_are_kept_apart(sessions: Database, place: Place) -> None:
    assert place.local is not None
    place.local.mkdir()
    with (place.local / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SnapshotRefused, match="another snapshot"):
            take(sessions, place, NOW, untold)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 3},
        {"tables": {"lines": [{"path": "../outside"}]}},
        {"superseded": ["../../etc/passwd"]},
        {"superseded": ["/etc/passwd"]},
        {"tables": []},
        {"more": 1},
    ],
)
def test_a_list_from_elsewhere_is_refused(change: dict[str, object]) -> None:
    good = json.loads(Manifest("sqlite", "0001", NOW.isoformat(), {}).document())
    assert read_manifest(json.dumps(good).encode()).revision == "0001"
    with pytest.raises(SnapshotRefused):
        read_manifest(json.dumps(good | change).encode())


def test_a_place_is_a_folder_or_a_store() -> None:
    with pytest.raises(SnapshotRefused, match="ftp"):
        Place("ftp://somewhere/else")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_commands(
    database: str, sessions: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an empty city to the same answer of both, and every refusal by its name."""
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    target = str(tmp_path / "snapshot")
    run = CliRunner().invoke
    done = run(cli, ["snapshot", "--to", target, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"]["filed_lines"] == 0
    assert run(cli, ["snapshot", "--to", target, "--verify"]).exit_code == 0
    span = ["--from", "2025-01", "--to", "2025-12", "--json"]
    for question in ("rates", "matches", "balances"):
        for group in ([], ["--group-by", "region"]):
            told = []
            for source in (["--snapshot", target], ["--engine", "database"]):
                done = run(cli, ["analyse", question, *source, *group, *span])
                assert done.exit_code == 0, done.output
                told.append(json.loads(done.stdout)["items"])
            assert told[0] == told[1]
    refused = {
        1: (
            ["--snapshot", target, "--region", "99"],
            ["--snapshot", str(tmp_path)],
            ["--snapshot", target, "--from", "x"],
        ),
        2: ([], ["--snapshot", target, "--group-by", "pair"], ["--snapshot", target, "--json", "--csv"]),
    }
    for code, calls in refused.items():
        for call in calls:
            assert run(cli, ["analyse", "rates", *call]).exit_code == code, call
    assert (
        run(cli, ["analyse", "rates", "--snapshot", target, "--metric", "utilization.terminal"]).exit_code
        == 1
    )
    (tmp_path / "snapshot" / FILE).write_text("{")
    assert run(cli, ["snapshot", "--to", target]).exit_code == 1


def test_the_schema_is_that_of_the_tables(sessions: Database, place: Place) -> None:
    """What is kept can be read back under the names that the online system has."""
    made = take(sessions, place, NOW, untold).manifest
    for table in ("ledgers", "transfers", "sites", "enterprises"):
        (part,) = made.tables[table]
        names = set(pq.read_schema(Path(place.root) / part.path).names)
        with sessions.reading() as session:
            columns = set(session.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys())
        assert names - {"uuid"} <= columns


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_without_the_part_for_analysis_the_commands_say_what_to_install(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "import sys\n"
        "for name in ('pyarrow', 'duckdb', 'sqlglot'): sys.modules[name] = None\n"
        "from app.cli import main\n"
        "main()\n"
    )
    environment = os.environ | {"HUANLIAN_DATABASE_URL": database}
    target = str(tmp_path / "snapshot")
    for command in (["snapshot", "--to", target], ["analyse", "rates", "--snapshot", target]):
        done = subprocess.run(
            [sys.executable, "-c", script, *command],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr.count("huanlian[analysis]")) == (1, 1), done.stderr
