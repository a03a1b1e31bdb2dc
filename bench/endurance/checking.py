"""What must hold afterwards, looked up in the database itself. Each check gives how many it looked at and what is wrong."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from app.audit.verification import verify
from app.db.session import Database
from app.enterprises.models import Site
from app.ledgers.models import Ledger, LedgerLine, LedgerVersion
from app.ledgers.rollups import differences_from_lines
from app.outbox.models import Event
from bench.endurance.writers import Acknowledged


@dataclass(frozen=True, slots=True)
class Check:
    """One question asked of the database."""

    what: str
    looked_at: int
    wrong: list[str]


def checks(database: Database, told: dict[str, Acknowledged], received: Path) -> Iterable[Check]:
    """Ask everything."""
    yield _acknowledged(database, told)
    yield _nothing_half(database)
    yield _in_order(database)
    with database.reading() as session:
        wrong = [str(each) for each in differences_from_lines(session)]
        lines = session.scalar(select(func.count()).select_from(LedgerLine)) or 0
    yield Check("rollups equal the lines", lines, wrong)
    with database.reading() as session:
        report = verify(session)
    yield Check("the audit log is intact", report.checked, [str(flaw) for flaw in report.flaws])
    yield _delivered(database, received)


def _acknowledged(database: Database, told: dict[str, Acknowledged]) -> Check:
    """Every acknowledged version is there once, with the receipt that was given, and nobody else's."""
    query = (
        select(Site.code, Ledger.month, LedgerVersion.number, LedgerVersion.sha256)
        .join(Ledger, Ledger.site_id == Site.id)
        .join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
    )
    with database.reading() as session:
        there = {
            (code, str(month)): (number, digest) for code, month, number, digest in session.execute(query)
        }
    wrong = [complaint for each in told.values() for complaint in each.complaints]
    expected = {(site, month): said for site, each in told.items() for month, said in each.versions.items()}
    wrong.extend(
        f"{key}: told {expected.get(key)}, there {there.get(key)}"
        for key in expected.keys() | there.keys()
        if expected.get(key) != there.get(key)
    )
    return Check("acknowledged ledgers there once, none besides", len(expected), wrong)


def _nothing_half(database: Database) -> Check:
    """A version has the lines that its body says."""
    counted = (
        select(LedgerVersion.id, LedgerVersion.body, func.count(LedgerLine.position))
        .outerjoin(LedgerLine, LedgerLine.version_id == LedgerVersion.id)
        .group_by(LedgerVersion.id, LedgerVersion.body)
    )
    with database.reading() as session:
        rows = list(session.execute(counted))
    wrong = [
        f"{version}: {lines} lines, {len(json.loads(body)['lines'])} filed"
        for version, body, lines in rows
        if len(json.loads(body)["lines"]) != lines
    ]
    return Check("no version is half there", len(rows), wrong)


def _in_order(database: Database) -> Check:
    """Versions count 1, 2, 3 …; all but the last are superseded."""
    query = select(LedgerVersion.ledger_id, LedgerVersion.number, LedgerVersion.superseded_at)
    with database.reading() as session:
        rows = list(session.execute(query.order_by(LedgerVersion.ledger_id, LedgerVersion.number)))
    found: dict[object, list[tuple[int, bool]]] = {}
    for ledger, number, superseded in rows:
        found.setdefault(ledger, []).append((number, superseded is not None))
    wrong = [
        f"{ledger}: {versions}"
        for ledger, versions in found.items()
        if versions != [(number, number < len(versions)) for number in range(1, len(versions) + 1)]
    ]
    return Check("no edit lost, none doubled", len(found), wrong)


def _delivered(database: Database, received: Path) -> Check:
    """Every event of a ledger reached the receiver, and nothing reached it that never happened."""
    with database.reading() as session:
        happened = set(session.scalars(select(Event.id).where(Event.type.like("ledger.%"))))
    arrived = [
        json.loads(line)["headers"]["webhook-id"]
        for line in received.read_text().splitlines()
        if line.strip()
    ]
    names = {str(event) for event in happened}
    missing = sorted(names - set(arrived))
    wrong = [f"not delivered: {name}" for name in missing]
    wrong += [f"delivered, never happened: {name}" for name in sorted(set(arrived) - names)]
    return Check(
        f"events delivered at least once ({len(arrived) - len(set(arrived))} twice)", len(names), wrong
    )
