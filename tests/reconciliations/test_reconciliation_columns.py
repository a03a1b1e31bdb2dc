"""What is read from the database is what the lines say, on both databases."""

from typing import Any

import pytest
from builders import JSON, People
from reconciliations.city import ADMIN, MINE, PLANT, WORKS, file, gangue, register, site
from reconciliations.ledger_rows import line_of, read_of

from app.db.session import Database
from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE as TONNE
from app.rates.service import Scope
from app.reconciliations import columns
from app.reconciliations.gathering import measured_network
from app.reconciliations.measured import MeasuredFlow, MeasuredNetwork
from app.reconciliations.models import MeasuredKind, Months
from chains.measures import METHOD_SIGMA

MARCH, APRIL = Month(2025, 3), Month(2025, 4)

BOOKS: dict[tuple[str, Month], JSON] = {
    (MINE, MARCH): gangue(
        opening_stock_tonnes="40",
        generated_tonnes="1000",
        sent=[
            {"to": site(PLANT), "tonnes": "500", "prior_stock_tonnes": "30"},
            {"to": site(PLANT), "tonnes": "100", "purpose": "dispose"},
            {"to": site(WORKS), "tonnes": "60", "purpose": "store"},
        ],
        disposed=[{"method": "landfill", "tonnes": "200", "prior_stock_tonnes": "10", "compliant": True}],
        used=[{"process": "backfill", "tonnes": "70.5", "prior_stock_tonnes": "4"}],
        dumped_tonnes="9.5",
        closing_stock_tonnes="100",
    ),
    (MINE, APRIL): gangue(
        method="belt_scale",
        opening_stock_tonnes="100",
        generated_tonnes="900",
        sent=[{"to": site(PLANT), "tonnes": "450"}],
        disposed=[{"method": "landfill", "tonnes": "300", "compliant": False}],
        used=[{"process": "backfill", "tonnes": "50"}],
        closing_stock_tonnes="200",
    ),
    (PLANT, MARCH): gangue(
        received=[
            {"from": site(MINE), "tonnes": "495"},
            {"from": site(MINE), "tonnes": "100", "purpose": "dispose"},
        ],
        used=[{"process": "gangue_power", "tonnes": "495", "received_tonnes": "495"}],
        disposed=[{"method": "landfill", "tonnes": "100", "received_tonnes": "100", "compliant": True}],
    ),
}


def networks(sessions: Database, months: Months) -> tuple[MeasuredNetwork, MeasuredNetwork]:
    """From the database, and from the lines."""
    scope = Scope(first=MARCH, last=APRIL, region="1402")
    with sessions.reading() as session:
        read = columns.read(session, ADMIN, scope)
    books = {(site(firm), month): [line_of(body)] for (firm, month), body in BOOKS.items()}
    told = read_of(books)
    return measured_network(read, METHOD_SIGMA, months), measured_network(told, METHOD_SIGMA, months)


@pytest.mark.parametrize("months", list(Months))
def test_the_database_gives_what_the_lines_say(people: People, sessions: Database, months: Months) -> None:
    register(people)
    for (firm, month), body in BOOKS.items():
        file(people, firm, body, month=str(month))
    stored, told = networks(sessions, months)
    assert stored.streams == told.streams
    assert [_plain(flow) for flow in stored.flows] == [_plain(flow) for flow in told.flows]


def _plain(flow: MeasuredFlow) -> tuple[Any, ...]:
    sides = [
        None if side is None else (side.grams, pytest.approx(side.sigma))
        for side in (flow.sent, flow.received)
    ]
    shares = [(name, pytest.approx(share)) for name, share in (*flow.giving, *flow.taking)]
    return (*flow.order, *sides, shares, flow.least)


def test_another_citys_side_of_a_transfer_is_read_and_its_books_are_not(
    people: People, sessions: Database
) -> None:
    register(people)
    file(
        people,
        MINE,
        gangue(generated_tonnes="80", sent=[{"to": site(WORKS), "tonnes": "80"}]),
        month=str(MARCH),
    )
    block = {"process": "brick", "product": "brick", "tonnes": "78", "received_tonnes": "78"}
    file(
        people, WORKS, gangue(received=[{"from": site(MINE), "tonnes": "78"}], used=[block]), month=str(MARCH)
    )
    with sessions.reading() as session:
        read = columns.read(session, ADMIN, Scope(first=MARCH, last=MARCH, region="1402"))
    found = measured_network(read, METHOD_SIGMA, Months.CORRELATED)
    assert {stream[0] for stream in found.streams} == {site(MINE)}
    [away] = [flow for flow in found.flows if flow.kind is MeasuredKind.EXPORTED]
    assert away.sent is not None
    assert away.received is not None
    assert (away.sent.grams, away.received.grams) == (80 * TONNE, 78 * TONNE)
    assert away.received.sigma == pytest.approx(0.20 * 78 * TONNE), "how it weighed is not known here"
