"""How a rate stands to its threshold, and the tonnes behind the distance."""

import math
from fractions import Fraction

from app.domain.rates import Ratio
from app.web import numbers
from app.web.charts.bullets import Verdict
from app.web.languages import Language
from app.web.texts import text


def verdict_on(rate: Ratio | None, threshold: Fraction | None) -> Verdict:
    """Judge a rate; without a value there is nothing to judge, whatever the target."""
    if rate is None or rate.value is None:
        return Verdict.NO_VALUE
    if threshold is None:
        return Verdict.NO_TARGET
    return Verdict.MET if rate.value >= threshold else Verdict.BELOW


def missing_grams(rate: Ratio, threshold: Fraction) -> int:
    """Numerator grams [g] missing at the present denominator, rounded up; below 0 past the target."""
    return math.ceil(threshold * rate.denominator - rate.numerator)


def words_for(
    rate: Ratio | None, threshold: Fraction | None, language: Language, *, with_mass: bool = False
) -> str:
    """Say in words what the colour of a bar says, with the tonnes behind the points if wanted."""
    verdict = verdict_on(rate, threshold)
    if rate is None or rate.value is None or threshold is None:
        return text("words.no_target", language) if verdict is Verdict.NO_TARGET else ""
    target = numbers.share(threshold)
    if verdict is Verdict.MET:
        return text("words.met", language, target=target)
    points = numbers.points(threshold - rate.value)
    if not with_mass:
        return text("words.below", language, target=target, points=points)
    mass = str(numbers.mass(missing_grams(rate, threshold), language))
    return text("words.below.mass", language, target=target, points=points, mass=mass)
