"""`huanlian archive`: closed years in a file that outlives the program; listed, and checked at any time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from app.archive.models import Archive
    from app.archive.verification import Report

archive_app = typer.Typer(help="归档 / archives of closed years", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]


@archive_app.callback()
def _archive() -> None:
    """归档：制作、列出、核验；数据库内容不因此减少 / make, list, verify; nothing leaves the database by it."""


@archive_app.command(
    epilog="例 example:  huanlian archive make --before 2021 --to /srv/archive/huanlian-2020.tar"
)
def make(
    *,
    before: Annotated[
        int, typer.Option(min=1990, max=2199, metavar="YYYY", help="此年之前 / before this year")
    ],
    target: Annotated[Path, typer.Option("--to", metavar="FILE", help="要写的文件 / the file to write")],
    json_output: _Json = False,
) -> None:
    """归档某年之前的全部台账；保存期未满或未关账即拒绝 / every ledger before a year; refused while open or under five years.

    Exit 0: made and verified; 1: refused; 2: wrong usage.
    """
    from rich.console import Console  # noqa: PLC0415 - only when the command runs

    from app.archive.file import ArchiveRefused  # noqa: PLC0415 - same
    from app.archive.service import make as run  # noqa: PLC0415 - same
    from app.clock import local_date, system_clock  # noqa: PLC0415 - same

    settings, now = read_settings(), system_clock()
    with opened(settings) as database, Console(stderr=True).status("归档 archiving …") as status:
        try:
            today = local_date(now, settings.timezone)
            made = run(database, target, before, today, now, status.update)
        except (ArchiveRefused, OSError) as error:
            refuse(str(error))
    told = _document(made)
    if json_output:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(f"{target}: {_sentence(told)}")


@archive_app.command("list")
def list_archives(*, json_output: _Json = False) -> None:
    """列出已制作的归档 / the archives that were made here."""
    from app.archive.service import archives  # noqa: PLC0415 - only when the command runs

    with opened(read_settings()) as database, database.reading() as session:
        items = [_document(made) for made in archives(session)]
    if json_output:
        typer.echo(json.dumps(items, ensure_ascii=False))
        return
    for told in items:
        typer.echo(f"{told['name']}: {_sentence(told)}")
    if not items:
        typer.echo("尚无归档 there are none yet")


@archive_app.command(epilog="例 example:  huanlian archive verify /srv/archive/huanlian-2020.tar --database")
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")],
    *,
    database: Annotated[
        bool,
        typer.Option("--database", help="并与数据库逐份比对 / also against the database, filing by filing"),
    ] = False,
    json_output: _Json = False,
) -> None:
    """核验归档：清单、每份台账与其回执；不需数据库 / its list, and every filing against its receipt; needs no database.

    Exit 0: intact; 1: flawed, or refused.
    """
    report = _checked(file, with_database=database)
    if json_output:
        told = {
            "before": report.listed.before,
            "as_of": report.listed.as_of,
            "versions": report.versions,
            "transfers": report.transfers,
            "flaws": report.flaws,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(
            f"{file}: {report.listed.before} 之前 before, 台账版本 versions {report.versions:,}, "
            f"转移 transfers {report.transfers:,}, {'有误 flawed' if report.flaws else '完好 intact'}"
        )
        for flaw in report.flaws[:_MOST_SHOWN]:
            typer.echo(f"  {flaw}", err=True)
    if report.flaws:
        raise typer.Exit(1)


def _checked(file: Path, *, with_database: bool) -> Report:
    from app.archive.file import ArchiveRefused  # noqa: PLC0415 - only when the command runs
    from app.archive.verification import verify as run  # noqa: PLC0415 - same

    try:
        if not with_database:
            return run(file)
        with opened(read_settings()) as found, found.reading() as session:
            return run(file, session)
    except ArchiveRefused as error:
        refuse(str(error))


_MOST_SHOWN = 50


def _document(made: Archive) -> dict[str, Any]:
    return {
        "id": str(made.id),
        "name": made.name,
        "before": str(made.before),
        "sha256": made.sha256,
        "bytes": made.size,
        "versions": made.versions,
        "transfers": made.transfers,
        "actor": made.actor,
        "made_at": made.made_at.isoformat(),
    }


def _sentence(told: dict[str, Any]) -> str:
    return (
        f"{told['before']} 之前 before, 台账版本 versions {told['versions']:,}, 转移 transfers {told['transfers']:,}, "
        f"{told['bytes']:,} B, SHA-256 {told['sha256']}, {told['made_at']}"
    )
