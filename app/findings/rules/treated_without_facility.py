"""A site that uses or disposes of its own waste and has no facility for that on the register."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.facts import Book, FacilityKind, Figure, FlowKind, SiteFacts
from app.findings.lawbook import SINCE_LAW, STORING
from app.findings.limits import least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of, months_of

_TREATED: tuple[tuple[FlowKind, FacilityKind, Message], ...] = (
    ("used", "utilization", Message("自行利用", "utilization")),
    ("disposed", "disposal", Message("自行处置", "disposal")),
)


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Hold what was used and disposed of, others' waste apart, against the kinds of facility that are registered.

    What a site does with others' waste is `receiver_unfit`. The register knows a facility's kind and not its processes, so
    a facility of the kind is enough.
    """
    kinds = {facility.kind for facility in facts.facilities}
    for flow_kind, facility_kind, text in _TREATED:
        if facility_kind in kinds:
            continue
        own = {month: _own(facts.books[month], flow_kind) for month in facts.months}
        by_month = {month: grams for month, grams in own.items() if grams}
        if sum(by_month.values()) > grams_of(values["least_tonnes"]):
            yield _found(facts, facility_kind, text, by_month, values)


def _own(book: Book, kind: FlowKind) -> int:
    return sum(max(0, flow.grams - flow.of_received) for flow in book.flows_of(kind))


def _found(
    facts: SiteFacts, kind: FacilityKind, text: Message, by_month: dict[Month, int], values: Values
) -> Found:
    grams, when = sum(by_month.values()), months_of(tuple(by_month))
    return Found(
        site=facts.code,
        key=(kind,),
        explanation=Message(
            f"{when.zh} {text.zh}本单位固废 {tonnes_text(grams)} 吨，该场所没有登记相应设施",
            f"{when.en}: {text.en} of {tonnes_text(grams)} t of its own waste; the site has no facility of that kind "
            "registered",
        ),
        months=tuple(by_month),
        figures=tuple(
            Figure("treated", each, facts.code, month, facts.books[month].ref)
            for month, each in by_month.items()
        ),
        threshold=limits(values),
        values={"facility": kind},
        grams=grams,
    )


RULE = Rule(
    id="treated_without_facility",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("无登记设施而自行利用或处置", "Used or disposed of on a site without a facility for it"),
    law=STORING,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
