"""`huanlian import FILE`: ledgers of any months from a workbook or a CSV, filed here and now."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import opened, read_settings

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping

    from app.auth.subjects import Subject
    from app.db.session import Database
    from app.settings import Settings

EXAMPLE = (
    "例 example:  huanlian import 2025.xlsx --dry-run    ·    huanlian import 2025.csv --report answered.xlsx"
)
_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]


def import_file(
    file: _File,
    *,
    enterprise: Annotated[
        str | None, typer.Option(metavar="CREDIT_CODE", help="以该企业的身份填报 / file as this enterprise")
    ] = None,
    atomic: Annotated[bool, typer.Option(help="全部或全不 / all or nothing, up to 1,000 ledgers")] = False,
    dry_run: Annotated[bool, typer.Option(help="只预览，不保存 / a preview: nothing is kept")] = False,
    report: Annotated[
        Path | None, typer.Option(dir_okay=False, help="写出逐行答复的工作簿 / the same workbook, answered")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """从 .xlsx、.csv、NDJSON 或 Parquet 填报多个月的台账 / file ledgers of any months from such a file.

    Exit 0: every ledger was taken; 1: the file or a ledger was refused, by row and column; 2: wrong usage.
    """
    settings = read_settings()
    with opened(settings) as database:
        told, ledgers = _carried_out(database, settings, file, enterprise, atomic=atomic, dry_run=dry_run)
        if report is not None and told["state"] == "done":
            _write(database, told, report)
    if json_output:
        typer.echo(json.dumps(told | {"ledgers": ledgers}, ensure_ascii=False))
    else:
        _print(file.name, told, ledgers)
    if told["state"] != "done" or told["summary"]["rejected"]:
        raise typer.Exit(1)


def _carried_out(
    database: Database, settings: Settings, file: Path, enterprise: str | None, *, atomic: bool, dry_run: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Keep the file as an import, file it in this process, and read what became of it."""
    from app.audit import service as audit  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same
    from app.imports import jobs, service  # noqa: PLC0415 - same
    from app.imports.models import ImportMode  # noqa: PLC0415 - same
    from app.outbox.jobs import JobContext  # noqa: PLC0415 - same

    mode = ImportMode.ATOMIC if atomic else ImportMode.EACH
    asked = service.Request(file.name[:200], mode, dry_run=dry_run)
    with file.open("rb") as source, database.writing() as session:
        subject = _subject(session, enterprise)
        limit = settings.max_bulk_bytes
        made = service.keep(session, subject, source, asked, system_clock(), limit, audit.operator())
    with _progress(database, made.id):
        jobs.carry_out(JobContext(database, settings, system_clock), {"import_id": str(made.id)})
    with database.reading() as session:
        told = service.document(service.one(session, subject, made.id))
        ledgers = [
            service.ledger_document(ledger) for ledger in service.all_ledgers(session, subject, made.id)
        ]
    return told, ledgers


def _subject(session: Any, enterprise: str | None) -> Subject:
    from sqlalchemy import select  # noqa: PLC0415 - only when the command runs

    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - same
    from app.cli.opening import refuse  # noqa: PLC0415 - same
    from app.enterprises.models import Enterprise  # noqa: PLC0415 - same
    from app.ids import new_id  # noqa: PLC0415 - same

    if enterprise is None:
        return Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    found = session.scalar(select(Enterprise.id).where(Enterprise.credit_code == enterprise))
    if found is None:
        refuse(f"没有这个企业 / there is no such enterprise: {enterprise}")
    return Subject(new_id(), "command line", Role.ENTERPRISE, SCOPES_OF[Role.ENTERPRISE], found)


@contextmanager
def _progress(database: Database, import_id: uuid.UUID) -> Iterator[None]:
    """Show on a terminal how far it has come, read from the database as everybody reads it."""
    import sys  # noqa: PLC0415 - only when the command runs
    import threading  # noqa: PLC0415 - same

    from rich.console import Console  # noqa: PLC0415 - same
    from rich.progress import Progress  # noqa: PLC0415 - same

    from app.imports.models import Import  # noqa: PLC0415 - same

    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("导入 importing", total=1000)

        def follow() -> None:
            while not ended.wait(0.5):
                with database.reading() as session:
                    bar.update(task, completed=session.get_one(Import, import_id).done_permille)

        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield
        finally:
            ended.set()
            follower.join()


def _write(database: Database, told: Mapping[str, Any], target: Path) -> None:
    import uuid  # noqa: PLC0415 - only when a report is asked for

    from app.imports.models import Part  # noqa: PLC0415 - same
    from app.imports.pieces import PIECES  # noqa: PLC0415 - same

    with target.open("wb") as file:
        file.writelines(PIECES.contents(database, uuid.UUID(told["id"]), Part.ANSWERED))


def _print(name: str, told: Mapping[str, Any], ledgers: list[dict[str, Any]]) -> None:
    for fault in told["faults"]:
        place = f" 行 row {fault['row']}" if fault["row"] else ""
        column = f" “{fault['column']}”" if fault["column"] else ""
        message = fault["message"]
        typer.echo(f"{name}{place}{column}: {message['zh']} / {message['en']}", err=True)
    for ledger in ledgers:
        for note in ledger["notes"]:
            column = f" “{note['head']['zh']}”" if note["head"] else ""
            message = note["message"]
            words = f"{name} 行 row {note['row']}{column}: {message['zh']} / {message['en']}"
            typer.echo(words, err=note["severity"] == "error")
    summary = told["summary"]
    counted = "，".join(f"{words} {summary[key]}" for key, words in _COUNTED)
    kept = "已保存 saved" if told["saved"] else "未保存任何台账 nothing saved"
    typer.echo(f"{counted}；{kept}")


_COUNTED = (
    ("created", "新增 created"),
    ("unchanged", "未变 unchanged"),
    ("amended", "修订 amended"),
    ("rejected", "未收 rejected"),
)
