"""Waste was used in a way that leaves waste behind, and what is left behind is not in the books."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.facts import Book, Figure, SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import least_tonnes, tolerance
from app.findings.recipes import UseKey, residues
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.runs import runs
from app.findings.wording import about, grams_of, months_of


@dataclass(frozen=True, slots=True)
class _Month:
    """What a use took, what it must leave at least and leaves as a rule, and what is reported of that [g]."""

    month: Month
    used: int
    low: int
    value: int
    generated: int

    @property
    def missing(self) -> int:
        return self.value - self.generated


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Compare, per process and waste, the residues that the site reports with the least the chain definition gives.

    Residues of one use are compared as a sum: what is less of fly ash is more of bottom ash. Found is a run of consecutive
    months on file in which less than (1 − tolerance) · low · used is generated; its tonnes are value · used − generated,
    in the waste that is first of the residues.
    """
    share = 1 - values["tolerance"]
    short: dict[UseKey, list[_Month]] = defaultdict(list)
    for month in facts.months:
        for use, each in _months(facts.books[month]):
            if each.generated < share * each.low:
                short[use].append(each)
    for use, found in sorted(short.items()):
        for run in runs(found):
            if sum(each.missing for each in run) > grams_of(values["least_tonnes"]):
                yield _found(facts, use, run, values)


def _months(book: Book) -> Iterator[tuple[UseKey, _Month]]:
    used: dict[UseKey, int] = defaultdict(int)
    for flow in book.flows_of("used"):
        if flow.process is not None:
            used[flow.process, flow.waste] += flow.grams
    for use, grams in used.items():
        left = residues().get(use)
        if left is not None:
            yield (
                use,
                _Month(
                    book.month,
                    grams,
                    low=int(grams * sum(residue.low for residue in left.values())),
                    value=int(grams * sum(residue.value for residue in left.values())),
                    generated=sum(book.of(waste).generated for waste in left),
                ),
            )


def _found(facts: SiteFacts, use: UseKey, run: list[_Month], values: Values) -> Found:
    process, waste = use
    wastes = tuple(residues()[use])
    when, name = months_of([each.month for each in run]), "+".join(wastes)
    used, low, value, generated, missing = (
        sum(getattr(each, of) for each in run) for of in ("used", "low", "value", "generated", "missing")
    )
    return Found(
        site=facts.code,
        key=(process, waste, str(run[0].month)),
        explanation=Message(
            f"{when.zh} 以 {process} 利用 {waste} {tonnes_text(used)} 吨，按链条定义至少留下 {name} {about(low)} 吨"
            f"（一般 {about(value)} 吨），只填报产生 {tonnes_text(generated)} 吨，约 {about(missing)} 吨未见",
            f"{when.en}: {tonnes_text(used)} t of {waste} used by {process}, which by the chain's definition leaves at "
            f"least {about(low)} t of {name} (as a rule {about(value)} t); {tonnes_text(generated)} t are reported as "
            f"generated, about {about(missing)} t are not there",
        ),
        months=tuple(each.month for each in run),
        figures=tuple(
            figure
            for each in run
            for figure in (
                Figure("used", each.used, facts.code, each.month, facts.books[each.month].ref),
                Figure("generated", each.generated, facts.code, each.month, facts.books[each.month].ref),
            )
        ),
        threshold=limits(values) | {"least_residue_tonnes": tonnes_text(low)},
        values={"expected_tonnes": tonnes_text(value), "process": process, "residues": name},
        waste=wastes[0],
        grams=missing,
        severity=None if generated else Severity.HIGH,
    )


RULE = Rule(
    id="residue_missing",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.ESTIMATED,
    partition=Partition.SITE,
    text=Message(
        "次生固废缺失：利用后必有的灰渣等未填报", "Residue missing: a use leaves waste that is not reported"
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        tolerance("0.10", "低于最低得率多大比例以内不提示", "a share below the least yield that passes"),
        least_tonnes(50),
    ),
    evaluate=evaluate,
)
