"""Tonnes that are lost at a site (or come from nowhere) by all reports around it together: the engine's leak detector."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.findings.facts import Figure
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.leaks import Leak, leaks
from app.findings.limits import FALSE_DISCOVERY_RATE, TRANSIT_SHARE, UNSTATED_SIGMA, critical_z, least_tonnes
from app.findings.month_network import Precision, month_network
from app.findings.networks import NetworkFacts
from app.findings.road import two_ends
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about, grams_of


def evaluate(facts: NetworkFacts, values: Values) -> Iterator[Found]:
    """Reconcile the province's month and find the streams whose leak is significant beside all others.

    A leak is what the site's own line and each transfer by itself let pass, and all of them together do not: those that
    contradict themselves alone have their own rules and are left out of the network.
    """
    critical = float(values["critical_z"])
    transit = two_ends(float(values["transit_share"]))
    month = month_network(facts, Precision(float(values["unstated_sigma"]), critical, transit))
    for leak in leaks(month, critical, float(values["false_discovery_rate"])):
        if abs(leak.tonnes) * GRAMS_PER_TONNE > grams_of(values["least_tonnes"]):
            yield _found(facts, leak, values)


def _found(facts: NetworkFacts, leak: Leak, values: Values) -> Found:
    code, waste = leak.stream
    site = facts.by_code[code]
    line = site.of(waste)
    grams, sigma = round(abs(leak.tonnes) * GRAMS_PER_TONNE), round(leak.sd * GRAMS_PER_TONNE)
    is_missing = leak.tonnes > 0
    what = ("去向不明", "have no end") if is_missing else ("来源不明", "have no origin")
    return Found(
        site=code,
        key=(waste, str(facts.month)),
        explanation=Message(
            f"{facts.month} {waste}：综合该场所及其上下游全部填报数据，{about(grams)} ± {about(sigma)} 吨（1σ）{what[0]}，"
            f"检验统计量 {abs(leak.z):.1f}σ；单看本场所台账或任一笔转移均未超限",
            f"{facts.month} {waste}: by all reports of the site and those it trades with, {about(grams)} ± {about(sigma)} t "
            f"(1σ) {what[1]}, {abs(leak.z):.1f}σ; neither the site's own line nor any single transfer shows it",
        ),
        months=(facts.month,),
        figures=tuple(
            Figure(name, getattr(line, name), code, facts.month, site.ref)
            for name in ("opening", "generated", "received", "used", "disposed", "sent", "dumped", "closing")
        ),
        threshold=limits(values),
        values={"leak_tonnes": tonnes_text(grams if is_missing else -grams), "z": f"{leak.z:.3f}"},
        waste=waste,
        grams=grams,
        sigma_grams=sigma,
    )


RULE = Rule(
    id="leak",
    version=2,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.NETWORK,
    text=Message(
        "流失：上下游数据综合后去向或来源不明",
        "A leak: tonnes that the reports around a site cannot account for",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        critical_z("4"),
        FALSE_DISCOVERY_RATE,
        least_tonnes(10),
        TRANSIT_SHARE,
        UNSTATED_SIGMA,
    ),
    evaluate=evaluate,
)
