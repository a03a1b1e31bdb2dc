"""The ledgers of a scope as database columns: three statements, summed in the database, no object per line."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, FromClause, String, cast, func, null, select, type_coerce

from app.auth.subjects import Subject
from app.chain_runs.books import Grams, Ints
from app.db.session import ReadSession
from app.enterprises.models import Enterprise
from app.ledgers.models import LedgerFlow, LedgerLine
from app.rates.service import AnySelect, Scope, filed_versions, places, sites_of
from chains.arrays import np

_MAX_IN_LIST = 500

K = TypeVar("K", bound=Hashable)

LINE_SUMS = ("generated_grams", "received_grams", "dumped_grams")
"""Columns of a line that are summed over the months."""


def sites(session: ReadSession, subject: Subject, scope: Scope) -> list[Sequence[Any]]:
    """(code, name, region, industry, enterprise's name) of the scope's sites."""
    place = places(scope)
    query = (
        select(place.c.code, place.c.name, place.c.region, place.c.industry, Enterprise.name)
        .select_from(place)
        .join(Enterprise, Enterprise.id == place.c.enterprise_id)
        .where(*sites_of(subject, scope, place))
    )
    return fetched(session, query)


def lines(session: ReadSession, subject: Subject, scope: Scope) -> list[Sequence[Any]]:
    """(site, waste, method, generated, received, dumped, opening, closing) per stream and method [g].

    The opening is that of the first month in which the stream has a line, the closing that of the last.
    """
    filed, place = filed_versions(scope), places(scope)
    stream = (place.c.code, LedgerLine.waste)
    each = (
        select(
            place.c.code.label("site"),
            LedgerLine.waste,
            LedgerLine.method,
            *(getattr(LedgerLine, name) for name in LINE_SUMS),
            LedgerLine.opening_grams,
            LedgerLine.closing_grams,
            (filed.c.month == func.min(filed.c.month).over(partition_by=stream)).label("is_first"),
            (filed.c.month == func.max(filed.c.month).over(partition_by=stream)).label("is_last"),
        )
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .join(LedgerLine, LedgerLine.version_id == filed.c.version_id)
        .where(*_of_scope(subject, scope, place))
        .subquery("each")
    )
    return fetched(
        session,
        select(
            each.c.site,
            each.c.waste,
            each.c.method,
            *(_sum(each.c[name]) for name in LINE_SUMS),
            _sum(each.c.opening_grams, each.c.is_first),
            _sum(each.c.closing_grams, each.c.is_last),
        ).group_by(each.c.site, each.c.waste, each.c.method),
    )


def flows(session: ReadSession, subject: Subject, scope: Scope) -> list[Sequence[Any]]:
    """(kind, site, waste, process, product, party, purpose, leaves the province, month, grams).

    Summed over the months: month is None.
    """
    return fetched(session, _flows(subject, scope, None))


def flows_of_parties(
    session: ReadSession, subject: Subject, scope: Scope, parties: Iterable[str]
) -> list[Sequence[Any]]:
    """Give the columns of `flows` month by month, of transfers with these parties only."""
    found: list[Sequence[Any]] = []
    for named in _batches(parties):
        found += fetched(session, _flows(subject, scope, LedgerFlow.party.in_(named)))
    return found


def _flows(subject: Subject, scope: Scope, of_parties: ColumnElement[bool] | None) -> AnySelect:
    filed, place = filed_versions(scope), places(scope)
    key: tuple[Any, ...] = (
        # As text: an enumeration would be looked up row by row.
        type_coerce(LedgerFlow.kind, String),
        place.c.code,
        LedgerLine.waste,
        LedgerFlow.process,
        LedgerFlow.product,
        LedgerFlow.party,
        LedgerFlow.purpose,
        LedgerFlow.out_of_province,
    )
    month = null() if of_parties is None else filed.c.month
    query = (
        select(*key, month, _sum(LedgerFlow.grams))
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .join(LedgerLine, LedgerLine.version_id == filed.c.version_id)
        .join(
            LedgerFlow,
            (LedgerFlow.version_id == LedgerLine.version_id) & (LedgerFlow.line == LedgerLine.position),
        )
        .where(*_of_scope(subject, scope, place), LedgerFlow.grams > 0)
    )
    if of_parties is None:
        return query.group_by(*key)
    return query.where(of_parties).group_by(*key, filed.c.month)


def numbered(names: Iterable[str]) -> dict[str, int]:
    """Names in order, each with its number."""
    return {name: number for number, name in enumerate(sorted(set(names)))}


def numbers(index: Mapping[K, int], names: Sequence[K]) -> Ints:
    """Number of each name."""
    return np.fromiter(map(index.__getitem__, names), np.int32, len(names))


def masses(values: Sequence[int]) -> Grams:
    """Whole grams."""
    return np.fromiter(values, np.int64, len(values))


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    ordered = iter(sorted(set(names)))
    while batch := list(islice(ordered, _MAX_IN_LIST)):
        yield batch


def _of_scope(subject: Subject, scope: Scope, place: FromClause) -> list[ColumnElement[bool]]:
    conditions = sites_of(subject, scope, place)
    if scope.wastes:
        conditions.append(LedgerLine.waste.in_(scope.wastes))
    return conditions


def _sum(column: Any, where: Any = None) -> ColumnElement[int]:
    # PostgreSQL sums bigints as numeric, which would come back as decimals.
    total = func.sum(column) if where is None else func.sum(column).filter(where)
    return cast(func.coalesce(total, 0), BigInteger)


def fetched(session: ReadSession, query: AnySelect) -> list[Sequence[Any]]:
    """Rows of a query, past the session's own loading: half the time at half a million rows."""
    return list(session.connection().execute(query).all())
