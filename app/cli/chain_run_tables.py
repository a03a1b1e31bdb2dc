"""The answer of `huanlian chain run` as tables for people."""

import sys
from collections.abc import Iterable
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.chain_runs.schemas import RateOut, SummaryOut

_PIPED_WIDTH = 140
_LISTED_PRODUCTS = 12

_WORDS = {
    "generated": "当期产生 generated",
    "stock_drawn": "动用库存 stock drawn",
    "imported": "范围外转入 imported",
    "unexplained": "来源不明 unexplained",
    "product": "产品 product",
    "disposed": "处置 disposed",
    "stored": "贮存增加 stored",
    "dumped": "倾倒丢弃 dumped",
    "exported": "转出范围 exported",
    "air": "烧失、排空 air",
    "untracked": "去向不明 untracked",
    "use": "用于利用 for use",
    "dispose": "用于处置 for disposal",
    "store": "用于贮存 for storage",
    "missing_on_the_way": "转出未接收 missing on the way",
    "residue_missing": "次生固废未报 residue missing",
    "unknown_receiver": "接收方不明 unknown receiver",
    "not_accounted_for": "台账不平 not accounted for",
    "received_more_than_sent": "接收多于转出 received, not sent",
    "accounted_for_more_than_had": "台账不平 accounted for, not had",
    "utilization.statutory": "综合利用率（统计口径）statutory",
    "utilization.plain": "综合利用率（简式）plain",
}


def print_summary(found: SummaryOut) -> None:
    """Print everything the JSON has."""
    console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    place = found.scope.region or found.scope.base or "全部 all"
    console.print(
        f"{found.chain.id}（{' '.join(found.chain.wastes) or '全部 all'}）  {place}  {found.scope.from_} — {found.scope.to}"
        f"  库存规则 stock rule: {found.stock_rule}",
        highlight=False,
    )
    coverage = found.coverage
    console.print(
        f"台账 ledgers filed {coverage.ledgers_filed}/{coverage.ledgers_expected}；"
        f"委托量获确认 confirmed {_number(coverage.confirmed_tonnes)}/{_number(coverage.sent_tonnes)} t",
        highlight=False,
    )
    console.print(_rates(found))
    console.print(
        f"申报产生量 reported {_number(found.generated_tonnes)} t，其中次生 of which residues of uses"
        f" {_number(found.secondary_tonnes)} t；最终利用率以其余为分母，同一吨不计两次 / the terminal rate counts the rest,"
        " no tonne twice",
        highlight=False,
    )
    console.print(_balance(found))
    quality = found.quality
    console.print(
        f"{quality.states} 个状态 states，{quality.flows} 条流 flows；质量误差 mass error"
        f" {quality.mass_error:.1e}，{quality.method}",
        highlight=False,
    )
    console.print(_products(found))
    if found.untracked_sites:
        console.print(_sites(found))
    console.print(_loops(found))
    for warning in found.warnings:
        tonnes = "" if warning.tonnes is None else f"（{_number(warning.tonnes)} t）"
        console.print(
            f"注意 warning: {warning.message.zh}{tonnes} / {warning.message.en}",
            markup=False,
            highlight=False,
        )


def _rates(found: SummaryOut) -> Table:
    table = _table("利用率 Rates", "口径 metric", "率 rate", "分子 numerator t", "分母 denominator t")
    for name, rate in found.nominal.items():
        table.add_row(Text(_WORDS[name]), *_rate(rate))
    table.add_row(Text("最终利用率 terminal", style="bold"), *_rate(found.terminal))
    return table


def _balance(found: SummaryOut) -> Table:
    """What came in and where it ended; both columns have one sum."""
    titles = ("项目 item", "全部 all t", "占比 share", "其中当期产生 of generated t", "占比 share")
    table = _table("收支 Inputs and fates", *titles)
    whole = _sum(found.inputs_tonnes.values())
    for kind, tonnes in found.inputs_tonnes.items():
        table.add_row(Text("＋ " + _WORDS[kind]), _number(tonnes), _share(tonnes, whole), "", "")
    table.add_section()
    own = _sum(found.of_generated_tonnes.values())
    details = {"exported": found.exported_tonnes, "untracked": found.untracked_tonnes}
    for fate, tonnes in found.fates_tonnes.items():
        of_own = found.of_generated_tonnes[fate]
        table.add_row(
            Text("→ " + _WORDS[fate]),
            _number(tonnes),
            _share(tonnes, whole),
            _number(of_own),
            _share(of_own, own),
        )
        for reason, part in details.get(fate, {}).items():
            if Decimal(part):
                table.add_row(Text("     " + _WORDS[reason], style="dim"), _number(part), "", "", "")
    return table


def _products(found: SummaryOut) -> Table:
    table = _table("产品 Products", "产品 product", "吨 t", "其中当期产生 of generated t")
    for product in found.products[:_LISTED_PRODUCTS]:
        name = product.product or "未填 not named"
        table.add_row(Text(name), _number(product.tonnes), _number(product.of_generated_tonnes))
    if (more := len(found.products) - _LISTED_PRODUCTS) > 0:
        table.caption = f"另有 {more} 种，见 --json / {more} more with --json"
    return table


def _sites(found: SummaryOut) -> Table:
    table = _table("去向不明最多的场所 Sites with most untracked tonnes", "场所 site", "吨 t", "原因 reasons")
    for site in found.untracked_sites:
        reasons = "；".join(f"{_WORDS[reason]} {_number(tonnes)}" for reason, tonnes in site.reasons.items())
        table.add_row(Text(f"{site.site} {site.name}"), _number(site.tonnes), Text(reasons))
    table.columns[2].justify = "left"
    return table


def _loops(found: SummaryOut) -> Text:
    spread = "" if found.cycling_index_sd is None else f" ± {found.cycling_index_sd:.2g}"
    length = "—" if found.mean_path_length is None else f"{found.mean_path_length:.4g}"
    lines = [f"循环指数 cycling index {found.cycling_index:.4g}{spread}，平均路径 mean path length {length}"]
    for loop in found.loops:
        more = f" +{loop.more_states}" if loop.more_states else ""
        lines.append(
            f"  回路 loop: {' ⇄ '.join(loop.states)}{more}；环内 moved within {_number(loop.moved_tonnes)} t，"
            f"再循环 recycled {Decimal(loop.recycled_share):.2%}"
        )
    return Text("\n".join(lines))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left", overflow="fold")
    return table


def _rate(rate: RateOut) -> tuple[str, str, str]:
    percent = "—" if rate.percent is None else f"{rate.percent} %"
    return percent, _number(rate.numerator_tonnes), _number(rate.denominator_tonnes)


def _number(tonnes: str) -> str:
    return f"{Decimal(tonnes):,.2f}"


def _sum(tonnes: Iterable[str]) -> Decimal:
    return sum(map(Decimal, tonnes), Decimal(0))


def _share(part: str, whole: Decimal) -> str:
    return f"{Decimal(part) / whole:.2%}" if whole else "—"
