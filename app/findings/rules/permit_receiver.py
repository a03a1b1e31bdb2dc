"""Waste entrusted to a site whose permit does not cover it. Told to both parties: it rests on their transfer alone."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.permits import checks_contents
from app.findings.departures import found_of, is_worth_it
from app.findings.facts import SiteFacts
from app.findings.lawbook import ENTRUSTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find, per calendar year, each waste, receiver and purpose outside the receiver's permit of those months.

    A receiver without a permit number is `receiver_unfit`; one whose permit is not known here is left alone.
    """
    if facts.permits is None:
        return
    for each in checks_contents.receivers(facts.permits):
        if is_worth_it(each, values) and each.waste and each.receiver and each.route:
            key = (each.waste, each.receiver, each.route.way, *each.parts, str(each.years[0]))
            yield found_of(facts, each, key, values)


RULE = Rule(
    id="permit_receiver",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("接收方的排污许可证不包括该固废或方式", "The receiver's permit does not cover it"),
    law=ENTRUSTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
