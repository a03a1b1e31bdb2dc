"""Periods and the sums of a period: to the gram, whatever the ledgers hold."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from permits.permit_books import OTHER, T, case, line

from app.domain.ledger import Disposed, Line, Received, Sent, Used
from app.domain.periods import Month
from app.domain.permits.case import FiledMonth
from app.domain.permits.execution import PeriodError, Span, in_span, moved, waste_sums


@pytest.mark.parametrize(
    ("text", "kind", "first", "last", "last_day"),
    [
        ("2025", "year", "2025-01", "2025-12", date(2025, 12, 31)),
        ("2025-Q1", "quarter", "2025-01", "2025-03", date(2025, 3, 31)),
        ("2025-Q4", "quarter", "2025-10", "2025-12", date(2025, 12, 31)),
        ("2024-02", "month", "2024-02", "2024-02", date(2024, 2, 29)),
        ("2199-12", "month", "2199-12", "2199-12", date(2199, 12, 31)),
    ],
)
def test_periods(text: str, kind: str, first: str, last: str, last_day: date) -> None:
    span = Span.parse(text)
    assert (span.kind, str(span.first), str(span.last), span.last_day) == (kind, first, last, last_day)
    assert span.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "2025-Q5",
        "2025-Q0",
        "2025-13",
        "2025-00",
        "1989",
        "2200-01",
        "2025-1",
        "２０２５",
        "2025-Q1 ",
    ],
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(PeriodError):
        Span.parse(text)


def test_sums_of_a_waste_by_class_and_code() -> None:
    months = case(
        [line(opening=5, generated=10, used=4, sent={(OTHER, "use"): 3, (OTHER, "dispose"): 1}, closing=7)],
        [
            line(opening=7, generated=2, received={"use": 6}, used=6, of_received=5, closing=9),
            line(generated=1, sent={(OTHER, "store"): 1}, waste_code="900-099-S02"),
        ],
    ).filed
    plain, coded = waste_sums(months)
    assert (plain.waste_code, plain.opening, plain.closing) == (None, 5 * T, 9 * T)
    assert (plain.generated, plain.received, plain.used, plain.of_received) == (12 * T, 6 * T, 10 * T, 5 * T)
    assert (plain.sent_to_use, plain.sent_to_dispose, plain.moved) == (3 * T, 1 * T, 4 * T)
    # In the first month this line was not there: its stock began at nothing.
    assert (coded.waste_code, coded.opening, coded.sent_to_store, coded.closing) == ("900-099-S02", 0, T, 0)
    assert [(each.way, each.grams // T) for each in moved(months)] == [
        ("dispose", 1),
        ("use", 3),
        ("store", 1),
    ]


def test_only_the_months_of_the_period() -> None:
    filed = case(*[line(generated=1)] * 12).filed
    assert len(in_span(filed, Span.parse("2025-Q2"))) == 3
    assert waste_sums(()) == ()


grams = st.integers(0, 10**12)


@st.composite
def balanced(draw: st.DrawFn, opening: int) -> Line:
    """A line that balances, whose closing is what is left."""
    generated, taken = draw(grams), draw(grams)
    rest = opening + generated + taken
    used = draw(st.integers(0, rest))
    disposed = draw(st.integers(0, rest - used))
    sent = draw(st.integers(0, rest - used - disposed))
    own_part = draw(st.integers(0, min(used, taken)))
    return Line(
        "SW02",
        opening_grams=opening,
        generated_grams=generated,
        received=(Received("x", taken),),
        used=(Used(used, of_received_grams=own_part),),
        disposed=(Disposed(disposed),),
        sent=(Sent("y", sent, draw(st.sampled_from(["use", "dispose", "store"]))),),
        closing_grams=rest - used - disposed - sent,
    )


@given(st.data(), st.integers(1, 12))
def test_a_period_of_balanced_ledgers_balances(data: st.DataObject, months: int) -> None:
    stock, filed = data.draw(grams), []
    for number in range(1, months + 1):
        made = data.draw(balanced(stock))
        filed.append(FiledMonth(Month(2025, number), (made,), f"ledger-{number}", 1))
        stock = made.closing_grams
    (sums,) = waste_sums(filed)
    into = sums.opening + sums.generated + sums.received
    assert into == sums.used + sums.disposed + sums.moved + sums.dumped + sums.closing
    assert sum(each.grams for each in moved(filed)) == sums.moved
