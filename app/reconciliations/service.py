"""A reconciliation of the ledgers of a scope: asked for, solved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month
from app.http.problems import Invalid
from app.rates import service as rates
from app.rates.service import Cell, RateQuery, Scope, query_fault, resolve
from app.reconciliations import columns
from app.reconciliations.freshness import relative_sigma
from app.reconciliations.gathering import measured_network
from app.reconciliations.intervals import Known, intervals_of
from app.reconciliations.measured import MeasuredNetwork
from app.reconciliations.models import Months
from chains.reconciliation import Options, Reconciliation, reconcile

__all__ = [
    "Asked",
    "Known",
    "Reconciled",
    "ReconciliationQuery",
    "Site",
    "ask",
    "intervals_of",
    "solved",
]

MOST_FLOWS = 1_000_000


@dataclass(frozen=True, slots=True)
class ReconciliationQuery:
    """A question as it was asked: a place, months, levels of the tests, how errors of months go together."""

    region: str | None = None
    base: str | None = None
    first: Month | None = None
    last: Month | None = None
    alpha: float = 0.05
    local_test_floor: float = 0.0
    months: Months = Months.CORRELATED


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was found to be answerable."""

    scope: Scope
    options: Options
    months: Months


@dataclass(frozen=True, slots=True)
class Site:
    """What a site is called and where it lies."""

    name: str
    region: str


@dataclass(frozen=True, slots=True, eq=False)
class Reconciled:
    """The measured network of a scope and what its reports say together; `cell` has its coverage."""

    asked: Asked
    sites: Mapping[str, Site]
    cell: Cell
    measured: MeasuredNetwork
    answer: Reconciliation

    def name_of(self, code: str) -> str:
        """What a site is called; a party that is no site of the scope goes by its code."""
        site = self.sites.get(code)
        return code if site is None else site.name


def ask(session: ReadSession, subject: Subject, query: ReconciliationQuery, now: datetime) -> Asked:
    """Find the scope: 422 for the unknown, 403 outside the territory."""
    if query.base is not None and not rates.known_codes(session, "bases", (query.base,)):
        raise Invalid(errors=[query_fault("base", "unknown_base", "没有此基地", "there is no such base")])
    question = RateQuery("", region=query.region, base=query.base, first=query.first, last=query.last)
    scope = resolve(session, subject, question, now)
    return Asked(scope, Options(query.alpha, query.local_test_floor), query.months)


def solved(session: ReadSession, subject: Subject, asked: Asked) -> Reconciled:
    """Read the ledgers, build the measured network, reconcile it. Raises Invalid when it is too large."""
    read = columns.read(session, subject, asked.scope)
    measured = measured_network(read, relative_sigma(session), asked.months)
    if len(measured.flows) > MOST_FLOWS:
        raise Invalid(Message(f"流超过 {MOST_FLOWS} 个", f"there are more than {MOST_FLOWS} flows"))
    answer = reconcile(measured.network, measured.reports, asked.options, measured.bounds)
    sites = {code: Site(name, region) for code, name, region in read.sites}
    cell = rates.cells(session, subject, asked.scope, None)[""]
    return Reconciled(asked, sites, cell, measured, answer)
