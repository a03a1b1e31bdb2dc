"""One month of a province: its sites, all its transfers, and the same as columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.domain.periods import Month
from app.findings.columns import Lines, Streams, ToldLine, Transfers, ordinal, told
from app.findings.facts import SUMMED, Flow, LedgerRef, Line, PairFacts, Transfer, summed
from app.findings.pairs import Stream, stream_of


@dataclass(frozen=True, slots=True)
class SiteMonth:
    """A site's lines of the month of a network; `ref` None when it has filed nothing.

    `flows`: what it used and disposed of. What was handed over stands in the network's transfers.
    """

    code: str
    region: str
    industry: str
    ref: LedgerRef | None
    lines: tuple[Line, ...]
    flows: tuple[Flow, ...]

    def of(self, waste: str) -> Line:
        """As `Book.of`."""
        return summed(self.lines, waste)


@dataclass(frozen=True)
class Columns:
    """What a network's sequences hold, as columns. `codes`: site → its place; `pairs`: pair → its place in each of them."""

    codes: Mapping[str, int]
    lines: Lines
    transfers: Transfers
    streams: Streams
    pairs: Mapping[str, int]


class _ByCode(Mapping[str, SiteMonth]):
    """Sites by their codes, each made when it is asked for."""

    def __init__(self, sites: Sequence[SiteMonth], places: Mapping[str, int]) -> None:
        self._sites, self._places = sites, places

    def __getitem__(self, code: str) -> SiteMonth:
        return self._sites[self._places[code]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, code: object) -> bool:
        return code in self._places


@dataclass(frozen=True)
class NetworkFacts:
    """One month of a province (two digits): its sites, and every transfer that begins or ends there.

    `pairs`: the transfers of the month and of the two beside it, by who hands over to whom. Whoever reads facts from the
    database gives sequences that make their items when asked, and the columns beside them.
    """

    province: str
    month: Month
    sites: Sequence[SiteMonth]
    transfers: Sequence[Transfer]
    pairs: Sequence[PairFacts] = ()
    read: Columns | None = None

    @cached_property
    def columns(self) -> Columns:
        return self.read or _columns_of(self)

    @property
    def lines(self) -> Lines:
        return self.columns.lines

    @property
    def streams(self) -> Streams:
        return self.columns.streams

    @cached_property
    def by_code(self) -> Mapping[str, SiteMonth]:
        """The province's sites by their codes."""
        return _ByCode(self.sites, self.columns.codes)

    def stream(self, row: int) -> tuple[PairFacts, Stream]:
        """A row of the streams as facts."""
        pair, waste, number = self.streams.keys[row]
        facts = self.pairs[self.columns.pairs[pair]]
        return facts, stream_of(facts, waste, number)


def _columns_of(facts: NetworkFacts) -> Columns:
    """The columns of facts that are all in memory."""
    rows = [told(_name(pair), each) for pair in facts.pairs for each in pair.transfers]
    lines = [
        ToldLine(
            site.code,
            site.ref is not None,
            line.waste,
            line.sigma,
            [getattr(line, name) for name in SUMMED],
        )
        for site in facts.sites
        for line in site.lines
    ]
    return Columns(
        {site.code: place for place, site in enumerate(facts.sites)},
        Lines.of(lines),
        Transfers.of(told("", each) for each in facts.transfers),
        Streams.of(Transfers.of(rows), ordinal(facts.month)),
        {_name(pair): place for place, pair in enumerate(facts.pairs)},
    )


def _name(pair: PairFacts) -> str:
    return f"{pair.sender}>{pair.receiver}"
