"""A plan as a report: the same figures as in its JSON, for .xlsx, .pdf and .docx."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.domain.rates import fixed_text
from app.planning.idle import idle_by_process
from app.planning.link_schemas import yuan_text
from app.planning.service import NewLink, Status, Way
from app.planning.words import BINDING_WORDS, CAVEATS, LIMIT_WORDS, NOT_COUNTED_WORDS, STATUS_WORDS
from app.reference import service as reference
from app.reports.service import (
    Cell,
    Column,
    Coverage,
    Document,
    Mass,
    Money,
    Number,
    Period,
    Provenance,
    Rate,
    Section,
    Table,
    Text,
    Whole,
    grouped,
)

KIND = "plan"
_TONNES, _YUAN, _KM, _PER_TONNE = (
    Message("吨", "t"),
    Message("元", "yuan"),
    Message("公里", "km"),
    Message("元/吨", "yuan/t"),
)
_EVERYWHERE = Message("全部行政区", "all regions")
_LEDGERS = Message("企业月度台账与排污许可证", "monthly ledgers of the sites, and permits")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what stands in the tables, by code."""

    region: Message
    wastes: Mapping[str, Message]
    processes: Mapping[str, Message]


def names_of(session: ReadSession, way: Way) -> Names:
    """Read the names of the region, the wastes and the processes."""
    region = way.world.asked.scope.region
    rows = (
        []
        if region is None
        else reference.page(session, "regions", prefix=region, length=len(region), after="", limit=1)[0]
    )
    return Names(
        region=Message(rows[0].zh, rows[0].en) if rows else _EVERYWHERE,
        wastes={row.code: Message(row.zh, row.en) for row in reference.current(session, "wastes")},
        processes={row.code: Message(row.zh, row.en) for row in reference.current(session, "processes")},
    )


def plan_document(session: ReadSession, way: Way, now: datetime, timezone: str) -> Document:
    """Put the plan together as a report."""
    names, world = names_of(session, way), way.world
    asked, cell = world.asked, world.cell
    target = fixed_text(asked.query.target * 100, 2)
    coverage = Coverage(cell.ledgers_filed, cell.ledgers_expected, cell.sent_grams, cell.confirmed_grams)
    return Document(
        kind=KIND,
        title=Message("达标路径", "The way to the target"),
        subtitle=Message(
            f"{names.region.zh} {asked.metric.name.zh} 目标 {target}%",
            f"{names.region.en}, {asked.metric.name.en}, target {target} %",
        ),
        period=Period.year(asked.query.year),
        scope=(names.region,),
        provenance=Provenance(
            as_of=now.astimezone(ZoneInfo(timezone)),
            sources=(_LEDGERS,),
            coverage=coverage,
            metrics=(asked.metric,),
            caveats=CAVEATS,
        ),
        sections=tuple(_sections(way, names)),
        about=asked.scope.region or "",
    )


def _sections(way: Way, names: Names) -> list[Section]:
    made = [Section(Message("结论", "Outcome"), tuple(said(way)), (_rates(way),), "outcome")]
    if way.status is Status.NO_DATA:
        return made
    links = Section(Message("新增去向", "New links"), (), (_links(way, names),), "links")
    cost = Section(Message("逐点费用", "Cost of each point"), (), (_curve(way),), "curve")
    idle = Section(
        Message("许可能力余量", "Idle permitted capacity"), (), (_idle(way, names), _left_out(way)), "idle"
    )
    made += [links, cost, *([_limits(way)] if way.status is Status.INFEASIBLE else []), idle]
    return [*made, Section(Message("采用的参数", "Parameters used"), (), (_parameters(way),), "parameters")]


def said(way: Way) -> list[Message]:
    """The plan in sentences."""
    if way.status is Status.NO_DATA:
        return [STATUS_WORDS[way.status]]
    gap = grouped(tonnes_text(abs(way.gap_grams)))
    words = [STATUS_WORDS[way.status]]
    if way.gap_grams > 0:
        words.append(
            Message(f"按现有产生量，距目标还差 {gap} 吨。", f"At what is generated now, {gap} t are missing.")
        )
    if way.status is Status.INFEASIBLE and way.highest is not None:
        percent = fixed_text(way.highest * 100, 2)
        words.append(Message(f"可能的最高值为 {percent}%。", f"The highest rate there is: {percent} %."))
    if way.links:
        tonnes, yuan = grouped(tonnes_text(way.grams)), grouped(yuan_text(way.cost_fen))
        words.append(
            Message(
                f"新增 {len(way.links)} 条去向、{tonnes} 吨，费用 {yuan} 元。",
                f"{len(way.links)} new links of {tonnes} t cost {yuan} yuan.",
            )
        )
    return words


def _column(name: str, zh: str, en: str, unit: Message | None = None, width: float = 1.0) -> Column:
    return Column(name, Message(zh, en), unit, width=width)


def _rates(way: Way) -> Table:
    effects = (
        (way.world.asked.metric.name, way.nominal),
        (Message("最终利用率", "terminal utilization"), way.terminal),
    )
    rows = tuple((Text(name), Rate.of(effect.before), Rate.of(effect.after)) for name, effect in effects)
    columns = (
        _column("metric", "指标", "Metric", width=2.0),
        _column("before", "现状", "Now"),
        _column("after", "新增去向之后", "With the new links"),
    )
    return Table("rates", Message("名义与最终利用率", "Nominal and terminal rate"), columns, rows)


def _links(way: Way, names: Names) -> Table:
    columns = (
        _column("sender", "送出方", "From", width=2.2),
        _column("receiver", "接收方", "To", width=2.2),
        _column("waste", "固废", "Waste"),
        _column("process", "工艺", "Process", width=1.4),
        _column("tonnes", "新增量", "New", _TONNES, 1.2),
        _column("existing_tonnes", "已有量", "Existing", _TONNES, 1.2),
        _column("road_km", "运距", "Road", _KM),
        _column("yuan_per_tonne", "单位费用", "Cost", _PER_TONNE),
        _column("yuan", "费用", "Cost in all", _YUAN, 1.4),
    )
    rows = tuple(_link(way, link, names) for link in way.links)
    nothing = Text("")
    total = (Text(Message("合计", "Total")), nothing, nothing, nothing, Mass(way.grams))
    last = (*total, nothing, nothing, nothing, Money(way.cost_fen))
    title = Message("新增去向（最多的在前）", "New links, the largest first")
    return Table("links", title, columns, (*rows, last), total_rows=1)


def _link(way: Way, link: NewLink, names: Names) -> tuple[Cell, ...]:
    each, spots = link.candidate, way.world.spots
    waste, process = each.supply.waste, each.process
    return (
        Text(spots[each.supply.site].name),
        Text(spots[each.room.site].name),
        Text(names.wastes.get(waste, Message(waste, waste))),
        Text(names.processes.get(process, Message(process, process))),
        Mass(link.grams),
        Mass(each.existing_grams),
        Number(Fraction(each.road_metres, 1000), 1),
        Money(each.cost_fen),
        Money(link.cost_fen),
    )


def _curve(way: Way) -> Table:
    columns = (
        _column("rate", "利用率", "Rate"),
        _column("yuan", "最低费用", "Least cost", _YUAN),
        _column("step_yuan", "本步增加", "This step", _YUAN),
    )
    rows = tuple((Rate(point.rate), Money(point.cost), Money(point.step_cost)) for point in way.curve)
    return Table("curve", Message("每提高一步的最低费用", "Least cost of each step"), columns, rows)


def _limits(way: Way) -> Section:
    lifted = Table(
        "limits",
        Message("放开某一类限制时的最高值", "Highest rate with one kind of limit lifted"),
        (_column("limit", "假设", "Supposed", width=2.5), _column("rate", "最高值", "Highest")),
        tuple((Text(LIMIT_WORDS[limit]), Rate(rate)) for limit, rate in way.limits.items()),
    )
    rows = []
    for each in way.bottlenecks:
        site = way.world.spots[each.id.partition("/")[0]].name
        worth = Number(Fraction(each.worth), 3)
        rows.append((Text(BINDING_WORDS[each.kind]), Text(site), Mass(each.units * GRAMS_PER_TONNE), worth))
    binding = Table(
        "bottlenecks",
        Message("起约束作用的限制", "Limits that bind"),
        (
            _column("kind", "限制", "Limit", width=1.5),
            _column("site", "场所", "Site", width=2.5),
            _column("tonnes", "余量", "Left", _TONNES),
            _column("worth_tonnes", "每放宽1吨可多利用", "One tonne more of it is worth", _TONNES),
        ),
        tuple(rows),
    )
    return Section(Message("为何达不到", "What stands in the way"), (), (lifted, binding), "limits")


def _idle(way: Way, names: Names) -> Table:
    nothing = Message("这一年没有利用", "nothing used in the year")
    columns = (
        _column("process", "工艺", "Process", width=2.0),
        _column("plants", "场所数", "Plants"),
        _column("capacity_tonnes", "许可能力", "Permitted", _TONNES, 1.3),
        _column("taken_tonnes", "已利用", "Taken", _TONNES, 1.3),
        _column("idle_tonnes", "余量", "Idle", _TONNES, 1.3),
    )
    rows = tuple(
        (
            Text(names.processes.get(idle.process or "", nothing)),
            Whole(idle.plants),
            Mass(idle.capacity_grams),
            Mass(idle.taken_grams),
            Mass(idle.free_grams),
        )
        for idle in idle_by_process(way.world.rooms)
    )
    return Table("idle", Message("按工艺的余量", "Idle capacity by process"), columns, rows)


def _left_out(way: Way) -> Table:
    columns = (_column("site", "场所", "Site", width=2.0), _column("reason", "原因", "Why", width=3.0))
    rows = tuple(
        (Text(way.world.spots[code].name), Text(NOT_COUNTED_WORDS[reason]))
        for code, reason in sorted(way.world.left_out.items())
    )
    return Table("left_out", Message("未计入的场所", "Plants that are not planned with"), columns, rows)


def _parameters(way: Way) -> Table:
    columns = (
        _column("name", "参数", "Parameter", width=2.0),
        _column("value", "取值", "Value"),
        _column("unit", "单位", "Unit"),
        _column("stated_for", "取值月份", "Stated for"),
        _column("source", "来源", "Source", width=3.0),
        _column("verified", "是否核实", "Verified"),
    )
    yes, no = Message("是", "yes"), Message("否", "no")
    rows = tuple(
        (
            Text(Message(row.zh, row.en)),
            Text(str(row.body["value"])),
            Text(str(row.body["unit"])),
            Text(str(row.body["stated_for"])),
            Text(row.source),
            Text(yes if row.verified else no),
        )
        for row in way.world.parameters.rows
    )
    return Table("parameters", Message("规划参数", "Plan parameters"), columns, rows)
