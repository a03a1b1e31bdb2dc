"""The migrations make the tables that the models describe, and take them away again, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, inspect, text
from sqlalchemy.exc import IntegrityError

import app.tables  # noqa: F401 - fills Base.metadata
from app.db.base import Base
from app.db.engine import Engines, make_engines
from app.db.upgrade import current_revision, downgrade, head_revision, schema_differences, upgrade
from app.settings import Settings


@pytest.fixture
def empty(empty_database: str) -> Iterator[Engines]:
    made = make_engines(Settings(database_url=empty_database))
    yield made
    made.dispose()


def _tables(engines: Engines) -> set[str]:
    return set(inspect(engines.write).get_table_names()) - {"alembic_version"}


def test_upgrade_makes_what_the_models_describe(empty: Engines) -> None:
    assert current_revision(empty.write) is None
    upgrade(empty.write)
    assert current_revision(empty.write) == head_revision()
    assert _tables(empty) == set(Base.metadata.tables)
    assert schema_differences(empty.write) == []


def test_upgrade_twice_is_upgrade_once(empty: Engines) -> None:
    upgrade(empty.write)
    upgrade(empty.write)
    assert schema_differences(empty.write) == []


def test_downgrade_leaves_nothing_and_upgrade_comes_back(empty: Engines) -> None:
    upgrade(empty.write)
    downgrade(empty.write)
    assert _tables(empty) == set()
    assert current_revision(empty.write) is None
    upgrade(empty.write)
    assert schema_differences(empty.write) == []


def test_the_check_sees_a_missing_column(empty: Engines) -> None:
    upgrade(empty.write)
    with empty.write.begin() as connection:
        connection.execute(text("ALTER TABLE reference_releases DROP COLUMN row_count"))
    assert any("row_count" in difference for difference in schema_differences(empty.write))


def test_constraints_carry_the_same_names_on_both(empty: Engines) -> None:
    """A later migration drops a constraint by name: it must be the same one everywhere."""
    upgrade(empty.write)
    inspector = inspect(empty.write)
    for table in Base.metadata.sorted_tables:
        made = {key["name"] for key in inspector.get_foreign_keys(table.name)}
        made |= {check["name"] for check in inspector.get_check_constraints(table.name)}
        described = {
            empty.write.dialect.identifier_preparer.format_constraint(constraint)
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint | ForeignKeyConstraint)
        }
        assert made == described, table.name


def test_no_column_has_a_server_default(empty: Engines) -> None:
    upgrade(empty.write)
    inspector = inspect(empty.write)
    defaulted = [
        f"{table}.{column['name']}"
        for table in _tables(empty)
        for column in inspector.get_columns(table)
        if column["default"] is not None
    ]
    assert defaulted == []


def test_an_unknown_role_is_refused_by_the_database_itself(empty: Engines) -> None:
    upgrade(empty.write)
    insert = text(
        "INSERT INTO users (id, username, name, password_hash, role, created_at, credentials_version) "
        "VALUES ('0190a0a0-0000-7000-8000-000000000000', 'u', 'n', 'h', :role, '2026-01-10 08:00:00', 0)"
    )
    with empty.write.begin() as connection:
        connection.execute(insert, {"role": "admin"})
        connection.execute(text("DELETE FROM users"))
    with pytest.raises(IntegrityError), empty.write.begin() as connection:
        connection.execute(insert, {"role": "emperor"})
