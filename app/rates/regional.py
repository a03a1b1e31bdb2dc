"""Sums of whole regions and months, from tables that hold them already: no line, ledger or transfer is read.

Each statement is made once for its form of question and then only given its figures; making one costs more than it takes
to answer.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, bindparam, func, literal_column, select

from app.auth.subjects import Role, Subject
from app.auth.visibility import range_of
from app.db.base import table_of
from app.db.session import ReadSession
from app.domain.periods import Month
from app.enterprises.models import Site
from app.rates.models import FiledCount

if TYPE_CHECKING:
    from app.rates.repository import AnyRow, AnySelect, Scope

_OF_REGIONS = (None, "month", "waste", "region", "county")


def answers(subject: Subject, scope: "Scope", group: str | None) -> bool:
    """Whether a question is about whole regions as they are now."""
    return (
        subject.role is not Role.ENTERPRISE
        and scope.as_of is None
        and not scope.by_lines
        and scope.base is scope.park is scope.site is None
        and group in _OF_REGIONS
    )


def sums(
    session: ReadSession,
    table: Table,
    columns: Sequence[str],
    subject: Subject,
    scope: "Scope",
    group: str | None,
) -> dict[str, "AnyRow"]:
    """Sum columns of a table by region and month, group by group; of the scope's wastes where the table knows wastes."""
    seen = range_of(subject, scope.region)
    if seen is None:
        return {}
    wastes = scope.wastes if "waste" in table.c else ()
    statement = _sums(table, tuple(columns), _key(scope, group), bool(wastes))
    asked = {"low": seen[0], "high": seen[1], "first": scope.first, "last": scope.last}
    rows = session.execute(statement, asked | ({"wastes": wastes} if wastes else {}))
    return {"" if group is None else str(row[-1]): row for row in rows}


@lru_cache(maxsize=256)
def _sums(table: Table, columns: tuple[str, ...], key: str | None, of_wastes: bool) -> "AnySelect":  # noqa: FBT001 - cached by place
    conditions = [
        *_in_range(table.c.region),
        table.c.month.between(bindparam("first"), bindparam("last")),
        *((table.c.waste.in_(bindparam("wastes", expanding=True)),) if of_wastes else ()),
    ]
    query = select(*(func.sum(table.c[name]) for name in columns)).where(*conditions)
    if key is None:
        return query
    by = _column(table, key)
    return query.add_columns(by.label("group_key")).group_by(by)


def spans(session: ReadSession, subject: Subject, scope: "Scope", group: str | None) -> list["AnyRow"]:
    """(reports from, until, number of sites, region of the group) of the scope's sites."""
    seen = range_of(subject, scope.region)
    if seen is None:
        return []
    statement = _spans(None if group == "month" else _key(scope, group))
    return list(session.execute(statement, {"low": seen[0], "high": seen[1]}))


@lru_cache(maxsize=16)
def _spans(key: str | None) -> "AnySelect":
    table = table_of(Site)
    span = (table.c.reports_from, table.c.reports_until)
    query = select(*span, func.count()).where(*_in_range(table.c.region)).group_by(*span)
    if key is None:
        return query
    by = _column(table, key)
    return query.add_columns(by.label("group_key")).group_by(by)


def latest_month(session: ReadSession, subject: Subject, scope: "Scope") -> Month | None:
    """Find the last month with a ledger in the regions of the scope, whatever its months."""
    seen = range_of(subject, scope.region)
    if seen is None:
        return None
    found: Month | None = session.scalar(_latest(), {"low": seen[0], "high": seen[1]})
    return found


@lru_cache(maxsize=1)
def _latest() -> "AnySelect":
    table = table_of(FiledCount)
    query = select(table.c.month).where(*_in_range(table.c.region)).group_by(table.c.month)
    return query.having(func.sum(table.c.ledgers) > 0).order_by(table.c.month.desc()).limit(1)


def _in_range(region: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return region >= bindparam("low"), region <= bindparam("high")


def _key(scope: "Scope", group: str | None) -> str | None:
    """What a group goes by, as a word; a region is one level below the one that was asked for."""
    if group != "region":
        return "region" if group == "county" else group
    return f"region:{min(len(scope.region or '') + 2, 6)}"


def _column(table: Table, key: str) -> ColumnElement[Any]:
    name, _, digits = key.partition(":")
    # Bound parameters would make SELECT and GROUP BY two different expressions on PostgreSQL.
    return (
        func.substr(table.c[name], literal_column("1"), literal_column(digits)) if digits else table.c[name]
    )
