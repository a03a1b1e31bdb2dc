"""A backup made while people file, put back into an empty database, is the same; a damaged one is refused whole."""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import WORKS, People, ledger
from sqlalchemy import func, select
from support.databases import empty_database
from support.postgres import running_postgres
from support.run import Run
from typer.testing import CliRunner

from app.cli import cli
from app.db.backup import BackupRefused, back_up, put_back
from app.db.copies import CopyFailed, has_tables
from app.db.engine import make_engines
from app.db.session import Database
from app.ledgers.models import Ledger, LedgerLine
from app.ledgers.rollups import differences_from_lines
from app.settings import Settings

NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
CONTENT = b"%PDF-1.7 weighbridge"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def programs(database_kind: str, run: Run) -> Path | None:
    """Where the client programs of the server are."""
    if database_kind == "sqlite":
        return None
    folder = running_postgres(run).programs
    if not all((folder / name).exists() for name in ("pg_dump", "pg_restore")):
        pytest.skip(f"NOT TESTED: BACKUP OF POSTGRESQL: no pg_dump and pg_restore in {folder}")
    return folder


def untold(done: int, of: int) -> None:
    """Nobody looks at this progress, yet it never runs ahead."""
    assert 0 <= done <= of


@pytest.fixture
def city(people: People, database: str, programs: Path | None, tmp_path: Path) -> Settings:
    """Two sites, two months, and a file of a case."""
    (site,) = people.register()
    people.register(WORKS)
    for month in ("2025-03", "2025-04"):
        assert people.file(ledger(site, month)).status_code == 201
    file = tmp_path / "attachments" / SHA256[:2] / SHA256
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    folder = tmp_path / "attachments"
    return Settings(database_url=database, attachments_folder=folder, postgres_programs=programs)


@pytest.fixture
def elsewhere(database_kind: str, run: Run, programs: Path | None, tmp_path: Path) -> Iterator[Settings]:
    """Another database, without tables."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with empty_database(database_kind, run, folder) as url:
        yield Settings(
            database_url=url, attachments_folder=folder / "attachments", postgres_programs=programs
        )


def lines_of(settings: Settings) -> list[tuple[str, str, int]]:
    engines = make_engines(settings)
    try:
        with Database(engines).reading() as session:
            assert differences_from_lines(session) == []
            query = (
                select(LedgerLine.waste, Ledger.month, func.sum(LedgerLine.generated_grams))
                .join(Ledger, Ledger.version_id == LedgerLine.version_id)
                .group_by(LedgerLine.waste, Ledger.month)
            )
            return sorted((waste, str(month), int(grams)) for waste, month, grams in session.execute(query))
    finally:
        engines.dispose()


def rewritten(archive: Path, target: Path, change: dict[str, bytes | None]) -> Path:
    """The archive with some members replaced, or left out where None."""
    with tarfile.open(archive) as old, tarfile.open(target, "w") as new:
        for entry in old:
            if change.get(entry.name, b"") is None:
                continue
            content = old.extractfile(entry)
            assert content is not None
            data = change.get(entry.name) or content.read()
            entry.size = len(data)
            with (target.parent / "member").open("wb+") as member:
                member.write(data)
                member.seek(0)
                new.addfile(entry, member)
    return target


def test_what_is_put_back_is_what_was_there(city: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    archive = tmp_path / "backups" / "huanlian.tar"
    made = back_up(city, archive, NOW, untold)
    assert put_back(elsewhere, archive, untold) == made
    assert (made.files, made.made_at) == (1, NOW.isoformat())
    assert len(lines_of(city)) == 2
    assert lines_of(elsewhere) == lines_of(city)
    kept = elsewhere.attachments_folder / SHA256[:2] / SHA256
    assert kept.read_bytes() == CONTENT
    assert sorted(path.name for path in archive.parent.iterdir()) == [archive.name], (
        "nothing half made is left"
    )


def test_it_never_runs_over_what_is_there(city: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    archive = tmp_path / "huanlian.tar"
    back_up(city, archive, NOW, untold)
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(city, archive, NOW, untold)
    put_back(elsewhere, archive, untold)
    with pytest.raises(BackupRefused, match="not empty"):
        put_back(elsewhere, archive, untold)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_damaged_archive_changes_nothing(city: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    archive = tmp_path / "huanlian.tar"
    back_up(city, archive, NOW, untold)
    name = f"attachments/{SHA256[:2]}/{SHA256}"
    unlisted = json.dumps({"format": 9}).encode()
    cut = tmp_path / "cut.tar"
    cut.write_bytes(archive.read_bytes()[:-20_000])
    damaged = {
        "not as listed": rewritten(archive, tmp_path / "other.tar", {name: b"%PDF-1.7 other"}),
        "not as listed: att": rewritten(archive, tmp_path / "missing.tar", {name: None}),
        "no list": rewritten(archive, tmp_path / "unlisted.tar", {"backup.json": None}),
        "newer version": rewritten(archive, tmp_path / "newer.tar", {"backup.json": unlisted}),
        "not whole|no whole": cut,
    }
    for words, file in damaged.items():
        with pytest.raises(BackupRefused, match=words):
            put_back(elsewhere, file, untold)
        assert not has_tables(elsewhere)
        assert not elsewhere.attachments_folder.exists()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "attachments/../../outside", "else"])
def test_an_archive_from_elsewhere_writes_nowhere(elsewhere: Settings, tmp_path: Path, name: str) -> None:
    archive = tmp_path / "foreign.tar"
    with tarfile.open(archive, "w") as made:
        made.add(__file__, arcname="database")
        entry = tarfile.TarInfo(name)
        made.addfile(entry)
    with pytest.raises(BackupRefused, match="not of a backup"):
        put_back(elsewhere, archive, untold)
    assert not (tmp_path / "outside").exists()
    assert not has_tables(elsewhere)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_without_the_programs_of_postgresql_it_says_so(city: Settings, tmp_path: Path) -> None:
    bare = city.model_copy(update={"postgres_programs": tmp_path})
    with pytest.raises(CopyFailed, match="HUANLIAN_POSTGRES_PROGRAMS"):
        back_up(bare, tmp_path / "huanlian.tar", NOW, untold)
    assert not (tmp_path / "huanlian.tar").exists()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_commands(
    city: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "huanlian.tar"
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", city.database_url)
    monkeypatch.setenv("HUANLIAN_ATTACHMENTS_FOLDER", str(city.attachments_folder))
    done = CliRunner().invoke(cli, ["db", "backup", str(archive), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["attachments"], told["bytes"]) == (1, archive.stat().st_size)
    again = CliRunner().invoke(cli, ["db", "backup", str(archive)])
    assert again.exit_code == 1
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", elsewhere.database_url)
    monkeypatch.setenv("HUANLIAN_ATTACHMENTS_FOLDER", str(elsewhere.attachments_folder))
    assert CliRunner().invoke(cli, ["db", "restore", str(archive)]).exit_code == 0
    assert CliRunner().invoke(cli, ["db", "check"]).exit_code == 0
    shutil.rmtree(elsewhere.attachments_folder)
    refused = CliRunner().invoke(cli, ["db", "restore", str(archive)])
    assert refused.exit_code == 1
    assert not elsewhere.attachments_folder.exists()
