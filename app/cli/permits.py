"""`huanlian permits`: read another system's permits, take in a file, list and show what is on file."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import opened, read_settings, refuse
from app.cli.permit_tables import print_permit, print_summaries

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterator

    from app.auth.subjects import Subject
    from app.db.session import Database
    from app.outbox.jobs import JobContext
    from app.permits.models import PermitImport
    from app.permits.sync import Tally

permits_app = typer.Typer(help="许可证 / permits", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
_Number = Annotated[str, typer.Argument(metavar="NUMBER", help="许可证编号 / permit number")]
_SHOWN_REJECTIONS = 20


@permits_app.callback()
def _permits() -> None:
    """许可证：同步、导入、查看 / permits: sync, import, look."""


@permits_app.command(
    epilog="例 example:  HUANLIAN_PERMITS_SYNC_URL=https://… huanlian permits sync --dry-run"
)
def sync(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只判断，不保存 / judge, keep nothing")] = False,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="不接上次游标，从头读取 / forget the cursor, read all again")
    ] = False,
    json_output: _Json = False,
) -> None:
    """从配置的许可证系统读取新增和变更 / read what is new at the permit system of HUANLIAN_PERMITS_SYNC_URL.

    Each page is kept together with the cursor behind it: stop or kill it at any time, the next run goes on there.
    HUANLIAN_PERMITS_SYNC_TOKEN is sent as bearer token; HUANLIAN_PERMITS_SYNC_REGION holds the source to a territory.
    Exit 0: done; 1: stopped, or some permits were refused (they are named); 2: wrong usage.
    """
    from app.clock import system_clock  # noqa: PLC0415 - only when the command runs
    from app.permits import sync as syncing  # noqa: PLC0415 - same

    settings = read_settings()
    with opened(settings) as database, _progress("许可证 permits") as show:
        tally = syncing.sync(
            database,
            settings,
            system_clock,
            wait=time.sleep,
            dry_run=dry_run,
            from_start=from_start,
            after_page=lambda so_far: show(
                sum(so_far.counts.values()), f"第 {so_far.pages} 页 page {so_far.pages}"
            ),
            told=lambda reason, seconds: show(
                None, f"{reason}，{seconds:.0f} 秒后再试 trying again in {seconds:.0f} s"
            ),
        )
    _tell_sync(tally, dry_run=dry_run, json_output=json_output)


def _tell_sync(tally: Tally, *, dry_run: bool, json_output: bool) -> None:
    said = {
        "dry_run": dry_run,
        "pages": tally.pages,
        "created": tally.counts["created"],
        "changed": tally.counts["changed"],
        "unchanged": tally.counts["unchanged"],
        "rejected": tally.counts["rejected"],
        "unmatched": tally.unmatched,
        "cursor": tally.cursor,
    }
    if json_output:
        typer.echo(json.dumps(said | {"rejections": tally.rejected}, ensure_ascii=False))
    else:
        preview = "（预览，未保存 dry run, nothing kept）" if dry_run else ""
        typer.echo(
            f"页 pages {tally.pages}，新增 created {said['created']}，变更 changed {said['changed']}，"
            f"未变 unchanged {said['unchanged']}，未关联 unmatched {tally.unmatched}，"
            f"未收 rejected {said['rejected']}{preview}"
        )
        for refused in tally.rejected[:_SHOWN_REJECTIONS]:
            where = f"第 {refused['page']} 页第 {refused['item'] + 1} 条 page {refused['page']} item {refused['item'] + 1}"
            _tell_problem(f"{where} {refused['permit']}", refused["problem"])
    if tally.rejected:
        raise typer.Exit(1)


def _tell_problem(where: str, problem: dict[str, Any]) -> None:
    for fault in problem["errors"] or [{"pointer": "", "message": problem["message"]}]:
        message = fault["message"]
        typer.echo(f"{where} {fault['pointer']}: {message['zh']} / {message['en']}", err=True)


@permits_app.command("import", epilog="例 example:  huanlian permits import 许可证.xlsx --answer 结果.xlsx")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")],
    *,
    mapping: Annotated[
        str, typer.Option("--mapping", metavar="ID", help="列名映射 / which heads the export has")
    ] = "national",
    answer: Annotated[
        Path | None,
        typer.Option("--answer", metavar="OUT", help="逐行结果另存 / write the file with outcomes"),
    ] = None,
    json_output: _Json = False,
) -> None:
    """导入 .xlsx、.csv 或 .json / take in a file of permits, row by row.

    Exit 0: done; 1: the file was refused, or some rows were (they are in the answer); 2: wrong usage.
    """
    from app.clock import system_clock  # noqa: PLC0415 - only when the command runs
    from app.outbox.jobs import JobContext  # noqa: PLC0415 - same
    from app.permits import imports  # noqa: PLC0415 - same
    from app.permits.importing import carry_out  # noqa: PLC0415 - same

    settings = read_settings()
    with opened(settings) as database, _progress("行 rows") as show:
        context = JobContext(database, settings, system_clock)
        import_id = _keep(context, file, mapping)
        carry_out(context, import_id, lambda so_far: show(so_far.rows_done, str(so_far.counts)))
        done = _ended(database, import_id)
        if answer is not None and not done.failure:
            with answer.open("wb") as target:
                target.writelines(imports.answered(database, _administrator(), import_id)[1])
    _tell_import(done, json_output=json_output)


def _keep(context: JobContext, file: Path, mapping: str) -> uuid.UUID:
    from app.audit.service import operator  # noqa: PLC0415 - only when a command runs
    from app.permits import imports  # noqa: PLC0415 - same

    with file.open("rb") as source, context.database.writing() as session:
        sent = imports.Sent(file.name[:200], mapping, source, context.settings.max_bulk_bytes, operator())
        return imports.keep_file(session, _administrator(), sent, context.now()).id


def _ended(database: Database, import_id: uuid.UUID) -> PermitImport:
    from app.permits import imports  # noqa: PLC0415 - only when a command runs

    with database.reading() as session:
        return imports.one(session, _administrator(), import_id)


def _tell_import(done: PermitImport, *, json_output: bool) -> None:
    from app.permits import imports  # noqa: PLC0415 - only when a command runs

    if json_output:
        typer.echo(json.dumps(imports.document(done), ensure_ascii=False, default=str))
    else:
        typer.echo("，".join(f"{name} {count}" for name, count in done.counts.items()) or "0")
    if done.failure:
        refuse(f"{done.name} {done.failure['pointer']}: {done.failure['zh']} / {done.failure['en']}")
    if done.counts.get("rejected"):
        raise typer.Exit(1)


@permits_app.command("list", epilog="例 example:  huanlian permits list --region 1402 --unmatched --json")
def list_permits(
    *,
    region: Annotated[
        str, typer.Option("--region", metavar="PREFIX", help="行政区划代码（2、4 或 6 位）/ GB/T 2260 prefix")
    ] = "",
    unmatched: Annotated[
        bool, typer.Option("--unmatched", help="只看未关联场所的 / only those without a site")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="最多几条 / at most")] = 50,
    json_output: _Json = False,
) -> None:
    """列出许可证 / list permits with their sites, versions and validity."""
    from app.permits import reading  # noqa: PLC0415 - only when the command runs

    if region and not (region.isascii() and region.isdigit() and len(region) in (2, 4, 6)):
        raise typer.BadParameter("--region: 2, 4, 6")
    with opened(read_settings()) as database, database.reading() as session:
        found = reading.page(
            session,
            _administrator(),
            region=region,
            matched=False if unmatched else None,
            after="",
            limit=limit,
        )["items"]
    if json_output:
        typer.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    print_summaries(found)


@permits_app.command(
    epilog="例 example:  huanlian permits show 91140200MA0EXAMPLE001P --month 2025-03 --json"
)
def show(
    number: _Number,
    *,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="该月有效的版本 / as it holds in a month")
    ] = None,
    json_output: _Json = False,
) -> None:
    """显示一份许可证：固废、去向、设施、能力、提示 / show a permit: wastes, routes, facilities, capacities, warnings."""
    from app.clock import local_date, system_clock  # noqa: PLC0415 - only when the command runs
    from app.domain.periods import Month, MonthError  # noqa: PLC0415 - same
    from app.permits import reading  # noqa: PLC0415 - same

    try:
        wanted = None if month is None else Month.parse(month)
    except MonthError:
        raise typer.BadParameter("--month: YYYY-MM") from None
    settings = read_settings()
    today = local_date(system_clock(), settings.timezone)
    with opened(settings) as database, database.reading() as session:
        found = reading.one(session, _administrator(), number, today, month=wanted)
    if json_output:
        found["warnings"] = [
            warning | {"message": warning["message"].model_dump()} for warning in found["warnings"]
        ]
        typer.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    print_permit(found)


def _administrator() -> Subject:
    """Whoever runs commands has the database itself."""
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when a command runs
    from app.ids import new_id  # noqa: PLC0415 - same

    return Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int | None, str], None]]:
    """A line on a terminal's stderr that says how far it has come; nothing where nobody looks."""
    from rich.console import Console  # noqa: PLC0415 - only when a command runs
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - same

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def update(done: int | None, text: str) -> None:
            progress.update(task, completed=done, description=text)

        yield update
