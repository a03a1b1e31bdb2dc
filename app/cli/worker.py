"""`huanlian worker` and `huanlian jobs`: work off what transactions asked for, and look at what failed."""

from __future__ import annotations

import json
import os
import signal
import threading
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.allocator import give_back_freed_memory
from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.outbox.models import Job
    from app.settings import Settings
    from app.worker.loop import Worker

jobs_app = typer.Typer(help="后台任务 / background jobs", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
_Kind = Annotated[str | None, typer.Option("--kind", metavar="KIND", help="只看某类 / of this kind only")]
_ENDINGS = (signal.SIGTERM, signal.SIGINT)
_STATES = ("waiting", "running", "dead")


def worker(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="做完到期的任务即退出 / do what is due, then end")
    ] = False,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=64, help="同时进行的任务数 / jobs at a time")
    ] = 1,
) -> None:
    """运行后台任务、事件与定期任务 / do background jobs, place events, begin nightly runs.

    Several may run beside each other. SIGTERM: the jobs at hand are finished, no new ones taken.

    On SQLite `huanlian serve` does this by itself; HUANLIAN_WORKER_IN_SERVER=false leaves it to this command.
    """
    from app.observability import logs  # noqa: PLC0415 - only when the command runs
    from app.worker.loop import Worker  # noqa: PLC0415 - same
    from app.worker.registry import shipped  # noqa: PLC0415 - same

    settings = read_settings()
    logs.configure(settings)
    with opened(settings) as database:
        made = Worker(database, settings, shipped())
        if once:
            on_signals(made.ask_to_stop)
            typer.echo(f"完成 runs done: {made.drain()}")
        else:
            _run(made, settings, concurrency)


def _run(made: Worker, settings: Settings, concurrency: int) -> None:
    give_back_freed_memory()
    told = threading.Event()
    on_signals(told.set)
    made.start(concurrency)
    told.wait()
    made.stop(settings.worker_grace_seconds)


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` once when told to end, from a thread of its own.

    Python runs a handler only when the main thread comes back to it: one that has just gone to sleep on a lock
    does not for ever, and one that holds the lock `stop` takes must not run it. So a handler has nothing to do,
    and the byte that the interpreter writes for each signal, in whatever thread, wakes the one that waits for it.
    """
    told, telling = os.pipe()
    os.set_blocking(telling, False)
    signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
    for number in _ENDINGS:
        signal.signal(number, lambda *_: None)

    def listen() -> None:
        while os.read(told, 1)[0] not in _ENDINGS:
            pass
        stop()

    threading.Thread(target=listen, name="signals", daemon=True).start()


@jobs_app.callback()
def _jobs() -> None:
    """后台任务：查看、重试 / background jobs: look, try again."""


@jobs_app.command(
    "list", epilog="例 examples:  huanlian jobs list --state dead    ·    huanlian jobs list --json"
)
def list_jobs(
    *,
    state: Annotated[
        str | None, typer.Option("--state", help="状态 / " + ", ".join(_STATES), metavar="STATE")
    ] = None,
    kind: _Kind = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多几条 / at most")] = 50,
    json_output: _Json = False,
) -> None:
    """列出未完成的任务，失败的附原因 / list jobs that are not done, dead letters with their last error."""
    from app.outbox import queue  # noqa: PLC0415 - only when the command runs
    from app.outbox.models import JobState  # noqa: PLC0415 - same

    if state is not None and state not in _STATES:
        raise typer.BadParameter(f"--state: {', '.join(_STATES)}")
    with opened(read_settings()) as database, database.reading() as session:
        found = queue.page(session, state=JobState(state) if state else None, kind=kind, limit=limit)
        documents = [_document(job) for job in found]
    if json_output:
        typer.echo(json.dumps(documents, ensure_ascii=False))
        return
    _print_table(documents)


def _document(job: Job) -> dict[str, str | int | None]:
    """A job without its payload, which is nobody's business here."""
    return {
        "id": str(job.id),
        "kind": job.kind,
        "key": job.key,
        "state": job.state.value,
        "attempts": job.attempts,
        "due_at": job.due_at.isoformat(),
        "created_at": job.created_at.isoformat(),
        "worker": job.worker,
        "last_error": job.last_error,
    }


def _print_table(documents: list[dict[str, str | int | None]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only when there is a table to draw
    from rich.table import Table  # noqa: PLC0415 - same

    if not documents:
        typer.echo("没有未完成的任务 nothing waits, runs or lies dead")
        return
    table = Table()
    for heading in ("任务 id", "类别 kind", "状态 state", "次数 runs", "到期 due", "原因 last error"):
        table.add_column(heading, overflow="fold")
    for job in documents:
        shown = (job[name] for name in ("id", "kind", "state", "attempts", "due_at", "last_error"))
        table.add_row(*("" if value is None else str(value) for value in shown))
    Console().print(table)


@jobs_app.command(
    "retry", epilog="例 examples:  huanlian jobs retry 0199…    ·    huanlian jobs retry --all --kind K"
)
def retry(
    job_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="任务 / the job", show_default=False)
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="全部失败任务 / every dead letter")] = False,
    kind: _Kind = None,
) -> None:
    """让失败任务重新排队 / let dead letters be tried again, with a clean count."""
    from app.audit import service as audit  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same
    from app.outbox import queue  # noqa: PLC0415 - same

    if (job_id is None) != every:
        raise typer.BadParameter("须给出 ID 或 --all，二者取一 / give an ID or --all, one of the two")
    wanted = None if job_id is None else _uuid(job_id)
    with opened(read_settings()) as database:
        with database.writing() as session:
            now = system_clock()
            moved = queue.retry_dead(session, now=now, job_id=wanted, kind=kind)
            changes = [audit.Change("job.retried", "job", str(each)) for each in moved]
            audit.record(session, audit.operator(), changes, now=now)
        if wanted is not None and not moved:
            refuse(f"没有这个失败任务 there is no such dead letter: {job_id}")
        typer.echo(f"重新排队 waiting again: {len(moved)}")


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise typer.BadParameter(f"不是任务编号 not the id of a job: {text}") from None
