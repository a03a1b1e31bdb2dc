"""What a rate stands beside, summed by region and month, so that no question has to add up transfers or count ledgers.

Filing and confirming never write these tables: triggers of the database do (migration 0018), for whoever changes a
transfer, a ledger or a site, because only where the row is locked is it known what it said before. On PostgreSQL they
append differences and change no row, so that two filings of one region never wait for each other; app/rates/folding.py
puts the differences of a key together now and then. SQLite has one writer, and its triggers add to one row a key
(migration 0019). What counts is the sum over a key's rows, folded or not.
"""

import uuid

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import MonthDate
from app.domain.periods import Month

_FRESH = text("NOT folded")


class SentSum(Base):
    """What the sites of a region sent away in a month [g]: declared, confirmed, of their own waste confirmed for use.

    `confirmed.judged` of every transfer, summed.
    """

    __tablename__ = "sent_sums"

    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    month: Mapped[Month] = mapped_column(MonthDate, primary_key=True)
    waste: Mapped[str] = mapped_column(String(8), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    sent_grams: Mapped[int] = mapped_column(BigInteger)
    confirmed_grams: Mapped[int] = mapped_column(BigInteger)
    own_for_use_grams: Mapped[int] = mapped_column(BigInteger)
    folded: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_sent_sums_month", "month"),
        Index("ix_sent_sums_fresh", "region", "month", sqlite_where=_FRESH, postgresql_where=_FRESH),
    )


class FiledCount(Base):
    """Ledgers filed by the sites of a region for a month: all, and those of sites that have to report then."""

    __tablename__ = "filed_counts"

    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    month: Mapped[Month] = mapped_column(MonthDate, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    ledgers: Mapped[int] = mapped_column(Integer)
    expected_ledgers: Mapped[int] = mapped_column(Integer)
    folded: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_filed_counts_month", "month"),
        Index("ix_filed_counts_fresh", "region", "month", sqlite_where=_FRESH, postgresql_where=_FRESH),
    )
