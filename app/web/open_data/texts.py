"""Sentences of the page of the open data."""

from app.domain.errors import Message

TEXTS = {
    "open": Message("公共数据", "Open data"),
    "open.lead": Message(
        "各行政区每年的产生、利用、处置、贮存与利用率，按产生者一侧统计。",
        "What each region generated, used, disposed and stored in a year, with its rates, counted on the generator's side.",
    ),
    "open.licence": Message("许可：{licence}", "Licence: {licence}"),
    "open.made": Message("数据时刻 {moment}", "Data as of {moment}"),
    "open.withheld": Message(
        "少于三家企业的数据不公布，可据以推算的数据一并不公布。",
        "What fewer than three enterprises make up is withheld, together with whatever it could be computed from.",
    ),
    "open.none": Message("还没有可公布的年份", "No year to publish yet"),
    "open.none.lead": Message(
        "一年结束后，其数据在此公布。", "The figures of a year are published here once the year is over."
    ),
    "open.years": Message("年份", "Years"),
    "open.table": Message("{year} 年各行政区全部固废", "All waste by region, {year}"),
    "open.region": Message("行政区", "Region"),
    "open.generated": Message("产生量", "Generated"),
    "open.used": Message("综合利用量", "Used"),
    "open.rate": Message("综合利用率", "Utilization rate"),
    "open.coverage": Message("台账覆盖", "Ledgers filed"),
    "open.not_shown": Message("不公布", "withheld"),
    "open.files": Message("下载", "Files"),
    "open.csv": Message("{year} 年全部数据 CSV", "All of {year} as CSV"),
    "open.json": Message("JSON 接口", "as JSON"),
    "open.dictionary": Message("数据字典", "Data dictionary"),
    "open.column": Message("列", "Column"),
    "open.kind": Message("类型", "Type"),
    "open.meaning": Message("含义", "Meaning"),
    "open.formula": Message("公式与出处", "Formula and source"),
    "open.link": Message("下载公共数据", "Get the open data"),
}
