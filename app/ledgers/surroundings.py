"""Everything `file` must know about a set of ledgers, read with one query a question, whatever the size of the set."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import add
from typing import Any, TypeAlias

from sqlalchemy import select

from app.db.base import table_of
from app.db.locks import lock_names
from app.db.questions import Among, Question
from app.db.session import WriteSession
from app.domain.ledger import LedgerState
from app.domain.ledger_checks import MonthFigures
from app.domain.periods import Month, MonthError
from app.enterprises import service as enterprises
from app.ledgers.commands import Command
from app.ledgers.models import Ledger, LedgerLine, LedgerVersion, MonthClosing
from app.ledgers.rollups import SUMMED, Sums
from app.reference import service as reference
from app.transfers import service as transfers

SiteMonth = tuple[uuid.UUID, Month]
FIGURES = ("waste", "opening_grams", "closing_grams", *SUMMED)
LineFigures: TypeAlias = tuple[Any, ...]
"""What of a line is summed or compared: the values of `FIGURES`."""
_OPENING, _CLOSED_WITH, _SUMS, _GENERATED = 1, 2, 3, FIGURES.index("generated_grams")


@dataclass
class Current:
    """The version on file of a site's month, or the one that this very set puts there."""

    ledger_id: uuid.UUID
    state: LedgerState
    version: int
    version_id: uuid.UUID
    sha256: str
    received_at: datetime
    lines: Sequence[LineFigures]
    is_new: bool = False

    @property
    def counts(self) -> bool:
        """Drafts are their author's business: no rate, no balance, no transfer knows of them."""
        return self.state is not LedgerState.DRAFT

    @cached_property
    def sums(self) -> Mapping[str, Sums]:
        """Waste → the summed columns of its lines [g]."""
        sums: dict[str, Sums] = {}
        for line in self.lines:
            old, own = sums.get(line[0]), line[_SUMS:]
            sums[line[0]] = own if old is None else tuple(map(add, old, own))
        return sums

    @cached_property
    def figures(self) -> MonthFigures:
        """What a neighbouring month needs to know [g]."""
        return MonthFigures(
            self._by_waste(_OPENING), self._by_waste(_CLOSED_WITH), self._by_waste(_GENERATED)
        )

    def _by_waste(self, place: int) -> dict[str, int]:
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line[0]] = sums.get(line[0], 0) + line[place]
        return sums


@dataclass(slots=True)
class Surroundings:
    """What is known before the first ledger of a set is judged."""

    sites: Mapping[str, enterprises.SiteRow]
    codes: reference.Codes
    parties: Mapping[str, enterprises.Party]
    facilities: Mapping[uuid.UUID, frozenset[str]]
    reported: transfers.Reported
    closed: frozenset[tuple[str, Month]]
    current: dict[SiteMonth, Current] = field(default_factory=dict)

    def at(self, site_id: uuid.UUID, month: Month, offset: int) -> Current | None:
        """What is on file `offset` months from a month; nothing beyond the first and the last month there is."""
        near = _plus(month, offset)
        return None if near is None else self.current.get((site_id, near))

    def is_closed(self, region: str, month: Month) -> bool:
        return any((region[:digits], month) in self.closed for digits in (2, 4, 6))


def load(session: WriteSession, commands: Sequence[Command]) -> Surroundings:
    """Lock the site-months of the set, then look around them."""
    months = {command.content.month for command in commands}
    hold_open(session, months)
    lock_names(session, {lock_name(command.content.site, command.content.month) for command in commands})
    sites = enterprises.sites_by_code(session, {command.content.site for command in commands})
    site_ids = {site.id for site in sites.values()}
    wanted = {
        (sites[command.content.site].id, near)
        for command in commands
        if command.content.site in sites
        for near in (_plus(command.content.month, offset) for offset in (-1, 0, 1))
        if near is not None
    }
    return Surroundings(
        sites=sites,
        codes=reference.codes(session),
        parties=enterprises.parties(session, _named(commands)),
        facilities=enterprises.facility_codes(session, site_ids if _names_facilities(commands) else ()),
        reported=transfers.reported(session, site_ids, months),
        closed=_closed_months(session, months),
        current=_current(session, wanted),
    )


def _named(commands: Sequence[Command]) -> set[str]:
    """The codes of all parties."""
    lines = [line for command in commands for line in command.content.lines]
    sent = {flow.party for line in lines for flow in line.sent}
    return sent | {taken.party for line in lines for taken in line.received}


def _names_facilities(commands: Sequence[Command]) -> bool:
    return any(
        flow.facility is not None
        for command in commands
        for line in command.content.lines
        for flow in line.disposed
    )


def hold_open(session: WriteSession, months: Iterable[Month]) -> None:
    """Let no month be closed anywhere until this transaction ends: what it moves is moved before or after."""
    lock_names(session, {closing_lock(month) for month in months}, shared=True)


def closing_lock(month: Month) -> str:
    """The name that whoever closes a month holds alone, and whoever changes a ledger of it holds with others."""
    return f"closing:{month}"


def lock_name(site_code: str, month: Month) -> str:
    """The name under which everyone who changes a site's month queues."""
    return f"ledger:{site_code}:{month}"


_CLOSING = table_of(MonthClosing)
_CLOSED = Question(
    select(_CLOSING.c.region, _CLOSING.c.month).where(Among(_CLOSING.c.month, "months")),
    months=_CLOSING.c.month,
)


def _closed_months(session: WriteSession, months: Collection[Month]) -> frozenset[tuple[str, Month]]:
    return frozenset((region, month) for region, month in _CLOSED.ask(session, months=months))


def _plus(month: Month, offset: int) -> Month | None:
    try:
        return month.plus(offset)
    except MonthError:
        return None


_HEAD, _VERSION, _LINE = table_of(Ledger), table_of(LedgerVersion), table_of(LedgerLine)
_HEADS = Question(
    select(
        _HEAD.c.site_id,
        _HEAD.c.month,
        _HEAD.c.id,
        _HEAD.c.state,
        _HEAD.c.version,
        _HEAD.c.version_id,
        _VERSION.c.sha256,
        _VERSION.c.received_at,
    )
    .join(_VERSION, _VERSION.c.id == _HEAD.c.version_id)
    .where(Among(_HEAD.c.site_id, "sites"), Among(_HEAD.c.month, "months")),
    sites=_HEAD.c.site_id,
    months=_HEAD.c.month,
)
_LINES = Question(
    select(_LINE.c.version_id, *(_LINE.c[name] for name in FIGURES)).where(
        Among(_LINE.c.version_id, "versions")
    ),
    versions=_LINE.c.version_id,
)


def _current(session: WriteSession, wanted: set[SiteMonth]) -> dict[SiteMonth, Current]:
    """The heads of the site-months with their sums. The query takes sites × months, what nobody asked for is dropped."""
    found = _HEADS.ask(session, sites={site for site, _ in wanted}, months={month for _, month in wanted})
    heads = [head for head in found if (head[0], head[1]) in wanted]
    lines: dict[uuid.UUID, list[LineFigures]] = {head[5]: [] for head in heads}
    for row in _LINES.ask(session, versions=lines):
        lines[row[0]].append(row[1:])
    return {
        (site, month): Current(ledger, state, version, version_id, sha256, received_at, lines[version_id])
        for site, month, ledger, state, version, version_id, sha256, received_at in heads
    }
