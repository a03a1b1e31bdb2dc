"""Generation against activity, residues against recipes, treatment against facilities."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from findings.books import START, T, book, facility, flow, found, line, site, tonnes_of
from hypothesis import given
from hypothesis import strategies as st

from app.domain.periods import Month
from app.findings.expected import Band, band_of, expected
from app.findings.facts import Activity, Coefficient, SiteFacts
from app.findings.recipes import residues

GANGUE = Coefficient(
    "gangue.raw_coal",
    1,
    ("SW04",),
    "raw_coal",
    "ratio",
    value=Decimal("0.20"),
    low=Decimal("0.10"),
    high=Decimal("0.25"),
)
ASH = Coefficient("ash.coal_burnt", 2, ("SW02", "SW03"), "coal_burnt", "ash", band_percent=Decimal(20))
FLY_ASH = replace(ASH, code="fly_ash", wastes=("SW02",), variant="pulverised")
GYPSUM = Coefficient(
    "gypsum",
    1,
    ("SW06",),
    "so2_removed",
    "gypsum",
    value=Decimal("2.6875"),
    band_percent=Decimal(15),
    parameters={"purity": Decimal("0.90"), "moisture": Decimal("0.10")},
)
GRAINS = Coefficient("grains", 1, ("SW13",), "liquor", "ratio", value=Decimal("2.94"))
COAL = "raw_coal"


def did(kind: str, tonnes: float, **parameters: str) -> Activity:
    return Activity(kind, round(tonnes * T), parameters)


def mine(*generated: float, coal: float = 10_000, **more: Any) -> SiteFacts:
    """A mine that raises the same coal each month and reports this much gangue."""
    books = (
        book(START.plus(place), line("SW04", generated=each, closing=each), activities=(did(COAL, coal),))
        for place, each in enumerate(generated)
    )
    return site(*books, **({"coefficients": (GANGUE,)} | more))


def outside(facts: SiteFacts, **values: str) -> list[float | None]:
    return tonnes_of(found("generation_outside_band", facts, **values))


def test_two_months_below_the_band_are_found_and_one_is_not() -> None:
    assert outside(mine(2000, 400, 2000, 400)) == []
    (one,) = found("generation_outside_band", mine(2000, 400, 500, 2000))
    assert tonnes_of([one]) == [(2000 - 400) + (2000 - 500)], "to the middle of the band"
    assert one.months == (START.next, START.plus(2))
    assert one.key == ("SW04", str(START.next), "below")
    assert one.values["coefficients"] == "gangue.raw_coal v1"


def test_above_the_band_and_a_swing_from_below_to_above() -> None:
    assert outside(mine(2600, 3000)) == [600 + 1000]
    assert outside(mine(400, 3000)) == [], "not the same way two months running"


def test_a_month_not_on_file_ends_a_run() -> None:
    facts = mine(400, 2000, 400)
    gap = replace(facts, books={month: each for month, each in facts.books.items() if month != START.next})
    assert outside(gap) == []


def test_an_administrators_coefficient_counts() -> None:
    wide = replace(GANGUE, version=2, low=Decimal("0.01"))
    assert outside(mine(400, 400)) == [3200]
    assert outside(mine(400, 400, coefficients=(wide,))) == []


def test_only_what_the_site_states_is_held_against_it() -> None:
    assert outside(mine(0, 0, coefficients=())) == []
    silent = mine(0, 0)
    books = {month: replace(each, activities=()) for month, each in silent.books.items()}
    assert outside(replace(silent, books=books)) == []


def burning(fly: float, bottom: float, *, gangue: float = 0, ash: str = "30") -> SiteFacts:
    used = [flow("used", gangue, "SW04", process="gangue_power", of_received=round(gangue * T))]
    books = (
        book(
            START.plus(place),
            line("SW02", generated=fly, closing=fly),
            line("SW03", generated=bottom, closing=bottom),
            line("SW04", received=gangue, used=gangue),
            flows=used if gangue else (),
            activities=(did("coal_burnt", 10_000, ash_percent=ash),),
        )
        for place in range(2)
    )
    return site(*books, coefficients=(ASH, FLY_ASH))


def test_ash_goes_by_the_coals_own_analysis() -> None:
    assert outside(burning(2700, 300)) == []
    assert outside(burning(0, 3000)) == [], "fly ash or bottom ash: the sum counts, the boiler is not known"
    assert outside(burning(1000, 300)) == [2 * (3000 - 1300)]
    assert outside(burning(1000, 300, ash="13")) == []


def test_ash_of_burnt_gangue_comes_on_top() -> None:
    assert outside(burning(4000, 3000)) == [2 * 4000]
    assert outside(burning(4000, 3000, gangue=8000)) == []


def test_bands_of_each_form() -> None:
    coal = did("coal_burnt", 100, ash_percent="27.5")
    assert band_of(ASH, coal) == Band(22 * T, 27_500_000, 33 * T)
    assert band_of(ASH, did("coal_burnt", 100)) is None, "no analysis, no expectation"
    assert band_of(GYPSUM, did("so2_removed", 81)) == Band(
        int(81 * T * Decimal("2.6875") / Decimal("0.81") * Decimal("0.85")),
        int(81 * T * Decimal("2.6875") / Decimal("0.81")),
        int(81 * T * Decimal("2.6875") / Decimal("0.81") * Decimal("1.15")),
    )
    pure = band_of(GYPSUM, did("so2_removed", 100, purity_percent="100", moisture_percent="0"))
    assert pure is not None
    assert pure.value == 268_750_000
    assert band_of(GRAINS, did("liquor", 100)) is None, "a value without a band is held against nobody"


def test_activities_add_up() -> None:
    steel = replace(GANGUE, code="steel", wastes=("SW01",), activity="crude_steel")
    iron = replace(GANGUE, code="iron", wastes=("SW01",), activity="pig_iron")
    both = book(START, line("SW01"), activities=(did("crude_steel", 100), did("pig_iron", 50)))
    (told,) = expected(both, (iron, steel)).values()
    assert told == (Band(15 * T, 30 * T, 37_500_000), ("iron v1", "steel v1"))


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=12))
def test_a_run_is_found_once_and_every_month_of_it_is_outside(generated: list[int]) -> None:
    made = found("generation_outside_band", mine(*generated), least_tonnes="0")
    months: list[Month] = [month for each in made for month in each.months]
    assert len(months) == len(set(months))
    for each in made:
        assert len(each.months) >= 2
        assert all(not 1000 <= generated[place_of(month)] <= 2500 for month in each.months)
    lonely = {
        place
        for place, each in enumerate(generated)
        if not 1000 <= each <= 2500 and START.plus(place) not in months
    }
    for place in lonely:
        near = [generated[other] for other in (place - 1, place + 1) if 0 <= other < len(generated)]
        assert not any(
            (each < 1000) is (generated[place] < 1000) and not 1000 <= each <= 2500 for each in near
        )


def place_of(month: Month) -> int:
    return (month.year - START.year) * 12 + month.number - START.number


def power_plant(*ash: tuple[float, float], gangue: float = 1000, process: str = "gangue_power") -> SiteFacts:
    """Burns gangue each month and reports this much fly and bottom ash."""
    books = (
        book(
            START.plus(place),
            line("SW04", received=gangue, used=gangue),
            line("SW02", generated=fly, closing=fly),
            line("SW03", generated=bottom, closing=bottom),
            flows=[flow("used", gangue, "SW04", process=process, of_received=round(gangue * T))],
        )
        for place, (fly, bottom) in enumerate(ash)
    )
    return site(*books)


def test_gangue_burnt_and_no_ash() -> None:
    (one,) = found("residue_missing", power_plant((0, 0), (0, 0), (320, 320)))
    assert tonnes_of([one]) == [1300], "0.65 of what was burnt"
    assert one.severity is not None, "nothing at all is worse than too little"
    assert one.key == ("gangue_power", "SW04", str(START))
    assert one.waste == "SW02"


def test_too_little_ash_and_enough() -> None:
    """At least 0.52 t/t, of which a tenth is let pass: 468 t of 1,000."""
    assert tonnes_of(found("residue_missing", power_plant((400, 60)))) == [190]
    assert found("residue_missing", power_plant((400, 68))) == []
    assert found("residue_missing", power_plant((0, 530))) == [], "fly ash or bottom ash, the sum counts"


def test_uses_that_leave_nothing() -> None:
    assert found("residue_missing", power_plant((0, 0), process="sintered_brick")) == []
    assert found("residue_missing", power_plant((0, 0), process="unheard_of")) == []


def test_recipes_are_those_of_the_library() -> None:
    told = residues()["gangue_power", "SW04"]
    assert {waste: (each.low, each.value, each.high) for waste, each in told.items()} == {
        waste: (Decimal("0.26"), Decimal("0.325"), Decimal("0.39")) for waste in ("SW02", "SW03")
    }
    assert all(0 <= one.low <= one.value <= one.high for left in residues().values() for one in left.values())
    assert ("cement_blending", "SW02") not in residues()


@pytest.mark.parametrize(("kind", "needs"), [("used", "utilization"), ("disposed", "disposal")])
def test_own_waste_treated_without_a_facility(kind: str, needs: str) -> None:
    own = book(START, line(generated=100), flows=[flow(kind, 100)])
    (one,) = found("treated_without_facility", site(own))
    assert tonnes_of([one]) == [100]
    assert one.key == (needs,)
    assert found("treated_without_facility", site(own, facilities=(facility(needs, None),))) == []
    others = book(START, line(received=100), flows=[flow(kind, 100, of_received=100 * T)])
    assert found("treated_without_facility", site(others)) == [], "others' waste is the receiver's rule"
