"""Generation per activity falls against the site's own history: the works goes on, its waste is not in the books."""

from collections.abc import Iterator
from decimal import Decimal

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.intensity import Low, Usual, low_runs
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import critical_z, least_tonnes, months
from app.findings.rule import Found, Parameter, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about, grams_of, months_of


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find runs of months with less of a waste per activity than the site ordinarily has; see `intensity.py`.

    The band of a coefficient is wide, since sites differ; one site's own ratio varies little. Tonnes are the usual ratio
    times the activity, less what is reported.
    """
    usual = Usual(
        float(values["critical_z"]),
        int(values["least_history"]),
        float(values["spread_floor"]),
        int(values["longest"]),
    )
    for waste in facts.wastes:
        for run in low_runs(facts, waste, usual):
            if sum(low.usual - low.grams for low in run) > grams_of(values["least_tonnes"]):
                yield _found(facts, waste, run, values)


def _found(facts: SiteFacts, waste: str, run: list[Low], values: Values) -> Found:
    when, worst = months_of([low.month for low in run]), max(abs(low.z) for low in run)
    reported, usual = (sum(getattr(low, name) for low in run) for name in ("grams", "usual"))
    return Found(
        site=facts.code,
        key=(waste, str(run[0].month)),
        explanation=Message(
            f"{waste} {when.zh}：按同期活动水平（或所利用的固废）和该场所自身平常的产生强度应约 {about(usual)} 吨，"
            f"填报 {tonnes_text(reported)} 吨（稳健 z = -{worst:.1f}），约 {about(usual - reported)} 吨未见",
            f"{waste}, {when.en}: by its activity (or by the waste it used) and its own ordinary intensity the site generates "
            f"about {about(usual)} t; {tonnes_text(reported)} t are reported (robust z = -{worst:.1f}), about "
            f"{about(usual - reported)} t are not there",
        ),
        months=tuple(low.month for low in run),
        figures=tuple(
            Figure("generated", low.grams, facts.code, low.month, facts.books[low.month].ref) for low in run
        ),
        threshold=limits(values),
        values={"z": f"-{worst:.3f}", "expected_tonnes": tonnes_text(usual)},
        waste=waste,
        grams=usual - reported,
    )


RULE = Rule(
    id="intensity_drop",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.ESTIMATED,
    partition=Partition.SITE,
    text=Message(
        "产生强度下降：单位活动水平的产生量低于该场所自身历史",
        "Generation per activity falls against the site's own history",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        critical_z("5"),
        months("least_history", 6, 3, 36, "至少有几个平常月份", "after at least so many ordinary months"),
        Parameter(
            "spread_floor",
            Decimal("0.05"),
            "ln",
            Decimal("0.01"),
            Decimal(1),
            Message(
                "历史离散度之外另计的离散度（对数）", "spread on top of the history's own, in logarithms"
            ),
        ),
        months("longest", 4, 1, 12, "最多合并检验几个月", "so many months at most are tested together"),
        least_tonnes(50),
    ),
    evaluate=evaluate,
)
