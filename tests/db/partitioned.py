"""Databases whose transfers are in one table a quarter, as `huanlian db partition` leaves them."""

from datetime import date

from support.databases import fill_reference

from app.db.engine import make_engines
from app.db.partitions.conversion import Plan, convert, plan
from app.db.partitions.periods import Width
from app.domain.errors import Message
from app.settings import Settings

QUIET_DAY = date(2024, 12, 1)
"""The months of most tests, those of 2025, come after the cutoff of a plan made then."""


def heard(message: Message) -> None:
    """Nobody looks at what a conversion says, yet it is said in both languages."""
    assert message.zh
    assert message.en


def fill_partitioned(url: str) -> None:
    """The reference data, and transfers by quarter from 2025 on."""
    fill_reference(url)
    partition(url, QUIET_DAY)


def partition(url: str, today: date, width: Width = Width.QUARTER) -> Plan:
    """Partition a database as of a day."""
    engines = make_engines(Settings(database_url=url))
    try:
        wanted = plan(engines.write, width, today)
        convert(engines.write, wanted, heard)
    finally:
        engines.dispose()
    return wanted
