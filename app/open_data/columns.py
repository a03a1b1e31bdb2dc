"""The columns of the open data: what each is called, holds and means. One list for the CSV, the JSON and the dictionary."""

from dataclasses import dataclass
from typing import Literal

from app.domain.errors import Message
from app.domain.rates import METRICS, Metric

Kind = Literal["code", "text", "tonnes", "fraction", "count", "flag", "year"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `metric` where it is a rate."""

    name: str
    kind: Kind
    meaning: Message
    metric: Metric | None = None


def _mass(name: str, zh: str, en: str) -> Column:
    return Column(f"{name}_tonnes", "tonnes", Message(zh, en))


def _rate(metric_id: str) -> Column:
    metric = METRICS[metric_id]
    return Column(metric_id.replace(".", "_"), "fraction", metric.name, metric)


PLACE = (
    Column("year", "year", Message("年份，1 月至 12 月", "year, January to December")),
    Column(
        "region",
        "code",
        Message(
            "行政区划代码（GB/T 2260）前 0、2、4 或 6 位；空为全部",
            "leading 0, 2, 4 or 6 digits of the region's code (GB/T 2260); empty is everything",
        ),
    ),
    Column("region_name", "text", Message("行政区名称", "name of the region")),
    Column(
        "waste",
        "code",
        Message("固废种类（SW 类别）；空为全部", "waste stream (SW class); empty is all waste"),
    ),
    Column("waste_name", "text", Message("固废种类名称", "name of the waste stream")),
    Column(
        "withheld",
        "flag",
        Message(
            "true：数据涉及的企业少于三家，或可由其他数据推算出这样的数据，故不公布",
            "true: not published, because fewer than three enterprises stand behind it or behind what could be computed from it",
        ),
    ),
)
MASSES = (
    _mass("generated", "产生量", "generated"),
    _mass("used", "综合利用量（含往年贮存）", "used, of it from prior stock included"),
    _mass("used_from_prior_stock", "其中利用往年贮存量", "used from prior stock"),
    _mass("disposed", "处置量（含往年贮存）", "disposed, of it from prior stock included"),
    _mass("disposed_from_prior_stock", "其中处置往年贮存量", "disposed from prior stock"),
    _mass("stored", "贮存量：本年增加，可为负", "increase of the stock within the year, may be negative"),
    _mass("dumped", "倾倒丢弃量", "dumped"),
)
RATES = tuple(
    _rate(metric_id)
    for metric_id in (
        "utilization.statutory",
        "utilization.plain",
        "utilization.new_waste",
        "disposal.statutory",
        "disposal.plain",
    )
)
COVERAGE = (
    Column(
        "ledgers_filed", "count", Message("已申报台账数（各种类合计）", "ledgers filed, whatever the waste")
    ),
    Column("ledgers_expected", "count", Message("应申报台账数", "ledgers expected")),
)
COLUMNS = (*PLACE, *MASSES, *RATES, *COVERAGE)
