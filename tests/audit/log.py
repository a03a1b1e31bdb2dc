"""What tests of the audit log do: seal it, look at it, spoil it."""

from typing import Any

from sqlalchemy import select

from app.audit import sealing
from app.audit.models import AuditEntry
from app.audit.service import Actor, Change, record
from app.db.session import Database
from app.domain.audit.flaws import Report

SOMEONE = Actor("admin", None, "somebody")


def write(database: Database, now: Any, *objects: str, by: Actor = SOMEONE, **parts: Any) -> None:
    """Write one entry an object, in a transaction of its own."""
    with database.writing() as session:
        changes = [Change("site.changed", "site", name, after="a" * 64, **parts) for name in objects]
        record(session, by, changes, now=now)


def seal(database: Database) -> int:
    """Seal all there is; answers how many."""
    sealed = 0
    while True:
        with database.writing() as session:
            some = sealing.seal_some(session)
        sealed += some
        if some < sealing.BATCH:
            return sealed


def entries(database: Database, **wanted: Any) -> list[AuditEntry]:
    """The entries with these values, in the order of writing."""
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry).filter_by(**wanted).order_by(AuditEntry.ordinal)))


def named(report: Report) -> set[tuple[int | None, str, str]]:
    return {(flaw.number, flaw.field, flaw.code) for flaw in report.flaws}
