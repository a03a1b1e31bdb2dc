"""Product tonnes against the waste used: held to recipes with a source, two-sided, silent where nothing can be said."""

from collections.abc import Sequence
from decimal import Decimal

from findings.books import START, T, book, flow, found, line, site, tonnes_of
from hypothesis import given
from hypothesis import strategies as st

from app.findings.facts import SiteFacts
from app.findings.recipes import recipes
from app.findings.rule import Severity


def works(
    *months: tuple[float, float | None],
    process: str = "building_gypsum",
    product: str | None = "building_gypsum",
    waste: str = "SW06",
    sigma: float | None = 0.01,
) -> SiteFacts:
    """Month after month of (used, product made); None: the ledger does not say."""
    return site(
        *(
            book(
                START.plus(place),
                line(waste, sigma, received=used, used=used),
                flows=[
                    flow("used", used, waste, process=process, product=product, product_grams=_grams(made))
                ],
            )
            for place, (used, made) in enumerate(months)
        )
    )


def _grams(tonnes: float | None) -> int | None:
    return None if tonnes is None else round(tonnes * T)


def cement(*wastes: tuple[str, float, float | None]) -> SiteFacts:
    """One month of cement of several wastes: (waste, used, the share of the cement that stands beside it)."""
    return site(
        book(
            START,
            *(line(waste, received=used, used=used) for waste, used, _ in wastes),
            flows=[
                flow(
                    "used",
                    used,
                    waste,
                    process="cement_blending",
                    product="cement",
                    product_grams=_grams(made),
                )
                for waste, used, made in wastes
            ],
        )
    )


def test_more_is_booked_as_used_than_the_product_took() -> None:
    """843 t of building gypsum a 1,000 t; 500 t of product took 593 t of gypsum."""
    (one,) = found("product_yield", works((1000, 500)))
    assert [round(each or 0) for each in tonnes_of([one])] == [407]
    assert one.key == ("building_gypsum", "building_gypsum", str(START), "short")
    assert one.severity is None, "the rule's own"
    assert one.sigma_grams is not None
    assert 0 < one.sigma_grams < 30 * T
    assert {figure.name: figure.grams for figure in one.figures} == {"used": 1000 * T, "product": 500 * T}
    assert one.values["product_per_tonne"] == "0.5000"
    assert "CaSO4" in str(one.values["source"])
    assert "843" in str(one.threshold["low_product_tonnes"])


def test_more_product_than_the_waste_can_have_given() -> None:
    (one,) = found("product_yield", works((1000, 1500)))
    assert one.key[-1] == "over"
    assert one.severity is Severity.LOW, "it may be another recipe"
    assert [round(each or 0) for each in tonnes_of([one])] == [779]


def test_months_that_follow_each_other_are_one_finding_and_the_other_side_is_another() -> None:
    made = found("product_yield", works((1000, 500), (1000, 400), (1000, 840), (1000, 1500)))
    assert [(each.key[-1], len(each.months)) for each in made] == [("over", 1), ("short", 2)]


def test_a_norm_is_waste_per_product() -> None:
    """0.25 to 0.30 t of fly ash a tonne of cement: 3.33 to 4 t of cement a tonne of ash."""
    recipe = recipes()["cement_blending", "SW02", "cement"]
    assert (recipe.low, recipe.high) == (1 / Decimal("0.30"), Decimal(4))
    assert found("product_yield", cement(("SW02", 1000, 3400))) == []
    assert found("product_yield", cement(("SW02", 1000, 3900))) == []
    (one,) = found("product_yield", cement(("SW02", 1000, 2000)))
    assert tonnes_of([one]) == [500], "2,000 t of cement take 500 t by the middle of the recipe"


def test_what_nobody_can_look_up_is_not_held_against_anybody() -> None:
    assert found("product_yield", works((1000, None))) == [], "not stated"
    assert (
        found("product_yield", works((1000, 1), process="aac_block", product="aac_block", waste="SW02")) == []
    )
    assert found("product_yield", works((1000, 1), process="unheard_of")) == []
    assert found("product_yield", works((1000, 1), product="gold")) == []
    assert found("product_yield", works((1000, 1), product=None)) == []
    assert found("product_yield", works((0, 500))) == []
    assert len(found("product_yield", works((1000, 0)))) == 1, "nothing made is a figure, not silence"


def test_a_product_of_several_wastes_is_compared_as_a_sum_or_not_at_all() -> None:
    """How a works shares its product out among the wastes is its own business; bottom ash has no recipe."""
    assert found("product_yield", cement(("SW02", 1000, 1000), ("SW03", 100, 2500))) == []
    assert found("product_yield", cement(("SW02", 1000, 1000), ("SW02", 1000, None))) == []
    two = site(
        book(
            START,
            line("SW02", received=2000, used=2000),
            flows=[
                flow(
                    "used", 1000, "SW02", process="cement_blending", product="cement", product_grams=each * T
                )
                for each in (500, 6800)
            ],
        )
    )
    assert found("product_yield", two) == [], "7,300 t of 2,000 t"


def test_scales_that_are_less_sure_are_given_more() -> None:
    assert len(found("product_yield", works((1000, 650)))) == 1
    assert found("product_yield", works((1000, 650), sigma=0.10)) == []
    assert found("product_yield", works((1000, 650), sigma=None), unstated_sigma="0.10") == []
    assert found("product_yield", works((1000, 650)), tolerance="0.3") == []
    assert found("product_yield", works((1000, 500)), least_tonnes="500") == []


ways = st.sampled_from(sorted(recipes().items()))


@given(ways, st.lists(st.tuples(st.integers(1, 10**6), st.floats(0, 1)), min_size=1, max_size=4))
def test_whatever_lies_within_its_recipe_is_never_found(
    way: tuple[tuple[str, str, str], object], months: Sequence[tuple[int, float]]
) -> None:
    (process, waste, product), _ = way
    recipe = recipes()[process, waste, product]
    made = [
        (used, float(recipe.low + (recipe.high - recipe.low) * Decimal(share)) * used)
        for used, share in months
    ]
    facts = works(*made, process=process, product=product, waste=waste)
    assert found("product_yield", facts) == []


@given(ways, st.integers(10_000, 10**6), st.floats(1.5, 20))
def test_hidden_tonnes_are_what_the_product_did_not_take(
    way: tuple[tuple[str, str, str], object], took: int, times: float
) -> None:
    """A works makes what `took` tonnes give by the middle of the recipe and books `times` as much."""
    (process, waste, product), _ = way
    recipe = recipes()[process, waste, product]
    facts = works((took * times, float(recipe.value) * took), process=process, product=product, waste=waste)
    (one,) = found("product_yield", facts)
    assert one.grams is not None
    assert abs(one.grams / T - took * (times - 1)) < 1e-3 * took


def test_recipes_have_bounds_and_sources() -> None:
    assert {process for process, _, _ in recipes()} >= {"building_gypsum", "cement_blending", "feed"}
    for recipe in recipes().values():
        assert 0 < recipe.low <= recipe.value <= recipe.high
        assert recipe.sources
        assert "unverified" not in recipe.sources
