"""What of a file was judged before the batch at hand, for a preview: filing would find it on file, a preview keeps nothing.

A ledger is judged beside its site's months before and after, and beside what others say of the same transfers. So of the
ledgers read last those that stand so near to a ledger of the batch are judged again in front of it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from app.domain.ledger import LedgerContent
from app.domain.periods import Month, MonthError
from app.ledgers.service import Command

MOST_KEPT = 5_000
"""Ledgers: a file that goes site by site needs a few, one that goes month by month as many as it has sites."""

_SiteMonth = tuple[str, Month]


class Earlier:
    """The ledgers of a file that were read last, each by its site and month."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_SiteMonth, Command] = OrderedDict()

    def add(self, commands: Iterable[Command]) -> None:
        """Remember ledgers; beyond so many the oldest are forgotten."""
        for command in commands:
            # Without the text that it was judged by, which is as large again.
            self._kept[command.content.site, command.content.month] = replace(command)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def near(self, commands: Sequence[Command]) -> list[Command]:
        """Those that the judgement of `commands` depends on, in the order of the file."""
        wanted = {place for command in commands for place in _near(command.content)}
        return [command for place, command in self._kept.items() if place in wanted]


def _near(content: LedgerContent) -> Iterable[_SiteMonth]:
    for offset in (-1, 1):
        # The first and the last month there is have one neighbour.
        with suppress(MonthError):
            yield content.site, content.month.plus(offset)
    for line in content.lines:
        parties = (*(flow.party for flow in line.sent), *(flow.party for flow in line.received))
        yield from ((party, content.month) for party in parties)
