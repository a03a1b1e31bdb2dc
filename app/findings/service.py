"""What other slices ask of the findings: lists and scores, seen as their asker may see them."""

from app.domain.errors import Message
from app.findings import registry
from app.findings.reading import FindingQuery, one, page
from app.findings.summary import Score, scores

__all__ = ["FindingQuery", "Score", "one", "page", "rule_name", "scores"]


def rule_name(rule: str) -> Message:
    """What a rule is called; its id when there is no such rule any more."""
    known = registry.BY_ID.get(rule)
    return Message(rule, rule) if known is None else known.text
