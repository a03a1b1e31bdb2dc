"""Sums behind the rates. Every query starts at the sites, or at the regions, that the subject may see."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to, within
from app.db.base import table_of
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.domain.rates import Totals
from app.enterprises.models import Enterprise, Site
from app.enterprises.service import sites_at
from app.ledgers.models import Ledger, LedgerLine, LedgerVersion, Rollup
from app.rates import regional
from app.rates.models import FiledCount
from app.reference.models import ReferenceRow

Key: TypeAlias = ColumnElement[Any] | None
AnySelect: TypeAlias = Select[*tuple[Any, ...]]
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

FILED_LINES = "filed_lines"
EVER = (Month(1990, 1), Month(2199, 12))
"""The months of a scope whose months do not matter: all there are."""
_SITES = table_of(Site)
_SUMS = {
    "generated_grams": "generated_grams",
    "own_used_grams": "used_grams",
    "own_used_prior_grams": "used_from_prior_stock_grams",
    "own_disposed_grams": "disposed_grams",
    "own_disposed_prior_grams": "disposed_from_prior_stock_grams",
    "own_disposed_harmlessly_grams": "disposed_harmlessly_grams",
    "stored_grams": "stored_grams",
    "dumped_grams": "dumped_grams",
    "used_on_site_grams": "used_on_site_grams",
    "sent_for_use_grams": "sent_for_use_grams",
}
"""Column of a line or a rollup → field of Totals."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is summed: months first…last (closed), no waste named = all; `enterprise` is a credit code."""

    first: Month
    last: Month
    wastes: tuple[str, ...] = ()
    region: str | None = None
    base: str | None = None
    park: str | None = None
    site: str | None = None
    enterprise: str | None = None
    as_of: datetime | None = None
    by_lines: bool = False
    """Sum the lines even where the rollup would answer: where there is no rollup, or it is what is to be proved."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Ledgers filed of a group: all, and those of months in which the site has to report."""

    all: int = 0
    expected_ones: int = 0


def known_codes(session: ReadSession, kind: str, codes: Collection[str]) -> set[str]:
    """Tell which of the codes the current reference data has."""
    return {code for _, code in known(session, {kind: codes})}


def known(session: ReadSession, asked: Mapping[str, Collection[str]]) -> set[tuple[str, str]]:
    """Tell which of the codes of each kind the current reference data has, with one look for all of them."""
    pairs = [(kind, code) for kind, codes in asked.items() for code in codes]
    rows = session.execute(_KNOWN, {"pairs": pairs}) if pairs else ()
    return {(kind, code) for kind, code in rows}


_ROWS = table_of(ReferenceRow)
_KNOWN = select(_ROWS.c.kind, _ROWS.c.code).where(
    tuple_(_ROWS.c.kind, _ROWS.c.code).in_(bindparam("pairs", expanding=True)),
    _ROWS.c.superseded_at.is_(None),
)


def credit_code_of(session: ReadSession, subject: Subject) -> str | None:
    """Give the credit code of the enterprise that asks; None for everyone else."""
    if subject.role is not Role.ENTERPRISE:
        return None
    return session.scalar(select(Enterprise.credit_code).where(Enterprise.id == subject.enterprise_id))


def site_is_visible(session: ReadSession, subject: Subject, code: str) -> bool:
    """Tell whether there is such a site within what the subject may see."""
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    return session.scalar(select(Site.id).where(Site.code == code, visible)) is not None


def places(scope: Scope) -> FromClause:
    """Give the sites that an answer is about: as they are, or as they were known at the moment asked for."""
    return sites_at(scope.as_of)


def sites_of(subject: Subject, scope: Scope, place: FromClause = _SITES) -> list[ColumnElement[bool]]:
    """Conditions on `places`: visible to the subject and within the scope.

    Of an earlier moment they are judged by what was known then: the answer is the one that was given then.
    """
    conditions = [visible_to(subject, region=place.c.region, enterprises=(place.c.enterprise_id,))]
    if scope.region is not None:
        conditions.append(within(place.c.region, scope.region))
    named = ((place.c.base, scope.base), (place.c.park, scope.park), (place.c.code, scope.site))
    conditions.extend(column == value for column, value in named if value is not None)
    return conditions


def region_key(column: Any, region: str | None) -> ColumnElement[Any]:
    """One level below the region that was asked for: province → city → county."""
    digits = min(len(region or "") + 2, 6)
    # Bound parameters would make SELECT and GROUP BY two different expressions on PostgreSQL.
    return func.substr(column, literal_column("1"), literal_column(str(digits)))


def site_key(group: str | None, scope: Scope, month: Any, waste: Any, place: FromClause = _SITES) -> Key:
    """Give the expression that a group of sites, wastes or months goes by; None for one group of all."""
    keys = {
        "month": month,
        "waste": waste,
        "site": place.c.code,
        "industry": place.c.industry,
        "region": region_key(place.c.region, scope.region),
        "county": place.c.region,
    }
    return None if group is None else keys[group]


def filed_versions(scope: Scope) -> Subquery:
    """(site_id, month, version_id) of what counts: the current filing, or the one of the moment asked for."""
    months = Ledger.month.between(scope.first, scope.last)
    return _filed(scope.as_of).where(months).subquery("filed")


def filed_lines(as_of: datetime | None = None) -> Subquery:
    """(site_id, month, waste, and every mass of a line [g]) of what counts, whatever the month.

    A snapshot (app/snapshots) keeps the rows of this very subquery, and is read in its place by its name.
    """
    filed, line = _filed(as_of).subquery("filed"), table_of(LedgerLine)
    masses = (column for column in line.c if column.name.endswith("_grams"))
    query = select(filed.c.site_id, filed.c.month, line.c.waste, *masses)
    return query.join(line, line.c.version_id == filed.c.version_id).subquery(FILED_LINES)


def _filed(as_of: datetime | None) -> AnySelect:
    if as_of is None:
        current = select(Ledger.site_id, Ledger.month, Ledger.version_id)
        return current.where(Ledger.state != LedgerState.DRAFT)
    then = select(Ledger.site_id, Ledger.month, LedgerVersion.id.label("version_id"))
    return then.join(LedgerVersion, LedgerVersion.ledger_id == Ledger.id).where(
        LedgerVersion.is_draft.is_(False),
        LedgerVersion.received_at <= as_of,
        or_(LedgerVersion.superseded_at.is_(None), LedgerVersion.superseded_at > as_of),
    )


def latest_month(session: ReadSession, subject: Subject, scope: Scope) -> Month | None:
    """Find the last month with a ledger in the scope, whatever its months."""
    if regional.answers(subject, scope, None):
        return regional.latest_month(session, subject, scope)
    filed, place = _filed(scope.as_of).subquery("filed"), places(scope)
    query = select(func.max(filed.c.month)).join(place, place.c.id == filed.c.site_id)
    latest: Month | None = session.scalar(query.where(*sites_of(subject, scope, place)))
    return latest


def grouped(query: AnySelect, key: Key) -> AnySelect:
    """Put the key first and group by it; without a key the query stays one row."""
    return query if key is None else query.add_columns(key.label("group_key")).group_by(key)


def by_key(rows: Iterable[AnyRow], key: Key) -> dict[str, AnyRow]:
    """Rows by their group, as text; the only row of an ungrouped query stands under the empty text."""
    return {"" if key is None else str(row[-1]): row for row in rows}


def sums(session: ReadSession, subject: Subject, scope: Scope, group: str | None) -> dict[str, Totals]:
    """Sum the generator-side figures, group by group; a group of nothing is none, whoever named it in a ledger."""
    if regional.answers(subject, scope, group):
        rows = regional.sums(session, table_of(Rollup), tuple(_SUMS), subject, scope, group)
    else:
        query, key = _from_lines(subject, scope, group)
        rows = by_key(session.execute(grouped(query, key)), key)
    found = {name: _fields(row) for name, row in rows.items()}
    return {name: Totals(**fields) for name, fields in found.items() if any(fields.values())}


def _fields(row: AnyRow) -> dict[str, int]:
    return {field: int(value or 0) for field, value in zip(_SUMS.values(), row, strict=False)}


def _from_lines(subject: Subject, scope: Scope, group: str | None) -> tuple[AnySelect, Key]:
    lines, place = filed_lines(scope.as_of), places(scope)
    query = (
        select(*(func.sum(lines.c[column]) for column in _SUMS))
        .select_from(lines)
        .join(place, place.c.id == lines.c.site_id)
        .where(*sites_of(subject, scope, place), lines.c.month.between(scope.first, scope.last))
    )
    if scope.wastes:
        query = query.where(lines.c.waste.in_(scope.wastes))
    return query, site_key(group, scope, lines.c.month, lines.c.waste, place)


def ledgers_filed(
    session: ReadSession, subject: Subject, scope: Scope, group: str | None
) -> dict[str, Filed]:
    """Count the ledgers filed, nil returns among them, whatever the waste."""
    if regional.answers(subject, scope, group):
        counts = ("ledgers", "expected_ledgers")
        kept = regional.sums(session, table_of(FiledCount), counts, subject, scope, group)
        return {name: Filed(int(row[0]), int(row[1])) for name, row in kept.items() if row[0]}
    filed, place = filed_versions(scope), places(scope)
    due = and_(
        filed.c.month >= place.c.reports_from,
        or_(place.c.reports_until.is_(None), filed.c.month <= place.c.reports_until),
    )
    query = (
        select(func.count(), func.sum(case((due, 1), else_=0)))
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .where(*sites_of(subject, scope, place))
    )
    key = site_key(group, scope, filed.c.month, None, place)
    rows = by_key(session.execute(grouped(query, key)), key)
    return {name: Filed(row[0], int(row[1] or 0)) for name, row in rows.items()}


def reporting_spans(
    session: ReadSession, subject: Subject, scope: Scope, group: str | None
) -> list[tuple[str, Month, Month | None, int]]:
    """(group, reports from, until, number of sites) of the scope; months are left to the caller."""
    is_keyed = group not in (None, "month")
    if regional.answers(subject, scope, group):
        rows: Iterable[AnyRow] = regional.spans(session, subject, scope, group)
    else:
        place = places(scope)
        key = site_key(group, scope, None, None, place) if is_keyed else None
        span = (place.c.reports_from, place.c.reports_until)
        query = select(*span, func.count()).where(*sites_of(subject, scope, place)).group_by(*span)
        rows = session.execute(grouped(query, key))
    return [(str(row[-1]) if is_keyed else "", row[0], row[1], row[2]) for row in rows]


def enterprises_behind(
    session: ReadSession, subject: Subject, scope: Scope, group: str | None
) -> dict[str, int]:
    """Count the enterprises whose lines make up each group."""
    filed, place = filed_versions(scope), places(scope)
    registered = aliased(Enterprise)
    # Enterprises of one line of succession are one: nobody hides behind a former name.
    owner = func.coalesce(registered.last_successor_id, registered.id)
    query = (
        select(func.count(func.distinct(owner)))
        .select_from(filed)
        .join(LedgerLine, LedgerLine.version_id == filed.c.version_id)
        .join(place, place.c.id == filed.c.site_id)
        .join(registered, registered.id == place.c.enterprise_id)
        .where(*sites_of(subject, scope, place))
    )
    if scope.wastes:
        query = query.where(LedgerLine.waste.in_(scope.wastes))
    key = site_key(group, scope, filed.c.month, LedgerLine.waste, place)
    return {name: row[0] for name, row in by_key(session.execute(grouped(query, key)), key).items()}
