"""`huanlian snapshot`: the ledgers of one moment as Parquet by month, for questions over years."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from app.snapshots.service import Place, Taken

EXAMPLE = (
    "例 examples:  huanlian snapshot --to /srv/analysis    ·    huanlian snapshot --to s3://bucket/huanlian    ·    "
    "huanlian snapshot --to /srv/analysis --verify"
)

NOT_INSTALLED = "{}: 未安装分析组件 the part for analysis is not installed: pip install 'huanlian[analysis]'"


def snapshot(
    *,
    target: Annotated[
        str,
        typer.Option("--to", metavar="DIR|s3://…", help="文件夹或对象存储 / a folder or a bucket's prefix"),
    ],
    verify: Annotated[
        bool, typer.Option("--verify", help="只核对已有快照的 SHA-256 / only check the one that is there")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """导出某一时刻的一致快照，只重写有变化的月份 / one consistent moment; only months that changed are written again.

    The service goes on meanwhile. Exit 0: done, or intact; 1: refused, or damaged; 2: wrong usage.
    """
    from app.snapshots.service import Place, SnapshotRefused, flaws  # noqa: PLC0415 - only when the command runs

    try:
        place = Place(target)
        if verify:
            damaged = flaws(place)
            if damaged:
                refuse("快照已损坏 the snapshot is damaged:", *damaged)
            typer.echo(json.dumps({"damaged": []}) if json_output else f"{target}: 完好 intact")
            return
        taken = _take(place)
    except (SnapshotRefused, OSError) as error:
        refuse(str(error))
    except ModuleNotFoundError as missing:
        refuse(NOT_INSTALLED.format(missing.name))
    _tell(taken, target, json_output=json_output)


def _take(place: Place) -> Taken:
    from app.clock import system_clock  # noqa: PLC0415 - only when the command runs
    from app.snapshots.service import take  # noqa: PLC0415 - same

    with (
        opened(read_settings()) as database,
        Progress(console=Console(stderr=True), transient=True) as bar,
    ):
        task = bar.add_task("快照 snapshot", total=None)
        return take(
            database,
            place,
            system_clock(),
            lambda table, done, of: bar.update(task, description=table, completed=done, total=of),
        )


def _tell(taken: Taken, target: str, *, json_output: bool) -> None:
    made = taken.manifest
    told = {
        "to": target,
        "as_of": made.as_of,
        "revision": made.revision,
        "rows": {name: sum(part.rows for part in parts) for name, parts in made.tables.items()},
        "parts_written": taken.written,
        "parts_kept": taken.kept,
        "bytes": made.size,
    }
    if json_output:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(
        f"{target}: {made.as_of}, 行 rows {made.rows:,}, 文件 files 新写 written {taken.written} "
        f"未变 unchanged {taken.kept}, {made.size:,} B"
    )
