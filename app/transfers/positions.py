"""Where a page of transfers ended: at an id, or, where months are asked for, at a key.

Keys begin with the month and ids grow with the moment of filing. Whoever walked ids to find some of a late month would walk all
that came before; in the order of keys the rows of a month stand together.
"""

import base64
import binascii
import json
import uuid
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, literal, tuple_

from app.db.base import table_of
from app.domain.periods import Month
from app.http.problems import bad_cursor
from app.transfers.models import Transfer
from app.transfers.sides import KEY, Key

MAX_CURSOR = 1_000
"""Two parties of 64 characters each, four bytes a character, and the rest, in base64."""

Columns: TypeAlias = Any


def key_columns(rows: Columns = None) -> list[ColumnElement[Any]]:
    """The columns of the key: of the table, or of a selection of it."""
    columns = table_of(Transfer).c if rows is None else rows.c
    return [columns[name] for name in KEY]


def after_key(key: Key) -> ColumnElement[bool]:
    """The transfers behind a key, as the database orders texts."""
    columns = key_columns()
    there = (literal(value, column.type) for column, value in zip(columns, key, strict=True))
    return tuple_(*columns) > tuple_(*there)


def cursor_at_key(transfer: Transfer) -> str:
    """The cursor of what comes behind a transfer in the order of keys."""
    month, *texts = (getattr(transfer, name) for name in KEY)
    told = json.dumps([str(month), *texts], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode()


def key_of(cursor: str) -> Key:
    """The key that a cursor names. Raises Invalid."""
    try:
        told = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
        month, *texts = told
        waste, purpose, sender, receiver = map(_plain_text, texts)
        return Month.parse(_plain_text(month)), waste, purpose, sender, receiver
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise bad_cursor() from None


def id_of(cursor: str) -> uuid.UUID:
    """The id that a cursor names. Raises Invalid."""
    try:
        return uuid.UUID(cursor)
    except ValueError:
        raise bad_cursor() from None


def _plain_text(value: Any) -> str:
    """A text that the database takes: PostgreSQL takes no NUL, and half a character has no bytes."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    value.encode()
    return value
