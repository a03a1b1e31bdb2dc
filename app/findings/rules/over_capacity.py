"""A site that treats more in a year than its facilities can, or is declared to."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.facts import FacilityKind, Figure, SiteFacts
from app.findings.lawbook import SINCE_LAW, STORING
from app.findings.limits import tolerance
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits

_TREATED: tuple[tuple[Literal["used", "disposed"], str, FacilityKind, Message], ...] = (
    ("used", "use", "utilization", Message("综合利用", "utilization")),
    ("disposed", "dispose", "disposal", Message("处置", "disposal")),
)


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Compare, per calendar year, what was treated with the capacity of all facilities of that kind.

    Treated is the larger of what the site's books say and what senders declare to have sent it for that purpose, less
    what it handed on: a receiver that files nothing is held to what others say it takes.
    """
    for name, purpose, kind, text in _TREATED:
        capacity = facts.capacity(kind)
        if capacity is None:
            continue
        for year, by_month in sorted(_treated(facts, name, purpose).items()):
            total = sum(by_month.values())
            if total > capacity * (1 + values["tolerance"]):
                yield _found(facts, (kind, text, year), by_month, capacity, values)


def _treated(
    facts: SiteFacts, name: Literal["used", "disposed"], purpose: str
) -> dict[int, dict[Month, int]]:
    own: dict[Month, int] = defaultdict(int)
    told: dict[Month, int] = defaultdict(int)
    for month, book in facts.books.items():
        own[month] += sum(getattr(line, name) for line in book.lines)
        told[month] -= sum(flow.of_received for flow in book.flows_of("sent"))
    for declared in facts.declared:
        if declared.purpose == purpose:
            told[declared.month] += declared.grams
    years: dict[int, dict[Month, int]] = defaultdict(dict)
    for year in sorted({month.year for month in (*own, *told)}):
        mine = {month: grams for month, grams in own.items() if month.year == year}
        said = {month: max(0, grams) for month, grams in told.items() if month.year == year}
        years[year] = mine if sum(mine.values()) >= sum(said.values()) else said
    return years


def _found(
    facts: SiteFacts,
    what: tuple[FacilityKind, Message, int],
    by_month: dict[Month, int],
    capacity: int,
    values: Values,
) -> Found:
    kind, text, year = what
    total = sum(by_month.values())
    said = (tonnes_text(total), tonnes_text(capacity), tonnes_text(total - capacity))
    months = tuple(month for month, grams in sorted(by_month.items()) if grams)
    return Found(
        site=facts.code,
        key=(kind, str(year)),
        explanation=Message(
            f"{year} 年{text.zh} {said[0]} 吨，超过登记能力 {said[1]} 吨/年，超出 {said[2]} 吨",
            f"{year}: {text.en} of {said[0]} t against a registered capacity of {said[1]} t a year, {said[2]} t over",
        ),
        months=months,
        figures=tuple(
            Figure(
                "treated",
                by_month[month],
                facts.code,
                month,
                facts.books[month].ref if month in facts.books else None,
            )
            for month in months
        ),
        threshold={**limits(values), "capacity_tonnes": said[1]},
        values={"facility": kind, "year": year, "treated_tonnes": said[0]},
        grams=total - capacity,
    )


RULE = Rule(
    id="over_capacity",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("利用或处置量超过设施能力", "More treated than the facilities can"),
    law=STORING,
    since=SINCE_LAW,
    parameters=(tolerance("0.05", "超过能力多大比例以内不提示", "a share above capacity that passes"),),
    evaluate=evaluate,
)
