"""`huanlian findings`: run the rules, list what they found, explain one finding with its figures."""

from __future__ import annotations

import json
import sys
import uuid
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.auth.subjects import Subject
    from app.findings.reading import FindingQuery

findings_app = typer.Typer(help="线索 / findings", no_args_is_help=True)

_Region = Annotated[
    str, typer.Option("--region", metavar="PREFIX", help="行政区划代码（2、4 或 6 位）/ GB/T 2260 prefix")
]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
_PIPED_WIDTH = 160


@findings_app.callback()
def _findings() -> None:
    """线索：运行规则、列出、说明 / findings: run the rules, list, explain."""


@findings_app.command(epilog="例 example:  huanlian findings run --region 1402")
def run(*, region: _Region = "", json_output: _Json = False) -> None:
    """全面运行全部规则并更新线索 / evaluate everything by every rule; the findings are brought up to date.

    Doing it again changes nothing. Exit 0: done; 1: refused; 2: wrong usage.
    """
    from dataclasses import asdict  # noqa: PLC0415 - only when the command runs

    from app.clock import system_clock  # noqa: PLC0415 - same
    from app.findings import evaluation  # noqa: PLC0415 - same
    from app.findings.reading import FindingQuery  # noqa: PLC0415 - same
    from app.findings.reading_sites import When  # noqa: PLC0415 - same
    from app.findings.summary import score_document, scores  # noqa: PLC0415 - same

    _refuse_bad(region)
    settings = read_settings()
    with opened(settings) as database:
        when = When(system_clock(), settings.timezone)
        tally = asdict(evaluation.evaluate_all(database, when, region=region))
        with database.reading() as session:
            found = scores(session, _administrator(), FindingQuery(region=region or None), "rule")
            rules = [score_document(group, score) for group, score in found]
    if json_output:
        typer.echo(json.dumps({"findings": tally, "rules": rules}, ensure_ascii=False))
        return
    said = (f"{name} {count}" for name, count in zip(_TALLY, tally.values(), strict=True))
    typer.echo("，".join(said))
    _print(
        ("规则 rule", "线索 findings", "无着落 unseen t", "不合规 irregular t"),
        [
            (rule["group"], str(rule["findings"]), rule["unseen_tonnes"], rule["irregular_tonnes"])
            for rule in rules
        ],
    )


_TALLY = ("新增 opened", "重开 reopened", "更新 changed", "不变 unchanged", "消除 gone")


@findings_app.command(
    "list", epilog="例 example:  huanlian findings list --region 1402 --min-tonnes 1000 --rule line_balance"
)
def list_findings(
    *,
    region: _Region = "",
    min_tonnes: Annotated[str, typer.Option(metavar="T", help="至少多少吨 / at least so much")] = "0",
    rule: Annotated[list[str] | None, typer.Option("--rule", help="只看某规则 / only of this rule")] = None,
    state: Annotated[str | None, typer.Option("--state", help="只看某状态 / only in this state")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多几条 / at most")] = 50,
    json_output: _Json = False,
) -> None:
    """列出线索，吨数大的在前 / list findings, the heaviest first."""
    items = _listed(_query(region, min_tonnes, rule or (), state, limit))
    if json_output:
        typer.echo(json.dumps(items, ensure_ascii=False, default=str))
        return
    _print(
        ("编号 id", "规则 rule", "程度", "状态 state", "吨 t", "说明 explanation"),
        [
            (
                each["id"],
                each["rule"],
                each["severity"],
                each["state"],
                each["tonnes"],
                each["explanation"]["zh"],
            )
            for each in items
        ],
    )


def _query(region: str, min_tonnes: str, rules: Sequence[str], state: str | None, limit: int) -> FindingQuery:
    from app.domain.quantities import QuantityError, grams_from_tonnes  # noqa: PLC0415 - only when the command runs
    from app.findings.models import CaseState  # noqa: PLC0415 - same
    from app.findings.reading import FindingQuery  # noqa: PLC0415 - same

    _refuse_bad(region)
    if state is not None and state not in list(CaseState):
        raise typer.BadParameter(f"--state: {', '.join(CaseState)}")
    try:
        grams = grams_from_tonnes(min_tonnes)
    except QuantityError as error:
        raise typer.BadParameter(f"--min-tonnes: {error.code}") from None
    return FindingQuery(
        rules=tuple(rules),
        region=region or None,
        states=() if state is None else (CaseState(state),),
        min_grams=grams,
        limit=limit,
    )


def _listed(query: FindingQuery) -> list[dict[str, Any]]:
    from app.findings import reading  # noqa: PLC0415 - only when the command runs

    with opened(read_settings()) as database, database.reading() as session:
        return reading.page(session, _administrator(), query)[0]


@findings_app.command(epilog="例 example:  huanlian findings explain 0199f3c2-7e2c-7000-8000-000000000001")
def explain(
    finding_id: Annotated[str, typer.Argument(metavar="ID", help="线索编号 / the finding")],
    *,
    json_output: _Json = False,
) -> None:
    """说明一条线索：数字、门限、来源台账、经过 / one finding: figures, threshold, ledgers, what happened."""
    from app.findings import reading  # noqa: PLC0415 - only when the command runs

    try:
        wanted = uuid.UUID(finding_id)
    except ValueError:
        refuse(f"不是线索编号 not the id of a finding: {finding_id}")
    with opened(read_settings()) as database, database.reading() as session:
        found = reading.one(session, _administrator(), wanted)
    if json_output:
        typer.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    typer.echo(f"{found['title']['zh']} / {found['title']['en']}")
    typer.echo(f"{found['explanation']['zh']}\n{found['explanation']['en']}\n")
    if (law := found["law"]) is not None:
        mark = "" if law["verified"] else "（未与官方文本核对 not compared with the official text）"
        typer.echo(f"依据 by: {law['zh']} / {law['en']}{mark}\n")
    evidence = found["evidence"]
    _print(
        ("数字 figure", "月 month", "场所 site", "吨 t", "台账 ledger", "版 version"),
        [
            (f["name"], f["month"], f["site"], f["tonnes"], f["ledger"], f["version"])
            for f in evidence["figures"]
        ],
    )
    for name in ("values", "threshold"):
        typer.echo(f"{name}: " + ", ".join(f"{key} = {value}" for key, value in evidence[name].items()))
    for step in found["steps"]:
        typer.echo(f"{step['at']:%Y-%m-%d %H:%M} {step['kind']} → {step['to_state']}  {step['actor']}")


def _administrator() -> Subject:
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when a command runs
    from app.ids import new_id  # noqa: PLC0415 - same

    return Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])


def _refuse_bad(region: str) -> None:
    if region and not (region.isascii() and region.isdigit() and len(region) in (2, 4, 6)):
        raise typer.BadParameter("--region: 2、4 或 6 位数字 / 2, 4 or 6 digits")


def _print(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only when there is a table to draw
    from rich.table import Table  # noqa: PLC0415 - same

    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH).print(table)
