"""What anybody may have: the table of a finished year, renewed at most once an hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from app.clock import local_date
from app.db.session import ReadSession
from app.domain.errors import Message
from app.http.problems import Invalid, NotFound
from app.open_data import repository
from app.open_data.table import ALL, Table, of_year
from app.rates.service import query_fault
from app.reference import service as reference
from app.settings import Settings

NATION = Message("全部", "all regions")
ALL_WASTE = Message("全部固废", "all waste")
_RENEWED_AFTER = timedelta(hours=1)
_NOT_SWITCHED_ON = Message(
    "本部署未开放公共数据（HUANLIAN_PUBLIC_PAGE）",
    "open data is not switched on here (HUANLIAN_PUBLIC_PAGE)",
)


@dataclass(frozen=True, slots=True)
class Names:
    """Regions and wastes by code."""

    regions: dict[str, Message]
    wastes: dict[str, Message]


@dataclass(frozen=True, slots=True)
class Published:
    """A table and the moment it was made at."""

    table: Table
    made_at: datetime
    names: Names


class _Kept:
    """The tables of each database that this process reads; whoever asks next within the hour gets the same."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Engine | Connection, dict[int, Published]] = WeakKeyDictionary()
        self._lock = Lock()

    def get(
        self, source: Engine | Connection, year: int, now: datetime, make: Callable[[], Published]
    ) -> Published:
        """One at a time: the table of a nation is dear, and a crowd that asks at once must not make it a crowd of times."""
        with self._lock:
            tables = self._of.setdefault(source, {})
            kept = tables.get(year)
            if kept is None or not timedelta(0) <= now - kept.made_at < _RENEWED_AFTER:
                kept = tables[year] = make()
            return kept


_KEPT = _Kept()


def years(session: ReadSession, settings: Settings, now: datetime) -> range:
    """List the finished years of which anything is filed. 404 where open data is not switched on."""
    if not settings.public_page:
        raise NotFound(_NOT_SWITCHED_ON)
    span = repository.years(session)
    this_year = local_date(now, settings.timezone).year
    return range(0) if span is None else range(span[0], min(span[1], this_year - 1) + 1)


def published(session: ReadSession, settings: Settings, now: datetime, year: int | None = None) -> Published:
    """Give the table of a year, the newest without one. 422 for a year that is not published."""
    offered = years(session, settings, now)
    if year is None and offered:
        year = offered[-1]
    if year is None or year not in offered:
        said = f"{offered[0]}–{offered[-1]}" if offered else "—"
        zh, en = f"没有该年的数据；已公布：{said}", f"nothing is published of this year; there are: {said}"
        raise Invalid(errors=[query_fault("year", "not_published", zh, en)])
    return _table(session, year, now)


def withheld_wastes(session: ReadSession, year: int, now: datetime) -> frozenset[str]:
    """Name the wastes that the table of a year withholds for all regions together, published or still to come."""
    table = _table(session, year, now).table
    return frozenset(row.waste for row in table.rows if row.region == ALL and row.withheld is not None)


def _table(session: ReadSession, year: int, now: datetime) -> Published:
    return _KEPT.get(session.get_bind(), year, now, lambda: _made(session, year, now))


def _made(session: ReadSession, year: int, now: datetime) -> Published:
    table = of_year(session, year)
    codes = {row.region for row in table.rows}
    regions = {
        row.code: Message(row.zh, row.en)
        for row in reference.current(session, "regions")
        if row.code in codes
    }
    wastes = {row.code: Message(row.zh, row.en) for row in reference.current(session, "wastes")}
    return Published(table, now, Names({ALL: NATION, **regions}, {ALL: ALL_WASTE, **wastes}))
