"""`huanlian report site-sheet | statistics | half-year | ledger-tables`: the forms of a single site."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.reports import Json, Lang, Out, produce

_Site = Annotated[str, typer.Option("--site", metavar="CODE", help="场所编码 / the site's code")]
_Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="YYYY-MM",
        help="截至月份，缺省为最近已报月 / last month, by default the last filed",
    ),
]
_Year = Annotated[str, typer.Option("--year", metavar="YYYY", help="年份 / year")]
_Half = Annotated[str, typer.Option("--half", metavar="YYYY-Hn", help="半年 / half-year, e.g. 2021-H1")]
_Period = Annotated[str, typer.Option("--period", metavar="P", help="年、季或月 / 2021, 2021-Q3 or 2021-07")]
_EXAMPLE_SITE = "91140200MA0EXAMPLE001P"


def add_to(report_app: typer.Typer) -> None:
    """Make these commands of `huanlian report`."""
    for name, command, rest in (
        ("site-sheet", site_sheet, "--out sheet.pdf"),
        ("statistics", statistics, "--year 2021 --out 101.xlsx"),
        ("half-year", half_year, "--half 2021-H1 --out half.xlsx"),
        ("ledger-tables", ledger_tables, "--period 2021-07 --out tables.docx"),
    ):
        example = f"huanlian report {name} --site {_EXAMPLE_SITE} {rest}"
        report_app.command(name, epilog=f"例 example:  {example}")(command)


def site_sheet(
    *, site: _Site, until: _Until = None, out: Out = None, language: Lang = "zh", json_output: Json = False
) -> None:
    """场所档案：两年逐月收支、往来、欠报、线索、许可余量 / the whole picture of a site over two years."""
    from app.reports.site_forms import site_sheet as sheets  # noqa: PLC0415 - only when the command runs

    produce(
        lambda session, subject, now: sheets.site_sheet(
            session, subject, site, sheets.last_month(until, now), now
        ),
        out,
        language,
        json_output=json_output,
    )


def statistics(
    *, site: _Site, year: _Year, out: Out = None, language: Lang = "zh", json_output: Json = False
) -> None:
    """基101表（一般工业固体废物部分）/ statistics form 101, the part on industrial solid waste."""
    from app.reports.site_forms import forms  # noqa: PLC0415 - only when the command runs

    produce(
        lambda session, subject, now: forms.form_document(
            session, subject, site, forms.STATISTICS, forms.year_of(year), now
        ),
        out,
        language,
        json_output=json_output,
    )


def half_year(
    *, site: _Site, half: _Half, out: Out = None, language: Lang = "zh", json_output: Json = False
) -> None:
    """大宗工业固体废物综合利用情况半年报 / the half-year report on bulk industrial solid waste."""
    from app.reports.site_forms import forms  # noqa: PLC0415 - only when the command runs

    produce(
        lambda session, subject, now: forms.form_document(
            session, subject, site, forms.HALF_YEAR, forms.half_of(half), now
        ),
        out,
        language,
        json_output=json_output,
    )


def ledger_tables(
    *, site: _Site, period: _Period, out: Out = None, language: Lang = "zh", json_output: Json = False
) -> None:
    """台账制定指南附表 1–3 / tables 1 to 3 of the guide for ledgers."""
    from app.reports.site_forms.ledger_guide import ledger_guide  # noqa: PLC0415 - only when the command runs

    produce(
        lambda session, subject, now: ledger_guide(session, subject, site, period, now),
        out,
        language,
        json_output=json_output,
    )
