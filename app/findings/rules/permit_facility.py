"""Use or disposal in a facility that the permit does not have, or not for that."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.permits import checks_contents
from app.findings.departures import found_of, is_worth_it
from app.findings.facts import SiteFacts
from app.findings.lawbook import PERMITTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find, per calendar year, each waste in each facility that is unknown or not for it, or without any."""
    if facts.permits is None:
        return
    for each in checks_contents.facilities(facts.permits):
        if is_worth_it(each, values) and each.waste is not None and each.route is not None:
            key = (*each.parts, *each.places, each.waste, each.route.way, str(each.years[0]))
            yield found_of(facts, each, key, values)


RULE = Rule(
    id="permit_facility",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message(
        "设施不在排污许可证之内或不适用", "A facility that the permit does not have, or not for that"
    ),
    law=PERMITTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
