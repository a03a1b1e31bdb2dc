"""Evidence for the refund of value-added tax on products of comprehensive use: the share of listed wastes in the inputs.

Source of the thresholds: 资源综合利用产品和劳务增值税优惠目录 (财税〔2015〕78号; from 2022-03 the list of
财政部 税务总局公告2021年第40号), kept as dated reference data. Only the share is judged here; what else the list asks for is
not on file and is named as such.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.domain.custody.credits import Recipe
from app.domain.periods import Month


class Verdict(StrEnum):
    """What the evidence says of the share."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INSUFFICIENT = "insufficient"
    """It cannot be judged by what is on file; `gaps` of the evidence say why."""


class Gap(StrEnum):
    """Why the evidence is not enough."""

    NO_RECIPES = "no_recipes"
    NO_LEDGER = "no_ledger"
    LEDGER_BELOW_RECIPES = "ledger_below_recipes"
    NO_INPUTS = "no_inputs"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the list: product and wastes, the least share, and since and until when it holds (None: still)."""

    code: str
    products: frozenset[str]
    wastes: frozenset[str]
    threshold: Fraction
    first: Month
    last: Month | None
    least_grade: Fraction | None = None
    below_grade: Fraction | None = None

    def covers(self, product: str, grade: Fraction | None, month: Month) -> bool:
        """Whether it is the row for a product of a grade (MPa) in a month; a product without a grade is of the lowest."""
        if (
            product not in self.products
            or month < self.first
            or (self.last is not None and month > self.last)
        ):
            return False
        if self.least_grade is not None:
            return grade is not None and grade >= self.least_grade
        return self.below_grade is None or grade is None or grade < self.below_grade


@dataclass(frozen=True, slots=True)
class Evidence:
    """The share of a product in a period with what it is made of [g]."""

    verdict: Verdict
    gaps: tuple[Gap, ...]
    share: Fraction | None
    listed_grams: int
    inputs_grams: int
    product_grams: int


def judge(
    rule: Rule,
    recipes: Sequence[Recipe],
    put_in: Mapping[tuple[Month, str], int],
    used: Mapping[tuple[Month, str], int],
) -> Evidence:
    """Judge the recipes of one product.

    `put_in` is what all recipes of the site name of a waste in a month, `used` what its ledgers say was used [g]. A month and
    waste without a ledger, or with less in it than the recipes name, make the evidence insufficient: the share is told, and
    is what the recipes say.
    """
    listed = sum(
        grams for recipe in recipes for waste, grams in recipe.wastes.items() if waste in rule.wastes
    )
    inputs = sum(recipe.inputs_grams for recipe in recipes)
    gaps = _gaps(rule, recipes, put_in, used)
    share = Fraction(listed, inputs) if inputs else None
    verdict = Verdict.INSUFFICIENT
    if share is not None and not gaps:
        verdict = Verdict.PASS if share >= rule.threshold else Verdict.FAIL
    return Evidence(
        verdict, gaps, share, listed, inputs, sum(recipe.product_grams or 0 for recipe in recipes)
    )


def _gaps(
    rule: Rule,
    recipes: Sequence[Recipe],
    put_in: Mapping[tuple[Month, str], int],
    used: Mapping[tuple[Month, str], int],
) -> tuple[Gap, ...]:
    if not recipes:
        return (Gap.NO_RECIPES,)
    if not any(recipe.inputs_grams for recipe in recipes):
        return (Gap.NO_INPUTS,)
    keys = {(recipe.month, waste) for recipe in recipes for waste in recipe.wastes if waste in rule.wastes}
    gaps = []
    if any(key not in used for key in keys):
        gaps.append(Gap.NO_LEDGER)
    if any(key in used and put_in.get(key, 0) > used[key] for key in keys):
        gaps.append(Gap.LEDGER_BELOW_RECIPES)
    return tuple(gaps)
