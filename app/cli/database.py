"""`huanlian db` and `huanlian seed`: the schema, and what is in it from the start."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.opening import opened, read_settings, refuse
from app.cli.serving import tell_logins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from app.domain.errors import Message
    from seed.demo_load import DemoLogin

_USUAL_ADDRESS = "http://127.0.0.1:8000"

db_app = typer.Typer(help="数据库结构 / the database schema", no_args_is_help=True)
seed_app = typer.Typer(help="载入参考数据 / load reference data", no_args_is_help=True)


@db_app.callback()
def _db() -> None:
    """数据库结构：升级、核对 / the database schema: upgrade, check."""


@db_app.command(epilog="例 example:  HUANLIAN_DATABASE_URL=postgresql:///huanlian huanlian db upgrade")
def upgrade() -> None:
    """升级到最新结构 / bring the database to the newest schema. Safe to run again, and from several places."""
    from app.db.upgrade import current_revision  # noqa: PLC0415 - only when a command runs
    from app.db.upgrade import upgrade as run  # noqa: PLC0415 - same

    with opened(read_settings()) as database:
        run(database.engines.write)
        typer.echo(f"数据库结构版本 schema revision: {current_revision(database.engines.write)}")


@db_app.command(epilog="例 example:  huanlian db check")
def check() -> None:
    """核对：版本最新，表与程序一致，汇总等于台账 / newest revision, tables of the program, rollups equal to the lines."""
    import app.tables  # noqa: F401, PLC0415 - fills the metadata to compare with
    from app.db.durability import weaknesses  # noqa: PLC0415 - only when a command runs
    from app.db.upgrade import (  # noqa: PLC0415 - same
        current_revision,
        head_revision,
        schema_differences,
    )
    from app.ledgers.rollups import differences_from_lines  # noqa: PLC0415 - same
    from app.rates.proof import differences as differences_of_sums  # noqa: PLC0415 - same

    with opened(read_settings()) as database:
        engine = database.engines.write
        revision, head = current_revision(engine), head_revision()
        if revision != head:
            refuse(f"结构版本 schema revision {revision}, 应为 expected {head}: huanlian db upgrade")
        differences = schema_differences(engine)
        if differences:
            refuse("表与程序不一致 the tables differ from the program:", *differences)
        with database.reading() as session:
            wrong = [json.dumps(each, ensure_ascii=False) for each in differences_from_lines(session)]
            counted = [json.dumps(each, ensure_ascii=False) for each in differences_of_sums(session)]
        if wrong:
            refuse("汇总与台账不一致 rollups differ from the ledger lines:", *wrong)
        if counted:
            refuse(
                "合计与转移、台账不一致 sums differ from transfers and ledgers: huanlian db recount", *counted
            )
        with engine.connect() as connection:
            remarks = [*(each.message for each in weaknesses(connection)), *_of_partitions(connection)]
        for remark in remarks:
            typer.echo(f"注意 note: {remark.zh} / {remark.en}", err=True)
        typer.echo(f"一致 as expected: {revision}")


def _of_partitions(connection: Connection) -> Iterator[Message]:
    """What should be looked at where transfers are in one table a period; refused is a statement of no transfer."""
    from app.clock import local_date, system_clock  # noqa: PLC0415 - only when a command runs
    from app.db.partitions.guards import orphans  # noqa: PLC0415 - same
    from app.db.partitions.layout import layout_of, remarks  # noqa: PLC0415 - same

    if layout_of(connection) is not None and (lost := orphans(connection)):
        refuse("接收方的确认所指的转移不存在 statements of transfers that are not there:", *lost)
    return remarks(connection, local_date(system_clock(), read_settings().timezone))


@db_app.command(epilog="例 example:  huanlian db recount && huanlian db check")
def recount() -> None:
    """重新合计：按转移与台账重算各地区各月合计 / sum transfers and count ledgers anew by region and month.

    Filings wait meanwhile, some seconds for a million transfers. Needed only when `db check` says so.
    """
    from app.rates.proof import recount as run  # noqa: PLC0415 - only when a command runs

    with opened(read_settings()) as database, database.writing() as session:
        run(session)
    typer.echo("已重新合计 summed anew")


@seed_app.callback()
def _seed() -> None:
    """载入参考数据与示例城市 / load the reference data and the made-up city."""


@seed_app.command(epilog="例 example:  huanlian seed load --demo")
def load(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="并载入虚构的示例城市 / the made-up city too")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """载入随程序发布的参考数据；重复运行不改变数据 / load the shipped reference data; again changes nothing.

    With --demo the passwords and secrets of the city are made anew and told this once.
    """
    from app.clock import system_clock  # noqa: PLC0415 - only when a command runs
    from seed.load import load_reference  # noqa: PLC0415 - same

    with opened(read_settings()) as database:
        with database.writing() as session:
            report = load_reference(session, system_clock())
        logins: tuple[DemoLogin, ...] = ()
        if demo:
            from seed.demo_load import load_demo  # noqa: PLC0415 - brings every slice with it

            logins = load_demo(database, system_clock())
    if json_output:
        told = asdict(report) | ({"logins": [asdict(login) for login in logins]} if demo else {})
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    counts = f"+{report.inserted} ~{report.changed} ={report.unchanged} -{report.retired} kept {report.kept}"
    typer.echo(f"参考数据 reference data {report.release}: {counts}")
    if logins:
        tell_logins(logins, _USUAL_ADDRESS)
