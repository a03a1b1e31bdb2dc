"""`huanlian forecast`: what a region's year ends with, from the months filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.opening import opened, read_settings, refuse
from app.cli.reports import Json, Region

if TYPE_CHECKING:
    from app.forecasts.schemas import ForecastMassOut, ForecastOut

EXAMPLE = "例 example:  huanlian forecast --region 1402 --year 2022 --waste SW02 --through 2022-08 --json"


def forecast(
    *,
    region: Region,
    year: Annotated[int, typer.Option(min=1990, max=2199, help="年份 / calendar year")],
    waste: Annotated[list[str] | None, typer.Option(help="固废种类，可重复 / waste, may repeat")] = None,
    through: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="只用到这个月 / take later months as not filed"),
    ] = None,
    json_output: Json = False,
) -> None:
    """年末预测：产生、利用与利用率，附区间与回测误差 / the year's end: amounts and rate, with interval and back-test.

    Exit 0: done, also when there are too few months (it is said); 1: refused; 2: wrong usage.
    """
    found = _answer(region, year, tuple(waste or ()), through)
    if json_output:
        typer.echo(found.model_dump_json(indent=1))
        return
    typer.echo(f"{found.message.zh} / {found.message.en}")
    _print("产生 generated", found.generated)
    _print("利用 used", found.used)
    if found.percent is not None:
        typer.echo(f"{found.metric.id}: {found.percent}% ({found.low_percent}–{found.high_percent}%)")


def _answer(region: str, year: int, wastes: tuple[str, ...], through: str | None) -> ForecastOut:
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same
    from app.domain.periods import Month, MonthError  # noqa: PLC0415 - same
    from app.forecasts.schemas import ForecastOut  # noqa: PLC0415 - same
    from app.forecasts.service import ForecastQuery  # noqa: PLC0415 - same
    from app.forecasts.service import forecast as made  # noqa: PLC0415 - same
    from app.ids import new_id  # noqa: PLC0415 - same

    try:
        last = None if through is None else Month.parse(through)
    except MonthError as error:
        refuse(f"“{error}”不是 YYYY-MM 形式的月份 / not a month of the form YYYY-MM")
    subject = Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    now = system_clock()
    with opened(read_settings()) as database, database.reading() as session:
        query = ForecastQuery(year, region, wastes, last)
        return ForecastOut.of(made(session, subject, query, now), now)


def _print(name: str, mass: ForecastMassOut) -> None:
    if mass.tonnes is None:
        typer.echo(f"{name}: 已报 filed {mass.filed_tonnes} t")
        return
    typer.echo(f"{name}: {mass.tonnes} t ({mass.low_tonnes}–{mass.high_tonnes})  {mass.method or ''}")
    for each in mass.backtest:
        covered = "" if each.coverage is None else f", 95%: {each.coverage}"
        typer.echo(f"    {each.method}: MASE {each.mase}{covered} ({each.months})")
