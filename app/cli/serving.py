"""`huanlian serve` and `huanlian demo`: the service in this process."""

import gc
import os
import resource
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.cli.allocator import give_back_freed_memory
from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.db.session import Database
    from app.settings import Settings
    from seed.demo_load import DemoLogin

_Host = Annotated[str, typer.Option("--host", help="监听地址 / the address to listen on")]
_Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 / the port")]
_Workers = Annotated[
    int,
    typer.Option(
        "--workers", min=1, max=64, help="服务进程数，仅 PostgreSQL / server processes, PostgreSQL only"
    ),
]

# Databases, pools, logs, templates, and connections that are told there is no place.
_OTHER_FILES = 512
_TURN_S = 0.0005


def serve(host: _Host = "127.0.0.1", port: _Port = 8000, workers: _Workers = 1) -> None:
    """启动服务；设置取自 HUANLIAN_* 环境变量 / serve; settings come from HUANLIAN_* variables.

    例 example:  huanlian serve --host 127.0.0.1 --port 8000 --workers 2
    """
    settings = read_settings()
    if workers == 1:
        run_server(host, port)
        return
    if settings.is_sqlite:
        refuse(
            "SQLite 只有一个写入者，多个服务进程不会更快：请去掉 --workers，或改用 PostgreSQL",
            "SQLite has one writer, and more processes would not be faster: leave --workers out, or use PostgreSQL",
        )
    from app.cli.processes import serve_together  # noqa: PLC0415 - only when there are several

    serve_together(settings, host, port, workers)


def demo(
    host: _Host = "127.0.0.1",
    port: _Port = 8000,
    load_only: Annotated[bool, typer.Option("--load-only", help="只建库灌数 / load, do not serve")] = False,  # noqa: FBT002
) -> None:
    """演示：建库、灌入示例城市（虚构企业）并启动 / load a made-up city and serve it, with logins printed.

    例 example:  huanlian demo --port 8000
    """
    os.environ.setdefault("HUANLIAN_PUBLIC_PAGE", "true")
    settings = read_settings()
    with opened(settings) as database, Console(stderr=True).status("建库与灌数 / loading (about 15 s) …"):
        logins = prepare(database)
    tell_logins(logins, f"http://{host}:{port}")
    if not load_only:
        run_server(host, port)


def tell_logins(logins: "tuple[DemoLogin, ...]", address: str) -> None:
    """Print, this once, what people and machines sign in with, and how a machine gets its token.

    Straight to standard output, so that no log ever holds a secret.
    """
    people = Table(title=f"环链 Huanlian: {address}/")
    for heading in ("用户名 user", "口令 password", "名称 name", "角色 role"):
        people.add_column(heading, no_wrap=True)
    machines = Table(title="接口客户端 machine clients")
    for heading in ("属于 of", "client_id", "client_secret"):
        machines.add_column(heading, no_wrap=True)
    for login in logins:
        people.add_row(login.username, login.password, login.name, login.role.value)
        machines.add_row(login.username, login.client_id, login.client_secret)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(people, machines)
    first = logins[0]
    # Whole lines, to be copied: a terminal of any width must not break them.
    typer.echo(f"取令牌，以 {first.username} 为例 / a token, here as {first.username}:")
    typer.echo(
        f"curl -s -u {first.client_id}:{first.client_secret} -d grant_type=client_credentials {address}/oauth/token"
    )


def prepare(database: "Database") -> "tuple[DemoLogin, ...]":
    """Migrate, load the reference data and the city; answers its logins with fresh passwords and secrets."""
    from app.clock import system_clock  # noqa: PLC0415 - only when the command runs
    from app.db.upgrade import upgrade  # noqa: PLC0415 - same
    from seed.demo_load import load_demo  # noqa: PLC0415 - same
    from seed.load import load_reference  # noqa: PLC0415 - same

    upgrade(database.engines.write)
    with database.writing() as session:
        load_reference(session, system_clock())
    return load_demo(database, system_clock())


@contextmanager
def _collector_paused() -> "Iterator[None]":
    """Import without looking for garbage, which finds none and costs a fifth of the start; what is there then stays.

    Frozen, the modules are not gone through again by each full collection while requests wait.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def run_server(host: str, port: int) -> None:
    """Serve until told to stop."""
    import uvicorn  # noqa: PLC0415 - only when the command runs

    give_back_freed_memory()
    settings = read_settings()
    with _collector_paused():
        import app.main  # noqa: F401, PLC0415 - what uvicorn would import
    if settings.has_worker_in_server:
        # Jobs that compute would else make each request wait some milliseconds at every one of its turns.
        sys.setswitchinterval(_TURN_S)
    server = uvicorn.Server(
        uvicorn.Config("app.main:serve_app", host=host, port=port, **how_to_serve(settings))
    )
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise typer.Exit(1)


def how_to_serve(settings: "Settings") -> dict[str, Any]:
    """What uvicorn is told by every process of ours."""
    make_room_for_files(settings)
    return {
        "factory": True,
        "http": "app.http.connections.protocol:GuardedProtocol",
        "ws": "none",
        "timeout_keep_alive": settings.keep_alive_seconds,
        "timeout_graceful_shutdown": settings.shutdown_seconds,
        "log_config": None,
        "access_log": False,
        "server_header": False,
    }


def make_room_for_files(settings: "Settings") -> None:
    """Ask the system for as many open files as connections need, when it lets us; its default is often 1,024."""
    most, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + _OTHER_FILES
    if most != resource.RLIM_INFINITY and most < wanted:
        bound = wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(bound, most), allowed))
