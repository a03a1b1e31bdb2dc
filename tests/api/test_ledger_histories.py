"""Random filing histories over HTTP: whatever is filed in whatever order, the figures follow from what is in force."""

import hashlib
import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from api.histories_world import MONTHS, REGION_OF, SITES, SPAN, World, contents, deeds, natural, tonnes
from builders import JSON, People
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from support.clock import SettableClock

from app.db.base import Base
from app.db.session import Database
from app.domain.ledger import totals_of
from app.ledgers.models import Rollup
from app.ledgers.rollups import SUMMED
from app.ledgers.schemas import LedgerIn

GROUPS = (None, "month", "region", "waste", "site", "industry")
METRICS = ("utilization.statutory", "utilization.confirmed")


def moderately(examples: int) -> Any:
    """Fix the seed: the same histories every time, and seconds of them. The database is emptied before each."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@pytest.fixture
def world(people: People, sessions: Database, clock: SettableClock) -> World:
    made = World(people, sessions, clock)
    made.settle()
    return made


def rates(world: World, metric: str, group: str | None, **more: Any) -> list[JSON]:
    params = {"metric": metric, **SPAN, **({"group_by": group} if group else {}), **more}
    items: list[JSON] = world.get("/v1/rates", **params)["items"]
    # An interval comes from a reconciliation of now: no question as of a moment has one.
    return [{k: v for k, v in item.items() if not k.startswith("interval_95")} for item in items]


def ledgers(world: World, **more: Any) -> list[JSON]:
    items: list[JSON] = world.get("/v1/ledgers", limit=200, **more)["items"]
    return items


def transfers(world: World) -> dict[tuple[str, ...], JSON]:
    items = world.get("/v1/transfers", limit=200)["items"]
    return {natural(one): {name: one[name] for name in one if name != "id"} for one in items}


def rollup(world: World) -> dict[tuple[str, str, str], tuple[int, ...]]:
    with world.sessions.reading() as session:
        rows = session.scalars(select(Rollup)).all()
    kept = {
        (row.region, row.waste, str(row.month)): tuple(getattr(row, name) for name in SUMMED) for row in rows
    }
    return {key: sums for key, sums in kept.items() if any(sums)}


def recomputed(world: World) -> dict[tuple[str, str, str], tuple[int, ...]]:
    """The rollup again from the bodies that are in force, without the database."""
    sums: dict[tuple[str, str, str], tuple[int, ...]] = defaultdict(lambda: (0,) * len(SUMMED))
    for (site, month), body in world.in_force.items():
        for line in LedgerIn.model_validate(body).content().lines:
            totals = totals_of(line)
            figures = (
                totals.generated_grams,
                totals.used_grams,
                totals.used_from_prior_stock_grams,
                totals.disposed_grams,
                totals.disposed_from_prior_stock_grams,
                totals.disposed_harmlessly_grams,
                totals.used_on_site_grams,
                totals.sent_for_use_grams,
                line.sent_grams,
                totals.stored_grams,
                totals.dumped_grams,
            )
            key = (REGION_OF[site], line.waste, month)
            sums[key] = tuple(a + b for a, b in zip(sums[key], figures, strict=True))
    return {key: found for key, found in sums.items() if any(found)}


def everything(world: World) -> dict[str, str]:
    with world.sessions.reading() as session:
        return {
            table.name: "\n".join(sorted(repr(tuple(row)) for row in session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("reference")
        }


@moderately(6)
@given(history=st.lists(deeds(), min_size=3, max_size=10))
def test_the_figures_follow_from_what_is_in_force(world: World, history: list[Any]) -> None:
    world.wipe()
    for deed in history:
        before = everything(world) if deed.what == "bulk refused" else None
        world.do(deed)
        assert before is None or everything(world) == before, "a refused atomic set left something behind"
    assert rollup(world) == recomputed(world)
    assert world.get("/v1/selfcheck")["ok"]
    filed = {(one["site"], one["month"]): one for one in ledgers(world) if one["state"] != "draft"}
    assert filed.keys() == world.in_force.keys()
    declared: dict[tuple[str, ...], int] = defaultdict(int)
    for (site, month), body in world.in_force.items():
        content = LedgerIn.model_validate(body).content()
        assert filed[site, month]["receipt"]["sha256"] == receipt_of(filed[site, month])
        for line in content.lines:
            for flow in line.sent:
                declared[month, line.waste, flow.purpose, site, flow.party] += flow.grams
    sent = {
        key: one["sent_tonnes"] for key, one in transfers(world).items() if one["sent_tonnes"] is not None
    }
    assert {key: Decimal(value) * 10**6 for key, value in sent.items()} == declared


def receipt_of(told: JSON) -> str:
    record = {name: told[name] for name in ("site", "month", "nil", "signed_by", "lines", "activity")}
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@moderately(4)
@given(history=st.lists(deeds(), min_size=3, max_size=6))
def test_as_of_tells_what_was_told_then(world: World, history: list[Any]) -> None:
    world.wipe()
    then: list[tuple[str, JSON]] = []
    for deed in history:
        world.do(deed)
        then.append((world.clock().isoformat(), told(world)))
    world.clock.advance(seconds=1)
    for moment, what in then:
        assert told(world, as_of=moment) == what, moment


def told(world: World, **more: Any) -> JSON:
    figures: JSON = {f"{m} by {g}": rates(world, m, g, **more) for m in METRICS for g in GROUPS[:4]}
    return figures | {
        "ledgers": ledgers(world, **more),
        "submitted": [one["id"] for one in ledgers(world, state="submitted", **more)],
    }


@st.composite
def filed_sets(draw: st.DrawFn) -> tuple[list[JSON], list[JSON], list[JSON]]:
    """Ledgers, one of each site and month, in two orders; and other versions of some of them."""
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(SITES), st.sampled_from(MONTHS)), min_size=2, max_size=6, unique=True
        )
    )
    bodies = [draw(contents(site, month)) for site, month in keys]
    drafts = [draw(contents(site, month)) for site, month in keys if draw(st.booleans())]
    return bodies, draw(st.permutations(bodies)), drafts


@moderately(4)
@given(sets=filed_sets())
def test_the_order_of_filing_does_not_matter(
    world: World, sets: tuple[list[JSON], list[JSON], list[JSON]]
) -> None:
    bodies, otherwise, mistaken = sets
    world.wipe()
    for body in bodies:
        world.file(body)
    straight = (rollup(world), transfers(world), figures(world))
    world.wipe()
    for body in (*mistaken, *otherwise):
        world.amend(body)
    assert (rollup(world), transfers(world), figures(world)) == straight


def figures(world: World) -> JSON:
    return {f"{metric} by {group}": rates(world, metric, group) for metric in METRICS for group in GROUPS}


@moderately(4)
@given(sets=filed_sets())
def test_the_parts_sum_to_the_whole_and_the_unit_does_not_matter(
    world: World, sets: tuple[list[JSON], list[JSON], list[JSON]]
) -> None:
    bodies = sets[0]
    world.wipe()
    for body in bodies:
        world.file(body)
    small = figures(world)
    for metric in METRICS:
        for group in GROUPS[1:]:
            for name in ("numerator_tonnes", "denominator_tonnes"):
                parts = sum(Decimal(item[name] or 0) for item in small[f"{metric} by {group}"])
                assert parts == Decimal(small[f"{metric} by None"][0][name]), (metric, group, name)
    world.wipe()
    for body in bodies:
        world.file(times_1000(body))
    for question, items in figures(world).items():
        assert [item["value"] for item in items] == [item["value"] for item in small[question]], question
        masses = [Decimal(item["numerator_tonnes"] or 0) for item in items]
        assert masses == [1000 * Decimal(item["numerator_tonnes"] or 0) for item in small[question]], question


def times_1000(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: tonnes(int(Decimal(part) * 10**6)) if "tonnes" in name else times_1000(part)
            for name, part in value.items()
        }
    return [times_1000(part) for part in value] if isinstance(value, list) else value


@moderately(6)
@given(body=contents())
def test_a_ledger_sent_back_as_it_was_read_is_unchanged(world: World, body: JSON) -> None:
    world.wipe()
    world.file(body)
    (kept,) = ledgers(world)
    record = {name: kept[name] for name in ("site", "month", "nil", "signed_by", "lines", "activity")}
    again = world.post("/v1/ledgers/bulk", [record]).json()["items"][0]
    assert (again["outcome"], again["receipt"]) == ("unchanged", kept["receipt"])
    world.amend(record)
    assert world.heads[body["site"], body["month"]]["receipt"]["sha256"] == kept["receipt"]["sha256"]
