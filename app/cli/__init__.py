"""`huanlian`: the command line. Exit codes: 0 done, 1 refused input, 2 wrong usage.

What a command needs is imported when it runs, so that `--help` loads neither the service nor numpy.
"""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli import analyse as analysis
from app.cli import chain_run, people, permit_reports, report_forms, report_regional, report_tax, report_vat
from app.cli import snapshot as snapshots
from app.cli.archive import archive_app
from app.cli.audit import audit_app, receipt_app
from app.cli.backup import backup, restore
from app.cli.bulletins import bulletin_app
from app.cli.certificates import certificate_app
from app.cli.chains import chain_app
from app.cli.clients import client_app, user_app
from app.cli.database import db_app, seed_app
from app.cli.findings import findings_app
from app.cli.forecast import EXAMPLE as FORECAST_EXAMPLE
from app.cli.forecast import forecast as forecast_command
from app.cli.imports import EXAMPLE as IMPORT_EXAMPLE
from app.cli.imports import import_file
from app.cli.partition import EXAMPLE as PARTITION_EXAMPLE
from app.cli.partition import partition
from app.cli.permits import permits_app
from app.cli.plan import EXAMPLE as PLAN_EXAMPLE
from app.cli.plan import plan as plan_command
from app.cli.reconciliations import reconciliation_app
from app.cli.reports import report_app
from app.cli.sandbox import sandbox_app
from app.cli.serving import demo, serve
from app.cli.worker import jobs_app, worker

_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]

cli = typer.Typer(
    name="huanlian",
    help=(
        "环链：大宗工业固废台账、利用率与去向 / ledgers, utilization rates and fates of bulk industrial solid waste.\n\n"
        "HUANLIAN_DATABASE_URL 选择数据库 chooses the database (default sqlite:///var/huanlian.db)."
    ),
    epilog="例 examples:  huanlian db upgrade && huanlian seed load && huanlian serve",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command()(demo)
cli.command()(serve)
cli.command(epilog="例 examples:  huanlian worker --concurrency 4    ·    huanlian worker --once")(worker)
cli.add_typer(jobs_app, name="jobs")
db_app.command(epilog="例 example:  huanlian db backup /srv/backup/huanlian-2026-11-21.tar")(backup)
db_app.command(
    epilog="例 example:  HUANLIAN_DATABASE_URL=sqlite:///new/huanlian.db huanlian db restore huanlian-2026-11-21.tar"
)(restore)
db_app.command(epilog=PARTITION_EXAMPLE)(partition)
cli.command("import", epilog=IMPORT_EXAMPLE)(import_file)
cli.add_typer(db_app, name="db")
cli.add_typer(seed_app, name="seed")
cli.add_typer(client_app, name="client")
people.add_to(user_app)
cli.add_typer(user_app, name="user")
cli.add_typer(bulletin_app, name="bulletin")
chain_app.command(epilog=chain_run.EXAMPLE)(chain_run.run)
cli.add_typer(chain_app, name="chain")
cli.add_typer(reconciliation_app, name="reconciliation")
cli.add_typer(findings_app, name="findings")
permit_reports.add_to(permits_app)
cli.add_typer(permits_app, name="permits")
cli.command("plan", epilog=PLAN_EXAMPLE)(plan_command)
cli.command("forecast", epilog=FORECAST_EXAMPLE)(forecast_command)
cli.add_typer(archive_app, name="archive")
cli.add_typer(audit_app, name="audit")
report_regional.add_to(report_app)
report_tax.add_to(report_app)
report_forms.add_to(report_app)
report_vat.add_to(report_app)
cli.add_typer(report_app, name="report")
cli.add_typer(certificate_app, name="certificate")
cli.add_typer(receipt_app, name="receipt")
cli.add_typer(sandbox_app, name="sandbox")
cli.command(epilog=snapshots.EXAMPLE)(snapshots.snapshot)
cli.command(epilog=analysis.EXAMPLE)(analysis.analyse)


@cli.command(epilog="例 example:  huanlian reconcile network.json --json")
def reconcile(file: _File, *, json_output: _Json = False) -> None:
    """平差：相互矛盾的报数合起来说明什么 / what contradictory reports of a network say together.

    FILE is a network as .json, .csv or .xlsx. Exit 0: done, warnings on stderr; 1: the file was refused, by
    item; 2: wrong usage.
    """
    from app.cli.reconcile import reconcile as run  # noqa: PLC0415 - numpy and scipy only when asked for

    run(file, json_output=json_output)


@cli.command(epilog="例 example:  huanlian attribute network.json --json")
def attribute(file: _File, *, json_output: _Json = False) -> None:
    """每一吨的最终去向：份额、总量、回路 / the fates of every tonne: shares, totals, loops.

    FILE is a network as .json, .csv or .xlsx. Exit 0: done, warnings on stderr; 1: the file was refused, by
    item; 2: wrong usage.
    """
    from app.cli.attribute import attribute as run  # noqa: PLC0415 - numpy only when asked for

    run(file, json_output=json_output)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal that knows no Chinese shows question marks instead of a traceback
            stream.reconfigure(errors="replace")
    cli()
