"""A permit whose register leaves out what the other permit rules compare with."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.permits import checks_validity
from app.findings.departures import found_of
from app.findings.facts import SiteFacts
from app.findings.lawbook import PERMITTED, SINCE_LAW
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find the permit in force, or the last one, without wastes, facilities, validity, routes or capacities."""
    if facts.permits is None:
        return
    for each in checks_validity.register(facts.permits):
        yield found_of(facts, each, (each.permit,), values)


RULE = Rule(
    id="permit_incomplete",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("排污许可证登记不全", "The permit's register is incomplete"),
    law=PERMITTED,
    since=SINCE_LAW,
    parameters=(),
    evaluate=evaluate,
)
