"""A waste of a site followed up or down, over a period and month by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.auth.subjects import Subject
from app.chain_runs import answers
from app.chain_runs.answers import TraceQuery
from app.chain_runs.schemas import TraceOut
from app.chain_runs.trace import Way
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month, month_range
from app.http.problems import Invalid
from app.rates import service as rates
from app.rates.scope import query_fault
from app.rates.service import GroupBy, RateQuery, Scope
from app.web import forms
from app.web.chain import labels
from app.web.chain.labels import Labels
from app.web.overview import names

MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class TraceAsked:
    """What the reader chose; None is left to the page."""

    site: str
    waste: str | None = None
    way: Way = Way.DOWN
    first: Month | None = None
    last: Month | None = None
    monthly: bool = False

    @classmethod
    def of(cls, site: str, parameters: Mapping[str, str]) -> "TraceAsked":
        """Read an address. Raises Invalid naming every fault."""
        faults: list[Fault] = []
        way = parameters.get("direction") or Way.DOWN.value
        if way not in {one.value for one in Way}:
            faults.append(query_fault("direction", "bad_way", "应为 up 或 down", "this must be up or down"))
        asked = cls(
            site,
            forms.code("waste", parameters, faults),
            Way.UP if way == Way.UP.value else Way.DOWN,
            forms.month("from", parameters, faults),
            forms.month("to", parameters, faults),
            monthly=bool(parameters.get("monthly")),
        )
        if faults:
            raise Invalid(errors=faults)
        return asked


@dataclass(frozen=True, slots=True)
class TraceFigures:
    """`found` is None when the site reported no waste; `months` only when they were asked for."""

    asked: TraceAsked
    site: Message
    first: Month
    last: Month
    waste: str | None
    wastes: tuple[str, ...]
    labels: Labels
    found: TraceOut | None
    months: tuple[TraceOut, ...]
    parties: Mapping[str, Message]
    now: datetime


def gather(session: ReadSession, subject: Subject, asked: TraceAsked, now: datetime) -> TraceFigures:
    """Collect the page. Raises NotFound for a site that the reader may not see."""
    query = RateQuery("utilization.plain", site=asked.site, first=asked.first, last=asked.last)
    scope = rates.resolve(session, subject, query, now)
    wastes = _wastes(session, subject, scope)
    waste = asked.waste or (wastes[0] if wastes else None)
    found: TraceOut | None = None
    months: tuple[TraceOut, ...] = ()
    if waste is not None:
        found = _trace(session, subject, asked, waste, scope.first, scope.last, now)
        if asked.monthly:
            shown = list(month_range(scope.first, scope.last))[-MOST_MONTHS:]
            months = tuple(_trace(session, subject, asked, waste, month, month, now) for month in shown)
    named = names.sites(
        session, subject, {asked.site, *(one.party for one in found.outside)} if found else {asked.site}
    )
    return TraceFigures(
        asked=asked,
        site=named.get(asked.site, Message(asked.site, asked.site)),
        first=scope.first,
        last=scope.last,
        waste=waste,
        wastes=wastes,
        labels=labels.labels(session),
        found=found,
        months=months,
        parties=named,
        now=now,
    )


def _wastes(session: ReadSession, subject: Subject, scope: Scope) -> tuple[str, ...]:
    """Give the wastes of the site, what it has most of its own first, then what it takes in."""
    cells = rates.cells(session, subject, scope, GroupBy.WASTE)
    return tuple(sorted(cells, key=lambda waste: (-cells[waste].totals.generated_grams, waste)))


def _trace(
    session: ReadSession,
    subject: Subject,
    asked: TraceAsked,
    waste: str,
    first: Month,
    last: Month,
    now: datetime,
) -> TraceOut:
    return answers.trace(session, subject, TraceQuery(asked.site, waste, asked.way, first, last), now)
