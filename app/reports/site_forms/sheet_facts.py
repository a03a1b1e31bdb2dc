"""The whole picture of a site: its months, partners, findings, amendments, and what its permit leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.ledger import LedgerState
from app.domain.periods import Month, month_range
from app.enterprises.models import Enterprise, Site
from app.enterprises.service import last_successor
from app.findings import service as findings
from app.findings.service import FindingQuery
from app.http.problems import NotFound, Problem
from app.imports.service import named_parties
from app.ledgers.models import Ledger, LedgerLine, LedgerVersion
from app.permits.service import headroom
from app.reference import service as reference
from app.reports.site_forms.site_months import region_words
from app.transfers.models import Transfer

MONTHS = 24
_FIGURES = ("opening", "generated", "received", "used", "disposed", "sent", "dumped", "closing")
_MOST_FINDINGS = 10
_MOST_PARTNERS = 30


@dataclass(frozen=True, slots=True)
class MonthSums:
    """A month's ledger summed over the wastes asked for [g]."""

    opening: int = 0
    generated: int = 0
    received: int = 0
    used: int = 0
    disposed: int = 0
    sent: int = 0
    dumped: int = 0
    closing: int = 0

    @property
    def gap(self) -> int:
        came = self.opening + self.generated + self.received
        return came - self.used - self.disposed - self.sent - self.dumped - self.closing


@dataclass(frozen=True, slots=True)
class Partner:
    """What went between the site and one partner in the period [g]; None where that side said nothing."""

    code: str
    name: str
    outgoing: bool
    waste: str
    ours: int | None
    theirs: int | None


@dataclass(frozen=True, slots=True)
class Amended:
    """A ledger that was amended."""

    month: Month
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page and the printed sheet say."""

    site: Site
    enterprise: str
    region: Message
    base: Message | None
    months: tuple[Month, ...]
    sums: Mapping[Month, MonthSums]
    owed: tuple[Month, ...]
    expected: int
    wastes: Mapping[str, Any]
    waste: str | None
    partners: Sequence[Partner]
    findings: Sequence[dict[str, Any]]
    amended: Sequence[Amended]
    headroom: Mapping[str, Any] | None


def sheet(
    session: ReadSession, subject: Subject, code: str, until: Month | None, waste: str | None, today: date
) -> Sheet:
    """Gather it for the two years that end with `until`, or with the last month filed. Raises NotFound."""
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    site = session.scalar(select(Site).where(Site.code == code, visible))
    if site is None:
        raise NotFound
    this_month = Month.of(today)
    last = until or _last_filed(session, site) or this_month.previous
    months = tuple(month_range(last.plus(1 - MONTHS), last))
    names = {row.code: row for row in reference.current(session, "wastes")}
    owed, expected = _owed(session, site, months, this_month)
    found, _ = findings.page(session, subject, FindingQuery(site=code, limit=_MOST_FINDINGS))
    return Sheet(
        site,
        _enterprise(session, site),
        region_words(session, site.region),
        _base(session, site),
        months,
        _sums(session, site, months, waste),
        owed,
        expected,
        {code: names[code] for code in _wastes(session, site) if code in names},
        waste,
        _partners(session, site, months, waste),
        found,
        _amended(session, site, months),
        _headroom(session, subject, site, today),
    )


def _last_filed(session: ReadSession, site: Site) -> Month | None:
    query = select(func.max(Ledger.month)).where(Ledger.site_id == site.id, Ledger.state != LedgerState.DRAFT)
    return session.scalar(query)


def _enterprise(session: ReadSession, site: Site) -> str:
    return session.get_one(Enterprise, last_successor(session, site.enterprise_id)).name


def _base(session: ReadSession, site: Site) -> Message | None:
    if site.base is None:
        return None
    named = {row.code: Message(row.zh, row.en) for row in reference.current(session, "bases")}
    return named.get(site.base, Message(site.base, site.base))


def _sums(
    session: ReadSession, site: Site, months: Sequence[Month], waste: str | None
) -> dict[Month, MonthSums]:
    """Months on file; one without the waste asked for is zero, one that is not on file is absent."""
    filed = select(Ledger.month).where(
        Ledger.site_id == site.id,
        Ledger.month.between(months[0], months[-1]),
        Ledger.state != LedgerState.DRAFT,
    )
    sums = {month: MonthSums() for month in session.scalars(filed)}
    columns = [func.sum(getattr(LedgerLine, f"{name}_grams")).label(name) for name in _FIGURES]
    lines = (
        select(Ledger.month, *columns)
        .join(LedgerLine, LedgerLine.version_id == Ledger.version_id)
        .where(Ledger.site_id == site.id, Ledger.month.in_(sums), Ledger.state != LedgerState.DRAFT)
        .group_by(Ledger.month)
    )
    if waste is not None:
        lines = lines.where(LedgerLine.waste == waste)
    for row in session.execute(lines):
        sums[row.month] = MonthSums(*(int(getattr(row, name)) for name in _FIGURES))
    return sums


def _wastes(session: ReadSession, site: Site) -> list[str]:
    query = (
        select(LedgerLine.waste)
        .join(Ledger, Ledger.version_id == LedgerLine.version_id)
        .where(Ledger.site_id == site.id, Ledger.state != LedgerState.DRAFT)
        .distinct()
        .order_by(LedgerLine.waste)
    )
    return list(session.scalars(query))


def _owed(
    session: ReadSession, site: Site, months: Sequence[Month], this_month: Month
) -> tuple[tuple[Month, ...], int]:
    """The months of the period that are due and not on file, and how many were due."""
    last = min(months[-1], this_month.previous)
    if site.reports_until is not None:
        last = min(last, site.reports_until)
    due = list(month_range(max(months[0], site.reports_from), last))
    query = select(Ledger.month).where(Ledger.site_id == site.id, Ledger.state != LedgerState.DRAFT)
    on_file = set(session.scalars(query))
    return tuple(month for month in due if month not in on_file), len(due)


def _partners(session: ReadSession, site: Site, months: Sequence[Month], waste: str | None) -> list[Partner]:
    """The partners with the most tonnes, each way."""
    found: list[Partner] = []
    for outgoing in (True, False):
        own, other = (
            (Transfer.sender_site_id, Transfer.receiver_party)
            if outgoing
            else (Transfer.receiver_site_id, Transfer.sender_party)
        )
        sent, received = func.sum(Transfer.sent_grams), func.sum(Transfer.received_grams)
        query = (
            select(other, Transfer.waste, sent, received)
            .where(own == site.id, Transfer.month.between(months[0], months[-1]))
            .group_by(other, Transfer.waste)
        )
        if waste is not None:
            query = query.where(Transfer.waste == waste)
        for code, stream, said_by_sender, said_by_receiver in session.execute(query):
            ours, theirs = (
                (said_by_sender, said_by_receiver) if outgoing else (said_by_receiver, said_by_sender)
            )
            found.append(Partner(code, "", outgoing, stream, _whole(ours), _whole(theirs)))
    found.sort(key=lambda each: (-max(each.ours or 0, each.theirs or 0), each.code, each.waste))
    shown = found[:_MOST_PARTNERS]
    names = dict(named_parties(session, {each.code for each in shown}))
    return [
        Partner(each.code, names.get(each.code, ""), each.outgoing, each.waste, each.ours, each.theirs)
        for each in shown
    ]


def _whole(grams: Any) -> int | None:
    return None if grams is None else int(grams)


def _amended(session: ReadSession, site: Site, months: Sequence[Month]) -> list[Amended]:
    query = (
        select(Ledger.month, LedgerVersion.number, LedgerVersion.reason)
        .join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
        .where(
            Ledger.site_id == site.id,
            Ledger.month.between(months[0], months[-1]),
            Ledger.state != LedgerState.DRAFT,
            LedgerVersion.reason.is_not(None),
        )
        .order_by(Ledger.month.desc())
    )
    return [Amended(row.month, row.number, row.reason) for row in session.execute(query)]


def _headroom(session: ReadSession, subject: Subject, site: Site, today: date) -> Mapping[str, Any] | None:
    """What the permit leaves; None without a permit that says it. A site's own code may be its permit's number."""
    try:
        return headroom(session, subject, site.permit_number or site.code, None, today)
    except Problem:
        return None
