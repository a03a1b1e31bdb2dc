"""The execution report as sheets: the same figures as in its JSON, under Chinese heads with units."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.permits.reports.workbooks import Cell, Sheet, Tonnes

_WASTE_HEADS = (
    ("opening", "期初贮存量（吨）"),
    ("generated", "产生量（吨）"),
    ("received", "接收他人量（吨）"),
    ("used", "自行利用量（吨）"),
    ("disposed", "自行处置量（吨）"),
    ("sent_to_use", "委托利用量（吨）"),
    ("sent_to_dispose", "委托处置量（吨）"),
    ("sent_to_store", "委托贮存量（吨）"),
    ("moved", "转移合计（吨）"),
    ("dumped", "倾倒丢弃量（吨）"),
    ("closing", "期末贮存量（吨）"),
    ("stored", "本期贮存增量（吨）"),
    ("of_received", "利用处置转移中他人固废（吨）"),
)
_WAYS = {"use": "利用", "dispose": "处置", "store": "贮存"}
_BEYOND = (
    ("over_capacity", "超能力"),
    ("over_kind", "超种类"),
    ("over_time", "超时间"),
    ("register_gaps", "登记不全"),
)


_LEDGER_HEADS = ("月份", "台账编号", "版本", "状态", "凭证 SHA-256", "收到时间")
_MOVED_HEADS = ("固废类别", "固废代码", "名称", "接收方", "方式", "是否跨省", "转移量（吨）")
_FACILITY_HEADS = (
    "设施",
    "方式",
    "许可能力（吨，利用处置为每年）",
    "当年累计或期末贮存（吨）",
    "余量（吨）",
    "按现速度超过的月份",
)
_BEYOND_HEADS = (
    "类型",
    "许可证",
    "许可证版本",
    "固废类别",
    "涉及量（吨）",
    "许可能力（吨）",
    "月份",
    "原因",
    "企业说明",
)


def sheets(report: Mapping[str, Any]) -> list[Sheet]:
    """What the sheet says is what the JSON says; the enterprise's own explanation is left for it to write."""
    waste_heads = ("固废类别", "固废代码", "名称", *(head for _, head in _WASTE_HEADS))
    return [
        Sheet("概况", (), ("项目", "内容"), _about(report)),
        Sheet("产生与去向", (), waste_heads, _wastes(report)),
        Sheet("转移", (), _MOVED_HEADS, _moved(report)),
        Sheet("设施能力", (), _FACILITY_HEADS, _facilities(report)),
        Sheet("超能力超种类超时间", (), _BEYOND_HEADS, _beyond(report)),
        Sheet("台账版本", (), _LEDGER_HEADS, _ledgers(report)),
    ]


def _about(report: Mapping[str, Any]) -> Iterator[tuple[Cell, Cell]]:
    period, deadline = report["period"], report["deadline"]
    due = "许可证未载明" if deadline["due_on"] is None else str(deadline["due_on"])
    yield from (
        ("排污许可证编号", report["permit"]),
        ("单位名称", report["enterprise"]),
        ("统一社会信用代码", report["credit_code"]),
        ("场所", f"{report['site']} {report['site_name']}"),
        ("报告期", f"{period['text']}（{period['from']} 至 {period['to']}）"),
        ("报告应提交日期", due),
        ("生成时间", str(report["generated_at"])),
        ("未报月份", "、".join(report["months_missing"]) or "无"),
        ("是否完整", "是" if report["is_complete"] else "否"),
    )
    for each in report["permit_versions"]:
        yield "依据的许可证版本", f"{each['permit']} 第 {each['version']} 版，自 {each['effective_from']} 起"
    yield "说明", report["note"]["zh"]


def _name(each: Mapping[str, Any]) -> str | None:
    return None if each["name"] is None else str(each["name"]["zh"])


def _wastes(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for each in report["wastes"]:
        masses = (Tonnes(each[f"{name}_tonnes"]) for name, _ in _WASTE_HEADS)
        yield (each["waste"], each["waste_code"], _name(each), *masses)


def _moved(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for each in report["moved"]:
        outside = "是" if each["out_of_province"] else "否"
        yield (
            each["waste"],
            each["waste_code"],
            _name(each),
            each["receiver"],
            f"委托{_WAYS[each['way']]}",
            outside,
            Tonnes(each["tonnes"]),
        )


def _facilities(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for each in report["facilities"]:
        yield (
            "、".join(facility["code"] for facility in each["facilities"]),
            "、".join(_WAYS[way] for way in each["ways"]),
            Tonnes(each["capacity_tonnes"]),
            Tonnes(each["taken_tonnes"]),
            Tonnes(each["headroom_tonnes"]),
            each["exceeded_in"],
        )


def _beyond(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for section, title in _BEYOND:
        for each in report[section]:
            yield (
                title,
                each["permit"],
                each["permit_version"],
                each["waste"],
                Tonnes(each["tonnes"]),
                Tonnes(each["capacity_tonnes"]),
                "、".join(month["month"] for month in each["months"]),
                each["reason"]["zh"],
                None,
            )


def _ledgers(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for each in report["ledgers"]:
        names = ("month", "ledger", "version", "state", "sha256")
        yield (*(each[name] for name in names), str(each["received_at"]))
