"""From the rows of the database to books: months added up, both sides kept, methods weighed."""

import numpy as np
import pytest
from builders import People
from chain_runs.city import ADMIN, MARCH, PLANT, WORKS, Question, file, positive, register, site, summary

from app.chain_runs.books import Books
from app.chain_runs.reading import read_books
from app.db.session import Database
from app.domain.periods import Month
from app.rates.repository import Scope

APRIL = Month(2025, 4)


def read(sessions: Database, last: Month = MARCH) -> Books:
    with sessions.reading() as session:
        return read_books(session, ADMIN, Scope(MARCH, last, region="1402"))


def two_months(people: People) -> None:
    """100 t leave in March, of which 40 arrive in March and 60 in April."""
    register(people)
    sent = [{"to": site(WORKS), "tonnes": "100"}]
    file(people, PLANT, {"waste": "SW02", "generated_tonnes": "100", "sent": sent, "method": "belt_scale"})
    for month, tonnes, opening, closing in (("2025-03", "40", "0", "40"), ("2025-04", "60", "40", "100")):
        taken = [{"from": site(PLANT), "tonnes": tonnes}]
        line = {"waste": "SW02", "received": taken, "method": "weighbridge"}
        stock = {"opening_stock_tonnes": opening, "closing_stock_tonnes": closing}
        file(people, WORKS, line | stock, month=month)


def test_what_arrives_a_month_later_matches_over_both_months(people: People, sessions: Database) -> None:
    two_months(people)
    march, both = read(sessions), read(sessions, APRIL)
    assert (march.moves.sent.tolist(), march.moves.received.tolist()) == ([100_000_000], [40_000_000])
    assert both.moves.received.tolist() == [100_000_000]
    assert positive(summary(sessions, Question(last=APRIL)).fates_tonnes) == {"stored": "100"}
    assert positive(summary(sessions).fates_tonnes) == {"stored": "40", "untracked": "60"}


def test_stocks_are_those_of_the_first_and_last_month(people: People, sessions: Database) -> None:
    two_months(people)
    both = read(sessions, APRIL)
    codes = [both.places[number].code for number in both.streams.site.tolist()]
    works = codes.index(site(WORKS))
    assert (both.streams.opening[works], both.streams.closing[works]) == (0, 100_000_000)


def test_each_side_has_the_spread_of_its_own_method(people: People, sessions: Database) -> None:
    two_months(people)
    both = read(sessions, APRIL)
    [sender], [receiver] = both.moves.sender, both.moves.receiver
    assert both.streams.sigma[sender] == pytest.approx(0.02)
    assert both.streams.sigma[receiver] == pytest.approx(0.01)


def test_several_methods_are_weighed_by_turnover_and_none_is_an_estimate(
    people: People, sessions: Database
) -> None:
    register(people)
    known = {"waste": "SW02", "generated_tonnes": "30", "closing_stock_tonnes": "30", "method": "weighbridge"}
    guessed = {"waste": "SW02", "waste_code": "441-001-S02", "generated_tonnes": "10"}
    file(people, PLANT, known, guessed | {"closing_stock_tonnes": "10"})
    [sigma] = read(sessions).streams.sigma.tolist()
    assert sigma == pytest.approx((60 * 0.01 + 20 * 0.20) / 80)


def test_a_base_has_the_sites_that_belong_to_it(people: People, sessions: Database) -> None:
    people.register(PLANT, region="140213", base="datong")
    people.register(WORKS, region="140214")
    for firm in (PLANT, WORKS):
        file(people, firm, {"waste": "SW02", "generated_tonnes": "5", "closing_stock_tonnes": "5"})
    assert summary(sessions, Question(region=None, base="datong")).counted_tonnes == "5"
    assert summary(sessions, Question(region="1402")).counted_tonnes == "10"


def test_nothing_on_file_is_an_empty_network(people: People, sessions: Database) -> None:
    register(people)
    books = read(sessions)
    assert books.streams.count == 0
    assert np.array_equal(books.moves.sent, np.zeros(0))
    found = summary(sessions)
    assert (found.terminal.value, found.terminal.reason) == (None, "empty_denominator")
    assert positive(found.fates_tonnes) == {}
