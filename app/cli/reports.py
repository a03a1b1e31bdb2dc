"""`huanlian report bulletin | brief | year-end | compare …`: reports as .pdf, .docx, .xlsx or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.auth.subjects import Subject
    from app.db.session import ReadSession
    from app.reports.service import Document, Format, Language

    Build = Callable[[ReadSession, Subject, datetime], Document]

Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        dir_okay=False,
        help="另存为 .pdf、.docx、.xlsx 或 .json / write a .pdf, .docx, .xlsx or .json",
    ),
]
Lang = Annotated[str, typer.Option("--language", metavar="zh|en", help="报告语言 / language of the report")]
Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
Region = Annotated[str, typer.Option("--region", metavar="PREFIX", help="行政区代码 / region, e.g. 1402")]

report_app = typer.Typer(
    help="报告：公告、季报、年终进度、比对等 / reports from the ledgers, each with its sources.",
    no_args_is_help=True,
)


def produce(build: Build, out: Path | None, language: str, *, json_output: bool = False) -> None:
    """Make a document on the database of the settings and give it; `build` gets the local moment.

    Refuses with 1 what the services refuse; 2 is a file name or a language that means nothing.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only when a command runs

    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - same
    from app.clock import system_clock  # noqa: PLC0415 - same
    from app.ids import new_id  # noqa: PLC0415 - same

    spoken = _language(language)
    if out is not None:
        _format(out)
    settings = read_settings()
    subject = Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    now = system_clock().astimezone(ZoneInfo(settings.timezone))
    with opened(settings) as database, database.reading() as session:
        give(build(session, subject, now), out, spoken, json_output=json_output)


def give(document: Document, out: Path | None, language: Language, *, json_output: bool = False) -> None:
    """Write the document to a file whose ending says as what, print it as JSON, or say what is in it."""
    from app.reports.service import render  # noqa: PLC0415 - only when a command runs

    if out is not None:
        try:
            out.write_bytes(render(document, _format(out), language).content)
        except OSError as error:
            refuse(f"{out}: {error.strerror}")
        typer.echo(str(out), err=True)
    if json_output:
        typer.echo(json.dumps(document.as_json(), ensure_ascii=False))
    elif out is None:
        _outline(document, language)


def _outline(document: Document, language: Language) -> None:
    """What a reader sees who asked for no file: titles, paragraphs and how long the tables are."""
    from app.reports.rendering.written import said  # noqa: PLC0415 - only when a command runs

    typer.echo(f"{said(document.title, language)}  {said(document.period.words, language)}")
    for section in document.sections:
        typer.echo(f"\n{said(section.title, language)}")
        for words in section.paragraphs:
            typer.echo(f"  {said(words, language)}")
        for table in section.tables:
            typer.echo(f"  · {said(table.title, language)}: {len(table.rows)}")
    typer.echo("\n用 --out FILE.pdf 或 --json 看全文 / see it whole with --out FILE.pdf or --json")


def _format(out: Path) -> Format:
    from app.reports.service import FORMATS  # noqa: PLC0415 - only when a command runs

    for known in FORMATS:
        if out.suffix.lower() == f".{known}":
            return known
    raise typer.BadParameter("--out: .pdf .docx .xlsx .json")


def _language(text: str) -> Language:
    if text == "zh":
        return "zh"
    if text == "en":
        return "en"
    raise typer.BadParameter("--language: zh, en")
