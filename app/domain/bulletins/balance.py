"""Do the printed totals close? The statistical identity, with the rounding of each amount as tolerance."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.domain.bulletins.conventions import FIELDS, STOCK
from app.domain.bulletins.printed import Amount, Printed
from app.domain.bulletins.rows import OfficialRow
from app.domain.bulletins.verdicts import Comparison, Verdict, compare_exact
from app.domain.rates import Totals, identity_residual_grams

BALANCE_ID = "balance.identity"
_NEEDED = ("gen", "util", "disp", "stored_year")


class BalanceState(StrEnum):
    """Whether the identity holds within the rounding of the printed amounts."""

    CLOSES = "closes"
    FAILS = "fails"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, slots=True)
class Balance:
    """State, residual [g] and tolerance [g]: half a last place of every amount that was added up."""

    state: BalanceState
    residual_grams: int | None = None
    tolerance_grams: Fraction = Fraction(0)


def check_balance(amounts: Mapping[str, Amount]) -> Balance:
    """Check the identity on printed totals.

    Generated, used, disposed and the period's storage must be printed; a stock does not replace the storage.
    Prior stock and dumping count as printed: without them the residual holds what they would explain.
    """
    if any(name not in amounts for name in _NEEDED):
        return Balance(BalanceState.NOT_COMPUTABLE)
    printed = {name: amounts[name] for name in FIELDS if name in amounts}
    residual = identity_residual_grams(
        Totals(**{FIELDS[name]: found.grams for name, found in printed.items()})
    )
    tolerance = sum((found.half_place for found in printed.values()), Fraction(0))
    state = BalanceState.CLOSES if abs(residual) <= tolerance else BalanceState.FAILS
    return Balance(state, residual, tolerance)


def check_balance_with_stock(amounts: Mapping[str, Amount]) -> Balance:
    """Check the identity as if the printed stock were the period's storage: shows the two mixed up."""
    if STOCK not in amounts:
        return Balance(BalanceState.NOT_COMPUTABLE)
    return check_balance({**amounts, "stored_year": amounts[STOCK]})


def judge_residual(row: OfficialRow, balance: Balance) -> Comparison:
    """Judge a published residual, in the row's unit; a published 0 claims that the balance closes."""
    if row.published is None:
        return Comparison(Verdict.NO_PUBLISHED_VALUE, (), {})
    if balance.residual_grams is None:
        return Comparison(Verdict.MISMATCH, (), {})
    verdict = _compare_residual(
        Fraction(balance.residual_grams, row.unit_grams),
        balance.tolerance_grams / row.unit_grams,
        row.published,
    )
    reproduced_by = () if verdict is Verdict.MISMATCH else (BALANCE_ID,)
    return Comparison(verdict, reproduced_by, {BALANCE_ID: verdict})


def _compare_residual(residual: Fraction, tolerance: Fraction, published: Printed) -> Verdict:
    if residual == published.value:
        return Verdict.MATCH
    if published.value == 0:
        return Verdict.WITHIN_ROUNDING if abs(residual) <= tolerance else Verdict.MISMATCH
    verdict = compare_exact(residual, published)
    if (
        verdict is Verdict.MISMATCH
        and abs(residual - published.value) <= tolerance + published.last_place / 2
    ):
        return Verdict.WITHIN_ROUNDING
    return verdict
