"""A generation far below the site's own history: what it ordinarily generates and does not report any more."""

from collections.abc import Iterator
from decimal import Decimal

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.history import Bounds, Odd, odd_runs
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import critical_z, least_tonnes, months
from app.findings.rule import Found, Parameter, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import about, grams_of, months_of

FACTOR = Parameter(
    "factor",
    Decimal("2.5"),
    "1",
    Decimal("1.1"),
    Decimal(1000),
    Message("变化至少几倍", "by at least this factor"),
)
HISTORY = (
    critical_z("4"),
    FACTOR,
    months("least_history", 6, 3, 36, "至少有几个平常月份", "after at least so many ordinary months"),
    Parameter(
        "spread_floor",
        Decimal("0.10"),
        "ln",
        Decimal("0.01"),
        Decimal(1),
        Message("历史离散度下限（对数）", "least spread of the history, in logarithms"),
    ),
    least_tonnes(100),
)


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Find runs of months that stand out downward; their tonnes are the ordinary ones less those reported.

    A site that hides nine tenths of everything and keeps its mix is found here by its volume.
    """
    for waste in facts.wastes:
        for run in odd_runs(facts, waste, bounds(values), upward=False):
            missing = sum(odd.usual - odd.grams for odd in run)
            if missing > grams_of(values["least_tonnes"]):
                yield found(
                    facts,
                    waste,
                    run,
                    values,
                    Message(f"约少报 {about(missing)} 吨", f"about {about(missing)} t less than ordinary"),
                    missing,
                )


def bounds(values: Values) -> Bounds:
    return Bounds(
        float(values["critical_z"]),
        float(values["factor"]),
        int(values["least_history"]),
        float(values["spread_floor"]),
    )


def found(facts: SiteFacts, waste: str, run: list[Odd], values: Values, says: Message, grams: int) -> Found:
    """What a run of months that stand out is told as."""
    when = months_of([odd.month for odd in run])
    worst = max(run, key=lambda odd: abs(odd.z))
    said = (tonnes_text(worst.grams), about(worst.usual))
    return Found(
        site=facts.code,
        key=(waste, str(run[0].month)),
        explanation=Message(
            f"{waste} 产生量 {when.zh} 偏离该场所自身历史：{worst.month} 为 {said[0]} 吨，平常约 {said[1]} 吨"
            f"（稳健 z = {worst.z:.1f}）；{says.zh}",
            f"{waste}: generation of {when.en} stands out from the site's own history: {said[0]} t in {worst.month}, "
            f"ordinarily about {said[1]} t (robust z = {worst.z:.1f}); {says.en}",
        ),
        months=tuple(odd.month for odd in run),
        figures=tuple(
            Figure("generated", odd.grams, facts.code, odd.month, facts.books[odd.month].ref) for odd in run
        ),
        threshold=limits(values),
        values={"z": f"{worst.z:.3f}", "ordinary_tonnes": about(worst.usual)},
        waste=waste,
        grams=grams,
    )


RULE = Rule(
    id="sudden_drop",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.ESTIMATED,
    partition=Partition.SITE,
    text=Message("产生量骤降（对自身历史）", "Generation drops against the site's own history"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=HISTORY,
    evaluate=evaluate,
)
