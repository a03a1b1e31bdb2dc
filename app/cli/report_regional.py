"""`huanlian report bulletin | brief | year-end | compare`: the reports of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.reports import Json, Lang, Out, produce

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.auth.subjects import Subject
    from app.db.session import ReadSession
    from app.reports.figures import Question
    from app.reports.service import Document, Period

    Make = Callable[[ReadSession, Question], Document]

_Region = Annotated[
    str | None,
    typer.Option(
        "--region", metavar="PREFIX", help="行政区代码，缺省为全部 / region, e.g. 1402; all when absent"
    ),
]
_Year = Annotated[int, typer.Option("--year", min=1990, max=2199, help="年份 / year")]
_AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="TIME", help="截至时刻，如 2022-01-31T00:00:00+08:00 / as it stood then"),
]


def add_to(report_app: typer.Typer) -> None:
    """Make these commands of `huanlian report`."""
    for command, name, example in (
        (bulletin, "bulletin", "bulletin --region 1402 --year 2021 --out bulletin.pdf"),
        (brief, "brief", "brief --region 1402 --quarter 2021-Q3 --out brief.docx"),
        (year_end, "year-end", "year-end --region 1402 --year 2021 --out targets.xlsx"),
        (compare, "compare", "compare --region 1402 --year 2021 --json"),
    ):
        report_app.command(name, epilog=f"例 example:  huanlian report {example}")(command)


def bulletin(
    *,
    year: _Year,
    region: _Region = None,
    as_of: _AsOf = None,
    out: Out = None,
    language: Lang = "zh",
    json_output: Json = False,
) -> None:
    """城市年度信息公告，并按公告核对规则自查 / the annual bulletin of a region, checked by the rules for bulletins."""
    from app.reports.bulletin import bulletin as make  # noqa: PLC0415 - only when the command runs
    from app.reports.service import Period  # noqa: PLC0415 - same

    produce(_asked(make, Period.year(year), region, as_of), out, language, json_output=json_output)


def brief(
    *,
    quarter: Annotated[
        str, typer.Option("--quarter", metavar="YYYY-Qn", help="季度 / quarter, e.g. 2021-Q3")
    ],
    region: _Region = None,
    as_of: _AsOf = None,
    out: Out = None,
    language: Lang = "zh",
    json_output: Json = False,
) -> None:
    """季度简报：进展、问题、滞后 / the quarterly brief: progress, problems, laggards."""
    from app.reports.brief import brief as make  # noqa: PLC0415 - only when the command runs
    from app.reports.service import Period  # noqa: PLC0415 - same

    try:
        period = Period.quarter(quarter)
    except ValueError:
        raise typer.BadParameter("--quarter: 2021-Q3") from None
    asked = _asked(make, period, region, as_of)
    produce(asked, out, language, json_output=json_output)


def year_end(
    *,
    year: _Year,
    region: _Region = None,
    as_of: _AsOf = None,
    out: Out = None,
    language: Lang = "zh",
    json_output: Json = False,
) -> None:
    """年终对照每一项目标 / a year against every target: value, gap in points and tonnes, pace."""
    from app.reports.service import Period  # noqa: PLC0415 - only when the command runs
    from app.reports.year_end import year_end as make  # noqa: PLC0415 - same

    produce(_asked(make, Period.year(year), region, as_of), out, language, json_output=json_output)


def compare(
    *,
    year: _Year,
    region: _Region = None,
    as_of: _AsOf = None,
    out: Out = None,
    language: Lang = "zh",
    json_output: Json = False,
) -> None:
    """首次申报（或某一时刻）与现行数据比对 / what was first reported, or stood then, against what stands now."""
    from app.reports.comparison import comparison as make  # noqa: PLC0415 - only when the command runs
    from app.reports.service import Period  # noqa: PLC0415 - same

    produce(_asked(make, Period.year(year), region, as_of), out, language, json_output=json_output)


def _asked(
    make: Make, period: Period, region: str | None, as_of: str | None
) -> Callable[[ReadSession, Subject, datetime], Document]:
    from app.reports.figures import Question  # noqa: PLC0415 - only when a command runs

    moment = _moment(as_of)
    return lambda session, subject, now: make(session, Question(subject, now, period, region, moment))


def _moment(text: str | None) -> datetime | None:
    from datetime import datetime  # noqa: PLC0415 - only when a command runs

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("--as-of: 2022-01-31T00:00:00+08:00") from None
    if moment.tzinfo is None:
        raise typer.BadParameter("--as-of: 须带时区 / with its time zone, 2022-01-31T00:00:00+08:00")
    return moment
