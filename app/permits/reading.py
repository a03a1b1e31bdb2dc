"""Permits as they are answered."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Fault
from app.domain.periods import Month
from app.domain.permits import versions
from app.http.answers import TextOut
from app.http.problems import NotFound
from app.permits import repository
from app.permits.commands import Result
from app.permits.documents import content_of
from app.permits.histories import histories_of_numbers, histories_of_sites, visible_permit
from app.permits.matching import NOBODY, sites_of
from app.permits.models import Permit
from app.permits.warnings import warnings_of


def page(
    session: ReadSession, subject: Subject, *, region: str, matched: bool | None, after: str, limit: int
) -> dict[str, Any]:
    """List permits in the order of their numbers."""
    rows = repository.permits_page(
        session, subject, region=region, matched=matched, after=after, limit=limit + 1
    )
    items = [_summary(permit, site) for permit, site in rows[:limit]]
    return {"items": items, "next_cursor": items[-1]["number"] if len(rows) > limit else None}


def one(
    session: ReadSession,
    subject: Subject,
    number: str,
    today: date,
    *,
    month: Month | None = None,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """Give a permit with its newest version, or with the one that holds in a month. Raises NotFound."""
    permit, site = visible_permit(session, subject, number)
    rows = repository.version_rows(session, permit.id, newest_only=month is None and as_of is None)
    if month is not None or as_of is not None:
        history = histories_of_numbers(session, [number], as_of).get(number, ())
        newest = max(history, key=lambda version: version.version, default=None)
        chosen = newest if month is None else versions.in_force(history, month)
        if chosen is None:
            raise NotFound
        rows = [row for row in rows if row.number == chosen.version]
    return _whole(session, permit, site, rows[0], today)


def _whole(
    session: ReadSession, permit: Permit, site: str | None, row: Row[Any], today: date
) -> dict[str, Any]:
    content = content_of(row.content)
    match = sites_of(session, [permit.number]).get(permit.number, NOBODY)
    histories = histories_of_sites(session, [permit.site_id] if permit.site_id is not None else [])
    others = [v for history in histories.values() for v in history if v.number != permit.number]
    return _summary(permit, site) | {
        "version": row.number,
        "effective_from": row.effective_from,
        "content": json.loads(row.content),
        "content_sha256": row.content_sha256,
        "raw_sha256": row.raw_sha256,
        "warnings": warning_documents(warnings_of(content, match, others, today)),
    }


def _summary(permit: Permit, site: str | None) -> dict[str, Any]:
    return {
        "number": permit.number,
        "credit_code": permit.credit_code,
        "region": permit.region,
        "site": site,
        "matched": permit.site_id is not None,
        "version": permit.version,
        "valid_from": permit.valid_from,
        "valid_until": permit.valid_until,
        "received_at": permit.created_at,
        "changed_at": permit.changed_at,
    }


def after_put(session: ReadSession, subject: Subject, result: Result, today: date) -> dict[str, Any]:
    """Answer a permit that was taken in; its sender sees it as it now stands."""
    return one(session, subject, result.number, today) | {"outcome": result.outcome.value}


def all_versions(session: ReadSession, subject: Subject, number: str) -> dict[str, Any]:
    """Give every version, the newest first. Raises NotFound."""
    permit, _ = visible_permit(session, subject, number)
    rows = repository.version_rows(session, permit.id)
    return {"items": [_version(row) for row in rows]}


def _version(row: Row[Any]) -> dict[str, Any]:
    return {
        "version": row.number,
        "effective_from": row.effective_from,
        "received_at": row.received_at,
        "received_from": row.actor,
        "source": row.source,
        "media_type": row.media_type,
        "raw_bytes": row.raw_bytes,
        "raw_sha256": row.raw_sha256,
        "content_sha256": row.content_sha256,
        "content": json.loads(row.content),
    }


def payload(session: ReadSession, subject: Subject, number: str, version: int) -> bytes:
    """Give the very bytes that a version came as. Raises NotFound."""
    permit, _ = visible_permit(session, subject, number)
    found = repository.payload(session, permit.id, version)
    if found is None:
        raise NotFound
    return found[0]


def warning_documents(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Warnings as they are answered."""
    return [
        {
            "rule": fault.code,
            "severity": "warning",
            "pointer": fault.pointer,
            "message": TextOut.of(fault.message),
        }
        for fault in faults
    ]
