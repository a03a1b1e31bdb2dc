"""A FastAPI service that stores ledgers by SQLAlchemy's ORM: pydantic models, a session and a commit a request, no checks.

`python -m bench.peers.orm_store DATABASE_URL PORT`.
"""

import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey, Index, Numeric, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Ledger(Base):
    __tablename__ = "ledgers"
    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(String(64))
    month: Mapped[str] = mapped_column(String(7))
    lines: Mapped[list["Line"]] = relationship()
    __table_args__ = (Index("one_a_month", "site", "month", unique=True),)


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id"))
    waste: Mapped[str] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(32))
    generated_tonnes: Mapped[Decimal] = mapped_column(Numeric(16, 6, asdecimal=True))
    opening_stock_tonnes: Mapped[Decimal] = mapped_column(Numeric(16, 6, asdecimal=True))
    closing_stock_tonnes: Mapped[Decimal] = mapped_column(Numeric(16, 6, asdecimal=True))
    sent: Mapped[list["Transfer"]] = relationship()


class Transfer(Base):
    __tablename__ = "transfers"
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    to: Mapped[str] = mapped_column(String(64))
    tonnes: Mapped[Decimal] = mapped_column(Numeric(16, 6, asdecimal=True))
    purpose: Mapped[str] = mapped_column(String(16))


class TransferIn(BaseModel):
    to: str
    tonnes: Decimal
    purpose: str


class LineIn(BaseModel):
    waste: str
    method: str
    generated_tonnes: Decimal
    opening_stock_tonnes: Decimal
    closing_stock_tonnes: Decimal
    sent: list[TransferIn]


class LedgerIn(BaseModel):
    site: str
    month: str
    lines: list[LineIn]


class LedgerOut(BaseModel):
    id: int
    site: str
    month: str


def _engine(url: str) -> Any:
    if not url.startswith("sqlite"):
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://"), pool_size=16)
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=60)

    @event.listens_for(engine, "connect")
    def _durable(connection: Any, _entry: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return engine


app = FastAPI()
engine = _engine(sys.argv[1])


def session() -> Iterator[Session]:
    with Session(engine) as opened, opened.begin():
        yield opened


@app.post("/v1/ledgers", status_code=201)
def post_ledger(body: LedgerIn, opened: Annotated[Session, Depends(session, scope="function")]) -> LedgerOut:
    """Store it."""
    ledger = Ledger(
        site=body.site,
        month=body.month,
        lines=[
            Line(
                **line.model_dump(exclude={"sent"}), sent=[Transfer(**one.model_dump()) for one in line.sent]
            )
            for line in body.lines
        ],
    )
    opened.add(ledger)
    opened.flush()
    return LedgerOut(id=ledger.id, site=ledger.site, month=ledger.month)


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
