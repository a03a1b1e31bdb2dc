"""A use says that more waste went in than its product can have taken, or less than it must have."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import hypot

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.findings.facts import Book, Figure, Flow, SiteFacts
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import UNSTATED_SIGMA, critical_z, least_tonnes, tolerance
from app.findings.recipes import Recipe, recipes
from app.findings.road import RECTANGULAR
from app.findings.rule import Found, Parameter, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.runs import runs
from app.findings.wording import about, grams_of, months_of

_Made = tuple[str, str]
"""Process and product."""


@dataclass(frozen=True, slots=True)
class _Month:
    """What was used for a product and what is said to have been made of it [g].

    `low`, `value`, `high`: what the recipes give of that use at least, as a rule and at most [g]; `used_sigma`: σ of what was
    used, by its scales [g]; `waste`: what most was used of.
    """

    month: Month
    waste: str
    used: int
    product: int
    low: float
    value: float
    high: float
    used_sigma: float
    sources: tuple[str, ...]

    @property
    def of_product(self) -> float:
        """The waste that the product took, by the middle of the recipe [g]."""
        return self.used * self.product / self.value

    def sigma(self, product_sigma: float) -> float:
        """σ of used − of_product [g]: both scales, and where in its bounds the works' recipe lies."""
        spread = RECTANGULAR * (self.high - self.low) / self.value
        return hypot(self.used_sigma, self.of_product * hypot(product_sigma, spread))

    def side(self, values: Values) -> int:
        """1: too little product for the use, −1: too much, 0: within recipe, tolerance and the uncertainty of both scales."""
        band, product_sigma = float(values["tolerance"]), float(values["product_sigma"])
        relative = self.used_sigma / self.used
        for sign, bound in ((1, self.low * (1 - band)), (-1, self.high * (1 + band))):
            margin = float(values["critical_z"]) * hypot(relative * bound, product_sigma * self.product)
            if sign * (bound - self.product) > margin:
                return sign
        return 0


def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
    """Hold, per process and product, the product tonnes that the ledger states to what the recipes give of the waste used.

    Below the band the use is over-stated, tonnes = used − product / yield; above it the use is under-stated, or made by another
    recipe, tonnes = product / yield − used. Product made of several wastes is compared as a sum, since its shares are the
    works' own. Silent where an entry states no product tonnes or has no recipe that can be looked up. Found are runs of
    consecutive months on file.
    """
    outside: dict[tuple[_Made, int], list[_Month]] = defaultdict(list)
    for month in facts.months:
        for made, each in _months(facts.books[month], float(values["unstated_sigma"])):
            side = each.side(values)
            if side:
                outside[made, side].append(each)
    for (made, side), found in sorted(outside.items()):
        for run in runs(found):
            grams = abs(sum(each.used - each.of_product for each in run))
            if grams > grams_of(values["least_tonnes"]):
                yield _found(facts, made, run, values, side=side)


def _months(book: Book, unstated: float) -> Iterator[tuple[_Made, _Month]]:
    entries: dict[_Made, list[Flow]] = defaultdict(list)
    for flow in book.flows_of("used"):
        if flow.process is not None and flow.product is not None and flow.grams:
            entries[flow.process, flow.product].append(flow)
    for made, flows in entries.items():
        process, product = made
        told = [(flow, flow.product_grams, recipes().get((process, flow.waste, product))) for flow in flows]
        known = [(flow, grams, way) for flow, grams, way in told if grams is not None and way is not None]
        if len(known) == len(told):
            yield made, _month(book, known, unstated)


def _month(book: Book, known: list[tuple[Flow, int, Recipe]], unstated: float) -> _Month:
    by_waste: dict[str, int] = defaultdict(int)
    for flow, _, _ in known:
        by_waste[flow.waste] += flow.grams
    sigma = [book.of(waste).sigma for waste in by_waste]
    given = [unstated if each is None else each for each in sigma]
    low, value, high = (
        float(sum(flow.grams * getattr(way, name) for flow, _, way in known))
        for name in ("low", "value", "high")
    )
    return _Month(
        book.month,
        waste=max(sorted(by_waste), key=lambda waste: by_waste[waste]),
        used=sum(by_waste.values()),
        product=sum(grams for _, grams, _ in known),
        low=low,
        value=value,
        high=high,
        used_sigma=hypot(*(share * grams for share, grams in zip(given, by_waste.values(), strict=True))),
        sources=tuple(sorted({source for _, _, way in known for source in way.sources})),
    )


def _found(facts: SiteFacts, made: _Made, run: list[_Month], values: Values, *, side: int) -> Found:
    process, product = made
    used, said, low, high = (
        sum(getattr(each, of) for each in run) for of in ("used", "product", "low", "high")
    )
    grams = round(abs(sum(each.used - each.of_product for each in run)))
    sigma = round(hypot(*(each.sigma(float(values["product_sigma"])) for each in run)))
    return Found(
        site=facts.code,
        key=(process, product, str(run[0].month), "short" if side > 0 else "over"),
        explanation=_explanation(made, run, (grams, sigma), side=side),
        months=tuple(each.month for each in run),
        figures=tuple(
            figure
            for each in run
            for figure in (
                Figure("used", each.used, facts.code, each.month, facts.books[each.month].ref),
                Figure("product", each.product, facts.code, each.month, facts.books[each.month].ref),
            )
        ),
        threshold=limits(values)
        | {"low_product_tonnes": tonnes_text(round(low)), "high_product_tonnes": tonnes_text(round(high))},
        values={
            "process": process,
            "product": product,
            "product_per_tonne": f"{said / used:.4f}",
            "low_product_per_tonne": f"{low / used:.4f}",
            "high_product_per_tonne": f"{high / used:.4f}",
            "source": "; ".join(sorted({source for each in run for source in each.sources})),
        },
        waste=run[0].waste,
        grams=grams,
        sigma_grams=sigma,
        severity=None if side > 0 else Severity.LOW,
    )


def _explanation(made: _Made, run: list[_Month], differ: tuple[int, int], *, side: int) -> Message:
    (process, product), (grams, sigma) = made, differ
    used, said, low, high = (
        sum(getattr(each, of) for each in run) for of in ("used", "product", "low", "high")
    )
    when = months_of([each.month for each in run])
    whole, ratio = (tonnes_text(used), tonnes_text(said)), f"{said / used:.3g}"
    ends = [f"{end / used:.3g}" for end in dict.fromkeys((low, high))]
    least, most = about(low), about(high)
    zh = f"{when.zh} 以 {process} 利用 {run[0].waste} {whole[0]} 吨，填报产出 {product} {whole[1]} 吨，每吨 {ratio} 吨；"
    zh += f"按有出处的配方每吨 {' 至 '.join(ends)} 吨，应为 {' 至 '.join(dict.fromkeys((least, most)))} 吨。"
    en = f"{when.en}: {whole[0]} t of {run[0].waste} used by {process}, {whole[1]} t of {product} reported as made, {ratio} t "
    en += f"per tonne; by recipes with a source it is {' to '.join(ends)} t per tonne, "
    en += f"{' to '.join(dict.fromkeys((least, most)))} t. "
    if side > 0:
        zh += f"产品说明不了的利用量约 {about(grams)} ± {about(sigma)} 吨（1σ），利用量可能多报"
        en += f"About {about(grams)} ± {about(sigma)} t (1σ) said to be used are not in the product: the use may be over-stated"
    else:
        zh += f"产品另需约 {about(grams)} ± {about(sigma)} 吨（1σ）未见于台账：利用量可能少报，或配方不同"
        en += f"The product takes about {about(grams)} ± {about(sigma)} t (1σ) more than the books say: the use may be "
        en += "under-stated, or the recipe is another one"
    return Message(zh, en)


RULE = Rule(
    id="product_yield",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.SITE,
    text=Message("产品产量与利用量不符：超出配方得率范围", "Product yield against recipe"),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        tolerance(
            "0.10",
            "超出配方范围多大比例以内不提示",
            "a share outside of the recipe that passes (moisture, purity)",
        ),
        critical_z("3"),
        Parameter(
            "product_sigma",
            Decimal("0.02"),
            "1",
            Decimal("0.001"),
            Decimal(1),
            Message("产品产量的相对标准不确定度", "relative standard uncertainty of product tonnes"),
        ),
        UNSTATED_SIGMA,
        least_tonnes(50),
    ),
    evaluate=evaluate,
)
