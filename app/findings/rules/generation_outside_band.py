"""Generation that does not fit what the site did, several months running: too little of it, or too much."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.expected import Band, Wastes, expected
from app.findings.facts import Book, Figure, SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import least_tonnes, months
from app.findings.recipes import residues
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.runs import runs
from app.findings.wording import about, grams_of, months_of


@dataclass(frozen=True, slots=True)
class _Month:
    """A month outside of its band [g]."""

    month: Month
    generated: int
    band: Band
    coefficients: tuple[str, ...]

    @property
    def is_below(self) -> bool:
        return self.generated < self.band.low

    @property
    def gap(self) -> int:
        """By how much it misses the band's middle."""
        return abs(self.band.value - self.generated)


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Compare, per waste or wastes that arise together, generation with Σ activity × coefficient and its band.

    Only activities that the ledger states are held against it. What the site's own uses leave behind (ash of burnt
    gangue) may come on top: it widens the band upward. Found is a run of consecutive months on file, all below or all
    above. Its tonnes are the distance to the middle of the band, in the waste that is first of those that arise
    together.
    """
    outside: dict[tuple[Wastes, bool], list[_Month]] = defaultdict(list)
    for month in facts.months:
        book = facts.books[month]
        for wastes, (band, names) in expected(book, facts.coefficients).items():
            generated = sum(book.of(waste).generated for waste in wastes)
            wide = band + Band(0, 0, _left_by_uses(book, wastes))
            if not wide.low <= generated <= wide.high:
                each = _Month(month, generated, band if generated < band.low else wide, names)
                outside[wastes, each.is_below].append(each)
    for (wastes, is_below), found in sorted(outside.items()):
        for run in runs(found):
            is_long = len(run) >= values["months"]
            if is_long and sum(each.gap for each in run) > grams_of(values["least_tonnes"]):
                yield _found(facts, wastes, run, values, is_below=is_below)


def _left_by_uses(book: Book, wastes: Wastes) -> int:
    """The most that the site's uses leave of these wastes [g]."""
    left = 0
    for flow in book.flows_of("used"):
        ways = residues().get((flow.process or "", flow.waste), {})
        left += sum(int(flow.grams * ways[waste].high) for waste in wastes if waste in ways)
    return left


def _found(facts: SiteFacts, wastes: Wastes, run: list[_Month], values: Values, *, is_below: bool) -> Found:
    when = months_of([each.month for each in run])
    generated = sum(each.generated for each in run)
    low, value, high = (sum(getattr(each.band, name) for each in run) for name in ("low", "value", "high"))
    gap, name = sum(each.gap for each in run), "+".join(wastes)
    names = sorted({name for each in run for name in each.coefficients})
    return Found(
        site=facts.code,
        key=(name, str(run[0].month), "below" if is_below else "above"),
        explanation=Message(
            f"{when.zh} 填报产生 {name} {tonnes_text(generated)} 吨；按活动水平与产生系数（{'、'.join(names)}）应为 "
            f"{about(low)} 至 {about(high)} 吨，{len(run)} 个月均{'低于' if is_below else '高于'}该范围，"
            f"与中值 {about(value)} 吨相差 {about(gap)} 吨",
            f"{when.en}: {tonnes_text(generated)} t of {name} reported as generated; by activity and coefficient "
            f"({', '.join(names)}) it should be {about(low)} to {about(high)} t. All {len(run)} months are "
            f"{'below' if is_below else 'above'} the band; {about(gap)} t off its middle of {about(value)} t",
        ),
        months=tuple(each.month for each in run),
        figures=tuple(
            Figure("generated", each.generated, facts.code, each.month, facts.books[each.month].ref)
            for each in run
        ),
        threshold=limits(values) | {"low_tonnes": tonnes_text(low), "high_tonnes": tonnes_text(high)},
        values={"expected_tonnes": tonnes_text(value), "coefficients": ", ".join(names)},
        waste=wastes[0],
        grams=gap,
    )


RULE = Rule(
    id="generation_outside_band",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.ESTIMATED,
    partition=Partition.SITE,
    text=Message(
        "产生量连续超出活动水平×产生系数的范围",
        "Generation outside of activity × coefficient, months running",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        months("months", 2, 1, 24, "连续几个月超出才提示", "so many months running are found"),
        least_tonnes(100),
    ),
    evaluate=evaluate,
)
