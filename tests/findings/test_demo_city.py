"""The demo city's planned untidiness: every planted cause is found, and next to nothing else is."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support.databases import fill_demo, filled_database
from support.run import Run

from app.db.engine import make_engines
from app.db.session import Database
from app.enterprises.models import Site
from app.findings import evaluation, registry
from app.findings.models import Finding
from app.findings.reading_sites import When
from app.settings import Settings
from app.web.findings.evidence import NOT_SHOWN, Vocabulary
from app.web.languages import Language
from seed.demo.city import build_city
from seed.demo.manifest import Cause, CauseKind

FOUND_BY = {
    CauseKind.LATE_FILING: {"late_filing"},
    CauseKind.MISSING_MONTH: {"missing_month", "silent_site"},
    CauseKind.SILENT_SITE: {"silent_site"},
    CauseKind.PAIR_DISAGREEMENT: {"pair_disagreement", "pair_test", "refused_quantity"},
    CauseKind.RECEIVER_SILENT: {"receiver_silent"},
    CauseKind.SENDER_SILENT: {"sender_silent"},
    CauseKind.UNKNOWN_RECEIVER: {"unknown_receiver"},
    CauseKind.OUT_OF_PROVINCE: {"out_of_province"},
    CauseKind.UNIT_SLIP: {"unit_slip_pair"},
    CauseKind.ROUND_TRIP: {"circular_shipping"},
    CauseKind.RECEIVER_WITHOUT_PERMIT: {"receiver_unfit"},
    CauseKind.LINE_GAP: {"line_balance"},
    CauseKind.STOCK_DROP: {"stock_discontinuity"},
    CauseKind.DUMPED: {"dumped"},
    CauseKind.UNDERREPORTED: {"generation_outside_band"},
    CauseKind.SURGE: {"sudden_surge"},
    CauseKind.SAME_FIGURE: {"same_figure"},
    CauseKind.RESIDUE_MISSING: {"residue_missing"},
    CauseKind.PRODUCT_SHORT: {"product_yield"},
    CauseKind.NONCOMPLIANT_DISPOSAL: {"noncompliant_disposal"},
    CauseKind.OVER_CAPACITY: {"over_capacity"},
    CauseKind.STORAGE_OVER_CAPACITY: {"storage_over_capacity"},
}
"""What must be found of each planted kind, by one of these rules. The rest is ordinary life, or other rules' business."""

CITY = build_city()


@pytest.fixture(scope="module")
def findings(run: Run, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Finding, str]]:
    """Everything found in January after the demo's last month, with the site's code."""
    now = datetime(2023, 1, 25, 2, tzinfo=UTC)
    with filled_database("sqlite", run, tmp_path_factory.mktemp("demo"), fill_demo) as url:
        engines = make_engines(Settings(database_url=url))
        try:
            sessions = Database(engines)
            evaluation.evaluate_all(sessions, When(now, "Asia/Shanghai"))
            with sessions.reading() as session:
                rows = session.execute(select(Finding, Site.code).join(Site, Site.id == Finding.site_id))
                return [(finding, code) for finding, code in rows]
        finally:
            engines.dispose()


def is_about(finding: Finding, code: str, cause: Cause) -> bool:
    sites = {each for each in (cause.site, cause.counterpart) if each is not None}
    months = {str(month) for month in cause.months}
    return (
        (code in sites or finding.counterpart in sites)
        and (not months or bool(months & set(finding.evidence["months"])))
        and (cause.waste is None or finding.waste is None or cause.waste == finding.waste)
    )


def planted() -> Iterator[Cause]:
    return (cause for cause in CITY.manifest if cause.kind in FOUND_BY)


@pytest.mark.slow
def test_every_planted_cause_is_found_and_nothing_else(findings: list[tuple[Finding, str]]) -> None:
    missed = [
        (cause.kind.value, cause.site, [str(month) for month in cause.months])
        for cause in planted()
        if not any(
            finding.rule in FOUND_BY[cause.kind] and is_about(finding, code, cause)
            for finding, code in findings
        )
    ]
    assert missed == []
    causes = list(CITY.manifest)
    ordinary = {CauseKind.AMENDMENT, CauseKind.NIL_RETURN, CauseKind.PAIR_NOISE}
    unexplained = [
        (finding.rule, code, finding.en)
        for finding, code in findings
        if not any(is_about(finding, code, cause) for cause in causes if cause.kind not in ordinary)
    ]
    assert unexplained == []
    assert len({finding.rule for finding, _ in findings}) >= 18
    assert len(findings) < 115


@pytest.mark.slow
def test_the_tonnes_of_what_was_hidden(findings: list[tuple[Finding, str]]) -> None:
    """Where the plan says how much, the finding says the same."""
    exact = {
        CauseKind.LINE_GAP: "line_balance",
        CauseKind.STOCK_DROP: "stock_discontinuity",
        CauseKind.DUMPED: "dumped",
        CauseKind.RECEIVER_SILENT: "receiver_silent",
        CauseKind.SENDER_SILENT: "sender_silent",
        CauseKind.UNKNOWN_RECEIVER: "unknown_receiver",
    }
    found: dict[Cause, int] = defaultdict(int)
    for finding, code in findings:
        for cause in planted():
            if exact.get(cause.kind) == finding.rule and is_about(finding, code, cause):
                found[cause] += finding.grams
    assert found == {cause: cause.grams for cause in planted() if cause.kind in exact}


def test_every_number_of_the_evidence_has_a_name_in_words(findings: list[tuple[Finding, str]]) -> None:
    nameless = set()
    for finding, _ in findings:
        rule = registry.BY_ID[finding.rule]
        words = Vocabulary({parameter.name: parameter.text for parameter in rule.parameters}, {})
        evidence = finding.evidence
        for named in (
            evidence["values"],
            evidence["threshold"],
            [each["name"] for each in evidence["figures"]],
        ):
            nameless |= {(finding.rule, name) for name in named if words.name(name, Language.ZH) == name}
    assert nameless - {(rule, name) for rule, name in nameless if name in NOT_SHOWN} == set()
