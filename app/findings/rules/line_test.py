"""A line that does not close by more than chance explains, among all lines of a province's month."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, Line
from app.findings.family import listed
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import FALSE_DISCOVERY_RATE, UNSTATED_SIGMA, beyond_doubt, least_tonnes
from app.findings.networks import NetworkFacts, SiteMonth
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.rules.line_balance import FIGURES, sigma_of
from app.findings.wording import about, grams_of
from chains.arrays import np


def evaluate(facts: NetworkFacts, values: Values) -> Iterator[Found]:
    """List, by Benjamini–Hochberg over the month of the province, the lines whose gap exceeds chance.

    gap and σ as in `line_balance`, which finds a z of `beyond_doubt` and above by itself at once; those count in the family
    here and are not told again. A line of which more went out than there was is `negative_stock`.
    """
    lines, unstated = facts.lines, float(values["unstated_sigma"])
    sigma = np.where(np.isnan(lines.sigma), unstated, lines.sigma) * np.sqrt(
        sum(map(np.square, lines.weighed))
    )
    tested = np.flatnonzero((sigma > 0) & (lines.in_hand >= lines.gone))
    gap, sigma = lines.gap[tested], sigma[tested]
    stands_out = listed(gap / sigma, float(values["false_discovery_rate"]))
    stands_out &= np.abs(gap) > grams_of(values["least_tonnes"])
    stands_out &= np.abs(gap) < float(values["beyond_doubt"]) * sigma
    for row in tested[stands_out].tolist():
        site = facts.by_code[lines.site[row]]
        line = site.of(lines.waste[row])
        yield _found(facts, site, line, line.gap, sigma_of(line, unstated), values)


def _found(facts: NetworkFacts, site: SiteMonth, line: Line, gap: int, sigma: float, values: Values) -> Found:
    tonnes, z = tonnes_text(abs(gap)), abs(gap) / sigma
    what = ("无去向", "are not accounted for") if gap > 0 else ("无来源", "have no origin")
    return Found(
        site=site.code,
        key=(line.waste, str(facts.month)),
        explanation=Message(
            f"{facts.month} {line.waste}：来源与去向相差 {tonnes} 吨{what[0]}，为计量不确定度 {about(sigma)} 吨的 {z:.1f} 倍；"
            "按错误发现率在全省当月各行台账中检出",
            f"{facts.month} {line.waste}: {tonnes} t {what[1]}, {z:.1f} times the measurement uncertainty of "
            f"{about(sigma)} t: listed among all lines of the province's month by false discovery rate",
        ),
        months=(facts.month,),
        figures=tuple(
            Figure(name, getattr(line, name), site.code, facts.month, site.ref) for name in FIGURES
        ),
        threshold=limits(values),
        values={"gap_tonnes": tonnes_text(gap), "z": f"{z:.3f}"},
        waste=line.waste,
        grams=abs(gap),
        sigma_grams=round(sigma),
    )


RULE = Rule(
    id="line_test",
    version=1,
    severity=Severity.LOW,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.NETWORK,
    text=Message(
        "台账收支可疑：在全省当月各行中按错误发现率检出",
        "A ledger line does not balance, among all of a province's month by false discovery rate",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        FALSE_DISCOVERY_RATE,
        beyond_doubt("台账物料不平衡", "line_balance"),
        least_tonnes(10),
        UNSTATED_SIGMA,
    ),
    evaluate=evaluate,
)
