"""`huanlian user list`, `disable`, `enable`, `link`, `invite`: people who sign in, at the machine's command line."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from app.auth.models import User

_Username = Annotated[str, typer.Argument(metavar="USERNAME", help="用户名 / the name to sign in with")]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]


def add_to(users: typer.Typer) -> None:
    """Hang these commands below `huanlian user`."""
    users.command("list")(list_users)
    users.command("disable", epilog="例 example:  huanlian user disable wang")(disable_user)
    users.command("enable", epilog="例 example:  huanlian user enable wang")(enable_user)
    users.command("link", epilog="例 example:  huanlian user link wang")(password_link)
    users.command("invite", epilog="例 example:  huanlian user invite wang")(invite_user)


def list_users(*, json_output: _Json = False) -> None:
    """列出用户 / list the people who may sign in."""
    from app.clients import people  # noqa: PLC0415 - only when the command runs

    with opened(read_settings()) as database:
        with database.reading() as session:
            found = people.everyone(session)
        if json_output:
            typer.echo(json.dumps([_told(user) for user in found], ensure_ascii=False))
            return
        table = Table()
        for heading in ("用户名 user", "名称 name", "角色 role", "辖区 region", "停用 disabled"):
            table.add_column(heading)
        for user in found:
            table.add_row(user.username, user.name, user.role.value, user.region or "", _since(user))
        Console().print(table)


def disable_user(username: _Username, *, json_output: _Json = False) -> None:
    """停用：立即退出，不能再登录 / shut a person out: sessions end at once. The last administrator stays."""
    from app.clients import people  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same

    with opened(read_settings()) as database:
        with database.writing() as session:
            user = people.disable(session, username, system_clock())
        _tell(user, json_output=json_output)


def enable_user(username: _Username, *, json_output: _Json = False) -> None:
    """重新启用 / let a person in again, who has to sign in anew."""
    from app.clients import people  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same

    with opened(read_settings()) as database:
        with database.writing() as session:
            user = people.enable(session, username, system_clock())
        _tell(user, json_output=json_output)


def password_link(username: _Username, *, json_output: _Json = False) -> None:
    """生成一次性密码链接（24 小时） / make a link, good once and for a day, to choose a password with."""
    from app.clients import people  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same

    settings = read_settings()
    with opened(settings) as database, database.writing() as session:
        link = people.new_password_link(session, username, system_clock())
    address = f"{settings.public_url or ''}/password?link={link}"
    typer.echo(json.dumps({"username": username, "link": address}) if json_output else address)


def invite_user(username: _Username, *, json_output: _Json = False) -> None:
    """允许由统一身份认证登录（七天内绑定） / let the provider's account of this name be bound, within a week."""
    from app.clients import identities  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same

    settings = read_settings()
    if settings.oidc_issuer is None:
        refuse("未设置 HUANLIAN_OIDC_ISSUER / HUANLIAN_OIDC_ISSUER is not set")
    with opened(settings) as database:
        with database.writing() as session:
            user = identities.invite(session, username, system_clock())
        _tell(user, json_output=json_output)


def _told(user: "User") -> dict[str, str | None]:
    return {
        "username": user.username,
        "name": user.name,
        "role": user.role.value,
        "region": user.region,
        "disabled_at": user.disabled_at.isoformat() if user.disabled_at else None,
        "invited_until": user.invited_until.isoformat() if user.invited_until else None,
    }


def _since(user: "User") -> str:
    return user.disabled_at.isoformat(timespec="minutes") if user.disabled_at else ""


def _tell(user: "User", *, json_output: bool) -> None:
    told = _told(user)
    if json_output:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for key, value in told.items():
        typer.echo(f"{key}: {value or ''}")
