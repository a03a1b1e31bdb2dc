"""Waste that the site's permit does not name: generated, or taken in from others."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.permits import checks_contents
from app.domain.permits.case import Kind
from app.findings.departures import found_of, is_worth_it
from app.findings.facts import SiteFacts
from app.findings.lawbook import PERMITTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find, per calendar year, each waste outside the permit in force, by class, by code, or taken in for a purpose."""
    if facts.permits is None:
        return
    for each in checks_contents.wastes(facts.permits):
        if is_worth_it(each, values):
            key = tuple(part for part in (each.waste, each.waste_code) if part is not None)
            # The class is permitted and only the code is another: often it is the code that is wrong.
            severity = Severity.LOW if each.kind is Kind.CODE else None
            yield found_of(facts, each, (*key, str(each.years[0])), values, severity)
    for each in checks_contents.received(facts.permits):
        if is_worth_it(each, values) and each.waste is not None and each.route is not None:
            yield found_of(facts, each, ("received", each.waste, each.route.way, str(each.years[0])), values)


RULE = Rule(
    id="permit_waste",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("超出排污许可证的固废种类", "A waste that the permit does not name"),
    law=PERMITTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
