"""`huanlian report tax`: the tax worksheet of a site and quarter."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.reports import Json, Lang, Out, produce

_Site = Annotated[str, typer.Option("--site", metavar="CODE", help="场所编码 / the site's code")]
_Quarter = Annotated[str, typer.Option("--quarter", metavar="YYYY-Qn", help="季度 / quarter, e.g. 2021-Q3")]
_False = Annotated[
    list[str] | None,
    typer.Option(
        "--falsely-declared",
        metavar="KIND[:YYYY-MM]",
        help="标明虚假申报的税目（可限月份，可重复）/ mark a kind as falsely declared; repeatable",
    ),
]


def add_to(report_app: typer.Typer) -> None:
    """Make this a command of `huanlian report`."""
    example = "report tax --site 91140200MA0EXAMPLE001P --quarter 2021-Q3 --out tax.xlsx"
    report_app.command(epilog=f"例 example:  huanlian {example}")(tax)


def tax(
    *,
    site: _Site,
    quarter: _Quarter,
    falsely_declared: _False = None,
    out: Out = None,
    language: Lang = "zh",
    json_output: Json = False,
) -> None:
    """环境保护税计算表：分税目、分月，附台账行与警示 / the tax worksheet by kind and month, with the ledger lines behind it.

    Exit 0: done; 1: refused (no such site, no such quarter or kind); 2: wrong usage.
    """
    from app.tax.document import tax_document  # noqa: PLC0415 - only when the command runs
    from app.tax.service import tax_worksheet  # noqa: PLC0415 - same

    produce(
        lambda session, subject, now: tax_document(
            tax_worksheet(session, subject, site, quarter, falsely_declared or (), now)
        ),
        out,
        language,
        json_output=json_output,
    )
