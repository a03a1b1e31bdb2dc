"""A permit that has expired, or soon will, without another one that follows it."""

from collections.abc import Iterator
from decimal import Decimal

from app.domain.errors import Message
from app.domain.permits import checks_validity
from app.domain.permits.case import Kind
from app.findings.departures import found_of
from app.findings.facts import SiteFacts
from app.findings.lawbook import PERMITTED, SINCE_LAW
from app.findings.rule import Found, Parameter, Partition, Rule, Severity, Tonnes, Values


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find each permit and last day once: first that it expires, then that it has, then what was taken on since."""
    if facts.permits is None:
        return
    for each in checks_validity.validity(facts.permits, int(values["notice_days"])):
        severity = Severity.LOW if each.kind is Kind.EXPIRING else None
        yield found_of(facts, each, (each.permit, str(each.last_day)), values, severity)


RULE = Rule(
    id="permit_validity",
    version=1,
    severity=Severity.HIGH,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("排污许可证已到期或即将到期", "The permit has expired or soon will"),
    law=PERMITTED,
    since=SINCE_LAW,
    parameters=(
        Parameter(
            "notice_days",
            Decimal(checks_validity.EXPIRY_NOTICE_DAYS),
            "d",
            Decimal(0),
            Decimal(365),
            Message("到期前几天提示", "so many days before the last one"),
        ),
    ),
    evaluate=evaluate,
)
