"""Blending limits worked out from what a plant makes now, and the permits of senders."""

from fractions import Fraction

import pytest

from app.domain.permits.content import PermitContent, PermitWaste, Route
from app.planning.candidates import may_entrust, process_for
from app.planning.idle import idle_by_process, main_process
from app.planning.recipes import Recipe, blend_of, norms
from app.planning.rooms import Room

TONNE = 1_000_000
CEMENT = {("cement_blending", "SW02"): 250 * TONNE, ("cement_retarder", "SW06"): 30 * TONNE}


def test_norms_are_those_of_the_chain_library() -> None:
    ash = norms()["cement_blending", "SW02"]
    assert (ash.product, ash.value, ash.high) == ("cement", Fraction(1, 4), Fraction(3, 10))
    # Of blast-furnace slag (20–70 %) and steel slag (50 %) the one that allows more stands for the class.
    assert norms()["cement_blending", "SW01"].high == Fraction(7, 10)


def test_gypsum_is_limited_by_the_cement_that_the_ash_tells_of() -> None:
    """250 t of ash at a quarter make 1000 t of cement, 2000 at full load: 5 % of gypsum are 100 t, 30 are in it."""
    recipe = Recipe(CEMENT, 560 * TONNE, 280 * TONNE)
    assert recipe.room_grams("cement_retarder", "SW06") == 70 * TONNE
    assert recipe.room_grams("cement_blending", "SW02") == 350 * TONNE
    # A use without a norm has no limit; a plant of which nothing tells the product has none either.
    assert recipe.room_grams("cement_raw_meal", "SW04") is None
    assert Recipe({}, 100 * TONNE, 0).room_grams("cement_retarder", "SW06") is None
    assert Recipe({("roadbase", "SW02"): TONNE}, 9 * TONNE, TONNE).room_grams("aac_block", "SW02") is None


def test_a_recipe_that_is_over_its_limit_takes_nothing_more() -> None:
    rich = {("cement_blending", "SW02"): 250 * TONNE, ("cement_retarder", "SW06"): 400 * TONNE}
    # 400 t of gypsum at its usual 4.2 % would be 9524 t of cement: the larger figure is believed.
    assert (
        Recipe(rich, 650 * TONNE, 650 * TONNE).room_grams("cement_retarder", "SW06")
        == int(Fraction(5, 100) * 400 * TONNE / Fraction(42, 1000)) - 400 * TONNE
    )
    # Over its capacity a plant makes no less than it does.
    full = Recipe(CEMENT, 100 * TONNE, 280 * TONNE)
    assert full.room_grams("cement_retarder", "SW06") == 20 * TONNE
    assert blend_of("S", "cement_retarder", "SW06") == "S/cement/SW06"


@pytest.mark.parametrize(
    ("wastes", "allowed"),
    [
        ((), True),
        ((PermitWaste("SW04", routes=frozenset({Route("entrusted", "use")})),), True),
        ((PermitWaste("SW04", routes=frozenset({Route("self", "dispose")})),), False),
        ((PermitWaste("SW04"),), True),
        ((PermitWaste("SW02", routes=frozenset({Route("entrusted", "use")})),), False),
    ],
)
def test_a_permit_forbids_what_it_names_otherwise_and_not_what_it_is_silent_about(
    wastes: tuple[PermitWaste, ...], *, allowed: bool
) -> None:
    content = PermitContent("91140200MA0EXAMPLE001P", "140212", wastes=wastes)
    assert may_entrust(content, "SW04") is allowed
    assert may_entrust(None, "SW04")


def _room(**used: int) -> Room:
    processes = {(name, waste): grams for name, grams in used.items() for waste in ("SW02",)}
    return Room("S", ("TS003",), frozenset({"SW02", "SW03"}), 10, 4, 6, processes)


def test_a_plant_does_with_a_waste_what_it_does_most() -> None:
    accepts = {"aac_block": frozenset({"SW02", "SW03"}), "roadbase": frozenset({"SW02"})}
    room = _room(aac_block=3, roadbase=5)
    assert process_for("SW02", room, accepts) == "roadbase"
    # It never took SW03: of what it does, only blocks could.
    assert process_for("SW03", room, accepts) == "aac_block"
    assert process_for("SW04", room, accepts) is None
    assert main_process(room) == "roadbase"
    assert main_process(_room()) is None


def test_idle_capacity_counts_each_plant_once_and_over_full_as_nothing() -> None:
    over = Room("T", ("TS001",), frozenset(), 4, 9, -5, {("roadbase", "SW02"): 9})
    found = idle_by_process([_room(roadbase=5), over, _room()])
    assert [(idle.process, idle.plants, idle.free_grams) for idle in found] == [
        (None, 1, 6),
        ("roadbase", 2, 6),
    ]
