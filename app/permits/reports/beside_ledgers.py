"""A permit beside the ledgers of its site: what compliance, headroom, execution reports and ledger tables begin with."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month, month_range
from app.domain.permits.case import Case, FiledMonth, seen_on
from app.domain.permits.execution import Span
from app.enterprises import service as enterprises
from app.enterprises.models import Enterprise, Site
from app.http.problems import Conflict, Invalid
from app.ledgers.service import FiledReceipt, on_file
from app.permits.histories import histories_of_sites, visible_permit


class PermitUnmatched(Conflict):
    """Nobody has registered a site with this number, so there are no ledgers to hold against it."""

    code = "permit_unmatched"
    title = Message(
        "尚无场所登记此许可证编号，没有台账可比对",
        "No site has this permit number yet; there are no ledgers to compare",
    )


@dataclass(frozen=True)
class Permitted:
    """A permit that the subject may see, with its site, the site's months on file and the case they make.

    The case holds all permits of the site: where another one is in force in a month, that month is held to the other.
    """

    number: str
    site: str
    site_name: str
    enterprise: str
    credit_code: str
    region: str
    reports_from: Month
    reports_until: Month | None
    today: date
    case: Case
    receipts: Mapping[Month, FiledReceipt]

    @property
    def last_due(self) -> Month:
        """The last month in which the site reports and that is over."""
        over = Month.of(self.today).previous
        return over if self.reports_until is None else min(over, self.reports_until)

    def expected(self, first: Month, last: Month) -> tuple[Month, ...]:
        """The months of a range in which the site reports and that are over."""
        begin, end = max(first, self.reports_from), last
        if self.reports_until is not None:
            end = min(end, self.reports_until)
        return tuple(month for month in month_range(begin, end) if month < Month.of(self.today))


def read(
    session: ReadSession, subject: Subject, number: str, today: date, until: Month | None = None
) -> Permitted:
    """Put a permit beside its site's ledgers, up to a month. Raises NotFound, PermitUnmatched.

    Whoever may see the permit may see these: its site's enterprise, and the authorities of its territory.
    """
    permit, _ = visible_permit(session, subject, number)
    if permit.site_id is None:
        raise PermitUnmatched
    site, enterprise = session.execute(
        select(Site, Enterprise)
        .join(Enterprise, Enterprise.id == Site.enterprise_id)
        .where(Site.id == permit.site_id)
    ).one()
    filed, receipts = on_file(session, site.id, until)
    receivers = _receivers(session, filed)
    versions = histories_of_sites(session, {site.id, *receivers.values()})
    known = {key: versions[site_id] for key, site_id in receivers.items() if site_id in versions}
    return Permitted(
        number=number,
        site=site.code,
        site_name=site.name,
        enterprise=enterprise.name,
        credit_code=enterprise.credit_code,
        region=site.region,
        reports_from=site.reports_from,
        reports_until=site.reports_until,
        today=today,
        case=Case(filed, versions.get(site.id, ()), seen_on(site.reports_until, today), known),
        receipts=receipts,
    )


def read_period(session: ReadSession, subject: Subject, number: str, span: Span, today: date) -> Permitted:
    """The same up to a period's end. Raises Invalid when the period has not begun."""
    if span.first > Month.of(today):
        early = Message("该报告期尚未开始", "this period has not begun yet")
        raise Invalid(errors=[Fault("#query/period", "not_begun", early)])
    return read(session, subject, number, today, until=span.last)


def _receivers(session: ReadSession, filed: Iterable[FiledMonth]) -> dict[tuple[str, Month], uuid.UUID]:
    """(party as written, month) → the one registered site that is meant."""
    named = {
        (flow.party, each.month) for each in filed for line in each.lines for flow in line.sent if flow.grams
    }
    parties = enterprises.parties(session, {party for party, _ in named})
    found = {}
    for party, month in sorted(named):
        meant = parties[party].site_in(month)
        if meant is not None:
            found[party, month] = meant.site_id
    return found
