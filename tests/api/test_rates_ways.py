"""Sums come from rollups or from lines, as the question allows: the answer is the same either way."""

from typing import Any

from api.histories_world import MONTHS, SITES, SPAN, World, contents
from api.test_ledger_histories import moderately
from api.test_ledger_histories import world as _world
from builders import JSON
from hypothesis import given
from hypothesis import strategies as st

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.domain.periods import Month
from app.ids import new_id
from app.rates import repository
from app.rates.repository import Scope

world = _world
ADMIN = Subject(new_id(), "admin", Role.ADMIN, SCOPES_OF[Role.ADMIN])
PROVINCE = Subject(new_id(), "shanxi", Role.REGULATOR, SCOPES_OF[Role.REGULATOR], region="14")
METRICS = ("utilization.statutory", "utilization.confirmed", "coverage")
ALL = Scope(Month.parse(MONTHS[0]), Month.parse(MONTHS[-1]))
NOTHING = {"waste": "SW04", "opening_stock_tonnes": "7", "closing_stock_tonnes": "7"}


@st.composite
def with_lines_of_nothing(draw: st.DrawFn) -> JSON:
    body = draw(contents())
    if body.get("nil") or draw(st.booleans()):
        head = {name: body[name] for name in ("site", "month", "signed_by")}
        return head | {"lines": [NOTHING]}
    return body


def items(world: World, metric: str, group: str | None, **more: Any) -> list[JSON]:
    params = {"metric": metric, **SPAN, **({"group_by": group} if group else {}), **more}
    found: list[JSON] = world.get("/v1/rates", **params)["items"]
    return [without_interval(item) for item in found]


def without_interval(item: JSON) -> JSON:
    """The figures alone: an interval comes from a reconciliation of now, and no question as of a moment has one."""
    return {name: value for name, value in item.items() if not name.startswith("interval_95")}


@moderately(12)
@given(bodies=st.lists(with_lines_of_nothing(), min_size=1, max_size=5))
def test_rollups_and_lines_give_the_same_items(world: World, bodies: list[JSON]) -> None:
    world.wipe()
    for body in bodies:
        world.amend(body)
    with world.sessions.reading() as session:
        for subject in (ADMIN, PROVINCE):
            for group in (None, "month", "region", "waste"):
                rolled = repository.sums(session, subject, ALL, group)
                query, key = repository._from_lines(subject, ALL, group)  # noqa: SLF001 - the other way to the same
                rows = repository.by_key(session.execute(repository.grouped(query, key)), key)
                summed = {name: repository._fields(row) for name, row in rows.items()}
                assert rolled == {
                    name: repository.Totals(**fields)
                    for name, fields in summed.items()
                    if any(fields.values())
                }
    now = world.clock().isoformat()
    for metric in METRICS:
        for group in (None, "month", "region", "waste"):
            assert items(world, metric, group) == items(world, metric, group, as_of=now), (metric, group)


def test_a_waste_of_nothing_has_no_item_and_one_that_only_left_has(world: World) -> None:
    handed_on = {
        "waste": "SW02",
        "received": [{"from": "unregistered-works", "tonnes": "5"}],
        "sent": [{"to": "unregistered-works", "tonnes": "5", "received_tonnes": "5", "purpose": "dispose"}],
    }
    head = {"site": SITES[0], "month": MONTHS[0], "signed_by": "示例负责人"}
    world.file(head | {"lines": [NOTHING, handed_on]})
    for more in ({}, {"as_of": world.clock().isoformat()}):
        (item,) = items(world, "utilization.statutory", "waste", **more)
        assert item["group"]["waste"] == "SW02"
        assert item["coverage"]["sent_tonnes"] == "5"
        asked = items(world, "utilization.statutory", "waste", waste="SW04", **more)
        assert [one["group"]["waste"] for one in asked] == ["SW04"]
