"""A chain followed through the ledgers of a scope: asked for, solved, told."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.auth.subjects import Subject
from app.chain_runs import report
from app.chain_runs.altered import Flow
from app.chain_runs.books import Books
from app.chain_runs.definitions import Followed, followed, following
from app.chain_runs.figures import Solved
from app.chain_runs.network import RULES, Network, build
from app.chain_runs.reading import read_books
from app.chain_runs.report import Groups, Told
from app.chain_runs.schemas import SummaryOut
from app.chain_runs.supposed import terminal_rate
from app.chain_runs.terminal import ended_in_products
from app.db.session import ReadSession
from app.domain.periods import Month
from app.http.problems import Invalid
from app.rates import service as rates
from app.rates.service import GroupBy, RateQuery, Scope, query_fault, resolve
from chains.stock import StockRule

__all__ = [
    "Asked",
    "Books",
    "Flow",
    "RunQuery",
    "ask",
    "books",
    "ended_in_products",
    "groups",
    "network",
    "solved",
    "summary",
    "terminal_rate",
    "told",
]


@dataclass(frozen=True, slots=True)
class RunQuery:
    """A question as it was asked: a chain of the library or `all`, a place, months, a stock rule."""

    chain_id: str
    region: str | None = None
    base: str | None = None
    first: Month | None = None
    last: Month | None = None
    as_of: datetime | None = None
    stock_rule: StockRule = StockRule.MIXED


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was found to be answerable, for whoever asked it."""

    followed: Followed
    scope: Scope
    stock_rule: StockRule


def ask(session: ReadSession, subject: Subject, query: RunQuery, now: datetime) -> Asked:
    """Find chain and scope: 404 for an unknown chain, 422 for the unknown, 403 outside the territory."""
    chain = followed(query.chain_id)
    if query.stock_rule not in RULES:
        zh, en = "台账不含存龄，不能按批次计算", "ledgers report no ages: the cohort rule cannot be applied"
        raise Invalid(errors=[query_fault("stock", "no_ages", zh, en)])
    if query.base is not None and not rates.known_codes(session, "bases", (query.base,)):
        raise Invalid(errors=[query_fault("base", "unknown_base", "没有此基地", "there is no such base")])
    asked = RateQuery(
        "utilization.terminal",
        region=query.region,
        base=query.base,
        first=query.first,
        last=query.last,
        as_of=query.as_of,
    )
    scope = resolve(session, subject, asked, now)
    place = Scope(
        first=scope.first,
        last=scope.last,
        wastes=chain.wastes,
        region=scope.region,
        base=scope.base,
        enterprise=scope.enterprise,
        as_of=scope.as_of,
    )
    return Asked(chain, place, query.stock_rule)


def books(session: ReadSession, subject: Subject, scope: Scope) -> Books:
    """Read the ledgers of a scope's wastes and of the residues that using them leaves."""
    wastes = following(scope.wastes).wastes if scope.wastes else ()
    return read_books(session, subject, replace(scope, wastes=wastes))


def network(session: ReadSession, subject: Subject, asked: Asked) -> Network:
    """Read the ledgers and build the network."""
    books = read_books(session, subject, asked.scope)
    return build(books, asked.followed.splits, asked.stock_rule)


def solved(session: ReadSession, subject: Subject, asked: Asked) -> Solved:
    """Read the ledgers, build the network, solve it."""
    return Solved.of(network(session, subject, asked))


def told(session: ReadSession, subject: Subject, asked: Asked) -> Told:
    """Solve the network, and find what the statistics say of the same scope."""
    cell = rates.cells(session, subject, asked.scope, None)[""]
    return Told(asked.followed, asked.scope, solved(session, subject, asked), cell)


def summary(session: ReadSession, subject: Subject, asked: Asked) -> SummaryOut:
    """Answer for the scope as a whole."""
    return report.summary(told(session, subject, asked))


def groups(session: ReadSession, subject: Subject, found: Told, group: GroupBy) -> Groups:
    """Answer waste by waste or site by site."""
    nominal = rates.totals(session, subject, found.scope, group)
    tell = report.by_waste if group is GroupBy.WASTE else report.by_site
    return tell(found.solved, nominal)
