"""Archives of closed years: made, listed, checked. Nothing leaves the database by it.

What a question as of an earlier moment, a receipt or the audit log needs stays where it is; the archive is the copy that
outlives the program. Younger than the retention of five years nothing is archived: those years are still worked on.
"""

import os
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.archive import contents
from app.archive.file import ArchiveRefused, Listed, Writer, sha256_of
from app.archive.models import Archive
from app.archive.verification import verify
from app.audit import service as audit
from app.db.session import Database, ReadSession
from app.db.upgrade import current_revision
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.ids import new_id
from app.ledgers.models import Ledger
from app.snapshots.service import one_moment
from app.transfers.models import Transfer

RETENTION_YEARS = 5
_MOST_NAMED = 5

Tell = Callable[[str], None]


def make(
    database: Database, target: Path, before_year: int, today: date, now: datetime, tell: Tell
) -> Archive:
    """Write everything before a year to `target`, check what was written, and enter it. Raises ArchiveRefused, OSError."""
    if before_year > today.year - RETENTION_YEARS:
        limit = today.year - RETENTION_YEARS
        raise ArchiveRefused(
            f"保存期未满 {RETENTION_YEARS} 年，最晚可归档 {limit} 年之前 / kept at hand for {RETENTION_YEARS} years: "
            f"--before {limit} at the latest"
        )
    if target.exists():
        raise ArchiveRefused(f"{target}: 文件已存在 there is such a file already")
    before = Month(before_year, 1)
    target.parent.mkdir(parents=True, exist_ok=True)
    growing = target.with_name(f"{target.name}.growing")
    try:
        with database.reading() as session, growing.open("wb") as stream:
            one_moment(session)
            _refuse_open(session, before)
            listed = _write(session, stream, before, now, tell, beside=target.parent)
            stream.flush()
            os.fsync(stream.fileno())
        tell("核对 verifying")
        _refuse_flawed(growing)
        made = _entry(listed, before, target, growing, now)
        growing.replace(target)
    finally:
        growing.unlink(missing_ok=True)
    _enter(database, made, now)
    return made


def _refuse_open(session: ReadSession, before: Month) -> None:
    """Years are archived when nobody works on them any more: every ledger of theirs is closed."""
    late = (Ledger.month < before, Ledger.state != LedgerState.CLOSED)
    count = session.scalar(select(func.count()).select_from(Ledger).where(*late)) or 0
    if count:
        months = session.scalars(
            select(Ledger.month).where(*late).distinct().order_by(Ledger.month).limit(_MOST_NAMED)
        )
        named = ", ".join(map(str, months))
        raise ArchiveRefused(f"尚有 {count} 份台账未关账 / {count} ledgers are not closed: {named} …")
    if not session.scalar(select(func.count()).select_from(Ledger).where(Ledger.month < before)):
        raise ArchiveRefused(f"{before.year} 年之前没有台账 / there are no ledgers before {before.year}")


def _write(
    session: ReadSession, stream: Any, before: Month, now: datetime, tell: Tell, *, beside: Path
) -> Listed:
    first = session.scalar(select(func.min(Ledger.month)))
    oldest = session.scalar(select(func.min(Transfer.month)))
    years = range(min(month.year for month in (first, oldest) if month is not None), before.year)
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        writer = Writer(stream, Path(folder))
        writer.add("sites/all.ndjson", contents.sites(session))
        for year in years:
            tell(str(year))
            writer.add(f"versions/{year}.ndjson", contents.versions(session, year))
            writer.add(f"transfers/{year}.ndjson", contents.transfers(session, year))
        revision = current_revision(session.get_bind().engine)
        listed = Listed(str(before), now.isoformat(), revision, dict(writer.members))
        writer.close(listed)
    return listed


def _refuse_flawed(file: Path) -> None:
    report = verify(file)
    if report.flaws:
        raise ArchiveRefused(f"{file}: {', '.join(report.flaws[:_MOST_NAMED])}")


def _entry(listed: Listed, before: Month, target: Path, grown: Path, now: datetime) -> Archive:
    return Archive(
        id=new_id(),
        before=before,
        name=target.name[-200:],
        sha256=sha256_of(grown),
        size=grown.stat().st_size,
        versions=listed.lines_of("versions"),
        transfers=listed.lines_of("transfers"),
        actor=f"operator:{audit.operator().name}"[:240],
        made_at=now,
    )


def _enter(database: Database, made: Archive, now: datetime) -> None:
    with database.writing() as session:
        session.add(made)
        session.flush()
        change = audit.Change("archive.made", "archive", str(made.id), None, audit.digest(made))
        audit.record(session, audit.operator(), [change], now=now)


def archives(session: ReadSession) -> list[Archive]:
    """Every archive that was made here, the newest first."""
    return list(session.scalars(select(Archive).order_by(Archive.made_at.desc(), Archive.id)))
