"""`huanlian client` and `huanlian user`: who may come in."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from app.auth.subjects import Role
from app.cli.opening import opened, read_settings

client_app = typer.Typer(help="机器客户端 / machine clients", no_args_is_help=True)
user_app = typer.Typer(help="用户 / people who sign in", no_args_is_help=True)

_Name = Annotated[str, typer.Option("--name", help="名称 / what it is called")]
_Enterprise = Annotated[
    str | None, typer.Option("--enterprise", metavar="CREDIT_CODE", help="企业 / an enterprise")
]
_Region = Annotated[
    str | None, typer.Option("--region", metavar="PREFIX", help="监管辖区 / a regulator's territory")
]
_Permits = Annotated[
    str | None,
    typer.Option("--permits", metavar="PREFIX", help="许可系统的辖区 / a permit system's jurisdiction"),
]
_Admin = Annotated[bool, typer.Option("--admin", help="管理员 / the administrator")]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]


@dataclass(frozen=True, slots=True)
class _Whose:
    role: Role
    enterprise: str | None = None
    region: str | None = None


@client_app.callback()
def _clients() -> None:
    """机器客户端：新建 / machine clients: make one."""


@client_app.command(
    "create", epilog="例 example:  huanlian client create --name ERP --enterprise 91140200MA0EXAMP1X --json"
)
def create_client(
    *,
    name: _Name,
    enterprise: _Enterprise = None,
    region: _Region = None,
    permits: _Permits = None,
    admin: _Admin = False,
    json_output: _Json = False,
) -> None:
    """新建客户端，密钥只显示这一次 / make a client; its secret is told this once. Choose exactly one kind."""
    from app.clients import service  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same

    whose = _whose(enterprise, region, permits, admin=admin)
    with opened(read_settings()) as database:
        with database.writing() as session:
            made = service.create_client(
                session,
                name=name,
                role=whose.role,
                enterprise=whose.enterprise,
                region=whose.region,
                now=system_clock(),
            )
        told = {"client_id": made.client_id, "client_secret": made.client_secret, "scopes": list(made.scopes)}
        _tell(told, json_output=json_output)


@user_app.callback()
def _users() -> None:
    """用户：新建、停用、启用、密码链接 / people: make, shut out, let in again, a link for a password."""


@user_app.command(
    "create", epilog="例 example:  huanlian user create --username wang --name 王工 --region 1402"
)
def create_user(
    *,
    username: Annotated[str, typer.Option("--username", help="用户名 / the name to sign in with")],
    name: _Name,
    password: Annotated[
        str | None,
        typer.Option(
            "--password", envvar="HUANLIAN_NEW_PASSWORD", help="密码；不给则生成 / made when not given"
        ),
    ] = None,
    enterprise: _Enterprise = None,
    region: _Region = None,
    permits: _Permits = None,
    admin: _Admin = False,
    json_output: _Json = False,
) -> None:
    """新建用户 / make a person who signs in with a password. Choose exactly one kind."""
    from app.clients import service  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same

    whose = _whose(enterprise, region, permits, admin=admin)
    chosen = password or secrets.token_urlsafe(12)
    with opened(read_settings()) as database:
        with database.writing() as session:
            service.create_user(
                session,
                username=username,
                name=name,
                password=chosen,
                role=whose.role,
                enterprise=whose.enterprise,
                region=whose.region,
                now=system_clock(),
            )
        told = {"username": username, "role": whose.role.value}
        _tell(told if password else told | {"password": chosen}, json_output=json_output)


def _whose(enterprise: str | None, region: str | None, permits: str | None, *, admin: bool) -> _Whose:
    chosen = [
        *([_Whose(Role.ENTERPRISE, enterprise=enterprise)] if enterprise is not None else []),
        *([_Whose(Role.REGULATOR, region=region)] if region is not None else []),
        *([_Whose(Role.PERMIT_SYSTEM, region=permits)] if permits is not None else []),
        *([_Whose(Role.ADMIN)] if admin else []),
    ]
    if len(chosen) != 1:
        raise typer.BadParameter(
            "须且只能选一项 choose exactly one: --enterprise, --region, --permits, --admin"
        )
    return chosen[0]


def _tell(told: Mapping[str, object], *, json_output: bool) -> None:
    if json_output:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for key, value in told.items():
        typer.echo(f"{key}: {' '.join(map(str, value)) if isinstance(value, list) else value}")
