"""`huanlian bulletin check`: official totals, judged row by row."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.domain.bulletins.balance import BalanceState
from app.domain.bulletins.check import Judgement, as_json, check_csv
from app.domain.bulletins.printed import unit_text
from app.domain.bulletins.reading import MAX_BYTES, BulletinError
from app.domain.bulletins.verdicts import Verdict

bulletin_app = typer.Typer(help="核对官方公告 / check official bulletins", no_args_is_help=True)

_VERDICTS = {
    Verdict.MATCH: "一致 match",
    Verdict.MATCH_TRUNCATED: "截尾一致 truncated",
    Verdict.WITHIN_ROUNDING: "修约范围内 within rounding",
    Verdict.MISMATCH: "不符 mismatch",
    Verdict.NO_PUBLISHED_VALUE: "未公布 not published",
}
_BALANCES = {
    BalanceState.CLOSES: "平衡 closes",
    BalanceState.FAILS: "不平衡 fails",
    BalanceState.NOT_COMPUTABLE: "无法计算 -",
}
_PIPED_WIDTH = 140


@bulletin_app.callback()
def _bulletins() -> None:
    """核对官方公告的利用率、处置率与收支平衡 / check the rates and balances official bulletins print."""


@bulletin_app.command("check")
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE.csv")],
    *,
    json_output: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """逐行核对：公布值按哪种口径算得，数字是否平衡 / which formula a figure follows, whether it closes.

    Exit 0: checked, whatever the verdicts; 1: the file was refused, by row and field; 2: wrong usage.
    """
    with file.open("rb") as source:
        data = source.read(MAX_BYTES + 1)
    try:
        judgements = check_csv(data)
    except BulletinError as refused:
        for fault in refused.faults:
            typer.echo(f"{file.name}: {fault.message.zh} / {fault.message.en}", err=True)
        raise typer.Exit(1) from None
    if json_output:
        text = json.dumps([as_json(judgement) for judgement in judgements], ensure_ascii=False, indent=2)
        # As bytes: JSON is UTF-8 whatever the terminal's encoding.
        typer.echo(text.encode())
    else:
        _print(judgements)


def _print(judgements: list[Judgement]) -> None:
    """Print a table of figures, and under it what is to be noted of each."""
    # Piped output has no width of its own: what rich would assume is too narrow for the table.
    console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    table = Table(title="公告核对 / bulletin check")
    for heading in ("case", "公布\npublished", "简式\nplain", "统计口径\nstatutory", "新增\nnew waste"):
        table.add_column(heading, overflow="fold")
    table.add_column("判定\nverdict")
    table.add_column("收支平衡\nbalance")
    for judgement in judgements:
        # As Text: a case is the user's own words and no markup.
        table.add_row(*(Text(cell) for cell in _cells(judgement)))
    console.print(table)
    for judgement in judgements:
        for notice in judgement.notices:
            console.print(Text(f"{judgement.row.case}: {notice.message.zh} / {notice.message.en}"))


def _cells(judgement: Judgement) -> tuple[str, ...]:
    row, balance = judgement.row, judgement.balance
    published = "-" if row.published_text is None else f"{row.metric} {row.published_text}"
    rates = (_rate(judgement, ending) for ending in (".plain", ".statutory", ".new_waste"))
    residual = None if balance.residual_grams is None else unit_text(balance.residual_grams, row.unit_grams)
    balanced = (
        _BALANCES[balance.state] if residual is None else f"{_BALANCES[balance.state]} {residual} {row.unit}"
    )
    return row.case, published, *rates, _VERDICTS[judgement.comparison.verdict], balanced


def _rate(judgement: Judgement, ending: str) -> str:
    """Per cent by one formula of the published rate's kind; marked where it reproduces the figure."""
    name = next((name for name in judgement.row.candidates if name.endswith(ending)), None)
    found = None if name is None else judgement.computed[name]
    percent = None if found is None else found.ratio.percent_text()
    if percent is None:
        return "-"
    return f"{percent} ✓" if name in judgement.comparison.reproduced_by else percent
