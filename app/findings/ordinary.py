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
    near = sorted(facts.months, key=lambda other: (_distance(month, other), other))[:_NEAR_MONTHS]
    if len(near) < _LEAST_BOOKS:
        return None
    return median_low([turnover(facts.books[other]) for other in near])


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
