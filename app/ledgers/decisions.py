"""What a regulator decides: accept or return a ledger, close a month."""

import uuid
from datetime import datetime

from sqlalchemy import func, insert, select, update

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
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
from app.ledgers.surroundings import lock_name
from app.outbox.events import publish


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


def close_month(session: WriteSession, subject: Subject, region: str, month: Month, now: datetime) -> int:
    """Close a month for a region: its filed ledgers become `closed`, later changes need a reason. Answers how many."""
    _refuse_others(subject)
    if subject.role is Role.REGULATOR and not region.startswith(subject.region or "-"):
        raise Forbidden(Message("不在您的辖区", "this region is not in your territory"))
    lock_names(session, [f"closing:{region}:{month}"])
    already = session.scalar(
        select(func.count())
        .select_from(MonthClosing)
        .where(MonthClosing.region == region, MonthClosing.month == month)
    )
    if not already:
        row = {"id": new_id(), "region": region, "month": month, "actor": subject.actor, "at": now}
        session.execute(insert(table_of(MonthClosing)), [row])
    open_ledgers = session.execute(
        select(Ledger.id, Ledger.state, Site.code)
        .join(Site, Site.id == Ledger.site_id)
        .where(
            Ledger.month == month,
            Site.region.startswith(region, autoescape=True),
            Ledger.state.in_(
                [state for state, allowed in DECISIONS.items() if LedgerState.CLOSED in allowed]
            ),
        )
    ).all()
    lock_names(session, [lock_name(code, month) for _, _, code in open_ledgers])
    ids = [ledger_id for ledger_id, _, _ in open_ledgers]
    if ids:
        session.execute(update(Ledger).where(Ledger.id.in_(ids)).values(state=LedgerState.CLOSED))
        _record(session, [(i, state) for i, state, _ in open_ledgers], LedgerState.CLOSED, None, subject, now)
    return len(ids)


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
    publish(session, events.of_decision(session, [ledger_id for ledger_id, _ in moved], to), now=now)
