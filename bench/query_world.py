"""Years of ledgers made inside PostgreSQL: heads, versions, lines, the rollup and transfers, as filing would have left them.

Ids grow with time, as those of the service do; sites of a county are every hundredth. Each ledger hands over to five sites
of other counties, of which most say the same, some another mass, some nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.tokens import API_AUDIENCE, issue
from app.clock import system_clock
from app.db.base import table_of
from app.db.engine import make_engines
from app.db.session import Database
from app.db.upgrade import upgrade
from app.domain.periods import Month
from app.ids import new_id
from app.ledgers.models import LedgerLine, Rollup
from app.ledgers.rollups import SUMMED
from app.rates.proof import recount
from app.settings import Settings
from seed.load import load_reference

WASTES = ("SW01", "SW02", "SW03", "SW04", "SW05")
TRANSFERS = 5
_COUNTIES = 100
REGION = "140212"
MONTHS = tuple(Month(2021, 1).plus(step) for step in range(60))
_NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
_LARGE = ("ledgers", "ledger_versions", "transfers")
_SITES_A_FIRM = 2


def _id(kind: int, number: str) -> str:
    """An id of a kind of rows that grows with their number."""
    return f"('{kind:08d}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def _code(site: str) -> str:
    return f"'91140200' || lpad(({site})::text, 7, '0') || 'SIM001P'"


_FIRMS = f"""
INSERT INTO enterprises (id, credit_code, credit_code_valid, name, industry, region, created_at)
SELECT {_id(1, "e::bigint")}, '91140200' || lpad(e::text, 10, '0'), false, '示例', '44', '{REGION}', '{_NOW}'
FROM generate_series(0, %(sites)s / {_SITES_A_FIRM}) e
"""  # noqa: S608 - own names
_SITES = f"""
INSERT INTO sites (id, code, enterprise_id, name, region, industry, reports_from, created_at)
SELECT {_id(2, "s::bigint")}, {_code("s")}, {_id(1, f"(s / {_SITES_A_FIRM})::bigint")}, '示例',
  '14' || lpad((2 + s %% {_COUNTIES} / 10)::text, 2, '0') || 10 + s %% 10, '44', '{MONTHS[0].first_day}', '{_NOW}'
FROM generate_series(0, %(sites)s - 1) s
"""  # noqa: S608 - own names
_NUMBERED = """
(SELECT s, m, date '2021-01-01' + make_interval(months => m) AS month, m * %(sites)s::bigint + s + 1 AS n
 FROM generate_series(0, %(months)s - 1) m, generate_series(0, %(sites)s - 1) s) AS numbered
"""
_LEDGERS = f"""
INSERT INTO ledgers (id, site_id, month, state, version, version_id)
SELECT {_id(3, "n")}, {_id(2, "s::bigint")}, month, 'submitted', 1, {_id(4, "n")} FROM {_NUMBERED}
"""  # noqa: S608 - own names
_VERSIONS = f"""
INSERT INTO ledger_versions (id, ledger_id, number, is_draft, nil, body, warnings, sha256, filed_by, received_at)
SELECT {_id(4, "n")}, {_id(3, "n")}, 1, false, false, '{{}}', '[]', repeat('0', 64), 'bench', now() FROM {_NUMBERED}
"""  # noqa: S608 - own names
# Generated, used and stored differ by site and waste, so that no sum is that of another.
_MASS = "1000000::bigint * (100 + position * 7 + abs(hashint8(n)) %% 900)"
_TRANSFERS = f"""
INSERT INTO transfers (id, month, waste, purpose, sender_party, receiver_party, sender_site_id, receiver_site_id,
  sender_enterprise_id, receiver_enterprise_id, sent_grams, sent_of_received_grams, received_grams, decision, decided_grams)
SELECT {_id(5, f"n * {TRANSFERS} + t")}, month, 'SW0' || 1 + (s + t) %% {len(WASTES)},
  CASE WHEN t = 1 THEN 'dispose' ELSE 'use' END, {_code("s")}, {_code("r")}, {_id(2, "s::bigint")}, {_id(2, "r::bigint")},
  {_id(1, f"(s / {_SITES_A_FIRM})::bigint")}, {_id(1, f"(r / {_SITES_A_FIRM})::bigint")}, grams, 0,
  CASE WHEN (s + m) %% 7 > 0 THEN grams - (s + m) %% 5 * 1000 END,
  CASE WHEN (s + m) %% 11 = 0 THEN 'correct' WHEN (s + m) %% 13 = 0 THEN 'dispute' END,
  CASE WHEN (s + m) %% 11 = 0 THEN grams - 5000 WHEN (s + m) %% 13 = 0 THEN 0 END
FROM (SELECT s, m, month, n, t, (s + t * 17) %% %(sites)s AS r, 1000000::bigint * (1 + abs(hashint8(n + t)) %% 90) AS grams
  FROM {_NUMBERED}, generate_series(1, {TRANSFERS}) t) AS made
"""  # noqa: S608 - own names


def _lines() -> str:
    masses = [column.name for column in table_of(LedgerLine).c if column.name.endswith("_grams")]
    given = {"generated_grams": "mass", "used_grams": "mass / 2", "own_used_grams": "mass / 2"}
    given |= {"closing_grams": "mass - mass / 2", "stored_grams": "mass - mass / 2"}
    chosen = ", ".join(given.get(name, "0") for name in masses)
    return f"""
        INSERT INTO ledger_lines (version_id, position, waste, {", ".join(masses)})
        SELECT {_id(4, "n")}, position, 'SW0' || position, {chosen}
        FROM {_NUMBERED} CROSS JOIN generate_series(1, {len(WASTES)}) AS position
        CROSS JOIN LATERAL (SELECT {_MASS} AS mass) AS m
    """  # noqa: S608 - own names


def _rollups() -> str:
    sums = ", ".join(f"sum({name})" for name in SUMMED)
    return f"""
        INSERT INTO {Rollup.__tablename__} (region, waste, month, {", ".join(SUMMED)})
        SELECT s.region, line.waste, l.month, {sums} FROM ledger_lines line
        JOIN ledgers l ON l.version_id = line.version_id JOIN sites s ON s.id = l.site_id
        GROUP BY s.region, line.waste, l.month
    """  # noqa: S608 - own names


def fill(url: str, lines: int) -> str:
    """As many sites as it takes, 60 months of each; answers a token of the province's regulator."""
    settings = Settings(database_url=url)
    engines = make_engines(settings)
    upgrade(engines.write)
    with Database(engines).writing() as session:
        load_reference(session, _NOW)
    fill_rows(url, lines)
    with Database(engines).writing() as session:
        # The triggers that keep these sums were off while the rows were made.
        recount(session)
    engines.dispose()
    return _token(settings)


def fill_rows(url: str, lines: int) -> None:
    """The rows alone, into a database that has the tables."""
    sites = max(_COUNTIES, lines // (len(MONTHS) * len(WASTES)))
    sized = {"sites": sites, "months": len(MONTHS)}
    with psycopg.connect(url) as connection:
        # The rows are made here and agree; checking each foreign key would double the time.
        connection.execute("SET session_replication_role = replica")
        for statement in (_FIRMS, _SITES):
            connection.execute(statement, sized)
        with _indexes_made_last(connection):
            for statement in (_LEDGERS, _VERSIONS, _lines(), _TRANSFERS):
                connection.execute(statement, sized)
        connection.execute("ANALYZE")
        connection.execute(_rollups())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@contextmanager
def _indexes_made_last(connection: "psycopg.Connection[Any]") -> Iterator[None]:
    """Without the indexes of the large tables meanwhile: sorted at the end, they take a third of the time."""
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes "
        "WHERE tablename = ANY(%s) AND indexname NOT LIKE 'pk\\_%%' AND schemaname = current_schema()",
        (list(_LARGE),),
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, definition in found:
        connection.execute(definition)


def lines_in(connection: "psycopg.Connection[Any]") -> int:
    row = connection.execute("SELECT count(*) FROM ledger_lines").fetchone()
    return int(row[0]) if row else 0


def sum_of_region(connection: "psycopg.Connection[Any]", *, index: bool) -> Any:
    """What the rollup answers, added up from the lines."""
    with connection.transaction():
        if not index:
            for way in ("indexscan", "bitmapscan", "indexonlyscan"):
                connection.execute(f"SET LOCAL enable_{way} = off")
        return connection.execute(
            "SELECT sum(generated_grams), sum(own_used_grams) FROM ledger_lines "
            "JOIN ledgers ON ledgers.version_id = ledger_lines.version_id "
            "JOIN sites ON sites.id = ledgers.site_id WHERE sites.region = %s",
            (REGION,),
        ).fetchone()


def _token(settings: Settings) -> str:
    subject = Subject(new_id(), "bench", Role.REGULATOR, SCOPES_OF[Role.REGULATOR], region="14")
    return issue(
        subject,
        secret=settings.secret_key.get_secret_value(),
        audience=API_AUDIENCE,
        now=system_clock(),
        lifetime=timedelta(hours=1),
    )
