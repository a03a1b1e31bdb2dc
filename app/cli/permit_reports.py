"""`huanlian permits report | compliance | headroom | tables`: a permit beside the ledgers of its site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import opened, read_settings, refuse
from app.cli.permit_tables import print_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from app.auth.subjects import Subject
    from app.db.session import ReadSession
    from app.domain.periods import Month
    from app.domain.permits.execution import Span
    from app.permits.reports.workbooks import Sheet

    Asked = Callable[[ReadSession, Subject, datetime, date], dict[str, Any]]

_Number = Annotated[str, typer.Argument(metavar="NUMBER", help="排污许可证编号 / the permit's number")]
_Period = Annotated[str, typer.Option("--period", metavar="P", help="年、季或月 / 2025, 2025-Q1 or 2025-03")]
_Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE.xlsx", dir_okay=False, help="另存为 .xlsx / write an .xlsx"),
]
_SHOWN_SUMS = ("generated", "received", "used", "disposed", "moved", "closing")
_SHOWN_HEADROOM = (
    "capacity_tonnes",
    "taken_tonnes",
    "headroom_tonnes",
    "pace_tonnes_per_month",
    "exceeded_in",
)
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]


def add_to(permits_app: typer.Typer) -> None:
    """Make these commands of `huanlian permits`."""
    number = "91140200MA0EXAMPLE001P"
    for command, example in (
        (report, f"report {number} --period 2025-Q1 -o report.xlsx"),
        (tables, f"tables {number} --period 2025 -o tables.xlsx"),
        (compliance, f"compliance {number} --from 2025-01 --to 2025-12"),
        (headroom, f"headroom {number}"),
    ):
        permits_app.command(epilog=f"例 example:  huanlian permits {example}")(command)


def report(number: _Number, *, period: _Period, output: _Output = None, json_output: _Json = False) -> None:
    """执行报告：由台账汇总，附超能力、超种类、超时间及原因 / the execution report of a period, made from the ledgers.

    Exit 0: done; 1: refused (no such permit, no site with it); 2: wrong usage.
    """
    from app.permits.reports import execution_report, execution_sheets  # noqa: PLC0415 - only when the command runs

    span = _span(period)
    found = _answer(
        lambda session, subject, now, today: execution_report.execution_report(
            session, subject, number, span, now, today
        )
    )
    if _is_written(found, execution_sheets.sheets, output, json_output=json_output):
        return
    due = found["deadline"]["due_on"] or "许可证未载明 not named"
    typer.echo(f"{found['enterprise']}  {number}  {period}  截止 due {due}")
    print_table(
        ("固废", "产生 t", "接收 received", "自用 used", "自处置 disposed", "转移 moved", "期末 closing"),
        [(each["waste"], *(str(each[f"{name}_tonnes"]) for name in _SHOWN_SUMS)) for each in found["wastes"]],
    )
    for section in ("over_capacity", "over_kind", "over_time", "register_gaps"):
        for each in found[section]:
            typer.echo(f"{section}: {each['reason']['zh']}")
    if found["months_missing"]:
        typer.echo(f"未报 not filed: {', '.join(found['months_missing'])}")


def tables(number: _Number, *, period: _Period, output: _Output = None, json_output: _Json = False) -> None:
    """台账制定指南附表 1–3 / tables 1 to 3 of the guide for ledgers, filled from what is on file."""
    from app.permits.reports import ledger_table_sheets, ledger_tables  # noqa: PLC0415 - only when the command runs

    span = _span(period)
    found = _answer(
        lambda session, subject, _now, today: ledger_tables.ledger_tables(
            session, subject, number, span, today
        )
    )
    if _is_written(found, ledger_table_sheets.sheets, output, json_output=json_output):
        return
    for table in found["tables"]:
        typer.echo(f"附表 {table['number']} {table['title']['zh']}：{len(table['rows'])} 行 rows")
    typer.echo("用 -o FILE.xlsx 或 --json 查看内容 / see them with -o FILE.xlsx or --json")


def compliance(
    number: _Number,
    *,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM", help="起始月 / first month")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="结束月 / last month")] = None,
    json_output: _Json = False,
) -> None:
    """台账与许可证逐项比对 / the ledgers against the permits in force on their months; by default the last twelve due."""
    from app.permits.reports.compliance import compliance as compare  # noqa: PLC0415 - only when the command runs

    begin, end = _month("--from", first), _month("--to", last)
    found = _answer(
        lambda session, subject, _now, today: compare(session, subject, number, begin, end, today)
    )
    if json_output:
        typer.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    months = f"{found['months_filed']}/{found['months_expected']}"
    typer.echo(
        f"{found['enterprise']}  {found['from']}–{found['to']}  {found['verdict']}  已报 filed {months}"
    )
    for each in found["departures"]:
        typer.echo(f"{each['kind']}: {each['reason']['zh']}\n    {each['reason']['en']}")


def headroom(
    number: _Number,
    *,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="缺省为最近已报月 / the last one on file")
    ] = None,
    json_output: _Json = False,
) -> None:
    """各设施余量及按现速度超过能力的月份 / what each facility may still take, and when the pace exceeds it."""
    from app.permits.reports.headroom import headroom as look  # noqa: PLC0415 - only when the command runs

    at = _month("--month", month)
    found = _answer(lambda session, subject, _now, today: look(session, subject, number, at, today))
    if json_output:
        typer.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    typer.echo(f"{found['enterprise']}  {number}  {found['month']}")
    print_table(
        (
            "设施 facility",
            "方式",
            "能力 capacity t",
            "已用 taken t",
            "余量 headroom t",
            "月均 pace t",
            "超过于 exceeded in",
        ),
        [
            (
                "、".join(facility["code"] for facility in each["facilities"]),
                "、".join(each["ways"]),
                *("" if each[name] is None else str(each[name]) for name in _SHOWN_HEADROOM),
            )
            for each in found["items"]
        ],
    )


def _answer(asked: Asked) -> dict[str, Any]:
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when a command runs
    from app.clock import local_date, system_clock  # noqa: PLC0415 - same
    from app.ids import new_id  # noqa: PLC0415 - same

    settings, now = read_settings(), system_clock()
    subject = Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    with opened(settings) as database, database.reading() as session:
        return asked(session, subject, now, local_date(now, settings.timezone))


def _span(text: str) -> Span:
    from app.domain.permits.execution import PeriodError, Span  # noqa: PLC0415 - only when a command runs

    try:
        return Span.parse(text)
    except PeriodError:
        raise typer.BadParameter("--period: 2025, 2025-Q1, 2025-03") from None


def _month(option: str, text: str | None) -> Month | None:
    from app.domain.periods import Month, MonthError  # noqa: PLC0415 - only when a command runs

    try:
        return None if text is None else Month.parse(text)
    except MonthError:
        raise typer.BadParameter(f"{option}: YYYY-MM") from None


def _is_written(
    found: dict[str, Any],
    sheets: Callable[[dict[str, Any]], list[Sheet]],
    output: Path | None,
    *,
    json_output: bool,
) -> bool:
    """Whether the answer went out as a file or as JSON."""
    from app.permits.reports.workbooks import workbook  # noqa: PLC0415 - only when a command runs

    if output is not None:
        try:
            output.write_bytes(workbook(sheets(found)))
        except OSError as error:
            refuse(f"{output}: {error.strerror}")
    if json_output:
        typer.echo(json.dumps(found, ensure_ascii=False, default=str))
    return output is not None or json_output
