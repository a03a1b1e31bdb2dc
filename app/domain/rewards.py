"""Rewards for use: which tonnes count under a rule, and what they are worth.

A site is rewarded for tonnes it used. Received waste counts as far as both parties' figures support it; own waste
counts once the authority has accepted the ledger. All masses in grams [g], all money in fen (1/100 yuan).

With m the months since the rule began, C(m) the received tonnes both sides confirmed and R(m) the received tonnes
that the site says it used:

    confirmed received use   r(m) = min(R(m), Σ_{i≤m} C(i) − Σ_{i<m} r(i))
    confirmed use            u(m) = r(m) + own use of accepted ledgers
    reward                   Σ u · rate, rounded once to whole fen (half even), at most what is left of the cap

Stock may be used later than it came, hence the sums over months; it may not be used before. Source: ours; local
rules state rate, products and cap and leave the proof to the office (`docs/decisions/0033-rewards.md`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE


@dataclass(frozen=True, slots=True)
class Rule:
    """What a local rule pays: fen per tonne, for which wastes and products (none named: all), from when until when.

    `cap_fen` bounds what one site gets in a calendar year; None is no bound.
    """

    fen_per_tonne: int
    first: Month
    last: Month | None = None
    wastes: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    cap_fen: int | None = None

    def covers(self, month: Month, waste: str, product: str) -> bool:
        """Whether a use counts at all."""
        in_time = self.first <= month and (self.last is None or month <= self.last)
        named = (not self.wastes or waste in self.wastes) and (not self.products or product in self.products)
        return in_time and named


@dataclass(frozen=True, slots=True)
class Use:
    """What a site's ledger says it used of a waste for a product in a month; `accepted` by the authority or not yet."""

    month: Month
    waste: str
    product: str
    grams: int
    of_received_grams: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """A use and what of it counts."""

    use: Use
    received_grams: int
    own_grams: int

    @property
    def grams(self) -> int:
        return self.received_grams + self.own_grams


def counted(uses: Iterable[Use], confirmed: Mapping[tuple[Month, str], int]) -> list[Counted]:
    """Judge every use of one site since the rule began, in the order of month, waste and product.

    `confirmed`: received grams that both sides support, by (month, waste). Uses of one month and waste share what is
    confirmed in proportion to what they say they took, so that the order of the ledger's entries decides nothing.
    """
    left: dict[str, int] = defaultdict(int)
    made: list[Counted] = []
    by_month: dict[tuple[Month, str], list[Use]] = defaultdict(list)
    for use in sorted(uses, key=lambda use: (use.month, use.waste, use.product)):
        by_month[use.month, use.waste].append(use)
    arrived = sorted(confirmed.items())
    taken = 0
    for (month, waste), group in sorted(by_month.items()):
        while taken < len(arrived) and arrived[taken][0][0] <= month:
            (_, of_waste), grams = arrived[taken]
            left[of_waste] += grams
            taken += 1
        shares = _shared([use.of_received_grams for use in group], left[waste])
        left[waste] -= sum(shares)
        made.extend(
            Counted(use, share, use.grams - use.of_received_grams if use.accepted else 0)
            for use, share in zip(group, shares, strict=True)
        )
    return made


def _shared(wanted: Sequence[int], there: int) -> list[int]:
    """Divide whole grams in proportion, none getting more than it wants; what rounding leaves goes by rank."""
    whole = sum(wanted)
    if whole <= there:
        return list(wanted)
    shares = [want * there // whole for want in wanted]
    by_rest = sorted(range(len(wanted)), key=lambda index: (-(wanted[index] * there % whole), index))
    for index in by_rest[: there - sum(shares)]:
        shares[index] += 1
    return shares


def worth_fen(rule: Rule, grams: int, paid_before_fen: int = 0) -> int:
    """Value counted grams; `paid_before_fen` is what the site's other claims of the calendar year come to."""
    value = round(Fraction(grams * rule.fen_per_tonne, GRAMS_PER_TONNE))
    return value if rule.cap_fen is None else max(0, min(value, rule.cap_fen - paid_before_fen))


def yuan_text(fen: int) -> str:
    """Write money with two decimals: 123456 → "1234.56"."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}{yuan}.{rest:02d}"
