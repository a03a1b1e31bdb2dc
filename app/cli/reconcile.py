"""`huanlian reconcile FILE`: what the contradictory reports of a network say together."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from chains.edge_lists import read_document
from chains.file_faults import FileFault
from chains.reconciliation.answers import answer_document
from chains.reconciliation.documents import Problem, parse
from chains.reconciliation.result import Reconciliation
from chains.reconciliation.run import Progress as Stages
from chains.reconciliation.run import reconcile as run_reconciliation

#: rows a table shows; the rest stays in --json
_SHOWN = 40
_PIPED_WIDTH = 140
_LARGE_BYTES = 5_000_000
_READABLE_FLOWS = 10_000
_STAGES = {
    "read": "读取 reading",
    "check": "检查 checking",
    "solve": "平差 solving",
    "uncertainty": "不确定度 uncertainties",
    "tests": "检验 testing",
    "write": "输出 writing",
}


def reconcile(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE"),
    ],
    *,
    json_output: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """平差：相互矛盾的报数合起来说明什么 / what contradictory reports of a network say together.

    FILE is a network as .json, .csv or .xlsx. Exit 0: done, warnings on stderr; 1: the file was refused, by
    item; 2: wrong usage.
    """
    with _stages(file) as tell:
        try:
            tell("read")
            document = read_document(file, "reconcile")
            tell("check")
            problem = parse(document)
        except FileFault as fault:
            place = f"{file.name}: {fault.place}" if fault.place else file.name
            typer.echo(f"{place}: {fault.zh} / {fault.en}", err=True)
            raise typer.Exit(1) from None
        answer = run_reconciliation(problem.network, problem.reports, problem.options, problem.bounds, tell)
        tell("write")
        found = answer_document(problem, answer)
        text = _json(found) if json_output else ""
    for warning in found["warnings"]:
        typer.echo(f"{file.name}: 注意 warning: {warning['zh']} / {warning['en']}", err=True)
    if json_output:
        # as bytes: JSON is UTF-8 whatever the terminal's encoding
        typer.echo(text.encode())
    else:
        _print_tables(problem, answer, found)


def _json(found: dict[str, Any]) -> str:
    # indenting is slow and nobody reads a large answer by eye
    indent = 1 if len(found["flows"]) <= _READABLE_FLOWS else None
    return json.dumps(found, ensure_ascii=False, allow_nan=False, indent=indent)


@contextmanager
def _stages(file: Path) -> Iterator[Stages]:
    """Progress on stderr while a large file is worked on, nothing for a small one."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    small = file.stat().st_size < _LARGE_BYTES
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=small) as progress:
        task = progress.add_task("", total=len(_STAGES), completed=-1)
        yield lambda stage: progress.update(task, description=_STAGES[stage], advance=1)


def _print_tables(problem: Problem, answer: Reconciliation, found: dict[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    test = found["global_test"]
    verdict = "拒绝 rejected" if test["rejected"] else "通过 accepted"
    chi_square = f"χ² = {test['critical']:.3f}, p = {test['p']:.3g}"
    console.print(
        f"J = {test['J']:.3f}, dof = {test['dof']}, {chi_square}: {verdict}",
        f"{answer.method}，{answer.iterations} 次迭代 iterations，残差 residual {answer.residual:.2g} t",
        sep="\n",
        highlight=False,
    )
    console.print(_flow_table(problem, found))
    console.print(_node_table(found))
    if found["suspects"]:
        console.print(_suspect_table(found))
    else:
        console.print("没有可疑对象 no suspects")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.3f}"


def _title(text: str, shown: int, whole: int) -> str:
    return text if shown == whole else f"{text}: {shown} / {whole} (--json: 全部 all)"


def _flow_table(problem: Problem, found: dict[str, Any]) -> Table:
    """Show flows in the file's order, or those with the largest |z| when not all fit."""
    rows = list(found["flows"].items())
    if len(rows) > _SHOWN:
        rows.sort(key=lambda row: -max(abs(row[1]["z"] or 0.0), abs(row[1]["pair_z"] or 0.0)))
    shown = rows[:_SHOWN]
    reported = {name: _reported(problem, name) for name, _ in shown}
    table = Table(title=_title("流 flows", len(shown), len(rows)))
    for head in ("流 flow", "上报 reported", "平差 reconciled", "± 95 %", "z", "z(双方 pair)"):
        table.add_column(head, justify="left" if head.startswith("流") else "right")
    table.add_column("类别 class")
    for name, flow in shown:
        mark = " ⚑" if flow["flagged"] else ""
        bound = " (0/上限 at bound)" if flow["at_bound"] else ""
        table.add_row(
            escape(name) + mark,
            reported[name],
            _number(flow["value"]),
            _number(flow["half_width_95"]),
            _number(flow["z"]),
            _number(flow["pair_z"]),
            flow["class"] + bound,
            style="red" if flow["flagged"] else None,
        )
    return table


def _reported(problem: Problem, name: str) -> str:
    flow = problem.flow_names.index(name)
    values = problem.reports.value[problem.reports.flow == flow]
    return " | ".join(_number(value) for value in values.tolist()) or "–"


def _node_table(found: dict[str, Any]) -> Table:
    rows = list(found["nodes"].items())
    if len(rows) > _SHOWN:
        rows.sort(key=lambda row: -abs(row[1]["z"] or 0.0))
    shown = rows[:_SHOWN]
    table = Table(title=_title("节点 nodes", len(shown), len(rows)))
    table.add_column("节点 node")
    for head in ("差额 in − out", "z", "去向不明 untracked", "± 95 %"):
        table.add_column(head, justify="right")
    for name, node in shown:
        spread = None if node["untracked_sd"] is None else 1.96 * node["untracked_sd"]
        table.add_row(
            escape(name),
            _number(node["residual_before"]),
            _number(node["z"]),
            _number(node["untracked_tonnes"]),
            _number(spread),
        )
    return table


def _suspect_table(found: dict[str, Any]) -> Table:
    rows = found["suspects"]
    shown = rows[:_SHOWN]
    table = Table(title=_title("可疑对象 suspects", len(shown), len(rows)))
    for head in ("类型 kind", "对象 item", "吨 tonnes", "± 95 %", "χ²", "p", "次序 step"):
        table.add_column(head, justify="left" if head[0] in "类对" else "right")
    kinds = {"report_bias": "报数偏差 report bias", "untracked_flow": "去向不明 untracked flow"}
    for suspect in shown:
        items = " = ".join(suspect["equivalent"][:5]) + (" …" if len(suspect["equivalent"]) > 5 else "")
        by = f" ({suspect['report']})" if suspect["report"] is not None else ""
        p = suspect["p"]
        table.add_row(
            kinds[suspect["kind"]],
            escape(items + by),
            _number(suspect["tonnes"]),
            _number(1.96 * suspect["sd"]),
            f"{suspect['statistic']:.2f}",
            f"{p:.2g}",
            "随 echo" if suspect["step"] is None else str(suspect["step"]),
        )
    return table
