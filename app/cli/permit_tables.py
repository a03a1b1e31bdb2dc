"""Permits as tables on a terminal."""

from __future__ import annotations

import sys
from typing import Any

import typer

_PIPED_WIDTH = 160


def print_permit(found: dict[str, Any]) -> None:
    """Wastes with their routes, facilities with their capacities, and what is worth a look."""
    content = found["content"]
    site = found["site"] or "未关联 no site"
    typer.echo(
        f"{found['number']}  {content['holder'] or ''}  场所 site {site}  版本 version {found['version']}"
    )
    typer.echo(
        f"有效期 validity {content['valid_from'] or '?'} – {content['valid_until'] or '?'}，"
        f"本版本自 in force since {found['effective_from']}"
    )
    print_table(
        ("固废 waste", "代码 code", "类 class", "环节 source", "去向 routes"),
        [
            (
                waste["waste"],
                waste["waste_code"] or "",
                waste["class"] or "",
                waste["source"] or "",
                "，".join(f"{route['by']} {route['way']}" for route in waste["routes"]),
            )
            for waste in content["wastes"]
        ],
    )
    print_table(
        ("设施 facility", "类别 kind", "名称 name", "能力 capacity", "固废 wastes"),
        [_facility(each) for each in content["facilities"]],
    )
    for warning in found["warnings"]:
        typer.echo(f"{warning['pointer']}: {warning['message'].zh} / {warning['message'].en}")


def _facility(facility: dict[str, Any]) -> tuple[str, ...]:
    capacity = facility["capacity"]
    said = "" if capacity is None else f"{capacity['amount']} {capacity['unit']}"
    return facility["code"], facility["kind"], facility["name"] or "", said, "，".join(facility["wastes"])


def print_summaries(items: list[dict[str, Any]]) -> None:
    """Permits in a list, with their sites and validity."""
    print_table(
        ("编号 number", "场所 site", "行政区 region", "版本 version", "有效期 validity"),
        [
            (
                item["number"],
                item["site"] or "—",
                item["region"],
                str(item["version"]),
                f"{item['valid_from'] or '?'} – {item['valid_until'] or '?'}",
            )
            for item in items
        ],
    )


def print_table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A table as wide as the terminal, or wide enough for whoever reads a pipe."""
    from rich.console import Console  # noqa: PLC0415 - only when there is a table to draw
    from rich.table import Table  # noqa: PLC0415 - same

    table = Table()
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH).print(table)
