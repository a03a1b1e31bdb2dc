"""A goal of the design, what was measured here, and whether it is met; as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """One goal; `limit` is a lower bound when `at_least`."""

    what: str
    limit: float
    measured: float
    note: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def table_of(title: str, lines: Sequence[Line]) -> Table:
    """Goal, figure, ok or not."""
    table = Table(title=title)
    for head in ("what", "goal", "measured", "", "of which"):
        table.add_column(head, justify="right" if head in {"goal", "measured"} else "left", overflow="fold")
    for line in lines:
        sign = "≥" if line.at_least else "≤"
        verdict = "ok" if line.met else "NOT"
        table.add_row(line.what, f"{sign} {line.limit:.3g}", f"{line.measured:.3g}", verdict, line.note)
    return table
