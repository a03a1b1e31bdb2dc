"""The reports of a region: bulletin, quarterly brief, year's end, comparison."""

from collections.abc import Callable
from datetime import datetime

from app.db.session import ReadSession
from app.domain.errors import Message
from app.reports.brief import brief
from app.reports.bulletin import bulletin
from app.reports.comparison import comparison
from app.reports.figures import Question
from app.reports.service import Document, Period
from app.reports.year_end import year_end
from app.web.reports.kind import Asked, Field, Kind

_REGION = Field("region", "region", required=False)
_YEAR = Field("year", "year")
_QUARTER = Field("quarter", "quarter")
_AS_OF = Field(
    "as_of",
    "date",
    Message("比对时点（空为首次申报）", "Compare with (empty: as first reported)"),
    required=False,
)

_Make = Callable[[ReadSession, Question], Document]


def _yearly(make: _Make) -> Callable[[Asked], Document]:
    return lambda asked: make(asked.session, _question(asked, Period.year(asked.year())))


def _quarterly(asked: Asked) -> Document:
    return brief(asked.session, _question(asked, asked.quarter()))


def _question(asked: Asked, period: Period) -> Question:
    return Question(asked.subject, asked.now, period, asked.region(), _moment(asked))


def _moment(asked: Asked) -> datetime | None:
    """The end of the day that was chosen, as the clocks here show it, but never later than now."""
    text = asked.text("as_of")
    if text is None:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(
            hour=23, minute=59, second=59, tzinfo=asked.now.tzinfo
        )
    except ValueError:
        raise asked.refused("as_of", "应为如 2021-12-31 的日期", "a day such as 2021-12-31") from None
    return min(day, asked.now)


KINDS = (
    Kind(
        "bulletin",
        Message("年度信息公告", "Annual bulletin"),
        Message(
            "产生、利用、处置、贮存量，两种口径的利用率，分行业、分种类，转移与设施；按公告核对规则自查。",
            "Amounts, rates by both conventions, by industry and waste, transfers and facilities; checked by its own rules.",
        ),
        (_REGION, _YEAR),
        _yearly(bulletin),
    ),
    Kind(
        "brief",
        Message("季度简报", "Quarterly brief"),
        Message(
            "进展、问题、滞后地区与单位；季后首月十日前报送。",
            "Progress, problems, laggards; due in the first ten days of the month after the quarter.",
        ),
        (_REGION, _QUARTER),
        _quarterly,
    ),
    Kind(
        "year-end",
        Message("年终目标进展", "Progress at the year's end"),
        Message(
            "适用的每一项目标：数值、差距（百分点与吨）、进度与预测。",
            "Every target that applies: value, gap in points and tonnes, pace and projection.",
        ),
        (_REGION, _YEAR),
        _yearly(year_end),
    ),
    Kind(
        "comparison",
        Message("申报数据变动比对", "As first reported against as now"),
        Message(
            "首次申报（或某一时点）与现行数据，逐场所、逐固废的差额。",
            "What was first reported, or stood on a day, beside what stands now: differences by site and waste.",
        ),
        (_REGION, _YEAR, _AS_OF),
        _yearly(comparison),
    ),
)
