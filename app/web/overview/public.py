"""The public page: totals of the region only, and no cell that would give an enterprise away."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.auth.subjects import Role, Subject
from app.auth.subjects import Scope as Right
from app.db.session import ReadSession
from app.domain.periods import Month
from app.open_data import service as open_data
from app.rates.repository import Scope
from app.rates.scope import GroupBy
from app.web.disclosure import FEWEST_ENTERPRISES, withheld
from app.web.overview.figures import Group, MonthFigure, OverviewFigures
from app.web.overview.generators import generators
from app.web.overview.names import division

# Reads all that there is; what of it leaves the house is decided below.
PUBLIC_READER = Subject(
    id=uuid.UUID(int=0), name="public", role=Role.ADMIN, scopes=frozenset({Right.RATES_READ})
)


@dataclass(frozen=True, slots=True)
class Behind:
    """How many enterprises generate in the whole scope and in each month, waste and industry of it.

    A month, waste or industry that is not named has no figure, and `whole` is None when there is none at all.
    """

    whole: int | None
    months: Mapping[str, int]
    wastes: Mapping[str, int]
    industries: Mapping[str, int]
    wastes_withheld: frozenset[str] = frozenset()
    """Wastes that the open data of the year withhold: shown here, they would give away what is withheld there."""


def behind(session: ReadSession, scope: Scope, window: Scope, now: datetime) -> Behind:
    """Count the enterprises; `scope` is a year or a part of it."""
    reader = PUBLIC_READER
    industries: dict[str, int] = defaultdict(int)
    for code, number in generators(session, reader, scope, GroupBy.INDUSTRY).items():
        # One enterprise may stand in several classes of a division: the largest count is sure, the sum is not.
        industries[division(code)] = max(industries[division(code)], number)
    # Whole years, whatever part of them is drawn: a month is withheld in every view of its year or in none.
    years = replace(window, first=Month(window.first.year, 1), last=Month(window.last.year, 12))
    return Behind(
        whole=generators(session, reader, scope).get("") if industries else None,
        months=generators(session, reader, years, GroupBy.MONTH),
        wastes=generators(session, reader, scope, GroupBy.WASTE),
        industries=industries,
        wastes_withheld=open_data.withheld_wastes(session, scope.first.year, now),
    )


def for_public(figures: OverviewFigures, counts: Behind) -> OverviewFigures:
    """Leave out the sites, and withhold every cell of fewer than three enterprises with its companion."""
    figures = replace(figures, regions=(), watch=None, interval=None)
    if counts.whole is not None and counts.whole < FEWEST_ENTERPRISES:
        return replace(figures, public=True, withheld=True, months=(), wastes=(), industries=(), sites=())
    return replace(
        figures,
        public=True,
        months=_months(figures.months, counts.months),
        wastes=_groups(figures.wastes, counts.wastes, counts.wastes_withheld),
        industries=_groups(figures.industries, counts.industries),
        sites=(),
    )


def _groups(
    groups: Sequence[Group], counts: Mapping[str, int], also: frozenset[str] = frozenset()
) -> tuple[Group, ...]:
    # By code: of two cells alike the same one must go whenever the page is asked for, or both could be read.
    codes = sorted(group.code for group in groups)
    hidden = also | {codes[index] for index in withheld([counts.get(code) for code in codes])}
    return tuple(
        replace(group, rate=None, withheld=True) if group.code in hidden else group for group in groups
    )


def _months(months: Sequence[MonthFigure], counts: Mapping[str, int]) -> tuple[MonthFigure, ...]:
    hidden = {month for year in {figure.month.year for figure in months} for month in _hidden(year, counts)}
    return tuple(
        replace(figure, totals=None, rate=None, withheld=True) if figure.month in hidden else figure
        for figure in months
    )


def _hidden(year: int, counts: Mapping[str, int]) -> set[Month]:
    """Choose the months of a year to withhold: each year's total can be had, so its months must not add up to it."""
    every = [Month(year, number) for number in range(1, 13)]
    return {every[index] for index in withheld([counts.get(str(month)) for month in every])}
