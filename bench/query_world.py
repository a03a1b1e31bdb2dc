"""Years of ledgers made inside PostgreSQL: heads, versions, lines and the rollup, as filing would have left them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import insert

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.tokens import API_AUDIENCE, issue
from app.clock import system_clock
from app.db.base import table_of
from app.db.engine import make_engines
from app.db.session import Database
from app.db.upgrade import upgrade
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ids import new_id
from app.ledgers.models import LedgerLine, Rollup
from app.ledgers.rollups import SUMMED
from app.settings import Settings
from seed.load import load_reference

WASTES = ("SW01", "SW02", "SW03", "SW04", "SW05")
_COUNTIES = 100
REGION = "140212"
MONTHS = tuple(Month(2021, 1).plus(step) for step in range(60))
_NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)

_LEDGERS = """
INSERT INTO ledgers (id, site_id, month, state, version, version_id)
SELECT gen_random_uuid(), s.id, m.month, 'submitted', 1, gen_random_uuid()
FROM unnest(%s::date[]) AS m(month) CROSS JOIN sites s ORDER BY m.month
"""
_VERSIONS = """
INSERT INTO ledger_versions (id, ledger_id, number, is_draft, nil, body, warnings, sha256, filed_by, received_at)
SELECT version_id, id, 1, false, false, '{}', '[]', repeat('0', 64), 'bench', now() FROM ledgers ORDER BY month
"""
# Generated, used and stored differ by site and waste, so that no sum is that of another.
_MASS = "(1000000 * (100 + position * 7 + abs(hashtext(l.id::text)) %% 900))::bigint"


def _lines() -> str:
    masses = [column.name for column in table_of(LedgerLine).c if column.name.endswith("_grams")]
    given = {"generated_grams": "mass", "used_grams": "mass / 2", "own_used_grams": "mass / 2"}
    given |= {"closing_grams": "mass - mass / 2", "stored_grams": "mass - mass / 2"}
    chosen = ", ".join(given.get(name, "0") for name in masses)
    return f"""
        INSERT INTO ledger_lines (version_id, position, waste, {", ".join(masses)})
        SELECT l.version_id, position, w.waste, {chosen}
        FROM ledgers l CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS w(waste, position)
        CROSS JOIN LATERAL (SELECT {_MASS} AS mass) AS m ORDER BY l.month
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
    firm, sites = _places(max(_COUNTIES, lines // (len(MONTHS) * len(WASTES))))
    with Database(engines).writing() as session:
        load_reference(session, _NOW)
        session.execute(insert(table_of(Enterprise)), [firm])
        session.execute(insert(table_of(Site)), sites)
    engines.dispose()
    with psycopg.connect(url) as connection:
        # The rows are made here and agree; checking each foreign key would double the time.
        connection.execute("SET session_replication_role = replica")
        connection.execute(_LEDGERS, ([month.first_day for month in MONTHS],))
        connection.execute(_VERSIONS)
        connection.execute(_lines(), (list(WASTES),))  # type: ignore[arg-type]
        connection.execute(_rollups())  # type: ignore[arg-type]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return _token(settings)


def _places(count: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    shared = {"industry": "44", "name": "示例", "created_at": _NOW}
    firm = {"id": new_id(), "credit_code": "91140200MA0BENCH1X", "credit_code_valid": False} | shared
    sites = [
        shared
        | {
            "id": new_id(),
            "code": f"91140200{number:07d}SIM001P",
            "enterprise_id": firm["id"],
            "region": f"14{2 + number % _COUNTIES // 10:02d}{10 + number % 10:02d}",
            "reports_from": MONTHS[0],
        }
        for number in range(count)
    ]
    return firm | {"region": REGION}, sites


def lines_in(connection: "psycopg.Connection[Any]") -> int:
    row = connection.execute("SELECT count(*) FROM ledger_lines").fetchone()
    return int(row[0]) if row else 0


def sum_of_region(connection: "psycopg.Connection[Any]", *, index: bool) -> Any:
    """What the rollup answers, added up from the lines."""
    with connection.transaction():
        if not index:
            for way in ("indexscan", "bitmapscan", "indexonlyscan"):
                connection.execute(f"SET LOCAL enable_{way} = off")  # type: ignore[arg-type]
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
