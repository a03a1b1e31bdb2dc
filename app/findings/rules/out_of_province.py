"""Waste that leaves the province. Whether it was filed or approved is not known here, so each such way is shown once."""

from collections import defaultdict
from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, Flow, SiteFacts
from app.findings.lawbook import ACROSS, SINCE_LAW
from app.findings.limits import least_tonnes
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of, months_of

_Way = tuple[str, str, str, int, str]
_WHAT = {
    "use": Message("跨省利用须备案", "use in another province needs a filing"),
    "dispose": Message("跨省处置须经批准", "disposal in another province needs approval"),
    "store": Message("跨省贮存须经批准", "storage in another province needs approval"),
}
_HOW = {
    "declared": Message("填报为跨省转移", "declared as leaving the province"),
    "undeclared": Message(
        "接收方登记在外省，却填报为省内转移", "the receiver is in another province, but declared inside"
    ),
}


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find each way (waste, receiver, purpose, calendar year) out of the province, declared or not."""
    ways: dict[_Way, dict[Month, int]] = defaultdict(lambda: defaultdict(int))
    for book in facts.books.values():
        for flow in book.flows_of("sent"):
            how = _how(facts, flow)
            if how is not None and flow.party is not None:
                way = (flow.waste, flow.party, flow.purpose or "use", book.month.year, how)
                ways[way][book.month] += flow.grams
    for way, by_month in sorted(ways.items()):
        if sum(by_month.values()) > grams_of(values["least_tonnes"]):
            yield _found(facts, way, by_month, values)


def _how(facts: SiteFacts, flow: Flow) -> str | None:
    if flow.out_of_province:
        return "declared"
    is_elsewhere = flow.party_region is not None and flow.party_region[:2] != facts.region[:2]
    return "undeclared" if is_elsewhere else None


def _found(facts: SiteFacts, way: _Way, by_month: dict[Month, int], values: Values) -> Found:
    waste, party, purpose, year, how = way
    months = tuple(sorted(by_month))
    grams = sum(by_month.values())
    tonnes, when = tonnes_text(grams), months_of(months)
    is_irregular = how == "undeclared" or purpose != "use"
    return Found(
        site=facts.code,
        key=(waste, party, purpose, str(year), how),
        explanation=Message(
            f"{when.zh} 转出 {waste} {tonnes} 吨给 {party}，{_HOW[how].zh}；{_WHAT[purpose].zh}，系统内没有备案或批准信息",
            f"{when.en}: {tonnes} t of {waste} sent to {party}, {_HOW[how].en}; {_WHAT[purpose].en}, and no such record "
            "is known here",
        ),
        months=months,
        figures=tuple(
            Figure("sent", by_month[month], facts.code, month, facts.books[month].ref) for month in months
        ),
        threshold=limits(values),
        values={"purpose": purpose, "declared": how == "declared"},
        waste=waste,
        grams=grams,
        counterpart=party,
        severity=Severity.MEDIUM if is_irregular else Severity.LOW,
    )


RULE = Rule(
    id="out_of_province",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.IRREGULAR,
    partition=Partition.SITE,
    text=Message("跨省转移，无备案或批准记录", "Out of the province without a known filing or approval"),
    law=ACROSS,
    since=SINCE_LAW,
    parameters=(least_tonnes(1),),
    evaluate=evaluate,
)
