"""`huanlian plan`: the cheapest new links that lift a region's rate to a target, and what-if on a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.opening import opened, read_settings, refuse
from app.cli.reports import Json, Lang, Out, Region, give

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeVar

    from app.auth.subjects import Subject
    from app.db.session import ReadSession
    from app.planning.questions import PlanQuery
    from app.planning.schemas import PlanOut, WhatIfOut
    from app.planning.what_if import WhatIf
    from app.reports.service import Document

    T = TypeVar("T")

EXAMPLE = (
    "例 examples:  huanlian plan --region 1402 --target 60 --year 2021 --out plan.xlsx    ·    "
    "huanlian plan --region 1402 --year 2021 --what-if SITE:SW02:200000 --json"
)
_SHOWN = 15


_Year = Annotated[int, typer.Option(min=1990, max=2199, help="年份 / calendar year")]
_Target = Annotated[float, typer.Option(min=0, max=100, help="目标，百分比 / rate to reach, per cent")]
_Metric = Annotated[str, typer.Option(help="指标 / metric")]
_Waste = Annotated[list[str] | None, typer.Option(help="固废种类，可重复 / waste, may repeat")]
_Limit = Annotated[
    int | None, typer.Option(min=0, max=5000, help="运距上限（公里）/ longest haul by road, km")
]
_WhatIf = Annotated[
    str | None,
    typer.Option(
        metavar="SITE:WASTE:TONNES", help="假设某场所多利用若干吨 / what if a plant took so many tonnes more"
    ),
]
_Sender = Annotated[
    str | None, typer.Option("--from", metavar="SITE", help="假设的送出方 / who sends them, with --what-if")
]
_Process = Annotated[str | None, typer.Option(help="假设的工艺 / the process, with --what-if")]


def plan(
    *,
    region: Region,
    year: _Year,
    target: _Target = 60.0,
    metric: _Metric = "utilization.new_waste",
    waste: _Waste = None,
    limit_km: _Limit = None,
    what_if: _WhatIf = None,
    sender: _Sender = None,
    process: _Process = None,
    out: Out = None,
    language: Lang = "zh",
    json_output: Json = False,
) -> None:
    """达标路径：缺多少吨、余量在哪里、最低费用的新增去向 / the way to the target: cheapest new links, or what binds.

    Exit 0: done, also when the target is out of reach (it is said); 1: refused; 2: wrong usage.
    """
    from decimal import Decimal  # noqa: PLC0415 - only when the command runs
    from fractions import Fraction  # noqa: PLC0415 - same

    from app.planning.questions import PlanQuery  # noqa: PLC0415 - brings numpy with it

    limit = None if limit_km is None else Decimal(limit_km)
    query = PlanQuery(Fraction(str(target)) / 100, year, region, metric, tuple(waste or ()), limit)
    if what_if is not None:
        if out is not None:
            raise typer.BadParameter("--what-if: --json")
        _what_if(_supposed(query, what_if, sender, process), json_output=json_output)
        return
    if language not in ("zh", "en"):
        raise typer.BadParameter("--language: zh, en")
    found, document = _on_database(lambda *asked: _planned(query, *asked))
    if out is not None:
        give(document, out, "zh" if language == "zh" else "en")
    if json_output:
        typer.echo(found.model_dump_json(indent=1))
    elif out is None:
        _print(found)


def _on_database(work: Callable[[ReadSession, Subject, datetime, str], T]) -> T:
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same
    from app.ids import new_id  # noqa: PLC0415 - same

    subject = Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    settings = read_settings()
    with opened(settings) as database, database.reading() as session:
        return work(session, subject, system_clock(), settings.timezone)


def _planned(
    query: PlanQuery, session: ReadSession, subject: Subject, now: datetime, timezone: str
) -> tuple[PlanOut, Document]:
    from app.planning import service  # noqa: PLC0415 - only when the command runs
    from app.planning.document import plan_document  # noqa: PLC0415 - same
    from app.planning.schemas import PlanOut  # noqa: PLC0415 - same

    way = service.plan(session, subject, query, now)
    return PlanOut.of(way, now), plan_document(session, way, now, timezone)


def _supposed(query: PlanQuery, text: str, sender: str | None, process: str | None) -> WhatIf:
    from app.domain.quantities import QuantityError, grams_from_tonnes  # noqa: PLC0415 - only when it runs
    from app.planning.what_if import WhatIf  # noqa: PLC0415 - same

    parts = text.rsplit(":", 2)
    if len(parts) != 3:
        raise typer.BadParameter("--what-if: SITE:WASTE:TONNES")
    try:
        grams = grams_from_tonnes(parts[2])
    except QuantityError:
        refuse(f"“{parts[2]}”不是吨数 / not a number of tonnes")
    return WhatIf(query, parts[0], parts[1], grams, sender, process)


def _what_if(query: WhatIf, *, json_output: bool) -> None:
    def work(session: ReadSession, subject: Subject, now: datetime, _timezone: str) -> WhatIfOut:
        from app.planning.schemas import WhatIfOut  # noqa: PLC0415 - only when the command runs
        from app.planning.what_if import what_if  # noqa: PLC0415 - same

        return WhatIfOut.of(what_if(session, subject, query, now), now)

    found = _on_database(work)
    if json_output:
        typer.echo(found.model_dump_json(indent=1))
        return
    typer.echo(f"{found.receiver.name} + {found.tonnes} t {found.waste} ({found.process})")
    for name, effect in found.nominal.items():
        typer.echo(f"  {name}: {effect.before.percent}% → {effect.after.percent}%")
    typer.echo(f"  utilization.terminal: {found.terminal.before.percent}% → {found.terminal.after.percent}%")
    for link in found.links:
        typer.echo(f"  {link.sender.name}: {link.tonnes} t, {link.road_km} km, {link.yuan} 元")
    for beyond in found.beyond:
        typer.echo(f"  ! {beyond.zh} / {beyond.en}")


def _print(found: PlanOut) -> None:
    from rich.console import Console  # noqa: PLC0415 - only when tables are asked for
    from rich.table import Table  # noqa: PLC0415 - same

    typer.echo(f"{found.message.zh} / {found.message.en}")
    typer.echo(
        f"{found.metric.id} {found.nominal.before.percent}% → {found.nominal.after.percent}%"
        f"  (目标 target {found.target_percent}%, 最高 highest {found.highest_percent}%)"
    )
    typer.echo(f"utilization.terminal {found.terminal.before.percent}% → {found.terminal.after.percent}%")
    typer.echo(f"缺 missing {found.gap_tonnes} t; 新增 new {found.planned_tonnes} t; {found.yuan} 元 yuan")
    table = Table("送出方 from", "接收方 to", "固废 waste", "工艺 process", "吨 t", "公里 km", "元 yuan")
    for link in found.links[:_SHOWN]:
        ends = (link.sender.name, link.receiver.name)
        table.add_row(*ends, link.waste, link.process, link.tonnes, link.road_km, link.yuan)
    Console().print(table)
    more = len(found.links) - _SHOWN
    if more > 0:
        typer.echo(f"… +{more} (--json, --out plan.xlsx)")
    for limit in found.limits:
        typer.echo(f"  {limit.message.zh} / {limit.message.en}: {limit.percent_without}%")
    for point in found.curve:
        typer.echo(f"  {point.percent}%: {point.yuan} 元 (+{point.step_yuan})")
