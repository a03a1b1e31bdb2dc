"""`huanlian report vat-evidence | batch-tables`: what a site's batches are evidence for, and their tables."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.opening import refuse
from app.cli.reports import Json, Lang, Out, produce

_Site = Annotated[str, typer.Option("--site", metavar="CODE", help="场所编码 / the site's code")]


def add_to(report_app: typer.Typer) -> None:
    """Make these commands of `huanlian report`."""
    example = "report vat-evidence --site 91140200MA0EXAMPLE001P --product cement --grade 42.5 --period 2021-Q3 --out v.pdf"
    report_app.command("vat-evidence", epilog=f"例 example:  huanlian {example}")(vat_evidence)
    example = "report batch-tables --site 91140200MA0EXAMPLE001P --month 2021-03 --out tables.xlsx"
    report_app.command("batch-tables", epilog=f"例 example:  huanlian {example}")(batch_tables)


def vat_evidence(
    *,
    site: _Site,
    product: Annotated[str, typer.Option("--product", help="产品代码 / product, e.g. cement")],
    period: Annotated[str, typer.Option("--period", metavar="YYYY[-Qn|-MM]", help="年、季或月 / period")],
    grade: Annotated[str | None, typer.Option("--grade", help="强度等级 / strength grade, of cement")] = None,
    out: Out = None,
    language: Lang = "zh",
    json_output: Json = False,
) -> None:
    """增值税即征即退证据：掺兑比例与依据 / evidence for the refund of value-added tax: the share, and what it stands on.

    Exit 0: done, whatever the verdict; 1: refused (no such site, a period across two lists); 2: wrong usage.
    """
    from app.certificates import vat, vat_report  # noqa: PLC0415 - only when the command runs
    from app.certificates.names import names  # noqa: PLC0415 - same
    from app.http.problems import Invalid  # noqa: PLC0415 - same

    if grade is not None and not grade.replace(".", "", 1).isdigit():
        refuse(f"--grade: {grade}")
    try:
        asked = vat.Asked(site, product, grade, vat.span_of(period))
    except Invalid as bad:
        refuse(*(f"--period: {fault.message.zh} / {fault.message.en}" for fault in bad.errors))
    produce(
        lambda session, subject, now: vat_report.report(
            vat.evidence(session, subject, asked), names(session), now
        ),
        out,
        language,
        json_output=json_output,
    )


def batch_tables(
    *,
    site: _Site,
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="月份 / month")],
    out: Out = None,
    language: Lang = "zh",
    json_output: Json = False,
) -> None:
    """台账指南附表3—7：逐批记录 / tables 3 to 7 of the ledger guide from the forms of a site's month.

    Exit 0: done; 1: refused (no such site, no such month); 2: wrong usage.
    """
    from app.batches import table_report  # noqa: PLC0415 - only when the command runs
    from app.domain.periods import Month, MonthError  # noqa: PLC0415 - same

    try:
        asked = Month.parse(month)
    except MonthError:
        refuse("--month: 应为如 2025-03 的月份 / a month such as 2025-03")
    produce(
        lambda session, subject, now: table_report.report(session, subject, site, asked, now),
        out,
        language,
        json_output=json_output,
    )
