"""All rules, in the order in which they are listed."""

from collections.abc import Mapping
from typing import Any

from app.findings.rule import Partition, Rule
from app.findings.rules import line_balance, missing_month, receiver_silent

RULES: tuple[Rule[Any], ...] = (
    line_balance.RULE,
    missing_month.RULE,
    receiver_silent.RULE,
)
BY_ID: Mapping[str, Rule[Any]] = {rule.id: rule for rule in RULES}


def of(partition: Partition) -> tuple[Rule[Any], ...]:
    """The rules that are evaluated in partitions of a kind."""
    return tuple(rule for rule in RULES if rule.partition is partition)
