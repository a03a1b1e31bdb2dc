"""When each ledger and each amendment reached the authority, in the order in which they did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from app.domain.ledger import LedgerContent
from app.domain.periods import Month
from seed.demo.amendments import REVISIONS, before
from seed.demo.bodies import Body, ledger_body
from seed.demo.books import BookKey
from seed.demo.months import pick
from seed.demo.plants import Site
from seed.demo.untidiness import LATE, is_filed

_FIRST_DAY, _DAYS = 2, 12
_OFFICE_OPENS = timedelta(minutes=30)
"""08:30 in Beijing is 00:30 UTC; offices close at 18:00."""
_OFFICE_SECONDS = int(timedelta(hours=9, minutes=30).total_seconds())


@dataclass(frozen=True, slots=True)
class Filing:
    """One call: a ledger is POST /v1/ledgers, an amendment the amendment call of the same site-month."""

    filed_at: datetime
    kind: Literal["ledger", "amendment"]
    body: Body
    reason: str | None = None


def build_filings(
    seed: int, contents: Mapping[BookKey, LedgerContent], sites: Mapping[str, Site]
) -> tuple[Filing, ...]:
    """All filings in the order of time. The last one of a site-month is what stands."""
    filings = [
        filing
        for (plant, month), content in contents.items()
        if is_filed(plant, month)
        for filing in _of_month(seed, plant, month, content, sites)
    ]
    return tuple(sorted(filings, key=lambda filing: (filing.filed_at, filing.body["site"])))


def first_filed_at(seed: int, plant: str, month: Month) -> datetime:
    """When a site files a month for the first time: on days 3 to 14 of the next month unless it is late."""
    day = _FIRST_DAY + pick(seed, _DAYS, "day", plant, month)
    return _at(seed, month, LATE.get((plant, month), day), plant, "ledger")


def last_filed_at(seed: int, plant: str, month: Month) -> datetime:
    """When what now stands for a site's month was filed."""
    revisions = REVISIONS.get((plant, month), ())
    return (
        _amended_at(seed, plant, month, revisions[-1].days)
        if revisions
        else first_filed_at(seed, plant, month)
    )


def _at(seed: int, month: Month, days: int, *key: object) -> datetime:
    day = month.next.first_day + timedelta(days=days)
    seconds = pick(seed, _OFFICE_SECONDS, "hour", month, *key)
    return datetime.combine(day, time(), UTC) + _OFFICE_OPENS + timedelta(seconds=seconds)


def _amended_at(seed: int, plant: str, month: Month, days: int) -> datetime:
    first = first_filed_at(seed, plant, month)
    return _at(seed, month, (first.date() - month.next.first_day).days + days, plant, "amendment", days)


def _of_month(
    seed: int, plant: str, month: Month, content: LedgerContent, sites: Mapping[str, Site]
) -> Iterator[Filing]:
    revisions = REVISIONS.get((plant, month), ())
    versions = [*(before(content, revision, sites) for revision in revisions), content]
    yield Filing(first_filed_at(seed, plant, month), "ledger", ledger_body(versions[0]))
    for revision, version in zip(revisions, versions[1:], strict=True):
        at = _amended_at(seed, plant, month, revision.days)
        yield Filing(at, "amendment", ledger_body(version), revision.reason)
