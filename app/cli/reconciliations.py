"""`huanlian reconciliation run`: what the ledgers of a scope say together, and where tonnes are missing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from app.reconciliations.schemas import SummaryOut
    from app.reconciliations.service import Asked, ReconciliationQuery

reconciliation_app = typer.Typer(
    help="台账平差 / reconciliation of the ledgers in the database", no_args_is_help=True
)


class Errors(StrEnum):
    """How errors of one instrument in different months go together."""

    CORRELATED = "correlated"
    INDEPENDENT = "independent"


@reconciliation_app.callback()
def _reconciliations() -> None:
    """Keep `run` a command of its own."""


@reconciliation_app.command(
    epilog="例 example:  huanlian reconciliation run --region 1402 --from 2021-01 --to 2021-12"
)
def run(
    *,
    region: Annotated[str | None, typer.Option(help="行政区划代码（2、4 或 6 位）/ GB/T 2260 prefix")] = None,
    base: Annotated[str | None, typer.Option(help="基地 / base")] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM", help="起始月 / first month")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="结束月 / last month")] = None,
    alpha: Annotated[
        float, typer.Option(min=1e-9, max=0.5, help="显著性水平 / level of each family of tests")
    ] = 0.05,
    errors: Annotated[
        Errors, typer.Option(help="各月误差的关系 / how errors of months go together")
    ] = Errors.CORRELATED,
    json_output: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """对台账平差：检验、疑点、去向不明最多的十处 / reconcile the ledgers: tests, suspects, untracked tonnes.

    Nothing is stored. Exit 0: done; 1: refused (no such region or month); 2: wrong usage. Run one month at a
    time to see what a year averages out.
    """
    asked, found = _answer(_query(region, base, first, last, alpha, errors))
    if json_output:
        import json  # noqa: PLC0415 - only when JSON is asked for

        typer.echo(json.dumps(_document(asked, found), ensure_ascii=False, indent=1))
    else:
        from app.cli.reconciliation_tables import print_summary  # noqa: PLC0415 - only for tables

        print_summary(_heading(asked), found)


def _query(
    region: str | None, base: str | None, first: str | None, last: str | None, alpha: float, errors: Errors
) -> ReconciliationQuery:
    from app.domain.periods import Month, MonthError  # noqa: PLC0415 - only when the command runs
    from app.reconciliations.models import Months  # noqa: PLC0415 - same
    from app.reconciliations.service import ReconciliationQuery  # noqa: PLC0415 - brings numpy with it

    try:
        months = [None if text is None else Month.parse(text) for text in (first, last)]
    except MonthError as error:
        refuse(f"“{error}”不是 YYYY-MM 形式的月份 / not a month of the form YYYY-MM")
    return ReconciliationQuery(region, base, months[0], months[1], alpha=alpha, months=Months(errors.value))


def _answer(query: ReconciliationQuery) -> tuple[Asked, SummaryOut]:
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same
    from app.ids import new_id  # noqa: PLC0415 - same
    from app.reconciliations import report, service  # noqa: PLC0415 - same

    subject = Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    with opened(read_settings()) as database, database.reading() as session:
        asked = service.ask(session, subject, query, system_clock())
        return asked, report.summary(service.solved(session, subject, asked))


def _document(asked: Asked, found: SummaryOut) -> dict[str, Any]:
    scope = asked.scope
    return {
        "scope": {
            "region": scope.region,
            "base": scope.base,
            "from": str(scope.first),
            "to": str(scope.last),
        },
        "alpha": asked.options.alpha,
        "months": asked.months.value,
        **found.model_dump(mode="json", by_alias=True),
    }


def _heading(asked: Asked) -> str:
    place = asked.scope.region or asked.scope.base or "全部 all"
    return (
        f"{place}  {asked.scope.first} — {asked.scope.last}  各月误差 errors of months: {asked.months.value}"
    )
