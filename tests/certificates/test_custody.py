"""Mass balance by itself: no tonne promised twice, whatever happens to recipes, ledgers and certificates."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.custody.batches import BatchKind, LineFigures, Standing, leads_to, standing
from app.domain.custody.certificates import message_of, new_code, read_code
from app.domain.custody.credits import Account, Claim, Recipe, account_of, room, shortfalls
from app.domain.periods import Month

JAN, FEB = Month(2025, 1), Month(2025, 2)
WASTES = ("SW02", "SW04", "SW06")
grams = st.integers(0, 10**12)
some = st.integers(1, 10**12)

recipes = st.builds(
    Recipe,
    month=st.sampled_from([JAN, FEB]),
    product=st.sampled_from(["cement", "concrete", "electricity"]),
    product_grams=st.one_of(st.none(), some),
    wastes=st.dictionaries(st.sampled_from(WASTES), some, max_size=3),
    other_grams=grams,
)
used = st.dictionaries(st.tuples(st.sampled_from([JAN, FEB]), st.sampled_from(WASTES)), grams)
claims = st.builds(
    Claim,
    id=st.uuids().map(str),
    product=st.sampled_from(["cement", "concrete"]),
    product_grams=some,
    content=st.dictionaries(st.sampled_from(WASTES), some, max_size=3),
)


@given(st.lists(recipes, max_size=8), used)
def test_an_account_holds_no_more_than_went_in(
    made: list[Recipe], on_file: dict[tuple[Month, str], int]
) -> None:
    account = account_of(made, on_file)
    for waste, available in account.wastes.items():
        put_in = sum(recipe.wastes.get(waste, 0) for recipe in made)
        supported = sum(on_file.get((month, waste), 0) for month in (JAN, FEB))
        with_mass = sum(recipe.wastes.get(waste, 0) for recipe in made if recipe.product_grams)
        assert 0 <= available <= min(put_in, supported, with_mass)
    assert sum(account.wastes.values()) <= sum(account.products.values())


@given(st.lists(recipes, max_size=6), used, st.lists(claims, max_size=8, unique_by=lambda claim: claim.id))
def test_what_is_covered_and_what_is_not_sum_to_what_was_promised(
    made: list[Recipe], on_file: dict[tuple[Month, str], int], promised: list[Claim]
) -> None:
    account = account_of(made, on_file)
    short = shortfalls(account, promised)
    for waste in WASTES:
        asked = sum(claim.content.get(waste, 0) for claim in promised)
        missing = sum(short[claim.id].content.get(waste, 0) for claim in promised)
        assert missing == max(0, asked - account.wastes.get(waste, 0))
    # The first issued is the first covered: without the last one nobody before it fares better or worse.
    assert shortfalls(account, promised[:-1]) == {claim.id: short[claim.id] for claim in promised[:-1]}


steps = st.lists(
    st.one_of(
        st.tuples(st.just("make"), recipes),
        st.tuples(st.just("file"), st.tuples(st.sampled_from([JAN, FEB]), st.sampled_from(WASTES)), grams),
        st.tuples(st.just("issue"), claims),
        st.tuples(st.just("revoke"), st.integers(0, 20)),
        st.tuples(st.just("withdraw"), st.integers(0, 20)),
    ),
    max_size=30,
)


@given(steps)
def test_no_history_certifies_a_tonne_twice(history: list[tuple[object, ...]]) -> None:
    """A shadow bookkeeper, which only knows sums, is asked at every step."""
    made: list[Recipe] = []
    on_file: dict[tuple[Month, str], int] = {}
    standing_claims: list[Claim] = []
    for step in history:
        _take(step, made, on_file, standing_claims)
        account = account_of(made, on_file)
        short = shortfalls(account, standing_claims)
        for waste in WASTES:
            covered = sum(
                claim.content.get(waste, 0) - short[claim.id].content.get(waste, 0)
                for claim in standing_claims
            )
            assert covered <= sum(recipe.wastes.get(waste, 0) for recipe in made)
            assert covered <= sum(on_file.get((month, waste), 0) for month in (JAN, FEB))
        left = room(account, standing_claims)
        assert all(value >= 0 for value in (*left.wastes.values(), *left.products.values()))


def _take(
    step: tuple[object, ...], made: list[Recipe], on_file: dict[tuple[Month, str], int], issued: list[Claim]
) -> None:
    match step:
        case ("make", Recipe() as recipe):
            made.append(recipe)
        case ("file", (Month() as month, str(waste)), int(amount)):
            on_file[month, waste] = amount
        case ("issue", Claim() as claim):
            left = room(account_of(made, on_file), issued)
            fits = all(amount <= left.wastes.get(waste, 0) for waste, amount in claim.content.items())
            if fits and claim.product_grams <= left.products.get(claim.product, 0):
                issued.append(claim)
                assert shortfalls(account_of(made, on_file), issued)[claim.id].is_covered
        case ("revoke", int(place)) if issued:
            issued.pop(place % len(issued))
        case ("withdraw", int(place)) if made:
            made.pop(place % len(made))
        case _:
            pass


def test_what_burns_off_is_lost_by_all_inputs_alike() -> None:
    recipe = Recipe(JAN, "cement", 100, {"SW02": 60}, 90)
    assert recipe.content_of("SW02") == Fraction(40)
    assert Recipe(JAN, "cement", 200, {"SW02": 60}, 90).content_of("SW02") == 60
    assert Recipe(JAN, "electricity", None, {"SW04": 60}, 40).content_of("SW04") == 0


def test_a_ledger_below_the_recipes_cuts_them_and_no_ledger_leaves_nothing() -> None:
    made = [Recipe(JAN, "cement", 100, {"SW02": 30}, 70), Recipe(FEB, "cement", 100, {"SW02": 50}, 50)]
    assert account_of(made, {(JAN, "SW02"): 30, (FEB, "SW02"): 50}).wastes == {"SW02": 80}
    assert account_of(made, {(JAN, "SW02"): 30, (FEB, "SW02"): 20}).wastes == {"SW02": 50}
    # What January used beyond its recipes does not stand in for February.
    assert account_of(made, {(JAN, "SW02"): 99}).wastes == {"SW02": 30}
    assert account_of(made, {}).wastes == {"SW02": 0}


def test_revoking_frees_and_what_came_first_is_covered_first() -> None:
    account = Account({"SW02": 100}, {"cement": 1000}, {})
    first, second = (Claim(name, "cement", 300, {"SW02": 60}) for name in ("first", "second"))
    short = shortfalls(account, [first, second])
    assert short["first"].is_covered
    assert short["second"].content == {"SW02": 20}
    assert shortfalls(account, [second])["second"].is_covered
    assert room(account, [first]).wastes == {"SW02": 40}


@pytest.mark.parametrize(
    ("kind", "grams_of_forms", "expected"),
    [
        (BatchKind.USED, 300, Standing.EQUAL),
        (BatchKind.USED, 299, Standing.BELOW),
        (BatchKind.USED, 301, Standing.BEYOND),
        (BatchKind.LEFT, 500, Standing.EQUAL),
        (BatchKind.STORED, 900, Standing.WITHIN),
        (BatchKind.STORED, 1121, Standing.BEYOND),
    ],
)
def test_forms_stand_to_their_line(kind: BatchKind, grams_of_forms: int, expected: Standing) -> None:
    line = LineFigures(
        there_grams=1120, generated_grams=1000, used_grams=300, disposed_grams=100, left_grams=500
    )
    assert standing(kind, grams_of_forms, line) is expected
    assert standing(kind, grams_of_forms, None) is Standing.NO_LINE


keys = st.integers(0, 9).map(lambda number: ("site", str(number)))


@given(st.dictionaries(keys, st.lists(keys, max_size=3)), keys)
def test_a_ring_is_found_exactly_when_there_is_one(
    links: dict[tuple[str, str], list[tuple[str, str]]], goal: tuple[str, str]
) -> None:
    reached = set(links.get(goal, []))
    for _ in range(10):
        reached |= {before for key in reached for before in links.get(key, [])}
    assert leads_to(links.get(goal, []), goal, links) == (goal in reached)


def test_codes_are_read_as_people_type_them() -> None:
    for code in {new_code() for _ in range(50)}:
        assert read_code(code) == code
        assert read_code(f" {code.lower().replace('-', '')} ") == code
        assert read_code(code.replace("0", "O").replace("1", "l")) == code
        assert read_code(code[:-1]) is None


def test_what_is_signed_does_not_depend_on_the_order_of_fields() -> None:
    one = {"code": "A", "content": [{"waste": "SW02", "tonnes": "1"}]}
    other = {"content": [{"tonnes": "1", "waste": "SW02"}], "code": "A"}
    assert message_of(one) == message_of(other)
    assert message_of(one).startswith(b"huanlian-certificate/1\n{")
