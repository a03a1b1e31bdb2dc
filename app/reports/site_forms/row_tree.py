"""The rows of a form: which lines of a ledger each one takes. Pure; the tree is reference data (kind `report_forms`).

A row takes lines by SW class, by the industry that the nine-character code begins with (GB/T 4754), or what the other rows
beside it leave. What has no code is in its group and in the group's rest, never guessed into a branch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.errors import Message
from app.domain.ledger import Line, totals_of
from app.domain.periods import Month
from app.domain.permits.case import FiledMonth
from app.domain.rates import Totals


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of the tree. `within`: the row it is a branch of; `is_rest`: takes what the rows beside it leave."""

    id: str
    name: Message
    level: int
    wastes: frozenset[str]
    industries: tuple[str, ...] = ()
    within: str | None = None
    is_all: bool = False
    is_rest: bool = False

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "FormRow":
        return cls(
            id=body["id"],
            name=Message(body["zh"], body["en"]),
            level=body["level"],
            wastes=frozenset(body.get("wastes", ())),
            industries=tuple(body.get("industries", ())),
            within=body.get("within"),
            is_all=body.get("all", False),
            is_rest=body.get("rest", False),
        )

    def names(self, line: Line) -> bool:
        """Whether the row itself says that it takes a line."""
        if self.is_all:
            return True
        if self.wastes and line.waste not in self.wastes:
            return False
        if self.industries:
            return (line.waste_code or "").startswith(self.industries)
        return bool(self.wastes)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a row's lines add up to: the statistics' totals, and the stock at the end of the last month on file [g]."""

    totals: Totals = field(default_factory=Totals)
    closing_grams: int = 0
    lines: int = 0


def takes(rows: Sequence[FormRow], row: FormRow, line: Line) -> bool:
    """Whether a line belongs to a row."""
    if row.within is not None:
        group = next(each for each in rows if each.id == row.within)
        if not takes(rows, group, line):
            return False
    if not row.is_rest:
        return row.names(line)
    beside = (
        each
        for each in rows
        if not each.is_rest and not each.is_all and (each.within, each.level) == (row.within, row.level)
    )
    return not any(each.names(line) for each in beside)


def sums_by_row(rows: Sequence[FormRow], filed: Iterable[FiledMonth]) -> dict[str, Sums]:
    """Every row with what its lines add up to, in the order of the form."""
    months = list(filed)
    last = max((each.month for each in months), default=None)
    found = {row.id: Sums() for row in rows}
    for each in months:
        for line in each.lines:
            for row in rows:
                if takes(rows, row, line):
                    found[row.id] = _added(found[row.id], line, each.month, last)
    return found


def _added(sums: Sums, line: Line, month: Month, last: Month | None) -> Sums:
    return replace(
        sums,
        totals=sums.totals + totals_of(line),
        closing_grams=sums.closing_grams + (line.closing_grams if month == last else 0),
        lines=sums.lines + 1,
    )
