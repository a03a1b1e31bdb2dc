"""More in store than the permit in force allows."""

from collections.abc import Iterator
from fractions import Fraction

from app.domain.errors import Message
from app.domain.permits import checks_capacity
from app.findings.departures import found_of
from app.findings.facts import SiteFacts
from app.findings.lawbook import SINCE_LAW, STORING
from app.findings.limits import tolerance
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find runs of months whose stock does not fit into the storages that take it."""
    if facts.permits is None:
        return
    for each in checks_capacity.storage(facts.permits, Fraction(values["tolerance"])):
        yield found_of(facts, each, (str(each.months[0]),), values)


RULE = Rule(
    id="permit_storage",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("贮存量超过许可的贮存能力", "More in store than the permit allows"),
    law=STORING,
    since=SINCE_LAW,
    parameters=(tolerance("0.02", "超过能力多大比例以内不提示", "a share above capacity that passes"),),
    evaluate=evaluate,
)
