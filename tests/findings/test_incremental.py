"""Whatever is filed, amended and stated, in whatever order: the incremental path and a full run come to the same set."""

from dataclasses import dataclass, field
from typing import Any

from builders import JSON
from findings.town import fly_ash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from support.clock import SettableClock

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database
from app.domain.periods import Month
from app.enterprises import onboarding
from app.enterprises.models import Enterprise
from app.enterprises.schemas import EnterpriseIn, FacilityIn, SiteIn
from app.findings import evaluation, jobs
from app.findings.models import Finding, FindingStep
from app.findings.reading_sites import When
from app.findings.replacing import Tally
from app.ids import new_id
from app.ledgers.models import Ledger
from app.ledgers.schemas import LedgerIn
from app.ledgers.service import Command, Filer, Intent, file
from app.settings import Settings
from app.transfers.confirmations import confirm
from app.transfers.models import Decision, Transfer
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

ADMIN = Subject(new_id(), "test", Role.ADMIN, SCOPES_OF[Role.ADMIN])
MONTHS = ("2025-08", "2025-09", "2025-10", "2025-11")
REGIONS = ("140212", "140212", "130102")
TIMEZONE = "Asia/Shanghai"


@dataclass
class Province:
    """Three firms of a history: two in one city, one of which has two sites, and one in another province."""

    sessions: Database
    clock: SettableClock
    settings: Settings
    prefix: str
    sites: list[str] = field(default_factory=list)

    def settle(self) -> None:
        with self.sessions.writing() as session:
            for number, region in enumerate(REGIONS):
                code = f"{self.prefix}{number}"
                firm = {"credit_code": code, "name": "示例", "industry": "44", "region": region}
                onboarding.register_enterprise(
                    session, ADMIN, EnterpriseIn.model_validate(firm), self.clock()
                )
                for serial in range(1, 3 if number == 1 else 2):
                    self._site(session, code, f"{code}00{serial}P", region)

    def _site(self, session: Any, firm: str, code: str, region: str) -> None:
        site = {
            "code": code,
            "enterprise": firm,
            "name": "示例",
            "region": region,
            "reports_from": MONTHS[0],
            "reports_until": MONTHS[-1],
        }
        now = self.clock()
        onboarding.register_site(session, ADMIN, SiteIn.model_validate(site), now=now, timezone=TIMEZONE)
        facility = {"site": code, "code": "TS001", "name": "库", "kind": "storage", "capacity_tonnes": "900"}
        onboarding.register_facility(session, ADMIN, FacilityIn.model_validate(facility), now)
        self.sites.append(code)

    @property
    def parties(self) -> list[str]:
        """Whom a ledger may name: sites, an enterprise with one site, one with two, and nobody."""
        return [*self.sites, f"{self.prefix}0", f"{self.prefix}1", "91990000MA0NOBODY9"]

    def file(self, site: str, month: str, lines: list[JSON], *, draft: bool) -> None:
        body = {"site": site, "month": month, "lines": lines, "nil": not lines, "signed_by": "示例"}
        command = Command(
            LedgerIn.model_validate(body).content(),
            Intent.UPSERT,
            draft=draft,
            reason="更正" if not draft else None,
        )
        with self.sessions.writing() as session:
            file(session, [command], Filer(ADMIN, self.clock(), Month(2026, 1)))

    def state(self, place: int, decision: Decision) -> None:
        """Let a receiver say something of a transfer, when there is one to speak of."""
        with self.sessions.writing() as session:
            query = select(Transfer).where(
                Transfer.sent_grams.is_not(None),
                Transfer.receiver_enterprise_id.is_not(None),
                Transfer.sender_party.startswith(self.prefix),
            )
            found = session.scalars(query.order_by(Transfer.month, Transfer.id)).all()
            if found:
                transfer = found[place % len(found)]
                firm = transfer.receiver_enterprise_id
                subject = Subject(
                    new_id(), "test", Role.ENTERPRISE, SCOPES_OF[Role.ENTERPRISE], enterprise_id=firm
                )
                grams = 7_000_000 if decision is Decision.CORRECT else None
                confirm(session, subject, transfer.id, decision, grams, "无", self.clock())

    def work(self) -> None:
        registry = gather([SliceJobs(jobs.HANDLERS, (), jobs.SUBSCRIPTIONS)])
        Worker(self.sessions, self.settings, registry, clock=self.clock).drain()

    def run_all(self) -> Tally:
        return evaluation.evaluate_all(self.sessions, When(self.clock(), TIMEZONE))

    def found(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        with self.sessions.reading() as session:
            rows = session.scalars(select(Finding).where(Finding.present.is_(True)))
            return {
                (row.rule, row.key): (row.grams, row.partition, row.region, row.evidence_sha256)
                for row in rows
            }

    def forget(self) -> None:
        with self.sessions.writing() as session:
            session.execute(delete(FindingStep))
            session.execute(delete(Finding))


tonnes = st.sampled_from(["1", "40", "500", "500000"])


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """What happens: filings and amendments, drafts, statements of receivers, and the worker coming round."""
    made: list[tuple[Any, ...]] = []
    for _ in range(draw(st.integers(2, 9))):
        kind = draw(st.sampled_from(["file", "file", "file", "state", "work"]))
        if kind == "file":
            flows = draw(
                st.lists(
                    st.tuples(st.sampled_from(["sent", "received"]), st.integers(0, 6), tonnes), max_size=2
                )
            )
            generated = draw(st.one_of(st.none(), tonnes))
            cement = draw(st.sampled_from([None, None, "40", "1900"]))
            draft = draw(st.integers(0, 7)) == 0
            lines = (generated, flows, cement)
            made.append(("file", draw(st.integers(0, 3)), draw(st.sampled_from(MONTHS)), lines, draft))
        elif kind == "state":
            made.append(("state", draw(st.integers(0, 5)), draw(st.sampled_from(list(Decision)))))
        else:
            made.append(("work",))
    return made


def lines_of(
    province: Province,
    generated: str | None,
    flows: list[tuple[str, int, str]],
    cement: str | None = None,
) -> list[JSON]:
    """A line of fly ash; with `cement`, 500 t of it used for so many tonnes of cement."""
    if generated is None and not flows and cement is None:
        return []
    line = fly_ash(generated or "0")
    if cement is not None:
        used = {"process": "cement_blending", "product": "cement", "tonnes": "500"}
        line["used"] = [used | {"product_tonnes": cement}]
    for direction, party, mass in flows:
        name = "to" if direction == "sent" else "from"
        flow = {name: province.parties[party], "tonnes": mass, "purpose": "use"}
        line[direction] = [*line.get(direction, []), flow]
    return [line]


numbers = iter(range(10_000))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps())
def test_incremental_is_full(
    sessions: Database, settings: Settings, clock: SettableClock, history: list[tuple[Any, ...]]
) -> None:
    province = Province(sessions, clock, settings, f"91140200MA{next(numbers):06d}H")
    province.settle()
    province.run_all()
    for step in history:
        if step[0] == "file":
            _, site, month, lines, draft = step
            province.file(province.sites[site], month, lines_of(province, *lines), draft=draft)
        elif step[0] == "state":
            province.state(step[1], step[2])
        else:
            province.work()
    province.work()
    incremental = province.found()
    tally = province.run_all()
    assert (tally.opened, tally.reopened, tally.changed, tally.gone) == (0, 0, 0, 0)
    province.forget()
    province.run_all()
    assert province.found() == incremental


def test_histories_do_find_something(sessions: Database, settings: Settings, clock: SettableClock) -> None:
    """The property would hold of rules that never fire."""
    province = Province(sessions, clock, settings, "91140200MA000000Z")
    province.settle()
    province.file(province.sites[0], MONTHS[0], lines_of(province, "500", [("sent", 1, "500")]), draft=False)
    province.file(province.sites[1], MONTHS[0], [], draft=False)
    province.file(province.sites[2], MONTHS[0], lines_of(province, "500", [], "40"), draft=False)
    province.work()
    with sessions.reading() as session:
        assert session.scalars(select(Ledger)).all()
        assert session.scalars(select(Enterprise)).all()
    assert {"line_balance", "receiver_silent", "product_yield"} <= {rule for rule, _ in province.found()}
