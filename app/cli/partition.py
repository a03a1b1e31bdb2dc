"""`huanlian db partition`: transfers in one table a period, for the database of a nation."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.opening import opened, read_settings, refuse
from app.db.partitions.periods import Width

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Engine

    from app.db.partitions.conversion import Plan
    from app.db.partitions.layout import Layout
    from app.domain.errors import Message

EXAMPLE = (
    "例 examples:  huanlian db partition --dry-run    ·    huanlian db partition --by quarter"
    "    ·    HUANLIAN_DATABASE_URL=postgresql:///huanlian huanlian db partition --by month"
)


def partition(
    *,
    by: Annotated[
        Width | None, typer.Option("--by", help="每个分区的时段，默认 quarter / the period of a partition")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只说明，不改动 / only say what would be done")
    ] = False,
) -> None:
    """把转移表按月份分区（PostgreSQL，面向全国规模）/ keep transfers in one table a period (PostgreSQL, for a nation).

    Others go on filing. What is on file stays in one table, coming periods get one each, a year ahead; the worker makes those
    that follow. Pays once the indexes of a year outgrow memory; smaller databases answer faster without. Cut off anywhere,
    it can be run again; when all is done it only makes what is missing. There is no way back but a restored backup.
    """
    from app.clock import local_date, system_clock  # noqa: PLC0415 - only when the command runs
    from app.db.partitions.layout import layout_of  # noqa: PLC0415 - same

    settings = read_settings()
    today = local_date(system_clock(), settings.timezone)
    with opened(settings) as database:
        engine = database.engines.write
        with engine.connect() as connection:
            layout = layout_of(connection)
        if layout is None:
            _convert(engine, by or Width.QUARTER, today, dry_run=dry_run)
        else:
            _keep(engine, layout, by, today, dry_run=dry_run)


def _convert(engine: Engine, by: Width, today: date, *, dry_run: bool) -> None:
    from app.db.partitions import conversion  # noqa: PLC0415 - only when the command runs
    from app.db.upgrade import current_revision, head_revision  # noqa: PLC0415 - same

    # SQLite is refused for what it is, whatever its schema.
    if engine.dialect.name == "postgresql" and current_revision(engine) != head_revision():
        refuse("数据库结构不是最新 the schema is not the newest: huanlian db upgrade")
    try:
        wanted = conversion.plan(engine, by, today)
    except conversion.ConversionRefused as refused:
        refuse(f"{refused.message.zh} / {refused.message.en}")
    _say_plan(wanted, by)
    if dry_run:
        for message, _ in conversion.steps(wanted):
            typer.echo(f"- {message.zh} / {message.en}")
        typer.echo("未作任何改动 nothing was changed")
        return
    watch = _Watch()
    conversion.convert(engine, wanted, watch.tell)
    watch.end()
    typer.echo("已分区 partitioned. 核对 check: huanlian db check")


def _say_plan(wanted: Plan, by: Width) -> None:
    typer.echo(f"转移 transfers: ~{wanted.rows:,}, {wanted.bytes / 1e9:,.2f} GB, 按 by {by.value}")
    typer.echo(f"{wanted.old_name}: {wanted.cutoff} 之前的全部记录 everything before")
    for period in wanted.periods:
        typer.echo(f"{period.name}: {period.first} … {period.until}")


def _keep(engine: Engine, layout: Layout, by: Width | None, today: date, *, dry_run: bool) -> None:
    from app.db.partitions.ahead import analyse, keep_ahead  # noqa: PLC0415 - only when the command runs
    from app.db.partitions.periods import coming  # noqa: PLC0415 - same

    if by is not None and by is not layout.width:
        refuse(
            f"已按 {layout.width.value} 分区，不能改为 {by.value} / "
            f"partitioned by {layout.width.value} already: it cannot become {by.value}"
        )
    typer.echo(f"已按 {layout.width.value} 分区 partitioned already: {len(layout.parts)}")
    missing = [period.name for period in coming(layout.start, layout.width, today) if not layout.has(period)]
    if dry_run:
        typer.echo(f"缺少 missing: {', '.join(missing) or '-'}; 未作任何改动 nothing was changed")
        return
    kept = keep_ahead(engine, today, attempts=60, at_most=None)
    analyse(engine)
    typer.echo(f"新建 made: {', '.join(kept.made) or '-'}; 移入 moved: {kept.moved:,}")


class _Watch:
    """Says what is done and how long it took."""

    def __init__(self) -> None:
        self._began: float | None = None

    def tell(self, message: Message) -> None:
        self.end()
        typer.echo(f"{message.zh} / {message.en} … ", nl=False)
        self._began = time.monotonic()

    def end(self) -> None:
        if self._began is not None:
            typer.echo(f"{time.monotonic() - self._began:.1f} s")
