"""What is ordinary for a site, by its own books: medians, which a few wrong months do not move."""

from statistics import median_low

from app.domain.periods import Month, months_between
from app.findings.facts import Book, SiteFacts

_NEAR_MONTHS = 12
_LEAST_BOOKS = 3


def turnover(book: Book) -> int:
    """What came up or came in in a month [g]."""
    return sum(line.generated + line.received for line in book.lines)


def ordinary_turnover(facts: SiteFacts, month: Month) -> int | None:
    """The median turnover [g] of the at most twelve months on file nearest to `month`; None with fewer than three."""
    near = _near(facts, month)
    return None if near is None else median_low([turnover(facts.books[other]) for other in near])


def estimated_turnover(facts: SiteFacts, month: Month) -> int | None:
    """What came up or came in in a month that is not on file [g]; None when nothing lets one say.

    What came in: as the senders' ledgers have it, where any of them speaks of the month. The rest by `ordinary_turnover`.
    """
    told = sum(each.grams for each in facts.declared if each.month == month)
    near = _near(facts, month)
    if near is None:
        return told or None
    generated = median_low([sum(line.generated for line in facts.books[other].lines) for other in near])
    received = median_low([sum(line.received for line in facts.books[other].lines) for other in near])
    return generated + (told or received)


def silent_tail(due: list[Month], facts: SiteFacts) -> list[Month]:
    """The due months after the last one on file, in order."""
    tail: list[Month] = []
    for month in reversed(due):
        if month in facts.books:
            break
        tail.append(month)
    return tail[::-1]


def _distance(one: Month, other: Month) -> int:
    return months_between(min(one, other), max(one, other))


def _near(facts: SiteFacts, month: Month) -> list[Month] | None:
    """The at most twelve months on file nearest to a month; None with fewer than three."""
    near = sorted(facts.months, key=lambda other: (_distance(month, other), other))[:_NEAR_MONTHS]
    return near if len(near) >= _LEAST_BOOKS else None
