"""Sums of transfers and counts of ledgers by region and month, kept by triggers (app/rates/models.py says why)."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from app.db import types
from app.db.online import seen_as_of_a_lock

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_FRESH = sa.text("NOT folded")
_FUNCTIONS = ("keep_sent_sums", "keep_filed_counts", "move_kept_sums")
_OF_A_TRANSFER = (
    "month",
    "waste",
    "purpose",
    "sender_site_id",
    "sent_grams",
    "sent_of_received_grams",
    "received_grams",
    "decision",
    "decided_grams",
)
_OF_A_LEDGER = ("month", "site_id", "state")
_SITES = "SELECT id, region, reports_from, reports_until, 1 AS factor FROM sites"
_NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _beside_writers()
        return
    _create_tables()
    for statement in (*_past("sqlite"), *_SQLITE):
        op.execute(statement)


def _past(kind: str) -> tuple[str, str]:
    """What was there before the triggers, put together already."""
    return (
        _sent(kind, "SELECT 1 AS sign, transfers.* FROM transfers", _SITES, "TRUE"),
        _filed(kind, "SELECT 1 AS sign, ledgers.* FROM ledgers", _SITES, "TRUE"),
    )


def _beside_writers() -> None:
    """Who files waits until the triggers are there, and not until ten million transfers are added up."""
    # The triggers are committed before the past is added up: they may be left of a run that was cut off in between.
    for name in _FUNCTIONS:
        op.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    op.execute("DROP TABLE IF EXISTS filed_counts, sent_sums")
    with seen_as_of_a_lock(op.get_bind(), "sites", "ledgers", "transfers") as past:
        _create_tables()
        for statement in _POSTGRESQL:
            op.execute(statement)
        with op.get_context().autocommit_block():
            pass  # its beginning commits, and writers go on
        for statement in _past("postgresql"):
            past.execute(sa.text(statement))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, name in (*_ON_TRANSFERS, *_ON_LEDGERS, _ON_SITES):
            op.execute(f"DROP TRIGGER {name} ON {table}")
        for name in _FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")
    else:
        for _, name in (*_ON_TRANSFERS, *_ON_LEDGERS, _ON_SITES):
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table("filed_counts")
    op.drop_table("sent_sums")


def _create_tables() -> None:
    op.create_table(
        "sent_sums",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sent_grams", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_for_use_grams", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("region", "month", "waste", "id", name=op.f("pk_sent_sums")),
    )
    op.create_table(
        "filed_counts",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ledgers", sa.Integer(), nullable=False),
        sa.Column("expected_ledgers", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("region", "month", "id", name=op.f("pk_filed_counts")),
    )
    for table in ("sent_sums", "filed_counts"):
        op.create_index(f"ix_{table}_month", table, ["month"], unique=False)
        op.create_index(
            f"ix_{table}_fresh",
            table,
            ["region", "month"],
            unique=False,
            sqlite_where=_FRESH,
            postgresql_where=_FRESH,
        )


def _said(row: str) -> str:
    """What the receiver of a transfer says of it, by a statement or by its ledger."""
    return (
        f"CASE WHEN {row}.decision IS NULL THEN coalesce({row}.received_grams, 0) "
        f"ELSE coalesce({row}.decided_grams, 0) END"
    )


def _confirmed(row: str) -> str:
    said = _said(row)
    return f"CASE WHEN {row}.decision = 'dispute' THEN 0 WHEN {row}.sent_grams < {said} THEN {row}.sent_grams ELSE {said} END"


def _own_for_use(row: str) -> str:
    own, confirmed = f"{row}.sent_grams - coalesce({row}.sent_of_received_grams, 0)", _confirmed(row)
    return f"CASE WHEN {row}.purpose <> 'use' THEN 0 WHEN {confirmed} < {own} THEN {confirmed} ELSE {own} END"


_INTO_SENT = (
    "INSERT INTO sent_sums (region, month, waste, id, sent_grams, confirmed_grams, own_for_use_grams, folded)"
)
_INTO_FILED = "INSERT INTO filed_counts (region, month, id, ledgers, expected_ledgers, folded)"


def _sent(kind: str, transfers: str, places: str, folded: str = "FALSE") -> str:
    """Append what transfers come to: `sign` says whether a row came or went, `factor` the same of a place."""
    return f"""
{_INTO_SENT}
SELECT region, month, waste, {_NEW_ID[kind]}, sent, confirmed, own, {folded} FROM (
  SELECT place.region, one.month, one.waste, sum(one.sign * place.factor * one.sent_grams) AS sent,
    sum(one.sign * place.factor * {_confirmed("one")}) AS confirmed, sum(one.sign * place.factor * {_own_for_use("one")}) AS own
  FROM ({transfers}) AS one JOIN ({places}) AS place ON place.id = one.sender_site_id
  WHERE one.sent_grams IS NOT NULL GROUP BY place.region, one.month, one.waste
) AS summed WHERE sent <> 0 OR confirmed <> 0 OR own <> 0;
"""  # noqa: S608 - own words


def _sent_of_row(row: str, sign: str) -> str:
    """The same of one row alone, without the cost of groups."""
    return f"""
{_INTO_SENT}
SELECT region, {row}.month, {row}.waste, {_NEW_ID["sqlite"]}, {sign}{row}.sent_grams, {sign}({_confirmed(row)}),
  {sign}({_own_for_use(row)}), FALSE
FROM sites WHERE id = {row}.sender_site_id AND {row}.sent_grams IS NOT NULL;
"""  # noqa: S608 - own words


def _filed(kind: str, ledgers: str, places: str, folded: str = "FALSE") -> str:
    """Append what ledgers count, whatever they say; drafts do not."""
    return f"""
{_INTO_FILED}
SELECT region, month, {_NEW_ID[kind]}, ledgers, expected, {folded} FROM (
  SELECT place.region, one.month, sum(one.sign * place.factor) AS ledgers, sum(CASE
    WHEN one.month >= place.reports_from AND (place.reports_until IS NULL OR one.month <= place.reports_until)
    THEN one.sign * place.factor ELSE 0 END) AS expected
  FROM ({ledgers}) AS one JOIN ({places}) AS place ON place.id = one.site_id
  WHERE one.state <> 'draft' GROUP BY place.region, one.month
) AS counted WHERE ledgers <> 0 OR expected <> 0;
"""  # noqa: S608 - own words


def _filed_of_row(row: str, sign: str) -> str:
    return f"""
{_INTO_FILED}
SELECT region, {row}.month, {_NEW_ID["sqlite"]}, {sign}1, CASE WHEN {row}.month >= reports_from
  AND (reports_until IS NULL OR {row}.month <= reports_until) THEN {sign}1 ELSE 0 END, FALSE
FROM sites WHERE id = {row}.site_id AND {row}.state <> 'draft';
"""  # noqa: S608 - own words


_ON_TRANSFERS = tuple(("transfers", f"keep_sent_sums_{deed}") for deed in ("insert", "update", "delete"))
_ON_LEDGERS = tuple(("ledgers", f"keep_filed_counts_{deed}") for deed in ("insert", "update", "delete"))
_ON_SITES = ("sites", "move_kept_sums")
_SITE_MOVED = """
  (OLD.region, OLD.reports_from, coalesce(OLD.reports_until, '2999-01-01'))
  <> (NEW.region, NEW.reports_from, coalesce(NEW.reports_until, '2999-01-01'))
"""
_COUNTS_OTHERWISE = "(OLD.state = 'draft') <> (NEW.state = 'draft')"


def _row(name: str, sign: int, columns: tuple[str, ...]) -> str:
    """One row of a trigger that is called for each, as a query."""
    return f"SELECT {sign} AS sign, " + ", ".join(f"{name}.{column} AS {column}" for column in columns)


def _both(columns: tuple[str, ...]) -> str:
    return f"{_row('NEW', 1, columns)} UNION ALL {_row('OLD', -1, columns)}"


def _site(name: str, factor: int) -> str:
    columns = ("id", "region", "reports_from", "reports_until")
    return f"SELECT {factor} AS factor, " + ", ".join(f"{name}.{column} AS {column}" for column in columns)


def _moved(kind: str) -> str:
    """All that is on file of a site, taken from where it was and put to where it is."""
    places = f"{_site('NEW', 1)} UNION ALL {_site('OLD', -1)}"
    transfers = "SELECT 1 AS sign, transfers.* FROM transfers WHERE sender_site_id = NEW.id"
    ledgers = "SELECT 1 AS sign, ledgers.* FROM ledgers WHERE site_id = NEW.id"
    return _sent(kind, transfers, places) + _filed(kind, ledgers, places)


def _sqlite() -> list[str]:
    """SQLite calls a trigger for each row."""

    def trigger(place: tuple[str, str], deed: str, when: str, body: str) -> str:
        table, name = place
        return f"CREATE TRIGGER {name} AFTER {deed} ON {table} FOR EACH ROW WHEN {when} BEGIN {body} END"

    told = [f"{{}}.{column}" for column in _OF_A_TRANSFER]
    before, after = (", ".join(told).replace("{}", row) for row in ("OLD", "NEW"))
    sent_came, sent_went = _sent_of_row("NEW", ""), _sent_of_row("OLD", "-")
    came, went = _filed_of_row("NEW", ""), _filed_of_row("OLD", "-")
    return [
        trigger(_ON_TRANSFERS[0], "INSERT", "NEW.sent_grams IS NOT NULL", sent_came),
        trigger(_ON_TRANSFERS[1], "UPDATE", f"({before}) IS NOT ({after})", sent_went + sent_came),
        trigger(_ON_TRANSFERS[2], "DELETE", "OLD.sent_grams IS NOT NULL", sent_went),
        trigger(_ON_LEDGERS[0], "INSERT", "NEW.state <> 'draft'", came),
        trigger(_ON_LEDGERS[1], "UPDATE", _COUNTS_OTHERWISE, went + came),
        trigger(_ON_LEDGERS[2], "DELETE", "OLD.state <> 'draft'", went),
        trigger(_ON_SITES, "UPDATE", _SITE_MOVED, _moved("sqlite")),
    ]


def _postgresql() -> list[str]:
    """PostgreSQL calls them once a statement with all its rows, where many come at once."""
    function = "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} RETURN NULL; END $$"
    came, went = "SELECT 1 AS sign, came.* FROM came", "SELECT -1 AS sign, went.* FROM went"

    def by_deed(append: Callable[[str, str, str], str], *rows: str) -> str:
        made = [append("postgresql", each, _SITES) for each in rows]
        return (
            f"IF TG_OP = 'INSERT' THEN {made[0]} ELSIF TG_OP = 'DELETE' THEN {made[1]} ELSE {made[2]} END IF;"
        )

    def each_statement(place: tuple[str, str], deed: str, keep: str) -> str:
        table, name = place
        seen = {"INSERT": "NEW TABLE AS came", "DELETE": "OLD TABLE AS went"}
        known = seen.get(deed, " ".join(seen.values()))
        return f"CREATE TRIGGER {name} AFTER {deed} ON {table} REFERENCING {known} EXECUTE FUNCTION {keep}()"

    def each_row(place: tuple[str, str], when: str, keep: str) -> str:
        table, name = place
        return f"CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {keep}()"

    sent = by_deed(_sent, came, went, f"{came} UNION ALL {went}")
    filed = by_deed(_filed, came, went, _both(_OF_A_LEDGER))
    return [
        function.format("keep_sent_sums", sent),
        function.format("keep_filed_counts", filed),
        function.format("move_kept_sums", _moved("postgresql")),
        *(
            each_statement(_ON_TRANSFERS[n], d, "keep_sent_sums")
            for n, d in enumerate(("INSERT", "UPDATE", "DELETE"))
        ),
        each_statement(_ON_LEDGERS[0], "INSERT", "keep_filed_counts"),
        each_row(_ON_LEDGERS[1], _COUNTS_OTHERWISE, "keep_filed_counts"),
        each_statement(_ON_LEDGERS[2], "DELETE", "keep_filed_counts"),
        each_row(_ON_SITES, _SITE_MOVED, "move_kept_sums"),
    ]


_SQLITE, _POSTGRESQL = _sqlite(), _postgresql()
