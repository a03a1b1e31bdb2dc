"""The tax on solid waste from ledger lines: both check vectors, the law's exceptions, and what must hold of any ledger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Message
from app.domain.ledger import Disposed, Line, Sent, Used
from app.domain.periods import Month
from app.domain.permits.case import FiledMonth
from app.domain.quantities import GRAMS_PER_TONNE as TONNE
from app.domain.tax.claims import claims_of
from app.domain.tax.kinds import Amount, TaxKind, fen_from_yuan, kinds_by_waste, tax_fen
from app.domain.tax.remarks import remarks_of
from app.domain.tax.worksheet import Cell, Row, Whole, due_on, rows_of
from seed.reference_files import read_reference

JULY, AUGUST = Month(2021, 7), Month(2021, 8)
LAW = Month(2018, 1)
KINDS = tuple(
    TaxKind(code, Message(code, code), frozenset(wastes), (Amount(LAW, yuan * 100),))
    for code, wastes, yuan in (
        ("gangue", {"SW04"}, 5),
        ("tailings", {"SW05"}, 15),
        ("fly_ash", {"SW02"}, 25),
        ("other", {"SW06", "SW09"}, 25),
    )
)


def gangue(**more: Any) -> Line:
    """10 000 t arise, 6 000 are used, 3 000 stored in compliance, 1 000 in a heap that does not comply."""
    made = Line(
        "SW04",
        method="belt_scale",
        generated_grams=10_000 * TONNE,
        used=(Used(6_000 * TONNE, "brick"),),
        compliant_stored_grams=3_000 * TONNE,
        closing_grams=4_000 * TONNE,
    )
    return replace(made, **more)


def rows(
    *lines: Line, month: Month = JULY, reasons: Mapping[Cell, frozenset[Whole]] | None = None
) -> tuple[Row, ...]:
    return rows_of(claims_of([FiledMonth(month, lines, "ledger", 2)]), KINDS, reasons or {})


def codes(found: tuple[Row, ...]) -> dict[str, int]:
    return {remark.code: remark.grams for remark in remarks_of(found)}


def test_the_first_check_vector() -> None:
    (row,) = rows(gangue())
    assert (row.taxable, row.tax) == (1_000 * TONNE, 5_000_00)
    assert (row.unfit_storage, row.whole) == (1_000 * TONNE, ())
    assert codes((row,)) == {"unfit_storage": 1_000 * TONNE}


def test_the_second_check_vector() -> None:
    ash = Line(
        "SW02", method="weighbridge", generated_grams=10_000 * TONNE, used=(Used(10_000 * TONNE, "brick"),)
    )
    (honest,) = rows(ash)
    assert (honest.taxable, honest.tax) == (0, 0)
    (false,) = rows(ash, reasons={(JULY, "fly_ash"): frozenset({Whole.FALSE})})
    assert (false.taxable, false.tax, false.tax_if_measured) == (10_000 * TONNE, 250_000_00, 250_000_00)
    assert codes((false,)) == {"false_declaration": 10_000 * TONNE}


def test_dumping_taxes_the_whole_kind_of_the_month_and_no_other() -> None:
    dumped = gangue(dumped_grams=TONNE, closing_grams=3_999 * TONNE)
    tailings = Line("SW05", method="flow_meter", generated_grams=9 * TONNE, closing_grams=9 * TONNE)
    july = rows(dumped, tailings)
    assert {row.kind.code: row.whole for row in july} == {"gangue": (Whole.DUMPED,), "tailings": ()}
    assert [row.tax for row in july] == [50_000_00, 135_00]
    (august,) = rows(gangue(), month=AUGUST)
    assert august.taxable == 1_000 * TONNE


def test_confirmed_dumping_counts_although_the_ledger_says_nothing() -> None:
    (row,) = rows(gangue(), reasons={(JULY, "gangue"): frozenset({Whole.CONFIRMED})})
    assert (row.whole, row.taxable) == ((Whole.CONFIRMED,), 10_000 * TONNE)


@pytest.mark.parametrize("method", [None, "estimate", "by eye"])
def test_what_is_not_measured_is_not_deducted_and_both_results_are_shown(method: str | None) -> None:
    (row,) = rows(gangue(method=method))
    assert (row.refused, row.taxable, row.tax) == (9_000 * TONNE, 10_000 * TONNE, 50_000_00)
    assert (row.taxable_if_measured, row.tax_if_measured) == (1_000 * TONNE, 5_000_00)
    warning = next(each for each in remarks_of((row,)) if each.code == "not_measured")
    assert (warning.weight, warning.grams, warning.waste) == ("warning", 9_000 * TONNE, "SW04")


@pytest.mark.parametrize("method", ["material_balance", "emission_factor"])
def test_what_is_calculated_is_deducted_and_said(method: str) -> None:
    (row,) = rows(gangue(method=method))
    assert (row.refused, row.tax) == (0, 5_000_00)
    assert codes((row,))["calculated"] == 9_000 * TONNE


def test_only_own_waste_of_the_period_is_deducted() -> None:
    line = gangue(
        opening_grams=500 * TONNE,
        used=(Used(700 * TONNE, prior_stock_grams=100 * TONNE, of_received_grams=200 * TONNE),),
        disposed=(
            Disposed(50 * TONNE, prior_stock_grams=20 * TONNE, compliant=True),
            Disposed(30 * TONNE, compliant=False),
            Disposed(7 * TONNE),
        ),
        sent=(
            Sent("brickworks", 60 * TONNE, of_received_grams=10 * TONNE),
            Sent("landfill", 40 * TONNE, "dispose"),
            Sent("yard", 90 * TONNE, "store"),
        ),
    )
    (row,) = rows(line)
    assert row.use == (700 - 100 - 200 + 60 - 10) * TONNE
    assert row.disposal == (50 - 20 + 40) * TONNE
    # What was sent to be stored is part of 贮存量, so it stands in the compliant storage and is not deducted twice.
    assert row.storage == 3_000 * TONNE
    found = codes((row,))
    assert (found["unfit_disposal"], found["compliance_not_stated"]) == (30 * TONNE, 7 * TONNE)


def test_storage_beyond_the_increase_and_gaps_are_told_with_their_tonnes() -> None:
    found = codes(rows(gangue(closing_grams=2_500 * TONNE)))
    assert found["storage_beyond_increase"] == 500 * TONNE
    assert found["unbalanced"] == 1_500 * TONNE
    assert "unfit_storage" not in found


def test_wastes_of_one_kind_are_worked_out_together() -> None:
    gypsum = Line("SW06", method="weighbridge", generated_grams=4 * TONNE, closing_grams=4 * TONNE)
    mud = Line("SW09", method="weighbridge", generated_grams=6 * TONNE, used=(Used(7 * TONNE),))
    (row,) = rows(gypsum, mud)
    assert (row.kind.code, row.taxable, [claim.pointer for claim in row.claims]) == (
        "other",
        3 * TONNE,
        ["/lines/0", "/lines/1"],
    )


def test_more_deducted_than_generated_is_nought_and_not_carried_over() -> None:
    (row,) = rows(gangue(used=(Used(12_000 * TONNE),), closing_grams=0, opening_grams=5_000 * TONNE))
    assert (row.taxable, row.tax) == (0, 0)
    assert codes((row,))["above_generation"] == 5_000 * TONNE


@pytest.mark.parametrize(
    ("grams", "fen_per_tonne", "fen"),
    [(1, 500, 0), (999, 500, 0), (1_000, 500, 1), (2_000, 500, 1), (2_999, 500, 1), (3_000, 500, 2)],
)
def test_half_a_fen_goes_upwards(grams: int, fen_per_tonne: int, fen: int) -> None:
    assert tax_fen(grams, fen_per_tonne) == fen


def test_an_amount_holds_from_its_month_on() -> None:
    kind = TaxKind("k", Message("k", "k"), frozenset({"SW04"}), (Amount(LAW, 500), Amount(AUGUST, 700)))
    months = (Month(2017, 12), LAW, JULY, AUGUST, Month(2030, 1))
    assert [kind.fen_per_tonne(month) for month in months] == [None, 500, 500, 700, 700]
    with pytest.raises(ValueError, match="2017-12"):
        rows_of(claims_of([FiledMonth(Month(2017, 12), (gangue(),), "l", 1)]), [kind], {})


def test_yuan_are_whole_fen() -> None:
    assert (fen_from_yuan("5"), fen_from_yuan("0.25")) == (500, 25)
    with pytest.raises(ValueError, match=r"0\.125"):
        fen_from_yuan("0.125")


def test_the_deadline_is_the_fifteenth_after_the_quarter() -> None:
    assert due_on(Month(2021, 9)) == date(2021, 10, 15)
    assert due_on(Month(2021, 12)) == date(2022, 1, 15)


def test_the_shipped_table_takes_every_waste_once_at_the_amounts_of_the_law() -> None:
    shipped = read_reference().rows
    taken = [waste for row in shipped if row.kind == "tax_kinds" for waste in dict(row.body)["wastes"]]
    assert sorted(taken) == sorted(row.code for row in shipped if row.kind == "wastes")
    amounts = {row.code: dict(row.body)["amounts"] for row in shipped if row.kind == "tax_kinds"}
    assert {code: each[0]["yuan_per_tonne"] for code, each in amounts.items()} == {
        "gangue": "5",
        "tailings": "15",
        **dict.fromkeys(("smelting_slag", "fly_ash", "bottom_ash", "other"), "25"),
    }
    assert {each[0]["from"] for each in amounts.values()} == {"2018-01"}


def test_a_waste_without_a_kind_is_no_free_waste() -> None:
    with pytest.raises(KeyError):
        rows(replace(gangue(), waste="SW77"))


_MASS = st.integers(0, 10**13)
_FLOW = st.builds(lambda grams, others, prior: (grams + others + prior, others, prior), _MASS, _MASS, _MASS)
_LINES = st.builds(
    lambda waste, method, generated, stored, used, disposed, sent: Line(
        waste,
        method=method,
        generated_grams=generated,
        compliant_stored_grams=stored,
        used=tuple(Used(g, prior_stock_grams=p, of_received_grams=o) for g, o, p in used),
        disposed=tuple(
            Disposed(g, prior_stock_grams=p, of_received_grams=o, compliant=bool(g % 2))
            for g, o, p in disposed
        ),
        sent=tuple(
            Sent("x", g, ("use", "dispose", "store")[g % 3], prior_stock_grams=p, of_received_grams=o)
            for g, o, p in sent
        ),
    ),
    st.sampled_from(["SW02", "SW04", "SW05", "SW06", "SW09"]),
    st.sampled_from([None, "estimate", "weighbridge", "material_balance"]),
    _MASS,
    _MASS,
    st.lists(_FLOW, max_size=2),
    st.lists(_FLOW, max_size=2),
    st.lists(_FLOW, max_size=2),
)


@given(st.lists(_LINES, max_size=5), st.sampled_from([frozenset[Whole](), frozenset({Whole.FALSE})]))
def test_the_tax_lies_between_nought_and_the_tax_on_everything(
    lines: list[Line], marked: frozenset[Whole]
) -> None:
    reasons = {(JULY, kind.code): marked for kind in KINDS}
    found = rows(*lines, reasons=reasons)
    assert sum(row.generated for row in found) == sum(line.generated_grams for line in lines)
    assert {claim.position for row in found for claim in row.claims} == set(range(len(lines)))
    by_waste = kinds_by_waste(KINDS)
    for row in found:
        assert all(by_waste[claim.waste] is row.kind for claim in row.claims)
        assert 0 <= row.taxable_if_measured <= row.taxable <= row.generated
        assert 0 <= row.tax_if_measured <= row.tax <= tax_fen(row.generated, row.fen_per_tonne)
        # Exact to half a fen.
        assert abs(row.tax * TONNE - row.taxable * row.fen_per_tonne) * 2 <= TONNE
        if marked:
            assert row.taxable == row.generated
