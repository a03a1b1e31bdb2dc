"""The public page: totals of the region only, and no cell that would give an enterprise away."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.auth.subjects import Role, Subject
from app.auth.subjects import Scope as Right
from app.db.session import ReadSession
from app.rates.repository import Scope
from app.rates.scope import GroupBy
from app.rates.service import enterprises_behind
from app.web.disclosure import FEWEST_ENTERPRISES, withheld
from app.web.overview.figures import Group, MonthFigure, OverviewFigures
from app.web.overview.names import division

# Reads all that there is; what of it leaves the house is decided below.
PUBLIC_READER = Subject(
    id=uuid.UUID(int=0), name="public", role=Role.ADMIN, scopes=frozenset({Right.RATES_READ})
)


@dataclass(frozen=True, slots=True)
class Behind:
    """How many enterprises stand behind the whole scope and behind each month, waste and industry of it."""

    whole: int
    months: Mapping[str, int]
    wastes: Mapping[str, int]
    industries: Mapping[str, int]


def behind(session: ReadSession, scope: Scope, window: Scope) -> Behind:
    """Count the enterprises."""
    reader = PUBLIC_READER
    industries: dict[str, int] = defaultdict(int)
    for code, number in enterprises_behind(session, reader, scope, GroupBy.INDUSTRY).items():
        # One enterprise may stand in several classes of a division: the largest count is sure, the sum is not.
        industries[division(code)] = max(industries[division(code)], number)
    return Behind(
        whole=enterprises_behind(session, reader, scope)[""],
        months=enterprises_behind(session, reader, window, GroupBy.MONTH),
        wastes=enterprises_behind(session, reader, scope, GroupBy.WASTE),
        industries=industries,
    )


def for_public(figures: OverviewFigures, counts: Behind) -> OverviewFigures:
    """Leave out the sites, and withhold every cell of fewer than three enterprises with its companion."""
    if 0 < counts.whole < FEWEST_ENTERPRISES:
        return replace(figures, public=True, withheld=True, months=(), wastes=(), industries=(), sites=())
    return replace(
        figures,
        public=True,
        months=_months(figures.months, counts.months),
        wastes=_groups(figures.wastes, counts.wastes),
        industries=_groups(figures.industries, counts.industries),
        sites=(),
    )


def _groups(groups: Sequence[Group], counts: Mapping[str, int]) -> tuple[Group, ...]:
    hidden = withheld([counts.get(group.code, 0) for group in groups])
    return tuple(
        replace(group, rate=None, withheld=True) if index in hidden else group
        for index, group in enumerate(groups)
    )


def _months(months: Sequence[MonthFigure], counts: Mapping[str, int]) -> tuple[MonthFigure, ...]:
    """Withhold year by year: each year's total can be had, so its months must not add up to it."""
    shown = []
    for year in sorted({figure.month.year for figure in months}):
        of_year = [figure for figure in months if figure.month.year == year]
        hidden = withheld([counts.get(str(figure.month), 0) for figure in of_year])
        shown += [
            replace(figure, totals=None, rate=None, withheld=True) if index in hidden else figure
            for index, figure in enumerate(of_year)
        ]
    return tuple(shown)
