"""The answer of `huanlian reconciliation run` as tables for people."""

import sys
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from app.reconciliations.schemas import SummaryOut

_PIPED_WIDTH = 140
_LISTED_SUSPECTS = 20


def print_summary(heading: str, found: SummaryOut) -> None:
    """Print the test, the suspects and the sites with most untracked tonnes."""
    console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    coverage, network, test = found.coverage, found.network, found.global_test
    verdict = "拒绝 the reports contradict each other" if test.rejected else "不拒绝 the reports agree"
    told = [heading]
    told.append(
        f"台账 ledgers filed {coverage.ledgers_filed}/{coverage.ledgers_expected}；"
        f"{network.streams} 个节点 streams，{network.flows} 条流 flows，{network.reports} 份报告 reports，"
        f"可疑流 flagged {network.flagged}"
    )
    told.append(
        f"总体检验 global test: J = {test.J:.1f}，自由度 dof {test.dof}，"
        f"临界 critical {test.critical:.1f}，{verdict}"
    )
    for line in told:
        console.print(line, markup=False, highlight=False)
    console.print(_untracked(found))
    console.print(_suspects(found))
    for warning in found.warnings:
        console.print(f"注意 warning: {warning.zh} / {warning.en}", markup=False, highlight=False)


def _untracked(found: SummaryOut) -> Table:
    table = Table(title="去向不明最多的十处 ten sites with most untracked tonnes")
    for heading in ("场所 site", "名称 name", "固废 waste"):
        table.add_column(heading, no_wrap=True)
    table.add_column("去向不明 untracked [t]", justify="right")
    table.add_column("± 1σ [t]", justify="right")
    table.add_column("z²", justify="right")
    table.add_column("疑点 suspect")
    for one in found.untracked:
        listed = "是 yes" if one.listed else "否 no"
        table.add_row(
            one.site, one.name, one.waste, _number(one.tonnes), _number(one.sd_tonnes),
            f"{one.statistic:.1f}", listed,
        )  # fmt: skip
    return table


def _suspects(found: SummaryOut) -> Table:
    hidden = max(0, len(found.suspects) - _LISTED_SUSPECTS) + found.more_suspects
    title = "疑点 suspects" + (f"（另有 {hidden} 个 / and {hidden} more）" if hidden else "")
    table = Table(title=title)
    table.add_column("z²", justify="right")
    table.add_column("说明 what", overflow="fold")
    table.add_column("无法区分 cannot be told from", overflow="fold")
    for suspect in found.suspects[:_LISTED_SUSPECTS]:
        others = "；".join(f"{cause.words.zh} / {cause.words.en}" for cause in suspect.equivalent)
        table.add_row(f"{suspect.statistic:.1f}", f"{suspect.words.zh}\n{suspect.words.en}", others)
    return table


def _number(tonnes: str) -> str:
    return f"{Decimal(tonnes):,.0f}"
