"""Everything `file` must know about a set of ledgers, read with one query a question, whatever the size of the set."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.db.base import table_of
from app.db.locks import lock_names
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


@dataclass(slots=True)
class Current:
    """The version on file of a site's month, or the one that this very set puts there."""

    ledger_id: uuid.UUID
    state: LedgerState
    version: int
    version_id: uuid.UUID
    sha256: str
    received_at: datetime
    sums: Mapping[str, Sums]
    figures: MonthFigures
    is_new: bool = False

    @property
    def counts(self) -> bool:
        """Drafts are their author's business: no rate, no balance, no transfer knows of them."""
        return self.state is not LedgerState.DRAFT


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
    hold_open(session, {command.content.month for command in commands})
    lock_names(session, {lock_name(command.content.site, command.content.month) for command in commands})
    sites = enterprises.sites_by_code(session, {command.content.site for command in commands})
    months = {command.content.month for command in commands}
    lines = [line for command in commands for line in command.content.lines]
    party_codes = {sent.party for line in lines for sent in line.sent}
    party_codes |= {taken.party for line in lines for taken in line.received}
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
        parties=enterprises.parties(session, party_codes),
        facilities=enterprises.facility_codes(session, site_ids),
        reported=transfers.reported(session, {site.code for site in sites.values()}, months),
        closed=_closed_months(session, months),
        current=_current(session, wanted),
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


def _closed_months(session: WriteSession, months: Iterable[Month]) -> frozenset[tuple[str, Month]]:
    query = select(MonthClosing.region, MonthClosing.month).where(MonthClosing.month.in_(set(months)))
    return frozenset((region, month) for region, month in session.execute(query))


def _plus(month: Month, offset: int) -> Month | None:
    try:
        return month.plus(offset)
    except MonthError:
        return None


def _current(session: WriteSession, wanted: set[SiteMonth]) -> dict[SiteMonth, Current]:
    """The heads of the site-months with their sums. The query takes sites × months, what nobody asked for is dropped."""
    found = session.execute(
        select(
            Ledger.id,
            Ledger.site_id,
            Ledger.month,
            Ledger.state,
            Ledger.version,
            Ledger.version_id,
            LedgerVersion.sha256,
            LedgerVersion.received_at,
        )
        .join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
        .where(
            Ledger.site_id.in_({site_id for site_id, _ in wanted}),
            Ledger.month.in_({month for _, month in wanted}),
        )
    )
    heads = [head for head in found if (head.site_id, head.month) in wanted]
    lines = _lines_of(session, [head.version_id for head in heads])
    return {
        (head.site_id, head.month): Current(
            ledger_id=head.id,
            state=head.state,
            version=head.version,
            version_id=head.version_id,
            sha256=head.sha256,
            received_at=head.received_at,
            sums=sums_of(lines.get(head.version_id, [])),
            figures=figures_of(lines.get(head.version_id, [])),
        )
        for head in heads
    }


def _lines_of(
    session: WriteSession, version_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[dict[str, Any]]]:
    lines: dict[uuid.UUID, list[dict[str, Any]]] = {}
    if version_ids:
        table = table_of(LedgerLine)
        for row in session.execute(select(table).where(table.c.version_id.in_(version_ids))).mappings():
            lines.setdefault(row["version_id"], []).append(dict(row))
    return lines


def sums_of(lines: Iterable[Mapping[str, Any]]) -> dict[str, Sums]:
    """Waste → the summed columns of its lines [g]."""
    sums: dict[str, Sums] = {}
    for line in lines:
        old = sums.get(line["waste"], (0,) * len(SUMMED))
        sums[line["waste"]] = tuple(a + line[name] for a, name in zip(old, SUMMED, strict=True))
    return sums


def figures_of(lines: Iterable[Mapping[str, Any]]) -> MonthFigures:
    """What a neighbouring month needs to know [g]."""
    opening: dict[str, int] = {}
    closing: dict[str, int] = {}
    generated: dict[str, int] = {}
    for line in lines:
        waste = line["waste"]
        for sums, name in (
            (opening, "opening_grams"),
            (closing, "closing_grams"),
            (generated, "generated_grams"),
        ):
            sums[waste] = sums.get(waste, 0) + line[name]
    return MonthFigures(opening, closing, generated)
