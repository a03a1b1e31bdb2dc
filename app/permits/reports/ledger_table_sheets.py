"""The guide's tables as sheets, one a table."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.permits.reports.workbooks import Cell, Sheet, Tonnes


def sheets(document: Mapping[str, Any]) -> list[Sheet]:
    """What the sheet says is what the JSON says; heads that nobody compared with the guide carry a mark."""
    return [_sheet(document, table) for table in document["tables"]]


def _sheet(document: Mapping[str, Any], table: Mapping[str, Any]) -> Sheet:
    heads = [_head(column) for column in table["columns"]]
    period = document["period"]["text"]
    missing = "、".join(document["months_missing"]) or "无"
    notes = (
        f"附表 {table['number']}　{table['title']['zh']}",
        f"{document['enterprise']}　{document['permit']}　{period}　未报月份：{missing}",
        f"{document['guide']}　{document['note']['zh']}　带 * 的表头未核对。",
    )
    return Sheet(f"附表{table['number']}", notes, heads, _rows(table))


def _head(column: Mapping[str, Any]) -> str:
    unit = "（吨）" if column["unit"] == "t" else ""
    return f"{column['zh']}{unit}{'' if column['verified'] else ' *'}"


def _rows(table: Mapping[str, Any]) -> Iterator[list[Cell]]:
    for row in table["rows"]:
        yield [
            Tonnes(row[column["id"]]) if column["unit"] == "t" else row[column["id"]]
            for column in table["columns"]
        ]
