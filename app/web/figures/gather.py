"""The cells that a figure of the overview is the sum of: by site, and for one site by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.rates import Metric, Ratio
from app.rates import service as rates
from app.rates.scope import GroupBy, RateQuery, resolve
from app.rates.service import Cell, Scope, rate_of
from app.web.overview import names
from app.web.overview.gather import USUAL_METRIC
from app.web.overview.scope import Asked


@dataclass(frozen=True, slots=True)
class Parts:
    """A scope taken apart; `cells` are keyed by site, or by month when the scope is one site."""

    scope: Scope
    metric: Metric
    place: Message
    waste: Message | None
    whole: Cell
    rate: Ratio
    cells: Mapping[str, Cell]
    names: Mapping[str, Message]
    as_of: datetime


def gather(session: ReadSession, subject: Subject, asked: Asked, site: str | None, now: datetime) -> Parts:
    """Take a scope apart. Raises what the services refuse: unknown codes, other territories, others' sites."""
    metric = rates.metric_of(asked.metric or USUAL_METRIC)
    query = RateQuery(
        metric.id,
        region=asked.region,
        site=site,
        wastes=(asked.waste,) if asked.waste else (),
        first=asked.first,
        last=asked.last,
    )
    scope = resolve(session, subject, query, now)
    whole = rates.cells(session, subject, scope, None)[""]
    group = GroupBy.MONTH if site is not None else GroupBy.SITE
    found = {key: cell for key, cell in rates.cells(session, subject, scope, group).items() if cell.filed_any}
    named = names.sites(session, subject, found if site is None else [site])
    waste = names.wastes(session).get(asked.waste) if asked.waste else None
    place = names.place(session, subject, scope.region)
    if site is not None:
        place = named.get(site, Message(site, site))
    elif subject.role is Role.ADMIN and scope.region is None:
        place = names.NATION
    return Parts(
        scope, metric, place, waste.name if waste else None, whole, rate_of(metric, whole), found, named, now
    )
