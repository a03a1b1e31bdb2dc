"""The demo city's permits: what is wrong with them on purpose is found, nothing else is, and its reports are its ledgers."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
from sqlalchemy import select
from support.databases import fill_demo, filled_database
from support.run import Run

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.engine import make_engines
from app.db.session import Database
from app.domain.periods import Month
from app.domain.permits.execution import Span
from app.domain.quantities import grams_from_tonnes
from app.enterprises.models import Site
from app.findings import evaluation, registry
from app.findings.models import Finding
from app.findings.reading_sites import When
from app.findings.rule import Severity
from app.ids import new_id
from app.ledgers.models import Ledger, LedgerVersion
from app.permits.reports.execution_report import execution_report
from app.permits.reports.headroom import headroom
from app.settings import Settings
from seed.demo.city import DemoCity, build_city
from seed.demo.manifest import Cause, CauseKind

FOUND_BY = {
    CauseKind.PERMIT_WASTE: "permit_waste",
    CauseKind.PERMIT_ROUTE: "permit_route",
    CauseKind.PERMIT_RECEIVER: "permit_receiver",
    CauseKind.PERMIT_CAPACITY: "permit_capacity",
    CauseKind.PERMIT_FACILITY: "permit_facility",
    CauseKind.PERMIT_EXPIRED: "permit_validity",
    CauseKind.PERMIT_EXPIRING: "permit_validity",
    CauseKind.PERMIT_INCOMPLETE: "permit_incomplete",
    # The permit of either has the capacity that the register has.
    CauseKind.OVER_CAPACITY: "permit_capacity",
    CauseKind.STORAGE_OVER_CAPACITY: "permit_storage",
}
ALSO = {
    # A receiver's own books show what its senders' do.
    CauseKind.PERMIT_RECEIVER: "permit_waste",
    # Whoever went on sending there had to look at the permit.
    CauseKind.PERMIT_EXPIRED: "permit_receiver",
}
"""What else follows from a cause."""
NOW = datetime(2023, 1, 25, 2, tzinfo=UTC)
ADMIN = Subject(new_id(), "test", Role.ADMIN, SCOPES_OF[Role.ADMIN])


@dataclass(frozen=True)
class Demo:
    """The city in a database of its own, and what the permit rules find in January after its last month."""

    sessions: Database
    found: tuple[tuple[Finding, str], ...]

    def about(self, cause: Cause, rule: str | None) -> list[Finding]:
        return [
            finding
            for finding, code in self.found
            if finding.rule == rule
            and cause.site in (code, finding.counterpart)
            and cause.waste in (None, finding.waste)
        ]


@pytest.fixture(scope="module")
def demo(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with filled_database("sqlite", run, tmp_path_factory.mktemp("demo"), fill_demo) as url:
        engines = make_engines(Settings(database_url=url))
        sessions = Database(engines)
        rules = [rule.id for rule in registry.PERMIT_RULES]
        evaluation.evaluate_all(sessions, When(NOW, "Asia/Shanghai"), rule_ids=rules)
        with sessions.reading() as session:
            rows = session.execute(select(Finding, Site.code).join(Site, Site.id == Finding.site_id)).all()
            yield Demo(sessions, tuple((finding, code) for finding, code in rows))
        engines.dispose()


@cache
def city() -> DemoCity:
    return build_city()


def planted() -> list[Cause]:
    return [cause for cause in city().manifest if cause.kind in FOUND_BY]


@pytest.mark.slow
def test_every_planted_cause_is_found_and_nothing_else(demo: Demo) -> None:
    missed = [
        (cause.kind.value, cause.site, cause.waste)
        for cause in planted()
        if not demo.about(cause, FOUND_BY[cause.kind])
    ]
    assert missed == []
    explained = {
        finding.id
        for cause in planted()
        for rule in (FOUND_BY[cause.kind], ALSO.get(cause.kind))
        for finding in demo.about(cause, rule)
    }
    unexplained = [
        (finding.rule, code, finding.en) for finding, code in demo.found if finding.id not in explained
    ]
    assert unexplained == []
    assert {finding.rule for finding, _ in demo.found} == {rule.id for rule in registry.PERMIT_RULES}


@pytest.mark.slow
def test_what_expires_is_low_and_what_expired_is_high(demo: Demo) -> None:
    by_kind = {cause.kind: demo.about(cause, FOUND_BY[cause.kind]) for cause in planted()}
    ((expired,), (expiring,)) = by_kind[CauseKind.PERMIT_EXPIRED], by_kind[CauseKind.PERMIT_EXPIRING]
    assert (expired.severity, expiring.severity) == (Severity.HIGH, Severity.LOW)
    assert (str(expired.first_month), str(expired.last_month)) == ("2022-09", "2022-12")
    assert not expiring.is_weighed


@pytest.mark.slow
@pytest.mark.parametrize("period", ["2022", "2021-Q3", "2021-05"])
def test_reports_of_all_demo_permits_agree_with_their_ledgers_to_the_gram(demo: Demo, period: str) -> None:
    """Against the filed documents themselves, not against the tables that the report is made from."""
    span = Span.parse(period)
    permits = sorted({permit.number for permit in city().permits})
    with demo.sessions.reading() as session:
        for number in permits:
            site = session.scalars(select(Site).where(Site.permit_number == number)).one_or_none()
            if site is None:
                continue
            report = execution_report(session, ADMIN, number, span, NOW, NOW.date())
            assert {
                waste["waste"]: {
                    name: grams_from_tonnes(waste[f"{name}_tonnes"])
                    for name in ("generated", "used", "disposed", "moved", "dumped", "received")
                }
                for waste in report["wastes"]
            } == _filed(session, site, span.first, span.last)


def _filed(session: Any, site: Site, first: Month, last: Month) -> dict[str, dict[str, int]]:
    """Waste → its masses [g], summed from the copies of record."""
    query = (
        select(LedgerVersion.body)
        .join(Ledger, Ledger.version_id == LedgerVersion.id)
        .where(Ledger.site_id == site.id, Ledger.month >= first, Ledger.month <= last)
    )
    sums: dict[str, dict[str, int]] = {}
    for body in session.scalars(query):
        for line in json.loads(body)["lines"]:
            mine = sums.setdefault(line["waste"], defaultdict(int))
            for name in ("generated", "dumped"):
                mine[name] += grams_from_tonnes(line[f"{name}_tonnes"])
            for name, flows in (
                ("used", "used"),
                ("disposed", "disposed"),
                ("moved", "sent"),
                ("received", "received"),
            ):
                mine[name] += sum(grams_from_tonnes(flow["tonnes"]) for flow in line[flows])
    return {waste: dict(mine) for waste, mine in sums.items()}


@pytest.mark.slow
def test_headroom_of_the_plant_that_is_permitted_too_little(demo: Demo) -> None:
    (cause,) = [cause for cause in planted() if cause.kind is CauseKind.PERMIT_CAPACITY]
    finding = max(demo.about(cause, "permit_capacity"), key=lambda each: each.grams)
    with demo.sessions.reading() as session:
        answer = headroom(session, ADMIN, cause.site, finding.last_month, date(2023, 1, 25))
    (use,) = [each for each in answer["items"] if each["ways"] == ["use"]]
    assert grams_from_tonnes(use["headroom_tonnes"].removeprefix("-")) == finding.grams
    assert use["headroom_tonnes"].startswith("-")
