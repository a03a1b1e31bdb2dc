"""`huanlian attribute`: the fates of every tonne of a network that an analyst brings."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from chains.attribution.answer import Answer, answer, document
from chains.attribution.checks import tonnes
from chains.attribution.documents import parse
from chains.edge_lists import read_document
from chains.file_faults import FileFault

_LARGE_BYTES = 5_000_000
_SHOWN_STATES = 40
_PIPED_WIDTH = 140
_STEPS = ("读取 reading", "核对 checking", "求解 solving", "写出 writing")


def attribute(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")],
    *,
    json_output: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """每一吨的最终去向：份额、总量、回路 / the fates of every tonne: shares, totals, loops.

    FILE is a network as .json, .csv or .xlsx. Exit 0: done, warnings on stderr; 1: the file was refused, by
    item; 2: wrong usage.
    """
    try:
        with _steps(file) as step:
            step()
            raw = read_document(file, "attribute")
            step()
            named = parse(raw)
            step()
            done = answer(named)
            step()
            text = (
                json.dumps(document(done), ensure_ascii=False, allow_nan=False, indent=1)
                if json_output
                else ""
            )
    except FileFault as fault:
        place = f"{file.name}: {fault.place}" if fault.place else file.name
        typer.echo(f"{place}: {fault.zh} / {fault.en}", err=True)
        raise typer.Exit(1) from None
    for warning in done.warnings:
        typer.echo(f"{file.name}: 注意 warning: {warning.zh} / {warning.en}", err=True)
    if json_output:
        # as bytes: JSON is UTF-8 whatever the terminal's encoding
        typer.echo(text.encode())
    else:
        _print_tables(done)


@contextmanager
def _steps(file: Path) -> Iterator["_Steps"]:
    """Progress on stderr while a large file is worked on, nothing for a small one."""
    if file.stat().st_size < _LARGE_BYTES:
        yield _Steps(None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Steps(progress)


class _Steps:
    """Each call goes on to the next step."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._names = iter(_STEPS)
        self._task = progress.add_task("", total=len(_STEPS), completed=-1) if progress else None

    def __call__(self) -> None:
        name = next(self._names)
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=name, advance=1)


def _print_tables(done: Answer) -> None:
    console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    console.print(_totals(done))
    console.print(_by_state(done))
    found = done.found
    length = "—" if found.mean_path_length is None else f"{found.mean_path_length:.4g}"
    spread = "" if found.cycling_index_sd is None else f" ± {found.cycling_index_sd:.2g}"
    console.print(
        f"循环指数 cycling index {found.cycling_index:.4g}{spread}，平均路径 mean path length {length}",
        f"质量误差 mass error {found.mass_error:.1e}，{found.method}，{found.iterations} 次迭代 sweeps",
        sep="\n",
        highlight=False,
    )


def _totals(done: Answer) -> Table:
    """Tonnes by fate and their share of all that came in."""
    found, source = done.found, float(done.shares.source.sum())
    table = Table(title="最终去向 Fates", title_justify="left")
    table.add_column("去向 fate")
    table.add_column("吨 t", justify="right")
    table.add_column("占比 share", justify="right")
    for i in np.argsort(-found.totals, kind="stable"):
        if found.totals[i] > 0:
            total = float(found.totals[i])
            table.add_row(Text(found.fates[i]), tonnes(round(total, 6)), f"{total / source:.4%}")
    return table


def _by_state(done: Answer) -> Table:
    """Shares by state, the states with most throughput."""
    found = done.found
    order = np.argsort(-found.throughput, kind="stable")[:_SHOWN_STATES]
    used = np.flatnonzero(found.by_state[order].any(axis=0))
    table = Table(title="各状态的去向份额 Shares by state", title_justify="left")
    table.add_column("状态 state", overflow="fold")
    table.add_column("通过量 throughput t", justify="right")
    for fate in used:
        table.add_column(Text(found.fates[fate]), justify="right")
    for i in order:
        shares = [f"{found.by_state[i, fate]:.4%}" for fate in used]
        table.add_row(Text(done.states[i]), tonnes(round(float(found.throughput[i]), 6)), *shares)
    if (more := len(done.states) - len(order)) > 0:
        table.caption = (
            f"另有 {more:,} 个状态，--json 给出全部 / {more:,} more states, all of them with --json"
        )
    return table
