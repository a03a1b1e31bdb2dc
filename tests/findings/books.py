"""Facts written down by hand: what tests of single rules begin with. Masses in tonnes, as a reader thinks."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.periods import Month
from app.findings import registry
from app.findings.facts import (
    Book,
    Declared,
    Facility,
    Flow,
    LedgerRef,
    Line,
    PairFacts,
    SiteFacts,
    Transfer,
)
from app.findings.rule import Found

SITE, OTHER = "91140200MA0EXAMPLE001P", "91140200MA0EXAMPLF001P"
T = 1_000_000
START = Month(2024, 1)


def line(waste: str = "SW02", sigma: float | None = 0.01, **tonnes: float) -> Line:
    return Line(
        waste, sigma=sigma, method="weighbridge", **{name: round(t * T) for name, t in tonnes.items()}
    )


def flow(kind: Any, tonnes: float, waste: str = "SW02", **more: Any) -> Flow:
    return Flow(kind, waste, round(tonnes * T), **more)


def book(month: Month, *lines: Line, flows: Iterable[Flow] = (), days_late: int = 10, **more: Any) -> Book:
    filed = date.fromordinal(month.next.first_day.toordinal() + days_late - 1)
    return Book(month, LedgerRef(f"ledger-{month}", 1), not lines, filed, tuple(lines), tuple(flows), **more)


def site(*books: Book, **more: Any) -> SiteFacts:
    """A site of Datong that reports as long as there are books, seen in time."""
    months = [each.month for each in books] or [START]
    standing = {
        "code": SITE,
        "region": "140212",
        "industry": "44",
        "permit_number": SITE,
        "reports_from": min(months),
        "reports_until": max(months),
        "today": max(months).next.first_day,
        "books": {each.month: each for each in books},
    }
    return SiteFacts(**(standing | more))


def generating(*tonnes: float, waste: str = "SW02") -> SiteFacts:
    """Month after month of generation, all of it used."""
    return site(
        *(
            book(START.plus(place), line(waste, generated=each, used=each))
            for place, each in enumerate(tonnes)
        )
    )


def transfer(
    month: Month = START, sent: float | None = 1000, received: float | None = 1000, **more: Any
) -> Transfer:
    standing: dict[str, Any] = {
        "month": month,
        "waste": "SW02",
        "purpose": "use",
        "sender_site": SITE,
        "receiver_site": OTHER,
        "sent": None if sent is None else round(sent * T),
        "received": None if received is None else round(received * T),
        "sender_sigma": 0.01,
        "receiver_sigma": 0.01,
        "sender_ref": LedgerRef("ledger-s", 1),
        "receiver_ref": LedgerRef("ledger-r", 2),
    }
    return Transfer(**(standing | more))


def pair(*transfers: Transfer) -> PairFacts:
    return PairFacts(SITE, OTHER, receiver_known=True, transfers=transfers)


def declared(month: Month, tonnes: float, purpose: str = "use") -> Declared:
    return Declared(OTHER, month, "SW02", purpose, round(tonnes * T), None)


def facility(kind: Any, tonnes: float | None, code: str = "TS001") -> Facility:
    return Facility(code, kind, None if tonnes is None else round(tonnes * T))


def found(rule_id: str, facts: Any, **values: str) -> list[Found]:
    """What a rule finds with its default parameters, but for those given."""
    rule = registry.BY_ID[rule_id]
    numbers = rule.defaults | {name: Decimal(value) for name, value in values.items()}
    made = list(rule.evaluate(facts, numbers))
    assert len({each.full_key for each in made}) == len(made), "two findings of one key"
    return made


def tonnes_of(made: Iterable[Found]) -> list[float | None]:
    return [None if each.grams is None else each.grams / T for each in made]


def without(facts: SiteFacts, month: Month) -> SiteFacts:
    """The same site with one month not on file."""
    return replace(facts, books={key: each for key, each in facts.books.items() if key != month})
