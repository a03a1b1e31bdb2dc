"""A site and the months of a period: what every form of one site begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month, month_range
from app.domain.permits.case import FiledMonth
from app.domain.quantities import grams_from_tonnes
from app.domain.rates import Metric
from app.enterprises.models import Enterprise, Site
from app.enterprises.service import last_successor
from app.http.problems import Conflict, Invalid, NotFound
from app.ledgers.service import FiledReceipt, on_file
from app.rates import service as rates
from app.rates.service import RateQuery
from app.reference import service as reference
from app.reports.document import Coverage, Period, Provenance

_ANY_METRIC = "utilization.statutory"
LEDGERS = Message(
    "本场所各月现行版本的月度台账，草稿不计",
    "the current version of each of the site's monthly ledgers; drafts do not count",
)


class ReferenceMissing(Conflict):
    """The database holds an older release of the reference data, without the table or form that is needed."""

    code = "reference_missing"
    title = Message(
        "参考数据中没有所需的税目或表式，请先运行 huanlian seed load",
        "The reference data has no such table or form yet: run huanlian seed load",
    )


@dataclass(frozen=True, slots=True)
class SiteMonths:
    """A site that the subject may see, with its enterprise and what is on file of a period.

    `missing`: months of the period that are over, in which the site reports and of which nothing is on file.
    """

    site: Site
    enterprise: Enterprise
    region: Message
    period: Period
    filed: tuple[FiledMonth, ...]
    receipts: Mapping[Month, FiledReceipt]
    missing: tuple[Month, ...]
    is_over: bool
    coverage: Coverage
    made_at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether the period is over and every month of it is on file."""
        return self.is_over and not self.missing

    @property
    def scope(self) -> tuple[Message, ...]:
        """Whom the form is about, as its head says it."""
        site, enterprise = self.site, self.enterprise
        number = site.permit_number or site.code
        return (
            Message(
                f"企业：{enterprise.name}（{enterprise.credit_code}）",
                f"Enterprise: {enterprise.name} ({enterprise.credit_code})",
            ),
            Message(f"场所：{site.name}（{site.code}）", f"Site: {site.name} ({site.code})"),
            Message(f"排污许可证：{number}", f"Permit: {number}")
            if site.permit_number
            else Message("排污许可证：未登记", "Permit: none registered"),
            Message(
                f"行政区：{self.region.zh}（{site.region}）", f"Region: {self.region.en} ({site.region})"
            ),
        )

    def provenance(
        self, *caveats: Message, sources: tuple[Message, ...] = (), metrics: tuple[Metric, ...] = ()
    ) -> Provenance:
        """Where the figures are from; months that are missing are said before all else."""
        return Provenance(
            as_of=self.made_at,
            sources=(LEDGERS, *sources),
            coverage=self.coverage,
            metrics=metrics,
            caveats=(*self.gaps, *caveats),
        )

    @property
    def gaps(self) -> tuple[Message, ...]:
        """What is not in the figures yet."""
        said = []
        if self.missing:
            names = [str(month) for month in self.missing]
            said.append(
                Message(
                    f"未报月份不计入，也不是零：{'、'.join(names)}",
                    f"Months that are not filed are left out and are not nought: {', '.join(names)}",
                )
            )
        if not self.is_over:
            said.append(
                Message(
                    "本期尚未结束，数字为截至目前", "The period is not over yet: these are the figures so far"
                )
            )
        return tuple(said)


def site_months(
    session: ReadSession,
    subject: Subject,
    code: str,
    period: Period,
    now: datetime,
    parameter: str = "period",
) -> SiteMonths:
    """Find a site and its ledgers of a period. Raises NotFound, Invalid for a period that has not begun.

    `now`: aware, in the zone in which people here count days. `parameter`: where the period was asked for.
    """
    this_month = Month.of(now.date())
    if period.first > this_month:
        text = Message("该期间尚未开始", "this period has not begun yet")
        raise Invalid(errors=[Fault(f"#query/{parameter}", "not_begun", text)])
    visible = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    site = session.scalar(select(Site).where(Site.code == code, visible))
    if site is None:
        raise NotFound
    filed, receipts = on_file(session, site.id, period.last)
    ours = tuple(each for each in filed if each.month >= period.first)
    return SiteMonths(
        site=site,
        enterprise=session.get_one(Enterprise, last_successor(session, site.enterprise_id)),
        region=region_words(session, site.region),
        period=period,
        filed=ours,
        receipts=receipts,
        missing=_missing(site, period, {each.month for each in ours}, this_month),
        is_over=period.last < this_month,
        coverage=_coverage(session, subject, code, period, now),
        made_at=now,
    )


def signed_grams(tonnes: str) -> int:
    """Grams of tonnes as the services answer them; a shrinking stock and an exceeded capacity are below nought."""
    grams = grams_from_tonnes(tonnes.removeprefix("-"))
    return -grams if tonnes.startswith("-") else grams


def region_words(session: ReadSession, code: str) -> Message:
    """A region's name; its code where the reference data has none."""
    rows, _ = reference.page(session, "regions", prefix=code, length=len(code), after="", limit=1)
    return Message(rows[0].zh, rows[0].en) if rows else Message(code, code)


def _missing(site: Site, period: Period, filed: set[Month], this_month: Month) -> tuple[Month, ...]:
    last = min(period.last, this_month.previous)
    if site.reports_until is not None:
        last = min(last, site.reports_until)
    due = month_range(max(period.first, site.reports_from), last)
    return tuple(month for month in due if month not in filed)


def _coverage(session: ReadSession, subject: Subject, code: str, period: Period, now: datetime) -> Coverage:
    """What stands beside every rate of the same site and months."""
    query = RateQuery(_ANY_METRIC, site=code, first=period.first, last=period.last)
    scope = rates.resolve(session, subject, query, now)
    cell = rates.cells(session, subject, scope, None)[""]
    return Coverage(cell.ledgers_filed, cell.ledgers_expected, cell.sent_grams, cell.confirmed_grams)
