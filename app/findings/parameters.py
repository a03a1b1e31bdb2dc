"""The numbers that rules are held to: defaults in the code, an administrator's changes in the database with history."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.auth.subjects import Subject
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.findings import registry
from app.findings.models import RuleParameters
from app.findings.rule import Rule, Values, plain
from app.http.problems import Invalid, NotFound
from app.ids import new_id


def current(session: ReadSession) -> dict[str, Values]:
    """Rule → the values that hold now. What was set of a parameter that a rule has no more is left out."""
    newest = {row.rule: row.values for row in session.scalars(_rows())}
    return {rule.id: _values(rule, newest.get(rule.id, {})) for rule in registry.RULES}


def _rows() -> Any:
    return select(RuleParameters).order_by(RuleParameters.rule, RuleParameters.number)


def _values(rule: Rule[Any], changed: Mapping[str, str]) -> Values:
    return rule.defaults | {name: Decimal(text) for name, text in changed.items() if name in rule.defaults}


def history(session: ReadSession, rule_id: str) -> list[RuleParameters]:
    """What was set of a rule's parameters, the newest first."""
    query = select(RuleParameters).where(RuleParameters.rule == known(rule_id).id)
    return list(session.scalars(query.order_by(RuleParameters.number.desc())))


def known(rule_id: str) -> Rule[Any]:
    """The rule of this id. Raises NotFound."""
    rule = registry.BY_ID.get(rule_id)
    if rule is None:
        raise NotFound(Message("没有这条规则", "there is no such rule"))
    return rule


def change(
    session: WriteSession,
    subject: Subject,
    rule_id: str,
    values: Mapping[str, Decimal],
    reason: str,
    now: datetime,
) -> bool:
    """Set some of a rule's parameters; False when they stand like that already. Raises NotFound, Invalid."""
    rule = known(rule_id)
    _refuse_wrong(rule, values)
    lock_names(session, [f"rule:{rule_id}"])
    before = current(session)[rule_id]
    after = {**before, **values}
    if after == dict(before):
        return False
    numbers = [row.number for row in history(session, rule_id)]
    made = RuleParameters(
        id=new_id(),
        rule=rule_id,
        number=max(numbers, default=0) + 1,
        values={name: plain(value) for name, value in after.items()},
        reason=reason,
        changed_by=subject.actor,
        changed_at=now,
    )
    session.add(made)
    session.flush()
    was = audit.digest({name: plain(value) for name, value in before.items()})
    change = audit.Change("rule.changed", "rule", rule_id, was, audit.digest(made.values), made.number)
    audit.record(session, subject, [change], now=now)
    return True


def _refuse_wrong(rule: Rule[Any], values: Mapping[str, Decimal]) -> None:
    bounds = {parameter.name: parameter for parameter in rule.parameters}
    faults = []
    for name, value in values.items():
        parameter = bounds.get(name)
        if parameter is None:
            text = Message("该规则没有这个参数", "this rule has no such parameter")
            faults.append(Fault(f"/values/{name}", "unknown_parameter", text))
        elif not parameter.low <= value <= parameter.high:
            low, high = plain(parameter.low), plain(parameter.high)
            text = Message(f"应在 {low} 至 {high} 之间", f"this must be from {low} to {high}")
            faults.append(Fault(f"/values/{name}", "out_of_bounds", text))
    if faults:
        raise Invalid(errors=faults)
