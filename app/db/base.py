"""The declarative base: names for every constraint, no lazy loading by surprise."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, MetaData, Table
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table's base."""

    metadata = MetaData(naming_convention=NAMING)


def text_enum(kind: type[StrEnum], name: str) -> Any:
    """An enumeration kept as text with a CHECK, so that both databases read alike and changes stay cheap."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=_values,
        validate_strings=True,
    )


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def table_of(model: type[Base]) -> Table:
    """The table behind a model, for multi-row statements without ORM objects."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - ours are all plain tables
    return table
