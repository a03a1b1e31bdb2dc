"""A ledger of the very first month there is has no month before it, and is looked at all the same."""

from itertools import product

import pytest
from findings.books import OTHER, book, declared, flow, found, line, pair, site, tonnes_of, transfer

from app.domain.periods import Month
from app.findings import registry
from app.findings.rule import Partition

FIRST = Month(1990, 1)
_OF_A_SITE = [rule.id for rule in registry.BY_ID.values() if rule.partition is Partition.SITE]
_OF_A_PAIR = [rule.id for rule in registry.BY_ID.values() if rule.partition is Partition.PAIR]
_SENT = flow("sent", 400)


@pytest.mark.parametrize("rule", _OF_A_SITE)
def test_no_rule_about_a_site_looks_before_it(rule: str) -> None:
    months = [
        book(
            FIRST.plus(place),
            line(generated=1000, used=500, opening=place * 100, closing=900),
            flows=(_SENT,),
        )
        for place in range(30)
    ]
    for several, inside in product((months[:1], months), ((), (declared(FIRST, 70),))):
        found(rule, site(*several, declared=inside))


@pytest.mark.parametrize("rule", _OF_A_PAIR)
def test_no_rule_about_a_pair_looks_before_it(rule: str) -> None:
    found(
        rule, pair(*(transfer(FIRST.plus(place), receiver_site=OTHER, received=800) for place in range(14)))
    )


def test_what_the_second_month_changes_is_found() -> None:
    jump = site(
        book(FIRST, line(generated=1000, used=100, closing=900)),
        book(FIRST.next, line(opening=300, used=300)),
    )
    assert tonnes_of(found("stock_discontinuity", jump)) == [600]
