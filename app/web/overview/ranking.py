"""Whom to praise and whom to ask."""

from collections.abc import Sequence
from fractions import Fraction

from app.domain.rates import Ratio
from app.web.overview.figures import Group
from app.web.overview.verdicts import missing_grams

SHOWN = 5


def leaders(sites: Sequence[Group]) -> list[Group]:
    """Choose the highest rates; at equal rates the larger site leads, and its code settles what is left."""
    rated = [(-value, -rate.denominator, site.code, site) for site, rate, value in _rated(sites)]
    return [site for *_, site in sorted(rated, key=lambda entry: entry[:3])[:SHOWN]]


def laggards(sites: Sequence[Group], threshold: Fraction | None) -> list[Group]:
    """Choose those with most tonnes short of the threshold; without one, those with the lowest rates."""
    if threshold is None:
        lowest = [(value, -rate.denominator, site.code, site) for site, rate, value in _rated(sites)]
        return [site for *_, site in sorted(lowest, key=lambda entry: entry[:3])[:SHOWN]]
    short = [(-missing_grams(rate, threshold), site.code, site) for site, rate, _ in _rated(sites)]
    return [site for gap, _, site in sorted(short, key=lambda entry: entry[:2])[:SHOWN] if gap < 0]


def _rated(sites: Sequence[Group]) -> list[tuple[Group, Ratio, Fraction]]:
    """Keep the sites that have a value, with it."""
    return [(site, site.rate, site.rate.value) for site in sites if site.rate and site.rate.value is not None]
