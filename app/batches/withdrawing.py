"""Withdrawing a form: it stays to be read, keeps its number, and counts for nothing from then on."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.auth.subjects import Subject
from app.batches.models import Batch, ProductBatch
from app.batches.recording import own_sites
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.errors import Message
from app.enterprises import service as enterprises
from app.http.problems import Conflict, NotFound


class AlreadyWithdrawn(Conflict):
    code = "already_withdrawn"
    title = Message("该表单已作废", "This form was withdrawn before")


def withdraw_batch(
    session: WriteSession, subject: Subject, batch_id: uuid.UUID, reason: str, now: datetime
) -> None:
    """Withdraw a form of tables 3 to 7. Raises NotFound, AlreadyWithdrawn."""
    _withdraw(session, subject, (Batch, "batch"), batch_id, reason, now)


def withdraw_product(
    session: WriteSession, subject: Subject, batch_id: uuid.UUID, reason: str, now: datetime
) -> None:
    """Withdraw a product batch. Raises NotFound, AlreadyWithdrawn."""
    _withdraw(session, subject, (ProductBatch, "product_batch"), batch_id, reason, now)


def _withdraw(
    session: WriteSession,
    subject: Subject,
    what: tuple[Any, str],
    batch_id: uuid.UUID,
    reason: str,
    now: datetime,
) -> None:
    model, kind = what
    site_id = session.scalar(select(model.site_id).where(model.id == batch_id))
    site = None if site_id is None else enterprises.sites_by_id(session, [site_id])[site_id]
    if site is None or site.code not in own_sites(session, subject, {site.code}):
        raise NotFound
    lock_names(session, [f"batches:{site.code}"])
    row = session.get(model, batch_id, populate_existing=True)
    if row is None or row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    row.withdrawn_at, row.withdrawn_reason = now, reason
    session.flush()
    told = audit.Change(f"{kind}.withdrawn", kind, str(batch_id), before=row.sha256, region=site.region)
    audit.record(session, subject, [told], now=now)
