"""A province's month as columns: what its families of statistics are computed from, a row a line or a stream.

A province has tens of thousands of lines and transfers, and a rule about all of them tells a handful. So its arithmetic is done
on columns, and facts are made only of what is told. Masses are whole grams kept as floats: exact, none exceeds 2⁵³. A side
that says nothing has mass 0 and no voice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.domain.periods import Month
from app.findings.facts import SUMMED, Balance, Transfer
from chains.arrays import np
from chains.balance import Flags, Floats, Ints


def ordinal(month: Month) -> int:
    """Months counted, so that the next one is one more."""
    return month.year * 12 + month.number - 1


def month_of(number: int) -> Month:
    """The month of a count."""
    return Month(number // 12, number % 12 + 1)


class ToldLine(NamedTuple):
    """One line of a ledger: of whom, whether that ledger is on file, of what, relative σ, the masses of `SUMMED` [g]."""

    site: str
    is_filed: bool
    waste: str
    sigma: float | None
    masses: Sequence[int]


@dataclass(frozen=True, eq=False)
class Lines(Balance[Floats]):
    """Lines by site and waste, those of one waste summed, in that order; `sigma` is the first one's, NaN where none is stated."""

    site: tuple[str, ...]
    waste: tuple[str, ...]
    is_filed: Flags
    sigma: Floats
    opening: Floats
    generated: Floats
    received: Floats
    used: Floats
    disposed: Floats
    sent: Floats
    dumped: Floats
    compliant_stored: Floats
    closing: Floats

    @classmethod
    def of(cls, told: Iterable[ToldLine]) -> "Lines":
        rows = sorted(told, key=lambda each: (each.site, each.waste))
        keys = [(each.site, each.waste) for each in rows]
        first = [number for number, key in enumerate(keys) if not number or keys[number - 1] != key]
        masses = np.array([each.masses for each in rows], dtype=np.float64).reshape(len(rows), len(SUMMED))
        sums = np.add.reduceat(masses, first) if first else masses
        sigma = floats(rows[number].sigma for number in first)
        filed = np.array([rows[number].is_filed for number in first], dtype=np.bool_)
        site, waste = (tuple(keys[number][at] for number in first) for at in (0, 1))
        return cls(site, waste, filed, sigma, *sums.T)


class Told(NamedTuple):
    """One transfer: of which pair in which month (counted), what, between whom, both reports [g], their relative σ."""

    pair: str
    month: int
    waste: str
    sender_site: str | None
    receiver_site: str | None
    sent: int | None
    received: int | None
    sender_filed: bool
    receiver_filed: bool
    sender_sigma: float | None
    receiver_sigma: float | None


def told(pair: str, transfer: Transfer) -> Told:
    """A transfer as a row."""
    return Told(
        pair,
        ordinal(transfer.month),
        transfer.waste,
        transfer.sender_site,
        transfer.receiver_site,
        transfer.sent,
        transfer.received,
        transfer.sender_filed,
        transfer.receiver_filed,
        transfer.sender_sigma,
        transfer.receiver_sigma,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Transfers:
    """Transfers, a row each; figures and σ are NaN where nothing is told."""

    pair: Sequence[str]
    month: Sequence[int]
    waste: Sequence[str]
    sender_site: Sequence[str | None]
    receiver_site: Sequence[str | None]
    sent: Floats
    received: Floats
    sender_filed: Flags
    receiver_filed: Flags
    sender_sigma: Floats
    receiver_sigma: Floats

    @classmethod
    def of(cls, told: Iterable[Told]) -> "Transfers":
        columns: list[Sequence[Any]] = list(zip(*told, strict=True)) or [()] * len(Told._fields)
        return cls.from_columns(*columns)

    @classmethod
    def from_columns(
        cls,
        pair: Sequence[str],
        month: Sequence[int],
        waste: Sequence[str],
        sender_site: Sequence[str | None],
        receiver_site: Sequence[str | None],
        sent: Iterable[int | None],
        received: Iterable[int | None],
        sender_filed: Sequence[bool],
        receiver_filed: Sequence[bool],
        sender_sigma: Iterable[float | None],
        receiver_sigma: Iterable[float | None],
    ) -> "Transfers":
        """The columns of `Told`."""
        return cls(
            pair,
            month,
            waste,
            sender_site,
            receiver_site,
            floats(sent),
            floats(received),
            np.array(sender_filed, dtype=np.bool_),
            np.array(receiver_filed, dtype=np.bool_),
            floats(sender_sigma),
            floats(receiver_sigma),
        )

    def __len__(self) -> int:
        return len(self.waste)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one side says of each cell: sum [g], Σ (σ·mass)² and Σ σ·mass where a σ is stated, Σ mass² and Σ mass elsewhere."""

    grams: Floats
    variance: Floats
    linear: Floats
    unstated_squares: Floats
    unstated: Floats
    is_filed: Flags

    @classmethod
    def of(cls, cell: Ints, size: int, masses: Floats, sigma: Floats, filed: Flags) -> "Side":
        said = np.nan_to_num(masses)
        known = np.isfinite(sigma)
        stated, rest = np.where(known, sigma, 0.0) * said, np.where(known, 0.0, said)

        def total(values: Floats) -> Floats:
            return np.bincount(cell, weights=values, minlength=size).astype(np.float64)

        sums = (total(said), total(stated**2), total(stated), total(rest**2), total(rest))
        return cls(*sums, total(filed.astype(np.float64)) > 0)

    def sigma_sum(self, unstated: float) -> Floats:
        """Σ σ·mass, with a σ for what states none [g]."""
        return self.linear + unstated * self.unstated

    def variance_sum(self, unstated: float) -> Floats:
        """Σ (σ·mass)², with a σ for what states none [g²]."""
        return self.variance + unstated**2 * self.unstated_squares


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """One waste from one sender to one receiver in one month, a row each, in the order of `keys`: (pair, waste, month).

    `now`, `before`, `after`: rows of the cells of the month and of those beside it. The last cell is that of nothing.
    """

    keys: tuple[tuple[str, str, int], ...]
    about_sender: tuple[str, ...]
    about_receiver: tuple[str, ...]
    now: Ints
    before: Ints
    after: Ints
    sent: Side
    received: Side

    @classmethod
    def of(cls, told: Transfers, month: int | None = None) -> "Streams":
        """The streams of a month, or of all, that a registered site speaks of."""
        cells: dict[tuple[str, str, int], int] = {}
        keys = zip(told.pair, told.waste, told.month, strict=True)
        cell = [cells.setdefault(key, len(cells)) for key in keys]
        senders, receivers = _about(cell, told, len(cells))
        chosen = sorted(
            key for key, at in cells.items() if month in (None, key[2]) and (senders[at] or receivers[at])
        )
        nothing, place = len(cells), np.array(cell, dtype=np.int64)

        def beside(offset: int) -> Ints:
            found = (cells.get((pair, waste, when + offset), nothing) for pair, waste, when in chosen)
            return np.fromiter(found, np.int64, len(chosen))

        return cls(
            tuple(chosen),
            tuple(senders[cells[key]] or receivers[cells[key]] or "" for key in chosen),
            tuple(receivers[cells[key]] or senders[cells[key]] or "" for key in chosen),
            beside(0),
            beside(-1),
            beside(1),
            Side.of(place, nothing + 1, told.sent, told.sender_sigma, told.sender_filed),
            Side.of(place, nothing + 1, told.received, told.receiver_sigma, told.receiver_filed),
        )


def _about(cell: Sequence[int], told: Transfers, size: int) -> tuple[list[str | None], list[str | None]]:
    """Of each cell the first site that is named as sender, and as receiver."""
    senders: list[str | None] = [None] * size
    receivers: list[str | None] = [None] * size
    for at, sender, receiver in zip(cell, told.sender_site, told.receiver_site, strict=True):
        senders[at] = senders[at] or sender
        receivers[at] = receivers[at] or receiver
    return senders, receivers


def floats(values: Iterable[float | None]) -> Floats:
    """NaN for what is not told."""
    return np.array(list(values), dtype=np.float64)
