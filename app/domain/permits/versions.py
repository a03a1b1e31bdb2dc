"""The versions of a permit, and which of them holds in a month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.periods import Month
from app.domain.permits.content import PermitContent
from app.domain.permits.validity import Validity


@dataclass(frozen=True, slots=True)
class PermitVersion:
    """One version of a permit: what it says, from which day on it holds, and since when we know it."""

    version: int
    effective_from: date
    received_at: datetime
    content: PermitContent

    @property
    def number(self) -> str:
        """The permit's number."""
        return self.content.number

    @property
    def rank(self) -> tuple[date, datetime, int]:
        """The order in which versions override each other: the later day first, then what was learnt later."""
        return (self.effective_from, self.received_at, self.version)


def in_force(
    versions: Iterable[PermitVersion], month: Month, as_of: datetime | None = None
) -> PermitVersion | None:
    """The version that holds in a month: of those effective by its last day, the one effective last.

    Of two effective on the same day the one received later wins: it corrects the other. `as_of` leaves out what was
    learnt afterwards. The versions may be of several permits of one site: the newer permit overrides the older one from
    its first day on. The version found need not be valid in that month any more; see `Validity.covers`. None before
    the first version. A change during a month so counts for the whole of it: ledgers know no days.
    """
    known = (v for v in versions if as_of is None or v.received_at <= as_of)
    holding = [v for v in known if Month.of(v.effective_from) <= month]
    return max(holding, key=lambda v: v.rank, default=None)


def overlapping(versions: Iterable[PermitVersion], other: Validity) -> frozenset[str]:
    """Numbers of the permits among the newest versions whose validity shares a day with `other`."""
    newest: dict[str, PermitVersion] = {}
    for version in versions:
        if version.number not in newest or newest[version.number].rank < version.rank:
            newest[version.number] = version
    return frozenset(
        number
        for number, version in newest.items()
        if version.content.validity is not None and version.content.validity.overlaps(other)
    )
