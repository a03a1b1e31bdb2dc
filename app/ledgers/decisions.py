"""What a regulator decides: accept or return a ledger, close a month."""

import uuid
from datetime import datetime

from sqlalchemy import insert, select, update

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to, within
from app.db.base import table_of
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.domain.ledger import DECISIONS, LedgerState
from app.domain.periods import Month
from app.enterprises.models import Site
from app.http.problems import Conflict, Forbidden, Invalid, NotFound
from app.ids import new_id
from app.ledgers import events
from app.ledgers.models import Ledger, LedgerTransition, MonthClosing
from app.ledgers.surroundings import closing_lock, hold_open, lock_name
from app.outbox.events import NewEvent, publish
from app.reference import service as reference


def _refuse_others(subject: Subject) -> None:
    if subject.role not in (Role.REGULATOR, Role.ADMIN):
        raise Forbidden(Message("只有监管部门可以审核台账", "only a regulator decides on ledgers"))


def decide(
    session: WriteSession,
    subject: Subject,
    ledger_id: uuid.UUID,
    to: LedgerState,
    reason: str | None,
    now: datetime,
) -> None:
    """Accept, return or close one ledger; returning needs a reason."""
    query = (
        select(Ledger, Site.code)
        .join(Site, Site.id == Ledger.site_id)
        .where(
            Ledger.id == ledger_id, visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    _refuse_others(subject)
    ledger, site_code = found
    if subject.role is Role.REGULATOR and ledger.state is LedgerState.DRAFT:
        raise NotFound  # as when reading: a draft is its author's business
    hold_open(session, [ledger.month])
    lock_names(session, [lock_name(site_code, ledger.month)])
    session.refresh(ledger)
    if to is LedgerState.RETURNED and not reason:
        text = Message("退回须说明理由", "say why it is returned")
        raise Invalid(errors=[Fault("/reason", "reason_required", text)])
    if to not in DECISIONS[ledger.state]:
        states = (ledger.state.value, to.value)
        text = Message(
            "台账状态 {} 不能转为 {}".format(*states), "a ledger that is {} cannot become {}".format(*states)
        )
        raise Conflict(text)
    _record(session, [(ledger.id, ledger.state)], to, reason, subject, now)
    ledger.state = to


def close_month(
    session: WriteSession, subject: Subject, region: str, month: Month, *, now: datetime, this_month: Month
) -> int:
    """Close a month for a region: its filed ledgers become `closed`, later changes need a reason. Answers how many."""
    _refuse_others(subject)
    if subject.role is Role.REGULATOR and not region.startswith(subject.region or "-"):
        raise Forbidden(Message("不在您的辖区", "this region is not in your territory"))
    _refuse_nowhere_and_never(session, region, month, this_month)
    # Alone: filings and decisions of this month have ended, or find it closed. What is read below stays true.
    lock_names(session, [closing_lock(month)])
    _keep_closing(session, subject, region, month, now)
    closable = [state for state, allowed in DECISIONS.items() if LedgerState.CLOSED in allowed]
    open_ledgers = session.execute(
        select(Ledger.id, Ledger.state)
        .join(Site, Site.id == Ledger.site_id)
        .where(Ledger.month == month, within(Site.region, region), Ledger.state.in_(closable))
    ).all()
    moved = [(ledger_id, state) for ledger_id, state in open_ledgers]
    if moved:
        ids = [ledger_id for ledger_id, _ in moved]
        session.execute(update(Ledger).where(Ledger.id.in_(ids)).values(state=LedgerState.CLOSED))
        _record(session, moved, LedgerState.CLOSED, None, subject, now)
    return len(moved)


def _refuse_nowhere_and_never(session: WriteSession, region: str, month: Month, this_month: Month) -> None:
    faults = []
    if region not in reference.codes(session).regions:
        text = Message("没有此行政区划代码", "there is no such region code")
        faults.append(Fault("/region", "unknown_region", text))
    if month > this_month:
        text = Message("月份尚未到来，不能关账", "this month has not come yet; it cannot be closed")
        faults.append(Fault("/month", "future_month", text))
    if faults:
        raise Invalid(errors=faults)


def _keep_closing(session: WriteSession, subject: Subject, region: str, month: Month, now: datetime) -> None:
    """Keep who closed the month, and when; closing it again changes nothing of that."""
    kept = select(MonthClosing.id).where(MonthClosing.region == region, MonthClosing.month == month)
    if session.scalar(kept) is None:
        row = {"id": new_id(), "region": region, "month": month, "actor": subject.actor, "at": now}
        session.execute(insert(table_of(MonthClosing)), [row])
        change = audit.Change(
            "month.closed",
            "month",
            f"{region}/{month}",
            after=audit.digest(row),
            region=audit.territory(region),
        )
        audit.record(session, subject, [change], now=now)


def _record(
    session: WriteSession,
    moved: list[tuple[uuid.UUID, LedgerState]],
    to: LedgerState,
    reason: str | None,
    subject: Subject,
    now: datetime,
) -> None:
    rows = [
        {
            "id": new_id(),
            "ledger_id": ledger_id,
            "from_state": state,
            "to_state": to,
            "reason": reason,
            "actor": subject.actor,
            "at": now,
        }
        for ledger_id, state in moved
    ]
    session.execute(insert(table_of(LedgerTransition)), rows)
    told = events.of_decision(session, [ledger_id for ledger_id, _ in moved], to)
    publish(session, told, now=now)
    former = {str(ledger_id): state for ledger_id, state in moved}
    changes = [_change(event, former[str(event.payload["ledger"])], to, reason) for event in told]
    audit.record(session, subject, changes, now=now)


def _change(event: NewEvent, former: LedgerState, to: LedgerState, reason: str | None) -> audit.Change:
    """What the log says of a decision: the state before and after, with the reason given."""
    ledger_id, version = str(event.payload["ledger"]), event.payload["version"]
    common = {"ledger": ledger_id, "version": version}
    return audit.Change(
        event.type,
        "ledger",
        ledger_id,
        audit.digest(common | {"state": former.value}),
        audit.digest(common | {"state": to.value, "reason": reason}),
        version if isinstance(version, int) else None,
        event.region,
    )
