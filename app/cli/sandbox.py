"""`huanlian sandbox`: a service of its own with test firms, for those who integrate; and how far they are."""

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.cli.opening import opened, read_settings
from app.cli.serving import run_server

if TYPE_CHECKING:
    from app.settings import Settings
    from seed.sandbox_load import Credentials

_DATABASE = "sqlite:///var/sandbox.db"
_MARKS = {"passed": "✓ 通过 passed", "wrong": "✗ 不符 wrong", "open": "· 未做 open"}
_Host = Annotated[str, typer.Option("--host", help="监听地址 / the address to listen on")]
_Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 / the port")]
_Reset = Annotated[bool, typer.Option("--reset", help="清空后重建，密钥更新 / empty it first; new secrets")]
_Only = Annotated[bool, typer.Option("--prepare-only", help="只建库 / prepare, do not serve")]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]

sandbox_app = typer.Typer(
    help="对接沙盒：虚构企业、15 个场景 / a sandbox for integrators: test firms, scenarios to pass",
    invoke_without_command=True,
    epilog="例 examples:  huanlian sandbox --port 8000    ·    huanlian sandbox results",
)


@sandbox_app.callback()
def sandbox(
    context: typer.Context,
    *,
    host: _Host = "127.0.0.1",
    port: _Port = 8000,
    reset: _Reset = False,
    prepare_only: _Only = False,
    json_output: _Json = False,
) -> None:
    """建立沙盒并启动服务；密钥只显示一次 / make the sandbox and serve it; its secrets are told once.

    数据库 its database: HUANLIAN_DATABASE_URL, default sqlite:///var/sandbox.db. One with other enterprises is refused.
    """
    settings = _sandbox_settings()
    if context.invoked_subcommand is not None:
        return
    told = _prepare(settings, reset=reset)
    address = f"http://{host}:{port}"
    if json_output:
        typer.echo(json.dumps({"address": address, "clients": [_plain(each) for each in told]}))
    else:
        _tell(told, address)
    if not prepare_only:
        run_server(host, port)


@sandbox_app.command(epilog="例 example:  huanlian sandbox results --json")
def results(*, json_output: _Json = False) -> None:
    """各场景是否通过，依据库中所存判定 / which scenarios are passed, judged by what is stored."""
    from app.sandbox import service  # noqa: PLC0415 - only when the command runs
    from app.sandbox.guard import refuse_others  # noqa: PLC0415 - same
    from app.sandbox.models import make_tables  # noqa: PLC0415 - same

    with opened(_sandbox_settings()) as database:
        with database.reading() as session:
            refuse_others(session)
        make_tables(database.engines.write)
        with database.reading() as session:
            found = service.document(service.results(session))
    if json_output:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _show(found)


def _sandbox_settings() -> "Settings":
    """The settings of a sandbox: its own database unless one is named, one process, receivers on this machine allowed."""
    os.environ.setdefault("HUANLIAN_DATABASE_URL", _DATABASE)
    os.environ.setdefault("HUANLIAN_OUTBOUND_ALLOW_PRIVATE", "true")
    os.environ.setdefault("HUANLIAN_WORKER_IN_SERVER", "true")
    os.environ["HUANLIAN_SANDBOX"] = "true"
    return read_settings()


def _prepare(settings: "Settings", *, reset: bool) -> "tuple[Credentials, ...]":
    from app.clock import system_clock  # noqa: PLC0415 - only when the command runs
    from app.db.upgrade import upgrade  # noqa: PLC0415 - same
    from seed import sandbox_load  # noqa: PLC0415 - same

    with opened(settings) as database, Console(stderr=True).status("建库 / preparing …"):
        upgrade(database.engines.write)
        if reset:
            sandbox_load.reset(database)
        return sandbox_load.prepare(database, system_clock())


def _plain(credentials: "Credentials") -> dict[str, str]:
    return {
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "role": credentials.role.value,
    }


def _tell(told: "tuple[Credentials, ...]", address: str) -> None:
    """Print what to sign in with, straight to standard output, so that no log ever holds a secret."""
    if not told:
        typer.echo(
            "沙盒已在，密钥在建立时显示过；--reset 重建 / it is there, its secrets were told; --reset makes it anew"
        )
    for each in told:
        typer.echo(f"{each.role.value}: client_id={each.client_id} client_secret={each.client_secret}")
    typer.echo(f"场景与结果 scenarios and results: {address}/sandbox  ·  huanlian sandbox results")


def _show(found: dict[str, Any]) -> None:
    table = Table(title=f"环链沙盒 Huanlian sandbox: {found['passed']} / {found['of']}", show_lines=True)
    for heading in ("", "场景 scenario", "要做什么 what to do", "所见 what was found"):
        table.add_column(heading)
    for item in found["items"]:
        table.add_row(
            _MARKS[item["state"]],
            f"{item['title']['zh']}\n{item['title']['en']}",
            f"{item['task']['zh']}\n{item['task']['en']}",
            f"{item['message']['zh']}\n{item['message']['en']}",
        )
    Console(width=None if sys.stdout.isatty() else 160).print(table)
