"""Facts of a province's months from the database: three statements of plain columns a month, whatever its size.

A month is read once and serves the networks of the months beside it too. Facts are made of the few rows that are asked for
(`Made`), columns of all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Generic, TypeVar, overload

from app.db.session import ReadSession
from app.domain.periods import Month
from app.findings.columns import Lines, Streams, Transfers, ordinal
from app.findings.facts import PairFacts
from app.findings.networks import Columns, NetworkFacts
from app.findings.partitions import around
from app.findings.reading_month import Group, MonthRows, ProvinceRows

T = TypeVar("T")


class Made(Sequence[T], Generic[T]):
    """A sequence whose items are made when they are asked for."""

    def __init__(self, size: int, make: Callable[[int], T]) -> None:
        self._size, self._make = size, make

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return [self._make(each) for each in range(self._size)[at]]
        return self._make(range(self._size)[at])


@dataclass(frozen=True)
class NetworkReader:
    """Reads networks of a province; of those in `whole` everything, of the others what `looks_beside` needs."""

    common: ProvinceRows
    whole: Collection[Month]
    _months: dict[Month, MonthRows] = field(default_factory=dict)

    @classmethod
    def of(cls, session: ReadSession, province: str, whole: Collection[Month]) -> "NetworkReader":
        return cls(ProvinceRows(session, province), whole)

    def month(self, month: Month) -> MonthRows:
        return self._months.setdefault(month, MonthRows(self.common, month, whole=month in self.whole))

    def facts(self, month: Month) -> NetworkFacts:
        """One month of the province, with the transfers of the two months beside it."""
        rows = self.month(month)
        window = _Window([self.month(near) for near in around(month)])
        columns = Columns(
            self.common.places,
            rows.line_columns if rows.whole else Lines.of(()),
            Transfers.from_columns([""] * len(rows), *rows.columns),
            Streams.of(Transfers.from_columns(window.pairs, *window.columns), ordinal(month)),
            window.places,
        )
        return NetworkFacts(
            province=self.common.province,
            month=month,
            sites=Made(len(self.common.sites), rows.site),
            transfers=Made(len(rows), rows.transfer),
            pairs=Made(len(window.places), window.pair),
            read=columns,
        )


@dataclass(frozen=True)
class _Window:
    """A month and those beside it: their transfers one after the other, by pairs."""

    months: Sequence[MonthRows]

    @cached_property
    def columns(self) -> list[Sequence[Any]]:
        """As those of the months."""
        return [
            list(chain(*columns)) for columns in zip(*(month.columns for month in self.months), strict=True)
        ]

    @cached_property
    def pairs(self) -> list[str]:
        """Of each transfer its pair. Where a ledger names an enterprise as a whole, all of its group is one pair."""
        whole = self._whole
        if not whole:
            return list(chain(*(month.pairs for month in self.months)))
        return [
            ">".join(
                (
                    whole.get((0, group), month.names(row)[0]),
                    whole.get((1, group), month.names(row)[1]),
                    *group,
                )
            )
            for month in self.months
            for row, group in enumerate(month.groups)
        ]

    @cached_property
    def _whole(self) -> Mapping[tuple[int, Group], str]:
        """What enterprises are called that a ledger names without a site."""
        found: dict[tuple[int, Group], str] = {}
        for month in self.months:
            for key, name in month.named_as_a_whole.items():
                found[key] = min(name, found.get(key, name))
        return found

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {pair: place for place, pair in enumerate(dict.fromkeys(self.pairs))}

    @cached_property
    def _of_pairs(self) -> Mapping[int, list[tuple[MonthRows, int]]]:
        """The transfers of each pair, by month and row."""
        rows = [(month, row) for month in self.months for row in range(len(month))]
        found: dict[int, list[tuple[MonthRows, int]]] = defaultdict(list)
        for pair, each in zip(self.pairs, rows, strict=True):
            found[self.places[pair]].append(each)
        return found

    def pair(self, place: int) -> PairFacts:
        """A pair as a fact."""
        mine = self._of_pairs[place]
        known = any(month.receiver_is_known(row) for month, row in mine)
        month, row = mine[0]
        names, group = month.names(row), month.groups[row]
        sender, receiver = (self._whole.get((side, group), names[side]) for side in (0, 1))
        return PairFacts(sender, receiver, known, tuple(month.transfer(row) for month, row in mine))
