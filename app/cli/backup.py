"""`huanlian db backup` and `huanlian db restore`: the database and the files beside it, in one archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app.cli.opening import read_settings, refuse

if TYPE_CHECKING:
    from app.db.backup import Backup

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]


def backup(
    target: Annotated[
        Path, typer.Argument(help="要写的文件 / the file to write, e.g. huanlian-2026-11-21.tar")
    ],
    *,
    json_output: _Json = False,
) -> None:
    """备份数据库与附件，不必停机 / copy the database and its attachments while the service runs.

    PostgreSQL: needs its client programs (pg_dump) of the server's version or newer.
    """
    from app.clock import system_clock  # noqa: PLC0415 - only when the command runs
    from app.db.backup import BackupRefused, back_up  # noqa: PLC0415 - same
    from app.db.copies import CopyFailed  # noqa: PLC0415 - same

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("备份 backup", total=None)
        try:
            made = back_up(
                read_settings(),
                target,
                system_clock(),
                lambda done, of: bar.update(task, completed=done, total=of),
            )
        except (BackupRefused, CopyFailed, OSError) as error:
            refuse(str(error))
    _tell(made, target, json_output=json_output)


def restore(
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="备份文件 / the backup")],
    *,
    json_output: _Json = False,
) -> None:
    """把备份恢复到空数据库；先核对每个成员的 SHA-256 / put a backup into an empty database, each part checked first."""
    from app.db.backup import BackupRefused, put_back  # noqa: PLC0415 - only when the command runs
    from app.db.copies import CopyFailed  # noqa: PLC0415 - same
    from app.db.upgrade import head_revision  # noqa: PLC0415 - same

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("恢复 restore", total=None)
        try:
            made = put_back(
                read_settings(), source, lambda done, of: bar.update(task, completed=done, total=of)
            )
        except (BackupRefused, CopyFailed, OSError) as error:
            refuse(str(error))
    _tell(made, source, json_output=json_output)
    if made.revision != head_revision() and not json_output:
        typer.echo("结构较旧 the schema is older than the program: huanlian db upgrade")


def _tell(made: Backup, file: Path, *, json_output: bool) -> None:
    if json_output:
        told = {
            "file": str(file),
            "bytes": file.stat().st_size,
            "kind": made.kind,
            "revision": made.revision,
            "made_at": made.made_at,
            "attachments": made.files,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(
        f"{file}: {made.kind}, 结构版本 schema revision {made.revision}, 附件 attachments {made.files}, {made.made_at}"
    )
