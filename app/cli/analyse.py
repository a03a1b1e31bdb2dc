"""`huanlian analyse`: rates, matches and balances of years of lines, asked of a snapshot or of the database itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import lines_of, opened, read_settings, refuse
from app.cli.snapshot import NOT_INSTALLED

if TYPE_CHECKING:
    from datetime import datetime

    from app.auth.subjects import Subject
    from app.db.session import ReadSession
    from app.rates.scope import RateQuery

DATABASE = "database"
EXAMPLE = (
    "例 examples:  huanlian analyse rates --snapshot /srv/analysis --group-by region --csv    ·    "
    "huanlian analyse matches --snapshot /srv/analysis --engine sc://10.0.0.7:15002 --group-by pair --top 100"
)


class Question(StrEnum):
    """What is asked."""

    RATES = "rates"
    MATCHES = "matches"
    BALANCES = "balances"


@dataclass(frozen=True, slots=True)
class _Source:
    """Who answers, and the moment that the answers stand on."""

    session: ReadSession
    engine: str
    as_of: datetime


_Named = Annotated[Question, typer.Argument(help="率、双方核对、平衡 / rates, matches, balances")]
_Snapshot = Annotated[
    str | None, typer.Option("--snapshot", metavar="DIR|s3://…", help="快照 / the snapshot")
]
_Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="duckdb（默认）、sc://主机:端口 或 spark://主机:端口（Spark Connect）、database（在线数据库）/ "
        "duckdb, any Spark Connect server, or the database itself",
    ),
]
_Metric = Annotated[str, typer.Option("--metric", help="指标 / of rates")]
_GroupBy = Annotated[
    str | None,
    typer.Option(
        "--group-by",
        metavar="GROUP",
        help="month|region|county|waste|site|industry；matches 另有 receiver|pair / and for matches these two",
    ),
]
_Region = Annotated[str | None, typer.Option(help="行政区划代码（2、4 或 6 位）/ GB/T 2260 prefix")]
_Base = Annotated[str | None, typer.Option(help="基地 / base")]
_Wastes = Annotated[list[str] | None, typer.Option(help="固废种类，可重复 / waste, may repeat")]
_From = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="起始月 / first month")]
_To = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="结束月 / last month")]
_Top = Annotated[
    int | None, typer.Option(min=1, help="只要差异最大的几组 / only the groups with most grams apart")
]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
_Csv = Annotated[bool, typer.Option("--csv", help="以 CSV 输出 / print CSV")]


def analyse(
    question: _Named,
    *,
    snapshot: _Snapshot = None,
    engine: _Engine = "duckdb",
    metric: _Metric = "utilization.statutory",
    group_by: _GroupBy = None,
    region: _Region = None,
    base: _Base = None,
    waste: _Wastes = None,
    first: _From = None,
    last: _To = None,
    top: _Top = None,
    json_output: _Json = False,
    csv_output: _Csv = False,
) -> None:
    """多年台账的分析：定义与在线系统相同，一克不差 / years of lines by the definitions of the online system, to the gram.

    Without --from and --to: the last twelve months there are. Exit 0: done; 1: refused; 2: wrong usage.
    """
    _refuse_usage(question, snapshot, engine, group_by, top, both=json_output and csv_output)
    query = _query(metric, region, base, tuple(waste or ()), first, last)
    with _source(snapshot, engine) as source:
        told = _Asked(question, query, group_by, top).of(source)
    if csv_output:
        sys.stdout.write(told.csv)
    elif json_output:
        typer.echo(json.dumps(told.document, ensure_ascii=False))
    else:
        _print(told)


def _refuse_usage(
    question: Question, snapshot: str | None, engine: str, group: str | None, top: int | None, *, both: bool
) -> None:
    from app.snapshots.service import GROUPS, MATCH_GROUPS  # noqa: PLC0415 - only when the command runs

    if both:
        raise typer.BadParameter("--json 与 --csv 择一 / either --json or --csv")
    if (engine == DATABASE) == (snapshot is not None):
        raise typer.BadParameter(
            "--snapshot 与 --engine database 恰取其一 / --snapshot, or --engine database, and not both"
        )
    groups = MATCH_GROUPS if question is Question.MATCHES else GROUPS
    if group is not None and group not in groups:
        raise typer.BadParameter(f"--group-by: {', '.join(groups)}")
    if top is not None and question is Question.RATES:
        raise typer.BadParameter("--top 用于 matches、balances / --top goes with matches and balances")


def _query(
    metric: str,
    region: str | None,
    base: str | None,
    wastes: tuple[str, ...],
    first: str | None,
    last: str | None,
) -> RateQuery:
    from app.domain.periods import Month, MonthError  # noqa: PLC0415 - only when the command runs
    from app.rates.scope import RateQuery  # noqa: PLC0415 - same

    try:
        months = [None if text is None else Month.parse(text) for text in (first, last)]
    except MonthError as error:
        refuse(f"“{error}”不是 YYYY-MM 形式的月份 / not a month of the form YYYY-MM")
    return RateQuery(metric, region, base, wastes=wastes, first=months[0], last=months[1])


@contextmanager
def _source(snapshot: str | None, engine: str) -> Iterator[_Source]:
    from app.clock import system_clock  # noqa: PLC0415 - only when the command runs
    from app.http.problems import Problem  # noqa: PLC0415 - same
    from app.snapshots.service import SnapshotRefused, opened_snapshot  # noqa: PLC0415 - same

    if snapshot is None:
        with opened(read_settings()) as database, database.reading() as session:
            yield _Source(session, DATABASE, system_clock())
        return
    try:
        with opened_snapshot(snapshot, engine) as found:
            yield _Source(found.session, found.engine, found.as_of)
    except SnapshotRefused as error:
        refuse(str(error))
    except ModuleNotFoundError as missing:
        refuse(NOT_INSTALLED.format(missing.name))
    except Problem as problem:
        refuse(*lines_of(problem))


@dataclass(frozen=True, slots=True)
class _Told:
    document: dict[str, Any]
    csv: str


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    query: RateQuery
    group: str | None
    top: int | None

    def of(self, source: _Source) -> _Told:
        """Ask it, and have the answer in both forms."""
        found = self._rates(source) if self.question is Question.RATES else self._others(source)
        return _Told({"engine": source.engine, **found.document}, found.csv)

    def _rates(self, source: _Source) -> _Told:
        from dataclasses import replace  # noqa: PLC0415 - only when the command runs

        from app.rates.export import csv_text  # noqa: PLC0415 - same
        from app.rates.schemas import RatesOut  # noqa: PLC0415 - same
        from app.rates.scope import GroupBy  # noqa: PLC0415 - same
        from app.snapshots.service import ask_rates  # noqa: PLC0415 - same

        group = None if self.group is None else GroupBy(self.group)
        query = replace(self.query, group_by=group)
        answer = RatesOut.of(ask_rates(source.session, _administrator(), query, source.as_of))
        told = answer.model_dump(mode="json", by_alias=True)
        return _Told({"question": self.question.value, **told}, csv_text(answer, group))

    def _others(self, source: _Source) -> _Told:
        from app.rates.schemas import scope_document  # noqa: PLC0415 - only when the command runs
        from app.snapshots.documents import csv_text, document  # noqa: PLC0415 - same
        from app.snapshots.service import ask_balances, ask_matches  # noqa: PLC0415 - same

        ask = ask_matches if self.question is Question.MATCHES else ask_balances
        answer = ask(
            source.session, _administrator(), self.query, source.as_of, group=self.group, top=self.top
        )
        return _Told(document(answer, scope_document(answer.scope)), csv_text(answer))


def _administrator() -> Subject:
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when a command runs
    from app.ids import new_id  # noqa: PLC0415 - same

    return Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])


def _print(told: _Told) -> None:
    import csv  # noqa: PLC0415 - only for tables
    import io  # noqa: PLC0415 - same

    from rich.console import Console  # noqa: PLC0415 - same
    from rich.table import Table  # noqa: PLC0415 - same

    asked = told.document
    typer.echo(f"{asked['question']} · {asked['engine']} · {asked['as_of']} · {json.dumps(asked['scope'])}")
    rows = list(csv.reader(io.StringIO(told.csv)))
    if len(rows) < 2:
        typer.echo("没有台账 no ledgers")
        return
    shown = [place for place, name in enumerate(rows[0]) if name not in _SAID_ABOVE]
    table = Table(*(rows[0][place] for place in shown))
    for row in rows[1:]:
        table.add_row(*(row[place] for place in shown))
    console = Console()
    (console if console.is_terminal else Console(width=_PIPED_WIDTH)).print(table)


_PIPED_WIDTH = 200
_SAID_ABOVE = {
    "metric_version",
    "enterprise",
    "region",
    "base",
    "park",
    "site",
    "waste",
    "from",
    "to",
    "numerator",
    "denominator",
    "as_of",
    "interval_95_low",
    "interval_95_high",
    "interval_95_reason",
    "reconciliation",
}
