"""The worksheet: taxable tonnes and tax for each month and kind, after 环境保护税法实施条例 articles 5 and 6.

taxable = generated − compliant storage − compliant disposal − compliant use, for each month and kind, not below 0. All that
was generated of the kind in the month is taxed when waste was dumped or the return is false. What was not measured is
not deducted. The tax is worked out by the month and declared by the quarter, within 15 days after it (law, articles 18, 19).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.periods import Month
from app.domain.tax.claims import Claim
from app.domain.tax.kinds import TaxKind, kinds_by_waste, tax_fen

DAYS_TO_DECLARE = 15
Cell = tuple[Month, str]
"""A month and the code of a kind."""


class Whole(StrEnum):
    """Why all that was generated is taxed (article 6)."""

    DUMPED = "dumped_in_ledger"
    CONFIRMED = "dumping_confirmed"
    FALSE = "false_declaration"


@dataclass(frozen=True, slots=True)
class Row:
    """One month of one kind: masses in grams, money in fen, made from `claims`.

    `whole` says why nothing is deducted, empty where the deduction stands. Two results stand side by side: `taxable` and
    `tax` follow the rule that unmeasured masses are not deducted, `taxable_if_measured` and `tax_if_measured` say what
    it would be once their measurement is shown.
    """

    month: Month
    kind: TaxKind
    fen_per_tonne: int
    claims: tuple[Claim, ...]
    whole: tuple[Whole, ...]

    @property
    def generated(self) -> int:
        return sum(each.generated for each in self.claims)

    @property
    def storage(self) -> int:
        return sum(each.storage for each in self.claims)

    @property
    def disposal(self) -> int:
        return sum(each.disposal for each in self.claims)

    @property
    def use(self) -> int:
        return sum(each.use for each in self.claims)

    @property
    def refused(self) -> int:
        return sum(each.refused for each in self.claims)

    @property
    def withheld(self) -> int:
        """What of storage, disposal and use is not deducted, for whatever reason [g]."""
        return self.storage + self.disposal + self.use if self.whole else self.refused

    @property
    def unfit_storage(self) -> int:
        return sum(each.unfit_storage for each in self.claims)

    @property
    def taxable(self) -> int:
        return self._taxable(self.withheld)

    @property
    def taxable_if_measured(self) -> int:
        return self._taxable(self.withheld if self.whole else 0)

    @property
    def tax(self) -> int:
        return tax_fen(self.taxable, self.fen_per_tonne)

    @property
    def tax_if_measured(self) -> int:
        return tax_fen(self.taxable_if_measured, self.fen_per_tonne)

    def _taxable(self, withheld: int) -> int:
        return max(0, self.generated - (self.storage + self.disposal + self.use - withheld))


def rows_of(
    claims: Iterable[Claim], kinds: Iterable[TaxKind], reasons: Mapping[Cell, frozenset[Whole]]
) -> tuple[Row, ...]:
    """Each month and kind that has a line, in the order of kinds' codes and months.

    `reasons`: why else than by the ledger's own dumping a month and kind is taxed whole. Raises KeyError for a waste that no
    kind takes, ValueError for a month before the tax was in force.
    """
    by_waste = kinds_by_waste(kinds)
    cells: dict[Cell, list[Claim]] = {}
    for claim in claims:
        cells.setdefault((claim.month, by_waste[claim.waste].code), []).append(claim)
    named = {kind.code: kind for kind in by_waste.values()}
    ordered = sorted(cells, key=lambda cell: (cell[1], cell[0]))
    return tuple(
        _row(cell[0], named[cell[1]], cells[cell], reasons.get(cell, frozenset())) for cell in ordered
    )


def _row(month: Month, kind: TaxKind, claims: list[Claim], reasons: frozenset[Whole]) -> Row:
    amount = kind.fen_per_tonne(month)
    if amount is None:
        raise ValueError(f"no tax on {kind.code} in {month}")
    dumped = {Whole.DUMPED} if any(claim.dumped for claim in claims) else set()
    whole = tuple(each for each in Whole if each in reasons or each in dumped)
    return Row(month, kind, amount, tuple(claims), whole)


def due_on(last_month: Month) -> date:
    """The fifteenth day after the quarter that ends with `last_month` (law, article 19).

    Where that day is a holiday the date moves on (税收征收管理法实施细则 article 109). Holidays and the working days exchanged
    for them are decreed each year and are not modelled: the tax office's calendar decides.
    """
    following = last_month.next
    return date(following.year, following.number, DAYS_TO_DECLARE)
