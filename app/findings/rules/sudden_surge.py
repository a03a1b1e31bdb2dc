"""A generation far above the site's own history."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.ledger_checks import is_unit_slip
from app.findings.facts import SiteFacts
from app.findings.history import odd_runs
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values
from app.findings.rules.sudden_drop import HISTORY, bounds, found
from app.findings.wording import about, grams_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find runs of months that stand out upward; a factor of a thousand is `unit_slip`."""
    for waste in facts.wastes:
        for run in odd_runs(facts, waste, bounds(values), upward=True):
            excess = sum(odd.grams - odd.usual for odd in run)
            is_slip = all(is_unit_slip(odd.grams, odd.usual) for odd in run)
            if excess > grams_of(values["least_tonnes"]) and not is_slip:
                yield found(
                    facts,
                    waste,
                    run,
                    values,
                    Message(f"约多报 {about(excess)} 吨", f"about {about(excess)} t more than ordinary"),
                    excess,
                )


RULE = Rule(
    id="sudden_surge",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("产生量骤增（对自身历史）", "Generation surges against the site's own history"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=HISTORY,
    evaluate=evaluate,
)
