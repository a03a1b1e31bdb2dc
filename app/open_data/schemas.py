"""The JSON of the open data."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from app.http.answers import TextOut
from app.open_data.columns import COLUMNS, Column


class OpenRowOut(BaseModel):
    """One region's year of one waste (empty: all); of what is withheld there is no figure."""

    year: int
    region: str
    region_name: str
    waste: str
    waste_name: str
    withheld: bool
    generated_tonnes: str | None
    used_tonnes: str | None
    used_from_prior_stock_tonnes: str | None
    disposed_tonnes: str | None
    disposed_from_prior_stock_tonnes: str | None
    stored_tonnes: str | None
    dumped_tonnes: str | None
    utilization_statutory: str | None
    utilization_plain: str | None
    utilization_new_waste: str | None
    disposal_statutory: str | None
    disposal_plain: str | None
    ledgers_filed: int | None
    ledgers_expected: int | None


class OpenRatesOut(BaseModel):
    """The rows of a year, with the licence they are published under."""

    licence: str
    year: int
    made_at: datetime
    dictionary: str
    items: list[OpenRowOut]
    next_cursor: str | None


class OpenColumnOut(BaseModel):
    """What a column holds."""

    name: str
    kind: str
    meaning: TextOut
    formula: TextOut | None
    source: TextOut | None
    version: int | None

    @classmethod
    def of(cls, column: Column) -> Self:
        metric = column.metric
        return cls(
            name=column.name,
            kind=column.kind,
            meaning=TextOut.of(column.meaning),
            formula=None if metric is None else TextOut.of(metric.formula),
            source=None if metric is None else TextOut.of(metric.source),
            version=None if metric is None else metric.version,
        )


class OpenDictionaryOut(BaseModel):
    """Every column, the licence, and the years there are."""

    licence: str
    years: list[int]
    note: TextOut
    columns: list[OpenColumnOut]

    @classmethod
    def of(cls, licence: str, years: range, note: TextOut) -> Self:
        columns = [OpenColumnOut.of(column) for column in COLUMNS]
        return cls(licence=licence, years=list(years), note=note, columns=columns)
