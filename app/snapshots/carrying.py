"""The online system's own statements, carried to another engine's SQL.

A statement is compiled for PostgreSQL with its values in it, read as a tree, and written in the other dialect. Where it
asks the subquery `filed_lines`, the table of that name stands in: its rows were written from that subquery.
"""

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql

from app.rates.service import FILED_LINES
from chains.late import LateModule

if TYPE_CHECKING:
    import sqlglot
    from sqlglot import exp
else:
    # A third of a second to load; only analysis needs it.
    sqlglot, exp = LateModule("sqlglot"), LateModule("sqlglot.expressions")

Dialect = Literal["duckdb", "spark"]
# With the driver's own style every % in a value would be doubled.
_POSTGRESQL = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


def carried(statement: Executable, dialect: Dialect) -> str:
    """Write a statement in another dialect; every value in it stays the literal that it was."""
    compiled = statement.compile(dialect=_POSTGRESQL, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
    tree: Any = sqlglot.parse_one(str(compiled), read="postgres")
    for subquery in list(tree.find_all(exp.Subquery)):
        if subquery.alias == FILED_LINES:
            subquery.replace(exp.to_table(FILED_LINES))
    if dialect == "spark":
        _widen_sums(tree)
        _keep_nullable(tree)
    return str(tree.sql(dialect=dialect))


def _widen_sums(tree: Any) -> None:
    """Sum in 38 digits, as PostgreSQL and DuckDB do by themselves: a sum of 64-bit numbers may not fit into one."""
    for summed in list(tree.find_all(exp.Sum)):
        summed.set("this", exp.cast(summed.this, "DECIMAL(38, 0)"))


def _keep_nullable(tree: Any) -> None:
    """COALESCE(a, b) as NULLIF(COALESCE(a, b), NULL), which is the same.

    Sail 0.7 takes what is made of the first for never null in one of its plans and for nullable in another, and then
    refuses the query.
    """
    for found in list(tree.find_all(exp.Coalesce)):
        found.replace(exp.Nullif(this=found.copy(), expression=exp.Null()))
