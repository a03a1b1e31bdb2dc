"""From database columns to books: numbers sites, wastes, streams and names once, then sums by number."""

from collections.abc import Sequence
from typing import Any

from app.auth.subjects import Subject
from app.chain_runs import columns
from app.chain_runs.books import PURPOSES, Books, Ends, Floats, Grams, Ints, Moves, Place, Streams, Uses
from app.chain_runs.columns import masses, numbered, numbers
from app.chain_runs.matching import Unplaced, placed
from app.db.session import ReadSession
from app.domain.periods import Month
from app.enterprises import service as enterprises
from app.enterprises.service import Party
from app.rates.service import Scope
from app.reference import service as reference
from chains.arrays import np

NO_METHOD = "estimate"
"""How a figure without a method of measurement counts."""

Rows = list[Sequence[Any]]

Partner = tuple[str, Month | None]
"""The other party of a transfer as it was written, and the month where that tells which site is meant."""

# Places in the rows of columns.flows and columns.lines.
_SITE, _WASTE, _PROCESS, _PRODUCT, _PARTY, _PURPOSE, _ABROAD, _MONTH, _GRAMS = range(1, 10)
_LINE_SITE, _LINE_WASTE, _LINE_METHOD, _LINE_SUMS = range(4)

_PURPOSES = numbered(PURPOSES)
_STREAM_SUMS = 5


def read_books(session: ReadSession, subject: Subject, scope: Scope) -> Books:
    """Read the ledgers that `subject` may see of the scope's sites, months and wastes."""
    # Sorted here: databases disagree about the order of texts.
    places = tuple(sorted((Place(*row) for row in columns.sites(session, subject, scope)), key=_code))
    lines = columns.lines(session, subject, scope)
    flows = columns.flows(session, subject, scope)
    # A site's own code means that site before anything else, so most parties need not be looked up.
    near = {place.code for place in places}
    named = {row[_PARTY] for row in flows} - near - {None}
    parties = enterprises.parties(session, named, as_of=scope.as_of)
    # Which site of a firm with several is meant depends on the month, so its transfers are read by month.
    several = {code for code, party in parties.items() if len(party.sites) > 1}
    if several:
        flows = [row for row in flows if row[_PARTY] not in several]
        flows += columns.flows_of_parties(session, subject, scope, several)
    sigma = {row.code: float(row.body["relative_sigma"]) for row in reference.current(session, "methods")}
    return _Gathering(places, lines, _Flows(flows), parties).books(sigma)


class _Flows:
    """Rows of `columns.flows` by their list."""

    def __init__(self, rows: Rows) -> None:
        by_kind: dict[str, Rows] = {"sent": [], "received": [], "used": [], "disposed": []}
        for row in rows:
            by_kind[row[0]].append(row)
        self.all = rows
        self.sent, self.received = by_kind["sent"], by_kind["received"]
        self.used, self.disposed = by_kind["used"], by_kind["disposed"]


class _Gathering:
    """Everything numbered, then everything summed."""

    def __init__(
        self,
        places: tuple[Place, ...],
        lines: Rows,
        flows: _Flows,
        parties: dict[str, Party],
    ) -> None:
        self._places = places
        self._lines, self._flows, self._parties = lines, flows, parties
        self._site = {place.code: number for number, place in enumerate(places)}
        self._waste = numbered([row[_LINE_WASTE] for row in lines] + [row[_WASTE] for row in flows.all])
        self._process = numbered(row[_PROCESS] or "" for row in flows.used + flows.disposed)
        self._product = numbered(row[_PRODUCT] or "" for row in flows.used)
        self._party = numbered(row[_PARTY] for row in flows.sent + flows.received)
        partners = set(map(_partner, flows.sent + flows.received))
        self._meant = {partner: self._site_meant(partner) for partner in partners}
        self._near = {
            partner: self._site[code] for partner, code in self._meant.items() if code in self._site
        }
        self._sent = [row for row in flows.sent if _partner(row) in self._near]
        self._received = [row for row in flows.received if _partner(row) in self._near]
        # A partner that says nothing of a waste has a stream of it all the same: the tonnes were sent there.
        keys = (
            self._keys([row[_LINE_SITE] for row in lines], [row[_LINE_WASTE] for row in lines]),
            self._keys([row[_SITE] for row in flows.all], [row[_WASTE] for row in flows.all]),
            self._partner_keys(self._sent + self._received),
        )
        self._streams = np.unique(np.concatenate(keys))

    def books(self, sigma: dict[str, float]) -> Books:
        flows = self._flows
        away = [row for row in flows.sent if _partner(row) not in self._near]
        elsewhere = [self._is_elsewhere(row) for row in away]
        exported = [row for row, known in zip(away, elsewhere, strict=True) if known]
        unknown = [row for row, known in zip(away, elsewhere, strict=True) if not known]
        imported = [row for row in flows.received if _partner(row) not in self._near]
        moves, unknown = self._placed(self._moves(), unknown, sent=True)
        moves, imported = self._placed(moves, imported, sent=False)
        return Books(
            places=self._places,
            wastes=tuple(self._waste),
            processes=tuple(self._process),
            products=tuple(self._product),
            parties=tuple(self._party),
            streams=self._stream_columns(sigma),
            moves=moves,
            uses=self._uses(),
            disposed=self._ends(
                flows.disposed, numbers(self._process, [row[_PROCESS] or "" for row in flows.disposed])
            ),
            exported=self._ends(exported, _purposes(exported)),
            unknown=self._ends(unknown, _purposes(unknown)),
            imported=self._ends(imported, np.zeros(len(imported), dtype=np.int32)),
        )

    def _site_meant(self, partner: Partner) -> str | None:
        code, month = partner
        if code in self._site:
            return code
        site = self._parties[code].site_in(month)
        return None if site is None else site.site_code

    def _is_elsewhere(self, row: Sequence[Any]) -> bool:
        """Tell whether a receiver is declared, or known, to be outside of the scope."""
        partner, leaves_province = _partner(row), row[_ABROAD]
        if leaves_province or self._meant[partner] is not None:
            return True
        # A firm with a site here among several, none meant in particular: nobody knows which one has it.
        return self._parties[row[_PARTY]].known and not self._candidates(partner)

    def _keys(self, sites: Sequence[str], wastes: Sequence[str]) -> Grams:
        return numbers(self._site, sites).astype(np.int64) * len(self._waste) + numbers(self._waste, wastes)

    def _partner_keys(self, rows: Rows) -> Grams:
        sites = numbers(self._near, list(map(_partner, rows))).astype(np.int64)
        return sites * len(self._waste) + numbers(self._waste, [row[_WASTE] for row in rows])

    def _stream(self, keys: Grams) -> Ints:
        return np.searchsorted(self._streams, keys).astype(np.int32)

    def _own(self, rows: Rows) -> Ints:
        return self._stream(self._keys([row[_SITE] for row in rows], [row[_WASTE] for row in rows]))

    def _stream_columns(self, sigma: dict[str, float]) -> Streams:
        lines, count = self._lines, len(self._streams)
        stream = self._stream(
            self._keys([row[_LINE_SITE] for row in lines], [row[_LINE_WASTE] for row in lines])
        )
        sums = np.zeros((_STREAM_SUMS, count), dtype=np.int64)
        for total, place in zip(sums, range(_LINE_SUMS, _LINE_SUMS + _STREAM_SUMS), strict=True):
            np.add.at(total, stream, masses([row[place] for row in lines]))
        site, waste = np.divmod(self._streams, max(len(self._waste), 1))
        return Streams(
            site=site.astype(np.int32),
            waste=waste.astype(np.int32),
            generated=sums[0],
            dumped=sums[2],
            opening=sums[3],
            closing=sums[4],
            sigma=self._sigma(stream, sigma),
        )

    def _sigma(self, stream: Ints, sigma: dict[str, float]) -> Floats:
        """Relative sigma of each stream; several methods in one are weighed by their turnover."""
        unmeasured, lines, count = sigma[NO_METHOD], self._lines, len(self._streams)
        each = np.fromiter(
            (sigma.get(row[_LINE_METHOD] or "", unmeasured) for row in lines), np.float64, len(lines)
        )
        turnover = np.fromiter(
            (sum(row[_LINE_SUMS : _LINE_SUMS + _STREAM_SUMS]) for row in lines), np.float64, len(lines)
        )
        total = np.bincount(stream, turnover, count)
        mean = np.full(count, unmeasured)
        np.divide(np.bincount(stream, turnover * each, count), total, out=mean, where=total > 0)
        return mean

    def _moves(self) -> Moves:
        sent, received = self._sent, self._received
        giver = np.concatenate([self._own(sent), self._stream(self._partner_keys(received))])
        taker = np.concatenate([self._stream(self._partner_keys(sent)), self._own(received)])
        pairs, place = np.unique(giver.astype(np.int64) * len(self._streams) + taker, return_inverse=True)
        sides = np.zeros((2, len(pairs)), dtype=np.int64)
        np.add.at(sides[0], place[: len(sent)], masses([row[_GRAMS] for row in sent]))
        np.add.at(sides[1], place[len(sent) :], masses([row[_GRAMS] for row in received]))
        sender, receiver = np.divmod(pairs, max(len(self._streams), 1))
        return Moves(sender.astype(np.int32), receiver.astype(np.int32), sides[0], sides[1])

    def _placed(self, moves: Moves, rows: Rows, *, sent: bool) -> tuple[Moves, Rows]:
        """Hand what names a firm with several sites here to those that report the other side of it."""
        candidates = {partner: self._candidates(partner) for partner in set(map(_partner, rows))}
        if not any(candidates.values()):
            return moves, rows
        ordered = sorted(
            rows, key=lambda row: (*row[_SITE:_PROCESS], row[_PARTY], row[_PURPOSE] or "", str(row[_MONTH]))
        )
        unplaced = [
            Unplaced(stream, self._streams_at(candidates[_partner(row)], row[_WASTE]), row[_GRAMS])
            for stream, row in zip(self._own(ordered).tolist(), ordered, strict=True)
        ]
        moves, left = placed(moves, unplaced, sent=sent)
        kept: Rows = [(*row[:_GRAMS], grams) for row, grams in zip(ordered, left, strict=True) if grams]
        return moves, kept

    def _candidates(self, partner: Partner) -> list[int]:
        code, _ = partner
        sites = self._parties[code].sites if self._meant[partner] is None else ()
        return [self._site[site.site_code] for site in sites if site.site_code in self._site]

    def _streams_at(self, sites: list[int], waste: str) -> tuple[int, ...]:
        keys = np.array(sites, dtype=np.int64) * len(self._waste) + self._waste[waste]
        known = keys[np.isin(keys, self._streams)]
        return tuple(self._stream(known).tolist())

    def _uses(self) -> Uses:
        rows = self._flows.used
        stream, grams = self._own(rows), masses([row[_GRAMS] for row in rows])
        process = numbers(self._process, [row[_PROCESS] or "" for row in rows])
        product = numbers(self._product, [row[_PRODUCT] or "" for row in rows])
        order = np.lexsort((product, process, stream))
        return Uses(stream[order], process[order], product[order], grams[order])

    def _ends(self, rows: Rows, kind: Ints) -> Ends:
        stream, grams = self._own(rows), masses([row[_GRAMS] for row in rows])
        # A disposal on the site has no other party.
        party = np.fromiter((self._party.get(row[_PARTY], -1) for row in rows), np.int32, len(rows))
        order = np.lexsort((grams, kind, party, stream))
        return Ends(stream[order], party[order], kind[order], grams[order])


def _code(place: Place) -> str:
    return place.code


def _partner(row: Sequence[Any]) -> Partner:
    return row[_PARTY], row[_MONTH]


def _purposes(rows: Rows) -> Ints:
    return numbers(_PURPOSES, [row[_PURPOSE] or "use" for row in rows])
