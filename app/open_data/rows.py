"""One row of the table as it is published: texts and numbers by the names of the columns."""

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.domain.rates import Totals
from app.open_data.columns import COLUMNS, RATES
from app.open_data.service import Names, Published
from app.open_data.table import Row

Value = str | int | bool | None


def rows_of(published: Published, region: str | None, wastes: tuple[str, ...]) -> list[Row]:
    """Choose the rows of a region and what lies below it, and of the wastes asked for."""
    return [
        row
        for row in published.table.rows
        if row.region.startswith(region or "") and (not wastes or row.waste in wastes)
    ]


def values(row: Row, year: int, names: Names, language: str) -> dict[str, Value]:
    """Write a row; what is withheld has no value at all."""
    made: dict[str, Value] = dict.fromkeys((column.name for column in COLUMNS), None)
    made |= {
        "year": year,
        "region": row.region,
        "region_name": _name(names.regions, row.region, language),
        "waste": row.waste,
        "waste_name": _name(names.wastes, row.waste, language),
        "withheld": row.withheld is not None,
    }
    if row.cell is not None:
        totals = row.cell.totals
        made |= _masses(totals)
        made |= {
            column.name: column.metric.of(totals, None).value_text()
            for column in RATES
            if column.metric is not None
        }
        made |= {"ledgers_filed": row.cell.ledgers_filed, "ledgers_expected": row.cell.ledgers_expected}
    return made


def _masses(totals: Totals) -> dict[str, Value]:
    return {
        "generated_tonnes": tonnes_text(totals.generated_grams),
        "used_tonnes": tonnes_text(totals.used_grams),
        "used_from_prior_stock_tonnes": tonnes_text(totals.used_from_prior_stock_grams),
        "disposed_tonnes": tonnes_text(totals.disposed_grams),
        "disposed_from_prior_stock_tonnes": tonnes_text(totals.disposed_from_prior_stock_grams),
        "stored_tonnes": tonnes_text(totals.stored_grams),
        "dumped_tonnes": tonnes_text(totals.dumped_grams),
    }


def _name(names: dict[str, Message], code: str, language: str) -> str:
    message = names.get(code)
    return code if message is None else (message.zh if language == "zh" else message.en)
