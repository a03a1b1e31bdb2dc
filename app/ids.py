"""Identifiers: UUIDv7, ordered by time of creation, made in Python."""

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """A new UUIDv7 as the standard library's type."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
