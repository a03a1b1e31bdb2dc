"""Checking an archive: by itself, every filing against its own receipt; and filing by filing against the database."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.archive.file import Listed, read
from app.db.session import ReadSession
from app.domain.canonical_json import NotCanonical, sha256_of
from app.domain.periods import Month
from app.ledgers.models import Ledger, LedgerVersion

_AT_ONCE = 500


@dataclass(slots=True)
class Report:
    """What was checked of an archive, and what does not hold."""

    listed: Listed
    versions: int
    transfers: int
    flaws: list[str] = field(default_factory=list)


def verify(file: Path, session: ReadSession | None = None) -> Report:
    """Check an archive by itself: its list, and every filing against its own receipt.

    With a session also against the database: every version is there with the same receipt, and none came since.
    Raises ArchiveRefused when the file is not whole or not as listed.
    """
    flaws: list[str] = []
    beside = None if session is None else _Database(session, flaws)

    def look(name: str, told: dict[str, Any]) -> None:
        if not name.startswith("versions/"):
            return
        try:
            found = sha256_of(told["content"])
            ledger, number = uuid.UUID(told["ledger"]), int(told["version"])
        except (KeyError, TypeError, ValueError, AttributeError, NotCanonical):
            flaws.append(f"{name}: {told.get('ledger')}: 无法读取 cannot be read")
            return
        if found != told.get("sha256"):
            flaws.append(f"{ledger} v{number}: 内容与回执不符 not what its receipt says")
        if beside is not None:
            beside.look(ledger, number, found)

    listed = read(file, look)
    if beside is not None:
        beside.end(Month.parse(listed.before))
    return Report(listed, listed.lines_of("versions"), listed.lines_of("transfers"), flaws)


class _Database:
    """Compares a few hundred ledgers at a time; an archive has the versions of one ledger one after the other."""

    def __init__(self, session: ReadSession, flaws: list[str]) -> None:
        self._session, self._flaws = session, flaws
        self._waiting: dict[uuid.UUID, dict[int, str]] = {}
        self._ledgers = 0

    def look(self, ledger: uuid.UUID, number: int, sha256: str) -> None:
        if ledger not in self._waiting and len(self._waiting) >= _AT_ONCE:
            self._compare()
        self._waiting.setdefault(ledger, {})[number] = sha256

    def end(self, before: Month) -> None:
        """Compare the rest, and count what the archive does not know at all."""
        self._compare()
        here = self._session.scalar(select(func.count()).select_from(Ledger).where(Ledger.month < before))
        unknown = (here or 0) - self._ledgers
        if unknown > 0:
            self._flaws.append(f"{unknown} 份台账在归档之后填报 ledgers were filed after the archive")

    def _compare(self) -> None:
        query = select(LedgerVersion.ledger_id, LedgerVersion.number, LedgerVersion.sha256)
        found: dict[uuid.UUID, dict[int, str]] = {}
        for ledger, number, sha256 in self._session.execute(
            query.where(LedgerVersion.ledger_id.in_(sorted(self._waiting)))
        ):
            found.setdefault(ledger, {})[number] = sha256
        for ledger, archived in self._waiting.items():
            here = found.get(ledger, {})
            for number in sorted(archived.keys() | here.keys()):
                self._tell(f"{ledger} v{number}", archived.get(number), here.get(number))
        self._ledgers += len(found)
        self._waiting.clear()

    def _tell(self, named: str, archived: str | None, here: str | None) -> None:
        if archived is None:
            self._flaws.append(f"{named}: 归档之后填报 came after the archive")
        elif here is None:
            self._flaws.append(f"{named}: 数据库中没有 is not in the database")
        elif archived != here:
            self._flaws.append(f"{named}: 数据库中已不同 is another in the database")
