"""`utilization.terminal` of a scope and its groups: what was followed, and what of it ended in a product.

Tonnes are followed to the edge of the scope that was asked for. A single site would have nothing to follow, so
its tonnes are followed within its city, whoever asks.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from app.auth.subjects import Role, Subject
from app.chain_runs import repository
from app.chain_runs.books import Books, Floats
from app.chain_runs.definitions import ALL, following
from app.chain_runs.figures import Solved
from app.chain_runs.network import NUMBER, PRODUCT, build
from app.chain_runs.reading import read_books
from app.db.session import ReadSession
from app.domain.periods import month_range, months_between
from app.domain.quantities import GRAMS_PER_TONNE
from app.enterprises.models import Site
from app.http.problems import Invalid
from app.rates.service import Followed, GroupBy, Scope, query_fault
from chains.arrays import np
from chains.stock import StockRule

CITY_DIGITS = 4
MOST_MONTHS = 60


NOTHING = Followed(0, 0)


def ended_in_products(
    session: ReadSession, subject: Subject, scope: Scope, group: GroupBy | None
) -> dict[str, Followed]:
    """Follow the generation of the scope, group by group; groups without generation may be absent."""
    if group is not GroupBy.MONTH:
        kept = _kept(session, subject, scope, group)
        return _followed(session, subject, scope, group) if kept is None else kept
    if months_between(scope.first, scope.last) > MOST_MONTHS:
        zh, en = f"逐月追踪最多 {MOST_MONTHS} 个月", f"month by month {MOST_MONTHS} months are the most"
        raise Invalid(errors=[query_fault("from", "too_many_months", zh, en)])
    # A month is a network of its own: what it adds to a stock is not yet used in that month.
    found = {}
    for month in month_range(scope.first, scope.last):
        of_month = _followed(session, subject, replace(scope, first=month, last=month), None)
        found[str(month)] = of_month.get("", NOTHING)
    return found


def _followed(
    session: ReadSession, subject: Subject, scope: Scope, group: GroupBy | None
) -> dict[str, Followed]:
    chain = following(scope.wastes)
    around = replace(_surroundings(session, scope), wastes=chain.wastes)
    books = read_books(session, subject, around)
    solved = Solved.of(build(books, chain.splits, StockRule.MIXED))
    counted = _counted(solved, scope, group)
    ended = counted * solved.shares[:, NUMBER[PRODUCT]]
    names = _names(books, scope, group)
    present, number = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
    whole = np.bincount(number, counted, len(present))
    product = np.bincount(number, ended, len(present))
    return {
        str(name): Followed(round(whole[i] * GRAMS_PER_TONNE), round(product[i] * GRAMS_PER_TONNE))
        for i, name in enumerate(present)
    }


def _kept(
    session: ReadSession, subject: Subject, scope: Scope, group: GroupBy | None
) -> dict[str, Followed] | None:
    """Read the figures of a stored run of exactly this scope that is still right, if there is one."""
    narrowed = scope.wastes or scope.park or scope.site or subject.role is Role.ENTERPRISE
    if narrowed or group not in (None, GroupBy.WASTE, GroupBy.SITE):
        return None
    digest = following(()).digest
    run = repository.newest_done(session, subject, ALL, digest, scope, StockRule.MIXED)
    if run is None or run.result is None or run.ledgers != repository.fingerprint(session, subject, scope):
        return None
    kept = {"": run.result["summary"]} if group is None else run.result.get(group.value)
    return None if kept is None else {code: _read(item["terminal"]) for code, item in kept.items()}


def _read(rate: Mapping[str, str]) -> Followed:
    followed, ended = (
        int(Decimal(rate[f"{part}_tonnes"]) * GRAMS_PER_TONNE) for part in ("denominator", "numerator")
    )
    return Followed(followed, ended)


def _surroundings(session: ReadSession, scope: Scope) -> Scope:
    if scope.site is None:
        return scope
    region = session.scalar(select(Site.region).where(Site.code == scope.site)) or ""
    return replace(scope, site=None, base=None, park=None, region=region[:CITY_DIGITS])


def _counted(solved: Solved, scope: Scope, group: GroupBy | None) -> Floats:
    """Generation (n,) that counts [t]: of the scope's wastes and site; by waste, each waste for itself."""
    books = solved.network.books
    streams, asked = books.streams, set(scope.wastes or books.wastes)
    own = np.array([i for i, waste in enumerate(books.wastes) if waste in asked], dtype=np.int32)
    counted = np.zeros(streams.count)
    for wastes in [own[i : i + 1] for i in range(len(own))] if group is GroupBy.WASTE else [own]:
        chosen = np.isin(streams.waste, wastes)
        counted[chosen] = solved.counted(wastes)[chosen]
    if scope.site is not None:
        here = np.array([place.code == scope.site for place in books.places], dtype=np.bool_)
        counted[~here[streams.site]] = 0.0
    return counted


def _names(books: Books, scope: Scope, group: GroupBy | None) -> list[str]:
    """Group of each stream."""
    streams, places = books.streams, books.places
    if group is GroupBy.WASTE:
        return [books.wastes[waste] for waste in streams.waste.tolist()]
    if group is None:
        return [""] * streams.count
    digits = min(len(scope.region or "") + 2, 6)
    of_place = {
        GroupBy.SITE: [place.code for place in places],
        GroupBy.INDUSTRY: [place.industry for place in places],
        GroupBy.REGION: [place.region[:digits] for place in places],
        GroupBy.COUNTY: [place.region for place in places],
    }[group]
    return [of_place[site] for site in streams.site.tolist()]
