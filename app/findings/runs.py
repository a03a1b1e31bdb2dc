"""Runs of months that follow each other."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from app.domain.periods import Month


class HasMonth(Protocol):
    """Anything of one month."""

    @property
    def month(self) -> Month: ...


M = TypeVar("M", bound=HasMonth)


def runs(items: Iterable[M]) -> Iterator[list[M]]:
    """Divide what is in the order of its months where a month is left out."""
    run: list[M] = []
    for item in items:
        if run and run[-1].month.next != item.month:
            yield run
            run = []
        run.append(item)
    if run:
        yield run
