"""The rules as they are answered: what each says, and the numbers it is held to with their history."""

from typing import Any

from app.db.session import ReadSession
from app.domain.errors import Message
from app.findings import parameters, registry
from app.findings.rule import Rule, Values, plain


def documents(session: ReadSession) -> list[dict[str, Any]]:
    """Every rule with the values that hold now."""
    values = parameters.current(session)
    return [_document(rule, values[rule.id]) for rule in registry.RULES]


def document(session: ReadSession, rule_id: str) -> dict[str, Any]:
    """One rule with the history of its parameters. Raises NotFound."""
    rule = parameters.known(rule_id)
    history = [
        {
            "number": row.number,
            "values": row.values,
            "reason": row.reason,
            "changed_by": row.changed_by,
            "changed_at": row.changed_at,
        }
        for row in parameters.history(session, rule_id)
    ]
    return _document(rule, parameters.current(session)[rule_id]) | {"history": history}


def _document(rule: Rule[Any], values: Values) -> dict[str, Any]:
    return {
        "id": rule.id,
        "version": rule.version,
        "severity": rule.severity,
        "tonnes_are": rule.tonnes_are.value,
        "partition": rule.partition.value,
        "text": _both(rule.text),
        "law": rule.law.document(),
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
