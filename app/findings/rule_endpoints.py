"""The routes of the rules: what they are, and the numbers they are held to."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.domain.errors import Message
from app.findings import jobs, parameters, registry
from app.findings.rule import Rule, Values, plain
from app.findings.schemas import ParametersIn, RuleDetailOut, RulesOut
from app.http.dependencies import Now, Reading, Writing
from app.outbox.jobs import enqueue

router = APIRouter(prefix="/v1/rules", tags=["findings"])

Code = Annotated[str, Path(max_length=64, pattern=r"^[a-z_]+$", examples=["line_balance"])]


@router.get("", response_model=RulesOut)
def get_rules(_subject: Annotated[Subject, Depends(require())], session: Reading) -> dict[str, Any]:
    """List the rules with what they say, by which law, since when, and the values of their parameters."""
    values = parameters.current(session)
    return {"items": [_document(rule, values[rule.id]) for rule in registry.RULES]}


@router.get("/{rule_id}", response_model=RuleDetailOut)
def get_rule(
    rule_id: Code, _subject: Annotated[Subject, Depends(require())], session: Reading
) -> dict[str, Any]:
    """Give one rule with the history of its parameters."""
    rule = parameters.known(rule_id)
    history = parameters.history(session, rule_id)
    return _document(rule, parameters.current(session)[rule_id]) | {
        "history": [
            {
                "number": row.number,
                "values": row.values,
                "reason": row.reason,
                "changed_by": row.changed_by,
                "changed_at": row.changed_at,
            }
            for row in history
        ]
    }


@router.put("/{rule_id}/parameters", response_model=RuleDetailOut)
def put_parameters(
    rule_id: Code,
    body: ParametersIn,
    subject: Annotated[Subject, Depends(require(Scope.ADMIN))],
    session: Writing,
    now: Now,
) -> dict[str, Any]:
    """Set some of a rule's parameters within their bounds, with a reason; its findings are then evaluated anew."""
    if parameters.change(session, subject, rule_id, body.values, body.reason, now):
        enqueue(session, jobs.FULL, {"rule": rule_id}, now=now, key=f"rule:{rule_id}")
    return get_rule(rule_id, subject, session)


def _document(rule: Rule[Any], values: Values) -> dict[str, Any]:
    return {
        "id": rule.id,
        "version": rule.version,
        "severity": rule.severity,
        "tonnes_are": rule.tonnes_are.value,
        "partition": rule.partition.value,
        "text": _both(rule.text),
        "law": _both(rule.law),
        "since": rule.since,
        "parameters": [
            {
                "name": each.name,
                "value": plain(values[each.name]),
                "default": plain(each.default),
                "unit": each.unit,
                "low": plain(each.low),
                "high": plain(each.high),
                "text": _both(each.text),
            }
            for each in rule.parameters
        ],
    }


def _both(message: Message) -> dict[str, str]:
    return {"zh": message.zh, "en": message.en}
