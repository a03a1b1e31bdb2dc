"""What the database adds up of findings is what one gets by taking each finding in hand."""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from math import isqrt
from typing import Any

import pytest
from builders import People
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.base import table_of
from app.db.session import Database
from app.domain.periods import Month
from app.domain.quantities import MAX_GRAMS
from app.enterprises.models import Site
from app.findings import registry, summary
from app.findings.models import CaseState, Finding
from app.findings.reading import FindingQuery
from app.findings.rule import Severity, Tonnes

_FIRST = Month(2025, 1)
_RULES = (
    "line_balance",
    "receiver_silent",
    "missing_month",
    "sudden_drop",
    "dumped",
    "over_capacity",
    "of_old",
)
_NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
_REGULATOR = Subject(uuid.uuid4(), "regulator", Role.REGULATOR, SCOPES_OF[Role.REGULATOR], region="1402")

# Few places and months, so that cells meet; grams that have the same share over other numbers of months.
_FACTS = st.fixed_dictionaries(
    {
        "place": st.sampled_from([0, 0, 1, 2]),
        "rule": st.sampled_from(_RULES),
        "waste": st.sampled_from(["SW02", "SW02", None]),
        "months": st.sets(st.integers(0, 4)).map(sorted),
        "grams": st.one_of(st.integers(0, 40), st.sampled_from([10**12 + 1, MAX_GRAMS])),
        "sigma_grams": st.none() | st.integers(0, 40) | st.just(MAX_GRAMS),
        "present": st.sampled_from([True, True, True, False]),
        "state": st.sampled_from([CaseState.OPEN, CaseState.NOTIFIED, CaseState.DISMISSED]),
    }
)
_QUERIES = st.builds(
    FindingQuery,
    region=st.sampled_from([None, "1402", "140212"]),
    waste=st.sampled_from([None, "SW02"]),
    first=st.none() | st.integers(0, 5).map(_FIRST.plus),
    last=st.none() | st.integers(0, 5).map(_FIRST.plus),
)


@pytest.fixture
def places(people: People, sessions: Database) -> list[Site]:
    """Three sites, two of them in one county."""
    for place, region in enumerate(("140212", "140212", "140214")):
        people.register(f"91140200MA0SUMS{place}AA", region=region)
    with sessions.reading() as session:
        return list(session.scalars(select(Site).order_by(Site.code)))


def _row(number: int, fact: dict[str, Any], site: Site) -> dict[str, Any]:
    months = [_FIRST.plus(step) for step in fact["months"]]
    plain = {name: fact[name] for name in ("rule", "waste", "grams", "sigma_grams", "present", "state")}
    return plain | {
        "id": uuid.UUID(int=number + 1),
        "rule_version": 1,
        "key": str(number),
        "partition": "site",
        "severity": Severity.LOW,
        "site_id": site.id,
        "region": site.region,
        "enterprise_id": site.enterprise_id,
        "first_month": months[0] if months else None,
        "last_month": months[-1] if months else None,
        "is_weighed": True,
        "zh": "示例",
        "en": "example",
        "evidence": {
            "months": [str(month) for month in months],
            "figures": [],
            "values": {},
            "threshold": {},
        },
        "evidence_sha256": "0" * 64,
        "opened_at": _NOW,
        "evidence_at": _NOW,
    }


def _counting(rows: list[dict[str, Any]], query: FindingQuery) -> Iterator[dict[str, Any]]:
    """The findings that count, one by one."""
    for row in rows:
        first, last = row["first_month"], row["last_month"]
        if (
            row["present"]
            and row["state"] is not CaseState.DISMISSED
            and row["region"].startswith(query.region or "")
            and query.waste in (None, row["waste"])
            and (query.first is None or (last is not None and last >= query.first))
            and (query.last is None or (first is not None and first <= query.last))
        ):
            yield row


def _largest(
    rows: list[dict[str, Any]], query: FindingQuery, by: str, kinds: set[Tonnes]
) -> dict[str, Fraction]:
    """By group the sum over (site, waste, month) of the largest share of these kinds there."""
    cells: dict[tuple[Any, ...], Fraction] = {}
    for row in _counting(rows, query):
        rule = registry.BY_ID.get(row["rule"])
        if rule is None or rule.tonnes_are not in kinds:
            continue
        months = row["evidence"]["months"]
        for month in months:
            if str(query.first or "") <= month <= str(query.last or "9999-99"):
                cell = (row[by], row["site_id"], row["waste"], month)
                cells[cell] = max(cells.get(cell, Fraction(0)), Fraction(row["grams"], len(months)))
    found: dict[str, Fraction] = defaultdict(Fraction)
    for (group, *_), share in cells.items():
        found[group] += share
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(_FACTS, max_size=14), query=_QUERIES)
def test_sums_are_those_of_the_findings_one_by_one(
    sessions: Database, places: list[Site], facts: list[dict[str, Any]], query: FindingQuery
) -> None:
    rows = [_row(number, fact, places[fact["place"]]) for number, fact in enumerate(facts)]
    with sessions.writing() as session:
        session.execute(delete(Finding))
        if rows:
            session.execute(insert(table_of(Finding)), rows)
    codes = {site.id: site.code for site in places}
    named = [row | {"site": codes[row["site_id"]]} for row in rows]
    with sessions.reading() as session:
        for by in ("site", "region", "rule"):
            _compare(named, query, by, summary.sums(session, _REGULATOR, query, by))
        sigma = summary.untracked_sigma(session, _REGULATOR, query)
    untracked = {rule.id for rule in registry.RULES if rule.tonnes_are is Tonnes.UNTRACKED}
    stated = [row["sigma_grams"] for row in _counting(rows, query) if row["rule"] in untracked]
    squares = [each * each for each in stated if each is not None]
    assert sigma == (isqrt(sum(squares)) if squares else None)


def _fact(rule: str, grams: int, *months: int) -> dict[str, Any]:
    kept = {"place": 0, "waste": "SW02", "present": True, "state": CaseState.OPEN, "sigma_grams": None}
    return kept | {"rule": rule, "grams": grams, "months": list(months)}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_cell_counts_once_of_each_kind_and_once_unseen(sessions: Database, places: list[Site]) -> None:
    facts = [
        # January: 10 g without an end over three months, 7 g over two; 3.5 g are more than 3.33.
        _fact("line_balance", 10, 0, 1, 2),
        _fact("receiver_silent", 7, 0, 1),
        # Less was not reported than has no end: it counts among the estimated only.
        _fact("missing_month", 2, 0),
        _fact("sudden_drop", 1, 0),
        _fact("dumped", 5, 0),
        _fact("over_capacity", 4, 0),
    ]
    with sessions.writing() as session:
        session.execute(insert(table_of(Finding)), [_row(n, fact, places[0]) for n, fact in enumerate(facts)])
    january = FindingQuery(first=_FIRST, last=_FIRST)
    with sessions.reading() as session:
        ((site, one),) = summary.sums(session, _REGULATOR, january, "site").items()
        ((_, all_months),) = summary.sums(session, _REGULATOR, FindingQuery(), "region").items()
    assert (site, one.findings) == (places[0].code, 6)
    assert one.kinds == {Tonnes.UNTRACKED: 4, Tonnes.ESTIMATED: 2, Tonnes.IRREGULAR: 5}
    assert one.unseen_grams == 4
    # 3.5 + 3.5 + 3.33
    assert all_months.grams(Tonnes.UNTRACKED) == all_months.unseen_grams == 10


def _compare(
    rows: list[dict[str, Any]], query: FindingQuery, by: str, told: dict[str, summary.Score]
) -> None:
    counting = [row[by] for row in _counting(rows, query)]
    assert {group: score.findings for group, score in told.items()} == {
        group: counting.count(group) for group in counting
    }
    for kind in Tonnes:
        due = _largest(rows, query, by, {kind})
        assert {group: score.grams(kind) for group, score in told.items()} == {
            group: round(due[group]) for group in told
        }
    due = _largest(rows, query, by, {Tonnes.UNTRACKED, Tonnes.ESTIMATED})
    assert {group: score.unseen_grams for group, score in told.items()} == {
        group: round(due[group]) for group in told
    }
