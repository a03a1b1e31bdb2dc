"""One call with many ledgers says of each what the same ledgers would be told one by one."""

from typing import Any

from api.histories_world import MONTHS, SITES, World
from api.test_ledger_histories import moderately
from api.test_ledger_histories import world as _world
from builders import JSON
from hypothesis import given
from hypothesis import strategies as st

world = _world
# A thousand times one another, so that the two sides of a transfer contradict each other in their unit.
masses = st.sampled_from(["0.005", "5", "5000"])
others = st.sampled_from([*SITES, SITES[0][:18]])


@st.composite
def sets(draw: st.DrawFn) -> list[JSON]:
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(SITES), st.sampled_from(MONTHS[:2])),
            min_size=2,
            max_size=6,
            unique=True,
        )
    )
    return [
        {
            "site": site,
            "month": month,
            "signed_by": "示例负责人",
            "lines": [
                {
                    "waste": "SW02",
                    "generated_tonnes": draw(masses),
                    "sent": [{"to": draw(others), "tonnes": draw(masses)} for _ in range(2)],
                    "received": [{"from": draw(others), "tonnes": draw(masses)}],
                }
            ],
        }
        for site, month in keys
    ]


def warnings_of_each(world: World, bodies: list[JSON]) -> list[Any]:
    found = []
    for body in bodies:
        answer = world.post("/v1/ledgers", body)
        assert answer.status_code == 201, answer.text
        found.append(answer.json()["warnings"])
    return found


@moderately(25)
@given(bodies=sets(), before=sets())
def test_warnings_of_a_set_are_those_of_the_same_ledgers_one_by_one(
    world: World, bodies: list[JSON], before: list[JSON]
) -> None:
    """`before` is on file first; what of the set meets it amends it."""
    world.wipe()
    warnings_of_each(world, before)
    there = {(body["site"], body["month"]) for body in before}
    fresh = [body for body in bodies if (body["site"], body["month"]) not in there]
    mixed = [body | {"reason": "更正"} for body in bodies]
    one_by_one = warnings_of_each(world, fresh)
    amended = [world.post("/v1/ledgers/bulk", [body]).json()["items"][0] for body in mixed]
    world.wipe()
    warnings_of_each(world, before)
    at_once = world.post("/v1/ledgers/bulk", fresh).json()["items"] if fresh else []
    assert [item["warnings"] for item in at_once] == one_by_one
    again = world.post("/v1/ledgers/bulk", mixed).json()["items"]
    for one, other in zip(again, amended, strict=True):
        assert (one["outcome"], one["warnings"]) == (other["outcome"], other["warnings"])


def test_a_kilogram_slip_between_two_ledgers_of_one_set_is_seen(world: World) -> None:
    mill, works = SITES[0], SITES[2]
    sent = {"waste": "SW02", "generated_tonnes": "5", "sent": [{"to": works, "tonnes": "5"}]}
    taken = {"waste": "SW02", "received": [{"from": mill, "tonnes": "5000"}], "closing_stock_tonnes": "5000"}
    bodies = [
        {"site": site, "month": MONTHS[0], "signed_by": "示例负责人", "lines": [line]}
        for site, line in ((mill, sent), (works, taken))
    ]
    items = world.post("/v1/ledgers/bulk", bodies).json()["items"]
    assert [[warning["rule"] for warning in item["warnings"]] for item in items] == [[], ["unit_slip"]]
    assert items[1]["warnings"][0]["pointer"] == "/lines/0/received/0/tonnes"
