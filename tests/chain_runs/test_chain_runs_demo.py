"""The demo city: its official totals come back, and every planned gap stands where it was put, to the gram."""

import numpy as np
import pytest
from chain_runs.city import ADMIN, Question, summary, told
from support.clock import SettableClock

from app.auth.subjects import Subject
from app.chain_runs import report
from app.chain_runs.books import summed
from app.chain_runs.schemas import GroupFatesOut, SummaryOut
from app.chain_runs.service import ended_in_products
from app.db.session import Database
from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE
from app.rates.service import GroupBy, RateQuery, rates
from chains.stock import StockRule
from seed.demo.city import build_city
from seed.demo.manifest import CauseKind

YEAR = Question(first=Month(2021, 1), last=Month(2021, 12))
BOTH_YEARS = Question(first=Month(2021, 1), last=Month(2022, 12))
NEVER_BOOKED = {CauseKind.RECEIVER_SILENT, CauseKind.UNIT_SLIP, CauseKind.PAIR_DISAGREEMENT}


@pytest.mark.demo_city
@pytest.mark.slow
def test_the_demo_city_of_2021(sessions: Database, clock: SettableClock) -> None:
    found = summary(sessions, YEAR)
    _official_totals(found)
    _closed(found)
    _sites_add_up(found, report.by_site(told(sessions, YEAR).solved, {}).items())
    _planned_gaps(found)
    _withheld_ash(sessions)
    _terminal_by_month_and_rule(sessions, found)
    _round_trip(summary(sessions, BOTH_YEARS))


def _official_totals(found: SummaryOut) -> None:
    """6,523.08 万t generated, 8.33 % used by name."""
    assert found.generated_tonnes == "65230800"
    assert found.nominal["utilization.statutory"].percent == "8.33"
    assert (found.coverage.ledgers_filed, found.coverage.ledgers_expected) == (695, 699)
    # Less ends in products than is used by name: ash that is buried, what is lost, what leaves the city.
    assert found.terminal.percent == "6.00"


def _closed(found: SummaryOut) -> None:
    into, out = (sum(map(float, part.values())) for part in (found.inputs_tonnes, found.fates_tonnes))
    assert out == pytest.approx(into, rel=1e-9)
    assert found.quality.mass_error < 1e-12
    assert sum(map(float, found.untracked_tonnes.values())) == pytest.approx(
        float(found.fates_tonnes["untracked"]), abs=1e-3
    )
    counted = float(found.counted_tonnes)
    assert counted + float(found.secondary_tonnes) == pytest.approx(65_230_800, abs=1e-3)
    assert sum(map(float, found.of_generated_tonnes.values())) == pytest.approx(counted, rel=1e-9)


def _sites_add_up(found: SummaryOut, items: list[GroupFatesOut]) -> None:
    for fate, tonnes in found.fates_tonnes.items():
        whole = sum(float(item.ended_here_tonnes[fate]) for item in items)
        assert whole == pytest.approx(float(tonnes), abs=1e-3)
    terminal = sum(float(item.terminal.numerator_tonnes) for item in items)
    assert terminal == pytest.approx(float(found.terminal.numerator_tonnes), abs=1e-3)


def _planned_gaps(found: SummaryOut) -> None:
    manifest = build_city().manifest
    year = Month(2021, 1), Month(2021, 12)
    planned = {
        kind: [cause for cause in manifest if cause.kind is kind and year[0] <= cause.months[0] <= year[1]]
        for kind in (CauseKind.LINE_GAP, CauseKind.STOCK_DROP, CauseKind.UNKNOWN_RECEIVER)
    }

    def tonnes(kind: CauseKind) -> float:
        return sum(cause.grams or 0 for cause in planned[kind]) / GRAMS_PER_TONNE

    gaps = tonnes(CauseKind.LINE_GAP) + tonnes(CauseKind.STOCK_DROP)
    assert float(found.untracked_tonnes["not_accounted_for"]) == pytest.approx(gaps, abs=1e-6)
    unknown = float(found.untracked_tonnes["unknown_receiver"])
    assert unknown == pytest.approx(tonnes(CauseKind.UNKNOWN_RECEIVER), abs=1e-6)
    worst = {site.site for site in found.untracked_sites}
    for kind, causes in planned.items():
        assert {cause.site for cause in causes} <= worst, kind
    lost = [c for c in manifest if c.kind in NEVER_BOOKED and c.months[0] <= year[1] and c.grams]
    assert {cause.site for cause in lost if (cause.grams or 0) > 6_000 * GRAMS_PER_TONNE} <= worst


def _withheld_ash(sessions: Database) -> None:
    """One station withholds its ash in four months; all others split theirs a little otherwise, each in its way."""
    [withheld] = [cause for cause in build_city().manifest if cause.kind is CauseKind.RESIDUE_MISSING]
    months = Question(first=withheld.months[0], last=withheld.months[-1])
    for asked, least in ((months, 50_000), (YEAR, 10_000), (BOTH_YEARS, 10_000)):
        found = told(sessions, asked).solved
        books = found.network.books
        missing = summed(books.streams.site, found.untracked["residue_missing"], len(books.places))
        short = {books.places[site].code for site in np.flatnonzero(missing > 0).tolist()}
        assert short == {withheld.site}, asked
        # Over a longer time the ash of the other months may be all there is: what is missing is the least that must be.
        assert missing.sum() > least


def _terminal_by_month_and_rule(sessions: Database, found: SummaryOut) -> None:
    def rate(subject: Subject, group: GroupBy | None) -> list[str | None]:
        query = RateQuery(
            "utilization.terminal", region="1402", first=YEAR.first, last=YEAR.last, group_by=group
        )
        with sessions.reading() as session:
            answer = rates(session, subject, query, build_city().filings[-1].filed_at, ended_in_products)
        return [item.ratio.percent_text() for item in answer.items]

    assert rate(ADMIN, None) == [found.terminal.percent]
    months = [float(percent or 0) for percent in rate(ADMIN, GroupBy.MONTH)]
    assert len(months) == 12
    assert min(months) < 2, "building stops in winter"
    assert max(months) > 8
    fifo = summary(sessions, Question(first=YEAR.first, last=YEAR.last, rule=StockRule.FIFO))
    assert fifo.fates_tonnes["product"] == found.fates_tonnes["product"]
    assert float(fifo.terminal.percent or 0) < float(found.terminal.percent or 0)


def _round_trip(found: SummaryOut) -> None:
    [trip] = [cause for cause in build_city().manifest if cause.kind is CauseKind.ROUND_TRIP]
    pairs = [set(loop.states) for loop in found.loops]
    assert {f"{trip.site}:{trip.waste}", f"{trip.counterpart}:{trip.waste}"} in pairs
