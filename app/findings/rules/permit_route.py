"""Own waste that goes a way its permit does not name: self or entrusted, to store, use or dispose of."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.permits import checks_contents
from app.findings.departures import found_of, is_worth_it
from app.findings.facts import SiteFacts
from app.findings.lawbook import PERMITTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find, per calendar year, each way of each waste that the permit in force does not name for it."""
    if facts.permits is None:
        return
    for each in checks_contents.routes(facts.permits):
        if is_worth_it(each, values) and each.waste is not None and each.route is not None:
            key = (each.waste, each.route.by, each.route.way, str(each.years[0]))
            yield found_of(facts, each, key, values)


RULE = Rule(
    id="permit_route",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("去向不在排污许可证之内", "A route that the permit does not name"),
    law=PERMITTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
