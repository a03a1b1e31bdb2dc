"""A site's ledgers against its permits: every check, in the order in which they are listed."""

from collections.abc import Iterator
from dataclasses import replace

from app.domain.periods import Month
from app.domain.permits import checks_capacity, checks_contents, checks_validity
from app.domain.permits.case import Case, Departure

_OF_THE_MONTHS = (
    checks_validity.validity,
    checks_validity.register,
    checks_contents.wastes,
    checks_contents.received,
    checks_contents.routes,
    checks_contents.facilities,
    checks_contents.receivers,
    checks_capacity.storage,
)


def departures(case: Case, first: Month | None = None, last: Month | None = None) -> Iterator[Departure]:
    """In what the ledgers of some months, or of all, depart from the permits: to the gram and without any tolerance.

    Masses are those of the months asked for alone, but a year's capacity is held against the year from January up to the
    last of them: what came before `first` counts in that.
    """
    until = [each for each in case.filed if last is None or each.month <= last]
    inside = [each for each in until if first is None or each.month >= first]
    for check in _OF_THE_MONTHS:
        yield from check(replace(case, filed=tuple(inside)))
    for each in checks_capacity.treatment(replace(case, filed=tuple(until))):
        if first is None or any(month >= first for month in each.months):
            yield each
