"""`huanlian serve` and `huanlian demo`: the service in this process."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.opening import opened, read_settings

if TYPE_CHECKING:
    from app.db.session import Database
    from seed.demo_load import DemoLogin

_Host = Annotated[str, typer.Option("--host", help="监听地址 / the address to listen on")]
_Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 / the port")]


def serve(host: _Host = "127.0.0.1", port: _Port = 8000) -> None:
    """启动服务；设置取自 HUANLIAN_* 环境变量 / serve; settings come from HUANLIAN_* variables.

    例 example:  huanlian serve --host 127.0.0.1 --port 8000
    """
    read_settings()
    run_server(host, port)


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
    table = Table(title=f"环链 Huanlian: http://{host}:{port}/")
    for heading in ("用户名 user", "口令 password", "名称 name", "角色 role"):
        table.add_column(heading, no_wrap=True)
    for login in logins:
        table.add_row(login.username, login.password, login.name, login.role.value)
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    if not load_only:
        run_server(host, port)


def prepare(database: "Database") -> "tuple[DemoLogin, ...]":
    """Migrate, load the reference data and the city; answers its logins with fresh passwords."""
    from app.clock import system_clock  # noqa: PLC0415 - only when the command runs
    from app.db.upgrade import upgrade  # noqa: PLC0415 - same
    from seed.demo_load import load_demo  # noqa: PLC0415 - same
    from seed.load import load_reference  # noqa: PLC0415 - same

    upgrade(database.engines.write)
    with database.writing() as session:
        load_reference(session, system_clock())
    return load_demo(database, system_clock())


def run_server(host: str, port: int) -> None:
    """Serve until told to stop."""
    import uvicorn  # noqa: PLC0415 - only when the command runs

    uvicorn.run(
        "app.main:serve_app",
        factory=True,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
