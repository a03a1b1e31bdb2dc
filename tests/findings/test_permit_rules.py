"""The rules that hold ledgers against permits: what they find, in whose words, and what moves them."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from findings import books
from findings.books import OTHER, SITE, START, T, book, flow, site, tonnes_of
from findings.test_incremental import ADMIN, MONTHS, TIMEZONE, Province, numbers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from permits.permit_books import NUMBER, content, facility, routes, version, waste
from sqlalchemy import select
from support.clock import SettableClock

from app.db.session import Database
from app.domain.permits import compliance
from app.domain.permits.case import Case
from app.domain.permits.content import PermitContent
from app.domain.permits.validity import Validity
from app.enterprises.models import Site
from app.findings.facts import Book, SiteFacts
from app.findings.reading_permits import filed_month
from app.findings.reading_sites import When, site_facts
from app.findings.rule import Severity
from app.permits.commands import Incoming, Outcome, Receiver
from app.permits.permit_in import PermitIn
from app.permits.receiving import receive
from app.permits.reports import beside_ledgers
from app.settings import Settings

SQLITE_ONLY = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def held(
    *months: Book,
    permit: PermitContent | None = None,
    receivers: dict[str, PermitContent] | None = None,
    day: date = date(2024, 7, 1),
) -> SiteFacts:
    """A site of these books under a permit from 2020 on, with its receivers' permits."""
    known = {
        (party, each.month): (version(said),) for party, said in (receivers or {}).items() for each in months
    }
    case = Case(tuple(filed_month(each) for each in months), (version(permit or content()),), day, known)
    return site(*months, permits=case)


def ash(month_number: int, **tonnes: float) -> Book:
    """Ash that is used, disposed of and sent as its line says."""
    flows = [flow(kind, tonnes[kind]) for kind in ("used", "disposed") if kind in tonnes]
    if "sent" in tonnes:
        flows.append(flow("sent", tonnes["sent"], party=OTHER, purpose="use", party_site=OTHER))
    return book(START.plus(month_number), books.line(**tonnes), flows=flows)


def by_rule(facts: SiteFacts, rules: Iterable[str]) -> dict[str, list[float | None]]:
    return {rule: tonnes_of(made) for rule in rules if (made := books.found(rule, facts))}


ALL = (
    "permit_waste", "permit_route", "permit_facility", "permit_receiver",
    "permit_storage", "permit_capacity", "permit_validity", "permit_incomplete",
)  # fmt: skip


def test_without_permits_nothing_is_said() -> None:
    facts = site(ash(0, generated=5, used=5))
    assert facts.permits is None
    assert by_rule(facts, ALL) == {}


def test_what_is_permitted_is_found_by_none() -> None:
    assert by_rule(held(ash(0, generated=500, used=500)), ALL) == {}


def test_each_rule_finds_its_own_and_no_other() -> None:
    def only(facts: SiteFacts) -> dict[str, list[float | None]]:
        return by_rule(facts, ALL)

    gangue_only = content(waste("SW04"))
    assert only(held(ash(0, generated=9), ash(1, generated=8), permit=gangue_only)) == {
        "permit_waste": [17.0]
    }
    no_use = content(waste(allowed=routes("self_store")))
    assert only(held(ash(0, generated=9, used=9), permit=no_use)) == {"permit_route": [9.0]}
    small = content(facilities=[facility("TS003", "utilization", "20")])
    assert only(held(ash(0, generated=15, used=15), ash(1, generated=15, used=15), permit=small)) == {
        "permit_capacity": [10.0]
    }
    yard = content(facilities=[facility("TS001", "storage", "20")])
    assert only(held(ash(0, generated=30, closing=30), permit=yard)) == {"permit_storage": [10.0]}
    theirs = content(waste("SW04"), facilities=[], number=OTHER)
    assert only(held(ash(0, generated=7, sent=7), receivers={OTHER: theirs})) == {"permit_receiver": [7.0]}
    bare = PermitContent(NUMBER, "140212", validity=Validity(date(2020, 1, 1), date(2029, 1, 1)))
    assert only(held(ash(0, generated=7, used=7), permit=bare)) == {"permit_incomplete": [None]}
    gone = content(validity=Validity(date(2020, 1, 1), date(2024, 1, 31)))
    assert only(held(ash(0, generated=7), ash(1, generated=7), permit=gone)) == {"permit_validity": [7.0]}


def test_a_finding_rests_on_the_ledgers_and_names_the_permit() -> None:
    (made,) = books.found(
        "permit_waste", held(ash(0, generated=9), ash(1, generated=8), permit=content(waste("SW04")))
    )
    assert [(str(f.month), f.grams, f.name) for f in made.figures] == [
        ("2024-01", 9 * T, "generated"),
        ("2024-02", 8 * T, "generated"),
    ]
    assert made.figures[0].ref is not None
    assert made.figures[0].ref.ledger == "ledger-2024-01"
    assert (made.threshold["permit"], made.threshold["permit_version"]) == (NUMBER, 1)
    assert made.full_key == f"{SITE}|SW02|2024"
    assert NUMBER in made.explanation.zh


def test_a_receiver_s_permit_is_told_to_both() -> None:
    theirs = content(waste("SW04"), facilities=[], number=OTHER)
    (made,) = books.found("permit_receiver", held(ash(0, generated=7, sent=7), receivers={OTHER: theirs}))
    assert (made.counterpart, made.is_shared, [f.name for f in made.figures]) == (OTHER, True, ["sent"])


def test_expiring_is_low_and_expired_is_the_same_case_grown_high() -> None:
    permit = content(validity=Validity(date(2020, 1, 1), date(2024, 6, 30)))
    facts = [
        held(ash(0, generated=7, used=7), permit=permit, day=day)
        for day in (date(2024, 6, 1), date(2024, 7, 1))
    ]
    (before,), (after,) = (books.found("permit_validity", each) for each in facts)
    assert before.full_key == after.full_key
    assert (before.severity, after.severity) == (Severity.LOW, None)
    assert books.found("permit_validity", facts[0], notice_days="10") == []


def test_tolerances_and_least_tonnes_are_parameters() -> None:
    small = content(facilities=[facility("TS003", "utilization", "100")])
    facts = held(ash(0, generated=104, used=104), permit=small)
    assert books.found("permit_capacity", facts) == []
    (made,) = books.found("permit_capacity", facts, tolerance="0.01")
    assert (made.grams, made.threshold["tolerance"], made.threshold["capacity_tonnes"]) == (
        4 * T,
        "0.01",
        "100",
    )
    facts = held(ash(0, generated=0.5, used=0.5), permit=content(waste("SW04")))
    assert books.found("permit_waste", facts) == []
    assert tonnes_of(books.found("permit_waste", facts, least_tonnes="0")) == [0.5]


# -- with a database: what a permit that comes in, changes or ends does to the findings --


def permit_body(
    wastes: Iterable[str], storage: str, *, until: str = "2029-12-31", since: str | None = None
) -> dict[str, Any]:
    return {
        "effective_from": since,
        "region": "140212",
        "valid_from": "2020-01-01",
        "valid_until": until,
        "wastes": [
            {
                "waste": code,
                "routes": [
                    {"by": by, "way": way} for by in ("self", "entrusted") for way in ("store", "use")
                ],
            }
            for code in wastes
        ],
        "facilities": [
            {"code": "TS001", "kind": "storage", "capacity": {"amount": storage, "unit": "t"}},
            {"code": "TS003", "kind": "utilization", "capacity": {"amount": "600", "unit": "t/a"}},
        ],
    }


def put(province: Province, code: str, body: dict[str, Any]) -> Outcome:
    now = province.clock()
    given = Incoming(code, PermitIn.model_validate(body), json.dumps(body).encode(), "application/json")
    with province.sessions.writing() as session:
        (result,) = receive(session, [given], Receiver(ADMIN, now, now.date(), "api"))
    assert result.problem is None, result.problem
    return result.outcome


def settled(sessions: Database, clock: SettableClock, settings: Settings) -> Province:
    province = Province(sessions, clock, settings, f"91140200MA{next(numbers):06d}H")
    province.settle()
    return province


def permit_findings(province: Province) -> set[str]:
    return {rule for rule, _ in province.found() if rule.startswith("permit_")}


def line(generated: str, to: str | None = None, taken_from: str | None = None) -> list[dict[str, Any]]:
    """Ash that is stored, or sent to be used; others' ash on a line of its own, most of it handed on."""
    made: dict[str, Any] = {"waste": "SW02", "generated_tonnes": generated}
    if taken_from is not None:
        taken = {
            "waste": "SW02",
            "waste_code": "441-001-S02",
            "received": [{"from": taken_from, "tonnes": "90", "purpose": "use"}],
            "sent": [{"to": taken_from, "tonnes": "70", "received_tonnes": "70", "purpose": "use"}],
            "closing_stock_tonnes": "20",
        }
        return [*line(generated, to), taken]
    if to is None:
        return [made | {"closing_stock_tonnes": generated}]
    return [made | {"sent": [{"to": to, "tonnes": generated, "purpose": "use"}]}]


@SQLITE_ONLY
def test_a_permit_that_comes_moves_its_site_and_those_who_send_there(
    sessions: Database, settings: Settings, clock: SettableClock
) -> None:
    province = settled(sessions, clock, settings)
    sender, receiver = province.sites[0], province.sites[1]
    province.file(sender, MONTHS[0], line("500", to=receiver), draft=False)
    province.work()
    assert permit_findings(province) == set()
    assert put(province, receiver, permit_body(["SW04"], "900")) is Outcome.CREATED
    province.work()
    assert permit_findings(province) == {"permit_receiver"}
    wider = permit_body(["SW04", "SW02"], "900")
    clock.advance(days=1)
    assert put(province, receiver, wider) is Outcome.CHANGED
    province.work()
    # It holds from today on: what was sent before stays a departure.
    assert permit_findings(province) == {"permit_receiver"}
    clock.advance(days=1)
    assert put(province, receiver, wider | {"effective_from": "2020-01-01"}) is Outcome.CHANGED
    province.work()
    assert permit_findings(province) == set()


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Filings and amendments, permits that come and change, and the worker coming round."""
    made: list[tuple[Any, ...]] = []
    for kind in draw(st.lists(st.sampled_from(["file", "file", "permit", "work"]), min_size=3, max_size=9)):
        if kind == "file":
            to = draw(st.one_of(st.none(), st.integers(0, 5)))
            made.append(
                (
                    "file",
                    draw(st.integers(0, 3)),
                    draw(st.sampled_from(MONTHS)),
                    draw(st.sampled_from(["1", "700", "950"])),
                    to,
                    draw(st.one_of(st.none(), st.none(), st.integers(0, 5))),
                )
            )
        elif kind == "permit":
            wastes = draw(st.lists(st.sampled_from(["SW02", "SW04"]), unique=True, max_size=2))
            until = draw(st.sampled_from(["2025-09-30", "2026-01-31", "2029-12-31"]))
            since = draw(st.sampled_from([None, "2020-01-01", "2025-10-01"]))
            made.append(
                (
                    "permit",
                    draw(st.integers(0, 3)),
                    wastes,
                    draw(st.sampled_from(["0", "600", "5000"])),
                    until,
                    since,
                )
            )
        else:
            made.append(("work",))
    return made


@SQLITE_ONLY
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_incremental_is_full_with_permits(
    sessions: Database, settings: Settings, clock: SettableClock, history: list[tuple[Any, ...]]
) -> None:
    province = settled(sessions, clock, settings)
    province.run_all()
    for step in history:
        clock.advance(minutes=1)
        if step[0] == "file":
            _, place, month, mass, *parties = step
            lines = line(mass, *(None if each is None else province.parties[each] for each in parties))
            province.file(province.sites[place], month, lines, draft=False)
        elif step[0] == "permit":
            put(
                province, province.sites[step[1]], permit_body(step[2], step[3], until=step[4], since=step[5])
            )
        else:
            province.work()
    province.work()
    incremental = province.found()
    tally = province.run_all()
    assert (tally.opened, tally.reopened, tally.changed, tally.gone) == (0, 0, 0, 0)
    province.forget()
    province.run_all()
    assert province.found() == incremental
    _both_ways_of_reading_agree(province)


def _both_ways_of_reading_agree(province: Province) -> None:
    """What the rules see of a site and what compliance reads from the filed documents give the same departures."""
    today = province.clock().date()
    with province.sessions.reading() as session:
        facts = site_facts(session, province.sites, When(province.clock(), TIMEZONE))
        known = session.scalars(select(Site.code).where(Site.code.in_(province.sites))).all()
        assert len(facts) == len(known)
        for each in facts:
            if each.permits is None or not each.permits.versions:
                continue
            read = beside_ledgers.read(session, ADMIN, each.code, today).case
            assert list(compliance.departures(read)) == list(compliance.departures(each.permits))
