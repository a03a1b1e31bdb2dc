"""Closed years in a file that proves itself; what is open or young is refused, and nothing leaves the database."""

import hashlib
import json
import tarfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import WORKS, People, ledger
from support.clock import SettableClock
from typer.testing import CliRunner

from app.archive.file import ArchiveRefused
from app.archive.models import Archive
from app.archive.service import archives, make
from app.archive.verification import verify
from app.audit.models import AuditEntry
from app.cli import cli
from app.db.session import Database
from app.domain.audit.receipts import verify_receipt

NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
TODAY = date(2026, 1, 10)
MONTHS = ("2019-11", "2020-02", "2021-01")


def untold(what: str) -> None:
    assert what


@pytest.fixture
def city(people: People, clock: SettableClock) -> list[dict[str, Any]]:
    """One site over three years, one month amended; the first two years closed. Answers the ledgers."""
    people.register(WORKS, reports_from="2019-01")
    (site,) = people.register(reports_from="2019-01")
    made = []
    for month in MONTHS:
        answer = people.file(ledger(site, month))
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    clock.advance(seconds=1)
    body = ledger(site, MONTHS[0], reason="复核")
    body["lines"][0]["generated_tonnes"] = "1001"
    path = f"/v1/ledgers/{made[0]['id']}/amendments"
    amended = people.client.post(path, json=body, headers=people.of() | {"If-Match": '"1"'})
    assert amended.status_code == 200, amended.text
    for head in made[:2]:
        close(people, head)
    return made


def close(people: People, head: dict[str, Any]) -> None:
    decision = {"to": "closed", "reason": "年度结束"}
    answer = people.client.post(
        f"/v1/ledgers/{head['id']}/decisions", json=decision, headers=people.regulator()
    )
    assert answer.status_code == 200, answer.text


def made_of(sessions: Database, target: Path, before: int = 2021) -> Archive:
    return make(sessions, target, before, TODAY, NOW, untold)


def rewritten(source: Path, target: Path, name: str, old: bytes, new: bytes) -> Path:
    """The archive with one member's bytes replaced, its list untouched."""
    with tarfile.open(source) as before, tarfile.open(target, "w") as after:
        for entry in before:
            content = before.extractfile(entry)
            assert content is not None
            data = content.read()
            if entry.name == name:
                assert old in data
                data = data.replace(old, new, 1)
            entry.size = len(data)
            part = target.with_suffix(".part")
            part.write_bytes(data)
            with part.open("rb") as stream:
                after.addfile(entry, stream)
    return target


def test_an_archive_holds_every_version_and_proves_it(
    people: People, city: list[dict[str, Any]], sessions: Database, tmp_path: Path
) -> None:
    file = tmp_path / "kept" / "before-2021.tar"
    made = made_of(sessions, file)
    assert (made.versions, made.transfers, str(made.before)) == (3, 2, "2021-01")
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name], "nothing half made is left"
    with sessions.reading() as session:
        assert verify(file, session).flaws == []
        assert [each.sha256 for each in archives(session)] == [made.sha256]
        recorded = session.query(AuditEntry).filter_by(action="archive.made").one()
        assert (recorded.object_id, recorded.actor_kind) == (str(made.id), "operator")
    with tarfile.open(file) as archive:
        content = archive.extractfile("versions/2019.ndjson")
        assert content is not None
        told = [json.loads(line) for line in content]
    assert [(each["version"], each["is_current"]) for each in told] == [(1, False), (2, True)]
    assert [each["content"]["lines"][0]["generated_tonnes"] for each in told] == ["1000", "1001"]
    assert told[0]["sha256"] == city[0]["receipt"]["sha256"]
    assert told[1]["transitions"][-1]["reason"] == "年度结束"
    # What was answered before is answered still, as of then too, and its receipt holds.
    found = people.client.get(
        f"/v1/ledgers/{city[0]['id']}",
        params={"as_of": city[0]["receipt"]["received_at"]},
        headers=people.of(),
    )
    assert found.json()["lines"][0]["generated_tonnes"] == "1000"
    receipt = people.client.get(f"/v1/ledgers/{city[0]['id']}/receipt", headers=people.of()).json()
    assert verify_receipt(receipt) == []


def test_a_ledger_of_after_the_archive_is_told(
    people: People, city: list[dict[str, Any]], sessions: Database, tmp_path: Path
) -> None:
    file = tmp_path / "a.tar"
    made_of(sessions, file)
    site = city[0]["site"]
    body = ledger(site, MONTHS[1], reason="迟报")
    path = f"/v1/ledgers/{city[1]['id']}/amendments"
    late = people.client.post(
        path, json=body | {"signed_by": "另一人"}, headers=people.of() | {"If-Match": '"1"'}
    )
    assert late.status_code == 200, late.text
    assert people.file(ledger(site, "2019-12")).status_code == 201
    with sessions.reading() as session:
        flaws = verify(file, session).flaws
    assert len(flaws) == 2
    assert any("v2" in flaw and "after the archive" in flaw for flaw in flaws)
    assert verify(file).flaws == [], "by itself the file is what it was"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_is_young_or_open_is_refused(
    people: People, city: list[dict[str, Any]], sessions: Database, tmp_path: Path
) -> None:
    file = tmp_path / "a.tar"
    with pytest.raises(ArchiveRefused, match="--before 2021 at the latest"):
        made_of(sessions, file, before=2022)
    with pytest.raises(ArchiveRefused, match="no ledgers before 2019"):
        made_of(sessions, file, before=2019)
    assert people.file(ledger(city[0]["site"], "2020-03")).status_code == 201
    with pytest.raises(ArchiveRefused, match="2020-03"):
        made_of(sessions, file)
    assert list(tmp_path.glob("*.tar*")) == []
    file.write_bytes(b"")
    with pytest.raises(ArchiveRefused, match="already"):
        made_of(sessions, file, before=2020)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_was_changed_in_the_file_is_named(
    city: list[dict[str, Any]], sessions: Database, tmp_path: Path
) -> None:
    file = tmp_path / "a.tar"
    made_of(sessions, file)
    member = "versions/2019.ndjson"
    changed = rewritten(
        file, tmp_path / "b.tar", member, b'"generated_tonnes":"1001"', b'"generated_tonnes":"1002"'
    )
    with pytest.raises(ArchiveRefused, match=member):
        verify(changed)
    with tarfile.open(file) as archive:
        entry = archive.extractfile("archive.json")
        assert entry is not None
        listed = json.loads(entry.read())
    # Even with a list that fits: the filing is not what its receipt says.
    with tarfile.open(changed) as archive:
        content = archive.extractfile(member)
        assert content is not None
        sha256 = hashlib.sha256(content.read()).hexdigest()
    old = listed["members"][member]["sha256"].encode()
    forged = rewritten(changed, tmp_path / "c.tar", "archive.json", old, sha256.encode())
    (flaw,) = verify(forged).flaws
    assert "v2" in flaw
    whole = file.read_bytes()
    cut = tmp_path / "d.tar"
    for length in (0, 100, len(whole) // 2, whole.rindex(b"archive.json")):
        cut.write_bytes(whole[:length])
        with pytest.raises(ArchiveRefused):
            verify(cut)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_commands(
    city: list[dict[str, Any]], database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    run, file = CliRunner().invoke, str(tmp_path / "a.tar")
    assert (
        "还没有" in run(cli, ["archive", "list"]).output or "none yet" in run(cli, ["archive", "list"]).output
    )
    # By the clock of this machine 2020 is older than five years, and stays so.
    done = run(cli, ["archive", "make", "--before", "2021", "--to", file, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["versions"] == 3
    assert run(cli, ["archive", "make", "--before", "2021", "--to", file]).exit_code == 1
    next_year = (datetime.now(UTC) + timedelta(days=366)).year
    young = run(cli, ["archive", "make", "--before", str(next_year), "--to", file + "2"])
    assert (young.exit_code, Path(file + "2").exists()) == (1, False)
    assert len(json.loads(run(cli, ["archive", "list", "--json"]).stdout)) == 1
    checked = run(cli, ["archive", "verify", file, "--database", "--json"])
    assert (checked.exit_code, json.loads(checked.stdout)["flaws"]) == (0, [])
    assert run(cli, ["archive", "verify", file]).exit_code == 0
    (tmp_path / "e.tar").write_bytes(b"no tar")
    assert run(cli, ["archive", "verify", str(tmp_path / "e.tar")]).exit_code == 1
