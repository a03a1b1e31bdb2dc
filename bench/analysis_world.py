"""A made nation in PostgreSQL, by statements of the server itself: five lines and two transfers a ledger, sixty months."""

from sqlalchemy import BigInteger, Boolean, Engine, Integer, text

import app.tables  # noqa: F401 - the migrations' tables
from app.db.base import table_of
from app.db.session import Database
from app.db.upgrade import upgrade
from app.domain.periods import Month
from app.ledgers.models import LedgerLine

MONTHS = 60
FIRST = Month(2021, 1)
LAST = FIRST.plus(MONTHS - 1)
_LINES, _TRANSFERS = 5, 2
_GIVEN = {
    "version_id": "md5('v' || s || ' ' || m)::uuid",
    "position": "l",
    "waste": "'SW0' || (1 + (s + l) % 6)",
    # Nine lines of ten balance.
    "closing_grams": "opening + generated + received - used - disposed - sent - dumped + "
    "CASE WHEN (s + m + l) % 10 = 0 THEN 1000000 ELSE 0 END",
}


def fill(engine: Engine, lines: int) -> int:
    """Migrate, make about so many lines with all that belongs to them, and say how many there are."""
    upgrade(engine)
    sites = max(1, lines // (MONTHS * _LINES))
    spans = {"sites": sites, "months": MONTHS, "lines": _LINES, "transfers": _TRANSFERS}
    with engine.begin() as connection:
        # The documents behind the versions are not asked for: the lines stand without them.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in (_ENTERPRISES, _SITES, _LEDGERS, _lines(), _TRANSFERRED):
            connection.execute(text(statement), spans)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        # One processor against one: workers of a query that has ended can no longer be asked what they used.
        name = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET max_parallel_workers_per_gather = 0"))
        made: int = connection.execute(text("SELECT count(*) FROM ledger_lines")).scalar_one()
        return made


def touch_a_month(database: Database) -> None:
    """As if one ledger of the last month had been amended."""
    with database.writing() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        old = "(SELECT version_id FROM ledgers ORDER BY month DESC, site_id LIMIT 1)"
        new = "md5('amended')::uuid"
        session.execute(text(f"UPDATE ledger_lines SET version_id = {new} WHERE version_id = {old}"))  # noqa: S608 - ours
        session.execute(text(f"UPDATE ledgers SET version_id = {new} WHERE version_id = {old}"))  # noqa: S608


_ENTERPRISES = """
INSERT INTO enterprises (id, credit_code, credit_code_valid, name, industry, region, created_at)
SELECT md5('e' || s)::uuid, lpad(s::text, 18, '0'), false, '示例 ' || s, 'B06', '140200', '2020-01-01'
FROM generate_series(1, :sites) s
"""
_SITES = """
INSERT INTO sites (id, code, enterprise_id, name, region, industry, reports_from, created_at)
SELECT md5('s' || s)::uuid, lpad(s::text, 18, '0') || '001P', md5('e' || s)::uuid, '示例 ' || s,
  (110000 + (s * 7919) % 3000 * 180)::text, 'B06', '2021-01-01', '2020-01-01' FROM generate_series(1, :sites) s
"""
_LEDGERS = """
INSERT INTO ledgers (id, site_id, month, state, version, version_id)
SELECT md5('l' || s || ' ' || m)::uuid, md5('s' || s)::uuid, date '2021-01-01' + make_interval(months => m), 'submitted', 1,
  md5('v' || s || ' ' || m)::uuid FROM generate_series(0, :months - 1) m, generate_series(1, :sites) s
"""
_TRANSFERRED = """
INSERT INTO transfers (id, month, waste, purpose, sender_party, receiver_party, sender_site_id, receiver_site_id,
  sender_enterprise_id, receiver_enterprise_id, sent_grams, sent_of_received_grams, received_grams, decision, decided_grams)
SELECT md5('t' || s || ' ' || m || ' ' || t)::uuid, date '2021-01-01' + make_interval(months => m), 'SW0' || (1 + (s + t) % 6),
  CASE WHEN t = 1 THEN 'use' ELSE 'dispose' END, lpad(s::text, 18, '0') || '001P', lpad(r::text, 18, '0') || '001P',
  md5('s' || s)::uuid, md5('s' || r)::uuid, md5('e' || s)::uuid, md5('e' || r)::uuid, grams, 0,
  CASE WHEN (s + m) % 7 = 0 THEN NULL ELSE grams - (s + m) % 5 * 1000 END,
  CASE WHEN (s + m) % 11 = 0 THEN 'correct' WHEN (s + m) % 13 = 0 THEN 'dispute' END,
  CASE WHEN (s + m) % 11 = 0 THEN grams - 5000 END
FROM (SELECT s, m, t, 1 + (s + t * 17) % :sites AS r, abs(hashint8(s * 1000003::bigint + m * 101 + t))::bigint * 100 AS grams
  FROM generate_series(0, :months - 1) m, generate_series(1, :sites) s, generate_series(1, :transfers) t) AS made
"""


def _lines() -> str:
    """One INSERT for every column that a line has, whatever is added to it later."""
    parts = ("opening", "generated", "received", "used", "disposed", "sent", "dumped")
    drawn = ", ".join(
        f"abs(hashint8(s * 1000003::bigint + m * 101 + l * 7 + {seed}))::bigint * 100 AS {name}"
        for seed, name in enumerate(parts)
    )
    columns, values = [], []
    for column in table_of(LedgerLine).c:
        stem = column.name.removesuffix("_grams")
        if column.name in _GIVEN:
            values.append(_GIVEN[column.name])
        elif stem in parts:
            values.append(stem)
        elif column.nullable:
            continue
        elif isinstance(column.type, BigInteger):
            values.append("used / 2" if "used" in stem else "disposed / 3")
        elif isinstance(column.type, Integer):
            values.append("0")
        else:
            values.append("false" if isinstance(column.type, Boolean) else "''")
        columns.append(column.name)
    return (
        f"INSERT INTO ledger_lines ({', '.join(columns)}) SELECT {', '.join(values)} FROM "  # noqa: S608 - names of ours
        f"(SELECT s, m, l, {drawn} FROM generate_series(0, :months - 1) m, generate_series(1, :sites) s, "
        "generate_series(1, :lines) l) AS made"
    )
