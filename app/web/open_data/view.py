"""The page of the open data, with everything written."""

from dataclasses import dataclass

from app.domain.rates import METRICS
from app.open_data.columns import COLUMNS, Column
from app.open_data.service import Names, Published
from app.open_data.table import ALL, Row
from app.settings import Settings
from app.web.languages import Language
from app.web.numbers import Mass, mass, moment, percent

_STATUTORY = METRICS["utilization.statutory"]


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One region: all its waste. Without figures it is withheld."""

    code: str
    name: str
    level: int
    withheld: bool
    generated: Mass | None = None
    used: Mass | None = None
    rate: str = ""
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the dictionary."""

    name: str
    kind: str
    meaning: str
    formula: str


@dataclass(frozen=True, slots=True)
class OpenDataPage:
    """Everything the template places; `year` is 0 when nothing is published."""

    licence: str
    year: int
    years: tuple[int, ...]
    made_at: str
    rows: tuple[RegionRow, ...]
    columns: tuple[ColumnRow, ...]


def view_of(found: Published | None, years: range, language: Language, settings: Settings) -> OpenDataPage:
    """Write the page."""
    rows = () if found is None else found.table.rows
    return OpenDataPage(
        licence=settings.open_data_licence,
        year=0 if found is None else found.table.year,
        years=tuple(reversed(years)),
        made_at="" if found is None else moment(found.made_at, settings.timezone),
        rows=tuple(_row(row, found.names, language) for row in rows if found and row.waste == ALL),
        columns=tuple(_column(column, language) for column in COLUMNS),
    )


def _row(row: Row, names: Names, language: Language) -> RegionRow:
    name = names.regions.get(row.region)
    written = row.region if name is None else language.of(name)
    level = len(row.region) // 2
    if row.cell is None:
        return RegionRow(row.region, written, level, withheld=True)
    totals = row.cell.totals
    return RegionRow(
        row.region,
        written,
        level,
        withheld=False,
        generated=mass(totals.generated_grams, language),
        used=mass(totals.used_grams, language),
        rate=percent(_STATUTORY.of(totals)),
        coverage=f"{row.cell.ledgers_filed:,} / {row.cell.ledgers_expected:,}",
    )


def _column(column: Column, language: Language) -> ColumnRow:
    metric = column.metric
    formula = "" if metric is None else f"{language.of(metric.formula)} · {language.of(metric.source)}"
    return ColumnRow(column.name, column.kind, language.of(column.meaning), formula)
