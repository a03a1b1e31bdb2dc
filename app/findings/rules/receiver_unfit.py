"""A site that takes in waste without the permit, or without any facility for what it takes it for."""

from collections import defaultdict
from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.facts import FacilityKind, Figure, SiteFacts
from app.findings.lawbook import ENTRUSTED, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of, months_of

_NEEDS: dict[str, FacilityKind] = {"use": "utilization", "dispose": "disposal", "store": "storage"}
_FACILITY = {
    "utilization": Message("综合利用设施", "utilization"),
    "disposal": Message("处置设施", "disposal"),
    "storage": Message("贮存设施", "storage"),
}


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find a receiver without a permit number, and for each purpose one without a facility of that kind.

    What it took in is the larger of what its own ledger says and what senders declare to it. Whatever it hands on the
    same month needs no facility; a trader is held to the permit alone.
    """
    taken = {purpose: _taken_in(facts, purpose) for purpose in _NEEDS}
    everything: dict[Month, int] = defaultdict(int)
    for by_month in taken.values():
        for month, grams in by_month.items():
            everything[month] += grams
    least = grams_of(values["least_tonnes"])
    if facts.permit_number is None and sum(everything.values()) > least:
        yield _without_permit(facts, everything, values)
    kinds = {facility.kind for facility in facts.facilities}
    passed_on = {month: _passed_on(facts, month) for month in everything}
    for purpose, kind in _NEEDS.items():
        kept = {month: max(0, grams - passed_on[month]) for month, grams in taken[purpose].items()}
        if kind not in kinds and sum(kept.values()) > least:
            yield _without_facility(facts, kind, kept, values)


def _taken_in(facts: SiteFacts, purpose: str) -> dict[Month, int]:
    """Month → what came in for a purpose [g]."""
    own: dict[Month, int] = defaultdict(int)
    told: dict[Month, int] = defaultdict(int)
    for month, book in facts.books.items():
        for flow in book.flows_of("received"):
            if (flow.purpose or "use") == purpose:
                own[month] += flow.grams
    for declared in facts.declared:
        if declared.purpose == purpose:
            told[declared.month] += declared.grams
    return {month: max(own[month], told[month]) for month in sorted({*own, *told})}


def _passed_on(facts: SiteFacts, month: Month) -> int:
    book = facts.books.get(month)
    return 0 if book is None else sum(flow.of_received for flow in book.flows_of("sent"))


def _without_permit(facts: SiteFacts, by_month: dict[Month, int], values: Values) -> Found:
    when, tonnes = months_of(tuple(by_month)), tonnes_text(sum(by_month.values()))
    return Found(
        site=facts.code,
        key=("permit",),
        explanation=Message(
            f"该场所没有登记排污许可证，{when.zh} 接收固废 {tonnes} 吨",
            f"The site has no registered discharge permit and took in {tonnes} t of waste, {when.en}",
        ),
        months=tuple(sorted(by_month)),
        figures=_figures(facts, by_month),
        threshold=limits(values),
        grams=sum(by_month.values()),
    )


def _without_facility(
    facts: SiteFacts, kind: FacilityKind, by_month: dict[Month, int], values: Values
) -> Found:
    months = tuple(month for month, grams in sorted(by_month.items()) if grams)
    when, tonnes = months_of(months), tonnes_text(sum(by_month.values()))
    return Found(
        site=facts.code,
        key=("facility", kind),
        explanation=Message(
            f"该场所没有登记{_FACILITY[kind].zh}，{when.zh} 接收而未转出的相应固废有 {tonnes} 吨",
            f"The site has no registered {_FACILITY[kind].en} facility and took in {tonnes} t for that and did not hand "
            f"them on, {when.en}",
        ),
        months=months,
        figures=_figures(facts, {month: by_month[month] for month in months}),
        threshold=limits(values),
        values={"facility": kind},
        grams=sum(by_month.values()),
    )


def _figures(facts: SiteFacts, by_month: dict[Month, int]) -> tuple[Figure, ...]:
    return tuple(
        Figure("taken_in", grams, facts.code, month, facts.books[month].ref if month in facts.books else None)
        for month, grams in sorted(by_month.items())
    )


RULE = Rule(
    id="receiver_unfit",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("接收方无许可证或无相应设施", "A receiver without the permit or the facility for it"),
    law=ENTRUSTED,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
