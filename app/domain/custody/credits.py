"""Recycled content by mass balance: what waste a site put into its products, and what of it has been promised.

The model is the mass balance of ISO 22095:2020: within a balancing period and one site, content may be told of any of the
products that hold the waste, and in sum never more than went in. Period: a calendar quarter; nothing is carried over.
All masses are whole grams; shares are exact and rounded down, so that a rounding never makes a gram.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from app.domain.periods import Month


@dataclass(frozen=True, slots=True)
class Recipe:
    """What went into one product batch in a month [g]; `product_grams` is None where the product has no mass (power)."""

    month: Month
    product: str
    product_grams: int | None
    wastes: Mapping[str, int]
    other_grams: int = 0

    @property
    def inputs_grams(self) -> int:
        """Everything that went in [g]."""
        return sum(self.wastes.values()) + self.other_grams

    def content_of(self, waste: str) -> Fraction:
        """What of a waste can be in the product [g]: its share of the inputs, and never more than the product weighs.

        What burns off or evaporates is taken to be lost by all inputs alike: factor = min(product, inputs) / inputs.
        """
        inputs = self.inputs_grams
        if not self.product_grams or not inputs:
            return Fraction(0)
        return Fraction(self.wastes.get(waste, 0) * min(self.product_grams, inputs), inputs)


@dataclass(frozen=True, slots=True)
class Account:
    """What a site may certify in a period [g]: of each waste, and of each product."""

    wastes: Mapping[str, int]
    products: Mapping[str, int]
    holds: Mapping[str, frozenset[str]]
    """Product → wastes that some batch of it holds: content is told only of a product that has the waste in it."""


def account_of(recipes: Sequence[Recipe], used: Mapping[tuple[Month, str], int]) -> Account:
    """Open the account of one site and period from its recipes and what its ledgers say was used, by month and waste [g].

    Where the recipes of a month name more of a waste than the ledger says was used, the ledger holds: the content is cut
    in proportion. Without a ledger nothing can be certified.
    """
    wastes: dict[str, int] = {}
    for month, waste in sorted({(recipe.month, waste) for recipe in recipes for waste in recipe.wastes}):
        mine = [recipe for recipe in recipes if recipe.month == month]
        put_in = sum(recipe.wastes.get(waste, 0) for recipe in mine)
        content = sum((recipe.content_of(waste) for recipe in mine), Fraction(0))
        supported = min(put_in, used.get((month, waste), 0))
        grams = int(content * supported / put_in) if put_in else 0
        wastes[waste] = wastes.get(waste, 0) + grams
    products: dict[str, int] = {}
    holds: dict[str, set[str]] = {}
    for recipe in recipes:
        products[recipe.product] = products.get(recipe.product, 0) + (recipe.product_grams or 0)
        contained = {waste for waste, grams in recipe.wastes.items() if grams}
        holds.setdefault(recipe.product, set()).update(contained)
    return Account(wastes, products, {product: frozenset(found) for product, found in holds.items()})


@dataclass(frozen=True, slots=True)
class Claim:
    """What one certificate promises [g]: tonnes of a product, and of each waste in them."""

    id: str
    product: str
    product_grams: int
    content: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What of a claim the account no longer bears [g]; nothing when the claim is covered."""

    product_grams: int = 0
    content: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_covered(self) -> bool:
        """Whether all of it is borne."""
        return not self.product_grams and not self.content


def shortfalls(account: Account, claims: Iterable[Claim]) -> dict[str, Shortfall]:
    """Say of each claim, in the order of issue, what is not borne: the first issued is the first covered."""
    wastes, products = dict(account.wastes), dict(account.products)
    found: dict[str, Shortfall] = {}
    for claim in claims:
        missing = {waste: _draw(wastes, waste, grams) for waste, grams in sorted(claim.content.items())}
        product = _draw(products, claim.product, claim.product_grams)
        found[claim.id] = Shortfall(product, {waste: grams for waste, grams in missing.items() if grams})
    return found


def _draw(left: dict[str, int], key: str, grams: int) -> int:
    """Take what there is; answer what is missing [g]."""
    taken = min(left.get(key, 0), grams)
    left[key] = left.get(key, 0) - taken
    return grams - taken


def room(account: Account, claims: Iterable[Claim]) -> Account:
    """What can still be certified beside the claims [g]; what is over-drawn leaves 0."""
    kept = tuple(claims)
    wastes = {
        waste: max(0, grams - sum(claim.content.get(waste, 0) for claim in kept))
        for waste, grams in account.wastes.items()
    }
    products = {
        product: max(0, grams - sum(claim.product_grams for claim in kept if claim.product == product))
        for product, grams in account.products.items()
    }
    return Account(wastes, products, account.holds)
