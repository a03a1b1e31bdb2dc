"""A database that was in use before sites had a history keeps what it holds, up and down; on both kinds."""

from typing import Any

from sqlalchemy import text

from app.db.engine import Engines, make_engines
from app.db.upgrade import downgrade, upgrade
from app.settings import Settings

ROOT, MIDDLE, LAST, SITE = (f"0190a0a0-0000-7000-8000-00000000000{number}" for number in range(1, 5))
NAMES = {ROOT: "A" * 18, MIDDLE: "B" * 18, LAST: "C" * 18}


def _ids(engines: Engines) -> dict[str, str]:
    """SQLite keeps an id as its 32 digits."""
    sqlite = engines.write.dialect.name == "sqlite"
    return {key: key.replace("-", "") if sqlite else key for key in (*NAMES, SITE)}


def _fill(engines: Engines) -> None:
    ids = _ids(engines)
    firm = text(
        "INSERT INTO enterprises (id, credit_code, credit_code_valid, name, industry, region, successor_id, "
        "succeeded_from, created_at) VALUES (:id, :code, true, 'n', '44', '140212', :successor, :since, "
        "'2025-01-10 08:00:00')"
    )
    place = text(
        "INSERT INTO sites (id, code, enterprise_id, name, region, industry, reports_from, created_at) "
        "VALUES (:id, 's', :enterprise, 'n', '140212', '44', '2025-01-01', '2025-02-10 08:00:00')"
    )
    with engines.write.begin() as connection:
        for key, successor in ((LAST, None), (MIDDLE, LAST), (ROOT, MIDDLE)):
            since = None if successor is None else "2025-06-01"
            row = {"id": ids[key], "code": NAMES[key], "since": since}
            connection.execute(firm, row | {"successor": ids.get(successor) if successor else None})
        connection.execute(place, {"id": ids[SITE], "enterprise": ids[ROOT]})


def _rows(engines: Engines, query: str) -> list[tuple[Any, ...]]:
    with engines.write.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_what_was_there_becomes_the_first_version(empty_database: str) -> None:
    engines = make_engines(Settings(database_url=empty_database))
    try:
        upgrade(engines.write, "0002")
        _fill(engines)
        upgrade(engines.write, "0003")
        versions = _rows(engines, "SELECT number, region, actor, superseded_at FROM site_versions")
        assert versions == [(1, "140212", "migration", None)]
        lines = (
            "SELECT e.credit_code, l.credit_code FROM enterprises e "
            "LEFT JOIN enterprises l ON l.id = e.last_successor_id ORDER BY e.credit_code"
        )
        assert _rows(engines, lines) == [("A" * 18, "C" * 18), ("B" * 18, "C" * 18), ("C" * 18, None)]
        known = "SELECT count(*) FROM enterprises WHERE succession_recorded_at IS NOT NULL"
        assert _rows(engines, known) == [(2,)]
        downgrade(engines.write, "0002")
        kept = "SELECT count(*) FROM sites JOIN enterprises ON enterprises.id = sites.enterprise_id"
        assert _rows(engines, kept) == [(1,)]
    finally:
        engines.dispose()
