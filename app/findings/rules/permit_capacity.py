"""More used or disposed of in a calendar year than the permit in force allows."""

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
    """Find years whose treatment up to some month does not fit into the facilities as permitted in that month."""
    if facts.permits is None:
        return
    for each in checks_capacity.treatment(facts.permits, Fraction(values["tolerance"])):
        yield found_of(facts, each, (each.kind.value, str(each.years[0])), values)


RULE = Rule(
    id="permit_capacity",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("利用或处置量超过许可能力", "More treated than the permit allows"),
    law=STORING,
    since=SINCE_LAW,
    parameters=(tolerance("0.05", "超过能力多大比例以内不提示", "a share above capacity that passes"),),
    evaluate=evaluate,
)
