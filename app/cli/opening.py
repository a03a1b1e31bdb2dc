"""What commands that work on the database share: settings from the environment, refusals as exit 1."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.db.session import Database
    from app.http.problems import Problem
    from app.settings import Settings


def refuse(*lines: str) -> NoReturn:
    """Say on standard error why not, and end with 1."""
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(1)


def read_settings() -> Settings:
    """Read the settings, or refuse with the name of the variable that is wrong."""
    from pydantic import ValidationError  # noqa: PLC0415 - only when a command runs

    from app.settings import Settings  # noqa: PLC0415 - same

    try:
        return Settings()
    except ValidationError as error:
        # Only where and why: the value may be a secret.
        refuse(*(_setting_fault(fault["loc"], fault["msg"]) for fault in error.errors()))


def _setting_fault(location: tuple[int | str, ...], message: str) -> str:
    name = "_".join(["HUANLIAN", *(str(part).upper() for part in location)]) if location else "settings"
    return f"{name}: {message}"


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the database; a refusal of the service or an unreachable database ends the command with 1."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - only when a command runs

    from app.db.engine import make_engines  # noqa: PLC0415 - same
    from app.db.session import Database  # noqa: PLC0415 - same
    from app.http.problems import Problem  # noqa: PLC0415 - same

    try:
        engines = make_engines(settings)
    except ValueError as error:
        refuse(str(error))
    try:
        yield Database(engines)
    except Problem as problem:
        refuse(*lines_of(problem))
    except DBAPIError as error:
        refuse(
            f"数据库出错 database error: {error.orig}",
            "先运行 huanlian db upgrade? / run huanlian db upgrade first?",
        )
    finally:
        engines.dispose()


def lines_of(problem: Problem) -> Iterator[str]:
    """What a refusal of the service says, field by field."""
    yield f"{problem.detail.zh} / {problem.detail.en}"
    for fault in problem.errors:
        yield f"  {fault.pointer}: {fault.message.zh} / {fault.message.en}"
