"""The succession of a credit code: who answers for an enterprise that is no more.

No site and no transfer changes hands in the tables: each keeps the enterprise that it was registered under, and who
follows whom is said by the enterprises alone (docs/decisions/0013-site-history.md).
"""

from datetime import datetime

from app.audit import service as audit
from app.auth.subjects import Subject
from app.clock import local_date
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.enterprises import events, repository, rules
from app.enterprises.models import Enterprise
from app.enterprises.schemas import SuccessionIn
from app.http.problems import Conflict, Invalid, NotFound
from app.permits import service as permits
from app.transfers import service as transfers

_FUTURE = Message(
    "承继尚未发生，请在该月到来后登记", "this month has not come yet; record the succession when it has"
)


class AlreadySucceeded(Conflict):
    code = "already_succeeded"
    title = Message("该企业已有承继企业", "This enterprise has a successor already")


class SuccessionRing(Conflict):
    code = "succession_ring"
    title = Message("承继关系不能成环", "A succession must not lead back to where it began")


def succeed(
    session: WriteSession,
    subject: Subject,
    credit_code: str,
    body: SuccessionIn,
    *,
    now: datetime,
    timezone: str,
) -> Enterprise:
    """Let a successor answer for an enterprise. Raises NotFound, Invalid, AlreadySucceeded, SuccessionRing."""
    # One name for all: two successions at once could otherwise close a ring.
    lock_names(session, ["enterprise:succession"])
    old = repository.enterprise_by_code(session, credit_code)
    if old is None:
        raise NotFound
    new = repository.enterprise_by_code(session, body.successor)
    if new is None:
        raise Invalid(errors=[rules.unknown_enterprise("/successor")])
    if body.from_month > Month.of(local_date(now, timezone)):
        raise Invalid(errors=[Fault("/from", "future_month", _FUTURE)])
    if old.successor_id is not None:
        same = (old.successor_id, old.succeeded_from, old.succession_reason)
        if same != (new.id, body.from_month, body.reason):
            raise AlreadySucceeded(extra={"credit_code": credit_code})
        return old
    last = repository.enterprise_by_id(session, new.last_successor_id or new.id)
    if last.id == old.id:
        raise SuccessionRing(extra={"credit_code": credit_code})
    repository.hold_register(session, to_change_it=True)
    before = audit.digest(old)
    old.successor_id, old.succeeded_from, old.succession_reason = new.id, body.from_month, body.reason
    old.succession_recorded_at = now
    session.flush()
    _let_codes_follow(session, old, new, last, now)
    change = audit.Change(
        "enterprise.succeeded", "enterprise", credit_code, before, audit.digest(old), region=old.region
    )
    audit.record(session, subject, [change], now=now)
    events.tell_succession(session, old, now=now)
    return old


def _let_codes_follow(
    session: WriteSession, old: Enterprise, new: Enterprise, last: Enterprise, now: datetime
) -> None:
    """Let whatever was named by a code of the line find whom it means now."""
    repository.extend_lines(session, old.id, last.id)
    session.refresh(old)
    # The codes that now mean more sites than before: the successor's, and those of its successors.
    line = [new]
    while line[-1].successor_id is not None:
        line.append(repository.enterprise_by_id(session, line[-1].successor_id))
    transfers.relink(session, [member.credit_code for member in line])
    permits.rematch(session, credit_codes=[old.credit_code, *(each.credit_code for each in line)], now=now)
