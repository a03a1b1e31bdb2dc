"""The one way a permit gets into the database: by PUT, from a file, from another system.

Look around once, judge each permit in order (later ones see what earlier ones of the set put there), then write all of
it with multi-row statements. A permit that says what the newest version says already changes nothing.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, bindparam, insert, update

from app.audit import service as audit
from app.db.base import table_of
from app.db.session import WriteSession
from app.domain.permits.content import PermitContent
from app.domain.permits.versions import PermitVersion
from app.http.problems import PreconditionFailed, Problem
from app.ids import new_id
from app.outbox.events import publish
from app.permits import events
from app.permits.admission import refuse_elsewhere, refuse_faults
from app.permits.commands import Incoming, Outcome, Receiver, Result
from app.permits.documents import canonical, sha256_of
from app.permits.matching import NOBODY, Match
from app.permits.models import Permit, PermitVersionRow
from app.permits.surroundings import Around, Known, look_around
from app.permits.warnings import warnings_of


@dataclass(slots=True)
class _Batch:
    made: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)
    changed: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)

    def write(self, session: WriteSession) -> None:
        permits = table_of(Permit)
        if self.made:
            session.execute(insert(permits), list(self.made.values()))
        if self.changed:
            names = next(iter(self.changed.values())).keys() - {"key"}
            set_to: dict[str, BindParameter[Any]] = {name: bindparam(f"new_{name}") for name in names}
            rows = [
                {"key": row["key"], **{f"new_{name}": row[name] for name in names}}
                for row in self.changed.values()
            ]
            session.connection().execute(
                update(permits).where(permits.c.id == bindparam("key")).values(set_to), rows
            )
        if self.versions:
            session.execute(insert(table_of(PermitVersionRow)), self.versions)


def receive(
    session: WriteSession, incoming: Sequence[Incoming], receiver: Receiver, *, dry_run: bool = False
) -> list[Result]:
    """Take the permits in; results stand in the order of the list. The caller commits."""
    around = look_around(session, incoming)
    batch = _Batch()
    results = [_receive_one(one, around, receiver, batch) for one in incoming]
    if not dry_run:
        batch.write(session)
        publish(session, events.of_results(results), now=receiver.now)
        by = receiver.by or receiver.subject
        audit.record(session, by, _changes(results), now=receiver.now)
    return results


def _changes(results: Sequence[Result]) -> Iterator[audit.Change]:
    for result in results:
        if result.content is not None and result.outcome is not Outcome.UNCHANGED:
            yield audit.Change(
                "permit.received" if result.outcome is Outcome.CREATED else "permit.changed",
                "permit",
                result.number,
                result.former_sha256,
                result.content_sha256,
                result.version,
                result.content.region if result.holder is None else result.holder.region,
            )


def _receive_one(one: Incoming, around: Around, receiver: Receiver, batch: _Batch) -> Result:
    try:
        match = around.matches.get(one.number, NOBODY)
        known = around.known.get(one.number)
        refuse_elsewhere(one, match, known, receiver)
        refuse_faults(one, around)
        if one.if_match is not None and (known is None or known.version != one.if_match):
            raise PreconditionFailed(extra={"permit": one.number, "version": known.version if known else 0})
        content = one.body.content(one.number)
        return _place(one, content, match, around, receiver, batch)
    except Problem as problem:
        return Result(Outcome.REJECTED, one.number, problem)


def _place(
    one: Incoming, content: PermitContent, match: Match, around: Around, receiver: Receiver, batch: _Batch
) -> Result:
    known = around.known.get(one.number)
    text = canonical(content)
    sha256 = sha256_of(text)
    since = one.body.effective_from
    outcome = Outcome.CREATED if known is None else Outcome.CHANGED
    if known is not None and known.content_sha256 == sha256 and since in (None, known.effective_from):
        outcome, since = Outcome.UNCHANGED, known.effective_from
    since = since or _effective_from(content, known, receiver.today)
    version = 1 if known is None else known.version + (outcome is Outcome.CHANGED)
    holder = match.holder
    history = [] if holder is None else around.histories.setdefault(holder.site_id, [])
    others = [other for other in history if other.number != one.number]
    result = Result(
        outcome,
        one.number,
        content=content,
        version=version,
        effective_from=since,
        content_sha256=sha256,
        former_sha256=None if known is None else known.content_sha256,
        holder=holder,
        enterprise_id=around.lines.get(content.credit_code),
        warnings=warnings_of(content, match, others, receiver.today),
    )
    if outcome is not Outcome.UNCHANGED:
        permit_id = known.id if known is not None else new_id()
        _write(one, result, text, permit_id, receiver, batch, is_new=known is None)
        first = None if content.validity is None else content.validity.first
        around.known[one.number] = Known(permit_id, content.region, version, sha256, first, since)
        history.append(PermitVersion(version, since, receiver.now, content))
    return result


def _effective_from(content: PermitContent, known: Known | None, today: date) -> date:
    """The first day of a validity that is new; of a permit that goes on being valid, the day the change came."""
    first = None if content.validity is None else content.validity.first
    if known is None:
        return first or content.issued_on or today
    return first if first is not None and first != known.validity_first else today


def _write(
    one: Incoming,
    result: Result,
    text: str,
    permit_id: uuid.UUID,
    receiver: Receiver,
    batch: _Batch,
    *,
    is_new: bool,
) -> None:
    content = result.content
    assert content is not None  # noqa: S101 - what is written was not refused
    validity = content.validity
    says = {
        "region": content.region,
        "site_id": None if result.holder is None else result.holder.site_id,
        "version": result.version,
        "content_sha256": result.content_sha256,
        "valid_from": None if validity is None else validity.first,
        "valid_until": None if validity is None else validity.last,
        "changed_at": receiver.now,
    }
    if permit_id in batch.made:
        batch.made[permit_id] |= says
    elif is_new:
        identity = {"id": permit_id, "number": one.number, "credit_code": content.credit_code}
        batch.made[permit_id] = identity | says | {"created_at": receiver.now}
    else:
        batch.changed[permit_id] = {"key": permit_id} | says
    batch.versions.append(_version(one, result, text, permit_id, receiver))


def _version(
    one: Incoming, result: Result, text: str, permit_id: uuid.UUID, receiver: Receiver
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "permit_id": permit_id,
        "number": result.version,
        "effective_from": result.effective_from,
        "content": text,
        "content_sha256": result.content_sha256,
        "raw": one.raw,
        "raw_sha256": sha256_of(one.raw),
        "media_type": one.media_type[:120],
        "source": receiver.source,
        "actor": receiver.subject.actor,
        "received_at": receiver.now,
    }
