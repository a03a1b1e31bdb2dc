"""`huanlian chain run`: where the tonnes of a chain end, by the ledgers in the database."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from app.chain_runs.schemas import SummaryOut
    from app.chain_runs.service import RunQuery


class Stock(StrEnum):
    """Which tonnes leave a stock."""

    MIXED = "mixed"
    FIFO = "fifo"


EXAMPLE = "例 example:  huanlian chain run coal-gangue-power-ash --region 1402 --from 2021-01 --to 2021-12"


def run(
    chain_id: Annotated[str, typer.Argument(metavar="ID", help="链条编号，或 all / a chain, or all of them")],
    *,
    region: Annotated[str | None, typer.Option(help="行政区划代码（2、4 或 6 位）/ GB/T 2260 prefix")] = None,
    base: Annotated[str | None, typer.Option(help="基地 / base")] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM", help="起始月 / first month")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="结束月 / last month")] = None,
    stock: Annotated[Stock, typer.Option(help="库存规则 / which tonnes leave a stock")] = Stock.MIXED,
    as_of: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="按该时刻所知 / as known at 2026-01-10T08:00:00Z")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """按台账追踪链条：名义与最终利用率、去向、回路 / follow a chain through the ledgers: rates, fates, loops.

    Exit 0: done; 1: refused (no such chain, region or month); 2: wrong usage.
    """
    query = _query(chain_id, region, base, first, last, as_of, stock)
    found = _answer(query)
    if json_output:
        typer.echo(found.model_dump_json(by_alias=True, indent=1))
    else:
        from app.cli.chain_run_tables import print_summary  # noqa: PLC0415 - only when tables are asked for

        print_summary(found)


def _query(
    chain_id: str,
    region: str | None,
    base: str | None,
    first: str | None,
    last: str | None,
    as_of: str | None,
    stock: Stock,
) -> RunQuery:
    from datetime import datetime  # noqa: PLC0415 - only when the command runs

    from app.chain_runs.service import RunQuery  # noqa: PLC0415 - brings numpy with it
    from app.domain.periods import Month, MonthError  # noqa: PLC0415 - same
    from chains.stock import StockRule  # noqa: PLC0415 - same

    try:
        months = [None if text is None else Month.parse(text) for text in (first, last)]
    except MonthError as error:
        refuse(f"“{error}”不是 YYYY-MM 形式的月份 / not a month of the form YYYY-MM")
    moment = None
    if as_of is not None:
        try:
            moment = datetime.fromisoformat(as_of)
        except ValueError:
            refuse(f"“{as_of}”不是时刻 / not a moment such as 2026-01-10T08:00:00Z")
        if moment.tzinfo is None:
            refuse(f"“{as_of}”缺少时区 / has no time zone")
    return RunQuery(chain_id, region, base, months[0], months[1], moment, StockRule(stock.value))


def _answer(query: RunQuery) -> SummaryOut:
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when the command runs
    from app.chain_runs import service  # noqa: PLC0415 - same
    from app.clock import system_clock  # noqa: PLC0415 - same
    from app.ids import new_id  # noqa: PLC0415 - same

    subject = Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    with opened(read_settings()) as database, database.reading() as session:
        return service.summary(session, subject, service.ask(session, subject, query, system_clock()))
