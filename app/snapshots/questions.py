"""What is asked of years of lines: rates, matches of both sides' reports, balances. One statement each.

A session of the database and a session over a snapshot are asked in the same words, so the answers can be compared.
Rates are those of the online system itself; the others begin at the same sites and months as the rates do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.auth.subjects import Role, Subject
from app.db.base import table_of
from app.db.session import ReadSession
from app.domain.ledger import Line
from app.enterprises.models import Site
from app.http.problems import Invalid
from app.rates import service as rates
from app.rates.service import (
    AnySelect,
    GroupBy,
    RateQuery,
    Scope,
    filed_lines,
    query_fault,
    region_key,
    site_key,
)
from app.transfers.models import Transfer

_ALL = 10**9
PAIR, RECEIVER = "pair", "receiver"
_BY_PLACE = ("region", "county", "industry")
GROUPS = tuple(group.value for group in GroupBy)
MATCH_GROUPS = (*GROUPS, RECEIVER, PAIR)

Figures: TypeAlias = Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Item:
    """One group: its names, counts, and masses [g]."""

    group: Mapping[str, str]
    counts: Mapping[str, int]
    grams: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked of which scope, group by group; `as_of`: the moment that the figures stand on."""

    question: str
    scope: Scope
    as_of: datetime
    items: tuple[Item, ...]


def ask_rates(session: ReadSession, subject: Subject, query: RateQuery, as_of: datetime) -> rates.RateAnswer:
    """A rate as GET /v1/rates answers it, from the lines themselves and with all groups at once."""
    metric = rates.OFFERED.get(query.metric)
    if metric is not None and metric.needs_fates:
        fault = query_fault(
            "metric",
            "needs_fates",
            "此指标须追踪去向，请用 huanlian chain run",
            "this metric follows fates: huanlian chain run",
        )
        raise Invalid(errors=[fault])
    found = rates.rates(session, subject, replace(query, by_lines=True, limit=_ALL), as_of)
    return replace(found, as_of=as_of)


def ask_matches(
    session: ReadSession,
    subject: Subject,
    query: RateQuery,
    as_of: datetime,
    *,
    group: str | None = None,
    top: int | None = None,
) -> Answer:
    """Both sides' reports of every transfer that leaves from or comes to the scope: who told what, and how far apart.

    `matched`: the lesser of two reports; `apart`: what separates them. With `top`, the groups furthest apart.
    """
    scope = rates.resolve(session, subject, query, as_of)
    moved, sender, receiver = table_of(Transfer), aliased(table_of(Site)), aliased(table_of(Site))
    counts, grams = _match_figures(moved)
    asked = select(*counts.values(), *grams.values()).select_from(moved)
    if not _is_everywhere(subject, scope) or group in _BY_PLACE:
        # What only a receiver tells of an unknown sender counts too.
        either = or_(*(and_(*rates.sites_of(subject, scope, place)) for place in (sender, receiver)))
        asked = (
            asked.outerjoin(sender, sender.c.id == moved.c.sender_site_id)
            .outerjoin(receiver, receiver.c.id == moved.c.receiver_site_id)
            .where(either)
        )
    asked = asked.where(moved.c.month.between(scope.first, scope.last))
    if scope.wastes:
        asked = asked.where(moved.c.waste.in_(scope.wastes))
    keys = _match_keys(moved, sender, receiver, scope)[group]
    items = _items(session, asked, counts, grams, keys, top, grams["apart"])
    return Answer("matches", scope, as_of, items)


def _is_everywhere(subject: Subject, scope: Scope) -> bool:
    """Whether every site is asked for: then no transfer has to be looked up by its sites."""
    named = (scope.region, scope.base, scope.park, scope.site)
    return subject.role is Role.ADMIN and all(name is None for name in named)


def _match_figures(moved: FromClause) -> tuple[Figures, Figures]:
    sent, received = moved.c.sent_grams, moved.c.received_grams
    both = and_(sent.is_not(None), received.is_not(None))
    counts = {
        "transfers": func.count(),
        "told_by_both": _count(both),
        "told_by_sender_only": _count(and_(sent.is_not(None), received.is_(None))),
        "told_by_receiver_only": _count(and_(sent.is_(None), received.is_not(None))),
        "agreeing": _count(and_(both, sent == received)),
    }
    grams = {
        "sent": func.sum(func.coalesce(sent, 0)),
        "received": func.sum(func.coalesce(received, 0)),
        "matched": func.sum(case((both, case((sent < received, sent), else_=received)), else_=0)),
        "apart": func.sum(case((both, func.abs(sent - received)), else_=0)),
    }
    return counts, grams


def _match_keys(
    moved: FromClause, sender: FromClause, receiver: FromClause, scope: Scope
) -> Mapping[str | None, Figures]:
    region = func.coalesce(sender.c.region, receiver.c.region)
    parties = {"sender": moved.c.sender_party, "receiver": moved.c.receiver_party}
    return {
        None: {},
        "month": {"month": moved.c.month},
        "waste": {"waste": moved.c.waste},
        "site": {"site": moved.c.sender_party},
        "industry": {"industry": func.coalesce(sender.c.industry, receiver.c.industry)},
        "region": {"region": region_key(region, scope.region)},
        "county": {"county": region},
        RECEIVER: {RECEIVER: moved.c.receiver_party},
        PAIR: {**parties, "waste": moved.c.waste},
    }


def ask_balances(
    session: ReadSession,
    subject: Subject,
    query: RateQuery,
    as_of: datetime,
    *,
    group: str | None = None,
    top: int | None = None,
) -> Answer:
    """The balance of every line that counts: what came in, what went out, and what is open between them.

    `gap`: the sum of what the lines leave open, each with its sign; `open`: without, so that nothing cancels out.
    """
    scope = rates.resolve(session, subject, query, as_of)
    lines, place = filed_lines(), table_of(Site)
    # The domain's own formula, with columns where it usually has figures.
    gap: ColumnElement[int] = Line.balance_gap_grams.fget(lines.c)  # type: ignore[attr-defined]
    counts = {"lines": func.count(), "open_lines": _count(gap != 0)}
    opened = func.sum(func.abs(gap))
    grams = {
        **{name: func.sum(lines.c[f"{name}_grams"]) for name in _BALANCE},
        "gap": func.sum(gap),
        "open": opened,
    }
    asked = (
        select(*counts.values(), *grams.values())
        .select_from(lines)
        .join(place, place.c.id == lines.c.site_id)
        .where(*rates.sites_of(subject, scope, place), lines.c.month.between(scope.first, scope.last))
    )
    if scope.wastes:
        asked = asked.where(lines.c.waste.in_(scope.wastes))
    key = site_key(group, scope, lines.c.month, lines.c.waste, place)
    keys = {} if group is None or key is None else {group: key}
    items = _items(session, asked, counts, grams, keys, top, opened)
    return Answer("balances", scope, as_of, items)


_BALANCE = ("opening", "generated", "received", "used", "disposed", "sent", "dumped", "closing")


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _items(
    session: ReadSession,
    query: AnySelect,
    counts: Figures,
    grams: Figures,
    keys: Figures,
    top: int | None,
    weight: ColumnElement[int],
) -> tuple[Item, ...]:
    if keys:
        query = query.add_columns(*(key.label(f"key_{name}") for name, key in keys.items()))
        query = query.group_by(*keys.values())
    if top is not None:
        query = query.order_by(weight.desc(), *keys.values()).limit(top)
    made = []
    for row in session.execute(query):
        figures = [int(value or 0) for value in row[: len(counts) + len(grams)]]
        group = {name: str(value) for name, value in zip(keys, row[len(figures) :], strict=True)}
        counted = dict(zip(counts, figures, strict=False))
        made.append(Item(group, counted, dict(zip(grams, figures[len(counts) :], strict=True))))
    return tuple(sorted(made, key=lambda item: tuple(item.group.values())))
