"""What the ledger pages stand on: the site, its months, the ledger on file, what others declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Site
from app.http.problems import NotFound
from app.imports.service import Choices, choices, named_parties
from app.ledgers import reading
from app.ledgers.models import Ledger, LedgerTransition, LedgerVersion
from app.ledgers.reading import LedgerQuery
from app.ledgers.service import carried_over
from app.transfers import reading as transfers
from app.transfers.reading import TransferQuery

SITES_AT_ONCE = 50
MONTHS_SHOWN = 12
_MOST_TRANSFERS = 200


@dataclass(frozen=True, slots=True)
class SiteMonth:
    """A month of a site, with the ledger on file if there is one."""

    site: Site
    month: Month
    ledger: dict[str, Any] | None
    is_due: bool


def site_of(session: ReadSession, subject: Subject, code: str) -> Site:
    """Find a site that the subject may see. Raises NotFound."""
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    found = session.scalar(select(Site).where(Site.code == code, visible))
    if found is None:
        raise NotFound
    return found


def site_month(
    session: ReadSession, subject: Subject, code: str, month: Month, this_month: Month
) -> SiteMonth:
    """Find a site's month. Raises NotFound for a site that is not there, or a month that has not come."""
    site = site_of(session, subject, code)
    if month > this_month:
        raise NotFound
    found, _ = reading.page(session, subject, LedgerQuery(site=code, first=month, last=month, limit=1))
    return SiteMonth(site, month, found[0] if found else None, _is_due(site, month))


def _is_due(site: Site, month: Month) -> bool:
    return site.reports_from <= month and (site.reports_until is None or month <= site.reports_until)


def beginning(session: ReadSession, subject: Subject, asked: SiteMonth) -> dict[str, Any]:
    """What the form of a month without a ledger begins with."""
    return carried_over(session, subject, asked.site.code, asked.month)


def last_signer(session: ReadSession, site: Site) -> str:
    """Who signed the site's last ledger: most likely who signs the next."""
    query = (
        select(LedgerVersion.signed_by)
        .join(Ledger, Ledger.version_id == LedgerVersion.id)
        .where(Ledger.site_id == site.id, LedgerVersion.signed_by.is_not(None))
        .order_by(Ledger.month.desc())
        .limit(1)
    )
    return session.scalar(query) or ""


def offered(session: ReadSession, subject: Subject, site: Site) -> Choices:
    """What the fields of the form offer."""
    return choices(session, subject, site.code)


def return_reason(session: ReadSession, ledger_id: Any) -> str:
    """Why a ledger was returned."""
    query = select(LedgerTransition.reason).where(
        LedgerTransition.ledger_id == ledger_id, LedgerTransition.to_state == LedgerState.RETURNED
    )
    return session.scalar(query.order_by(LedgerTransition.at.desc()).limit(1)) or ""


def declared_to(session: ReadSession, subject: Subject, asked: SiteMonth) -> list[dict[str, Any]]:
    """What others say they sent to the site in the month."""
    found = _transfers(session, subject, asked, "incoming", "receiver")
    return [row for row in found if row["sent_tonnes"] is not None]


def answers_to(session: ReadSession, subject: Subject, asked: SiteMonth) -> list[dict[str, Any]]:
    """What the receivers said of what the site sent in the month."""
    found = _transfers(session, subject, asked, "outgoing", "sender")
    return [row for row in found if row["sent_tonnes"] is not None]


def _transfers(
    session: ReadSession, subject: Subject, asked: SiteMonth, direction: Any, side: str
) -> list[dict[str, Any]]:
    # A regulator may see one side only; whom the site is, is looked at here.
    direction = direction if subject.role is Role.ENTERPRISE else None
    query = TransferQuery(direction, asked.site.code, None, asked.month, asked.month, limit=_MOST_TRANSFERS)
    rows, _ = transfers.page(session, subject, query)
    return [row for row in rows if row[side] == asked.site.code]


def party_names(session: ReadSession, codes: Sequence[str]) -> Mapping[str, str]:
    """Name the parties that are registered."""
    return {code: name for code, name in named_parties(session, codes) if name}


@dataclass(frozen=True, slots=True)
class SiteYear:
    """A site with the state of each month shown; None where nothing is on file. `missing` counts all that is owed."""

    site: Site
    states: Mapping[Month, tuple[LedgerState, bool] | None]
    missing: int
    due: Month | None


@dataclass(frozen=True, slots=True)
class ManySites:
    """Some sites, and the code to go on from."""

    sites: tuple[SiteYear, ...]
    months: tuple[Month, ...]
    following: str | None


def many_sites(
    session: ReadSession, subject: Subject, last: Month, due_until: Month, after: str
) -> ManySites:
    """List sites with twelve months of ledgers; what is owed is counted up to `due_until`."""
    months = tuple(last.plus(offset) for offset in range(1 - MONTHS_SHOWN, 1))
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    query = select(Site).where(visible, Site.code > after).order_by(Site.code).limit(SITES_AT_ONCE + 1)
    found = session.scalars(query).all()
    shown = found[:SITES_AT_ONCE]
    years = _years(session, subject, shown, months, due_until)
    return ManySites(tuple(years), months, shown[-1].code if len(found) > SITES_AT_ONCE else None)


def last_month(session: ReadSession, subject: Subject, today: Month) -> Month:
    """The month that the list ends with: this one, or the last in which any of the sites reports."""
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    ends = list(session.scalars(select(Site.reports_until).where(visible).distinct()))
    known = [month for month in ends if month is not None]
    return min(today, max(known)) if known and len(known) == len(ends) else today


def _years(
    session: ReadSession, subject: Subject, sites: Sequence[Site], months: Sequence[Month], due_until: Month
) -> list[SiteYear]:
    ids = [site.id for site in sites]
    heads = (
        select(Ledger.site_id, Ledger.month, Ledger.state, LedgerVersion.nil)
        .join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
        .where(Ledger.site_id.in_(ids))
    )
    filed = select(Ledger.site_id, Ledger.month).where(
        Ledger.site_id.in_(ids), Ledger.month <= due_until, Ledger.state != LedgerState.DRAFT
    )
    on_file: dict[Any, set[Month]] = {site.id: set() for site in sites}
    for site_id, month in session.execute(filed):
        on_file[site_id].add(month)
    shown = heads.where(Ledger.month >= months[0], Ledger.month <= months[-1])
    if subject.role is Role.REGULATOR:
        shown = shown.where(Ledger.state != LedgerState.DRAFT)
    states = {(row.site_id, row.month): (row.state, row.nil) for row in session.execute(shown)}
    return [_year(site, months, states, on_file[site.id], due_until) for site in sites]


def _year(
    site: Site,
    months: Sequence[Month],
    states: Mapping[Any, tuple[LedgerState, bool]],
    on_file: set[Month],
    due_until: Month,
) -> SiteYear:
    until = due_until if site.reports_until is None else min(due_until, site.reports_until)
    owed = []
    month = site.reports_from
    while month <= until:
        if month not in on_file:
            owed.append(month)
        month = month.next
    return SiteYear(
        site,
        {month: states.get((site.id, month)) for month in months},
        len(owed),
        owed[0] if owed else None,
    )


def is_due(year: SiteYear, month: Month) -> bool:
    """Whether a site owes a ledger of a month."""
    return _is_due(year.site, month)
