"""The demo city read back from its JSON bodies alone: totals, balances, stocks, transfers, planned causes."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.periods import Month, month_range
from seed.demo.city import DemoCity, build_city
from seed.demo.manifest import Cause, CauseKind

REFERENCE = Path(__file__).parents[2] / "seed" / "reference"
PUBLISHED_2021 = {"generated": "65230800", "used": "5431700", "disposed": "37768700"}  # tonnes

Body = dict[str, Any]
Pair = tuple[str, str, str, str, str]  # month, waste, purpose, sender, receiver


def grams(text: str) -> int:
    value = Decimal(text) * 1_000_000
    assert value == value.to_integral_value()
    return int(value)


def tonnes(entry: Body, name: str = "tonnes") -> int:
    return grams(entry.get(name, "0"))


def total(line: Body, name: str, field: str = "tonnes") -> int:
    return sum(tonnes(entry, field) for entry in line.get(name, ()))


@cache
def city() -> DemoCity:
    return build_city()


def on_file(built: DemoCity) -> dict[tuple[str, str], Body]:
    """Bodies that stand after all amendments, by site and month."""
    return {(filing.body["site"], filing.body["month"]): filing.body for filing in built.filings}


def first_filed(built: DemoCity) -> dict[tuple[str, str], Body]:
    ledgers = [filing.body for filing in built.filings if filing.kind == "ledger"]
    return {(body["site"], body["month"]): body for body in ledgers}


def lines(bodies: dict[tuple[str, str], Body], year: int | None = None) -> Iterator[tuple[str, str, Body]]:
    for (site, month), body in bodies.items():
        if year is None or month.startswith(str(year)):
            for line in body.get("lines", ()):
                yield site, month, line


def own_use(line: Body) -> int:
    """Own waste used on the site or sent for use; what was received and passed on counts at its source."""
    used = total(line, "used") - total(line, "used", "received_tonnes")
    sent = [entry for entry in line.get("sent", ()) if entry["purpose"] == "use"]
    return used + sum(tonnes(entry) - tonnes(entry, "received_tonnes") for entry in sent)


def own_disposal(line: Body) -> int:
    disposed = total(line, "disposed") - total(line, "disposed", "received_tonnes")
    sent = [entry for entry in line.get("sent", ()) if entry["purpose"] == "dispose"]
    return disposed + sum(tonnes(entry) - tonnes(entry, "received_tonnes") for entry in sent)


def year_totals(bodies: dict[tuple[str, str], Body], year: int) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for _, _, line in lines(bodies, year):
        sums["generated"] += tonnes(line, "generated_tonnes")
        sums["used"] += own_use(line)
        sums["disposed"] += own_disposal(line)
        sums["prior"] += sum(total(line, name, "prior_stock_tonnes") for name in ("used", "disposed", "sent"))
    return sums


def causes(kind: CauseKind) -> list[Cause]:
    found = [cause for cause in city().manifest if cause.kind is kind]
    assert found, f"nothing planned of kind {kind}"
    return found


def places(kind: CauseKind) -> dict[tuple[str, str, str | None], Cause]:
    """Site, month and waste of each planned cause of a kind."""
    return {(cause.site, str(month), cause.waste): cause for cause in causes(kind) for month in cause.months}


# -- totals ------------------------------------------------------------------------------------


def test_totals_of_2021_are_the_published_ones_to_the_gram() -> None:
    sums = year_totals(on_file(city()), 2021)

    assert {name: sums[name] for name in PUBLISHED_2021} == {
        name: grams(text) for name, text in PUBLISHED_2021.items()
    }
    assert sums["prior"] == 0


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**40))
def test_totals_hold_for_every_seed(seed: int) -> None:
    bodies = on_file(build_city(seed))
    sums = year_totals(bodies, 2021)

    assert {name: sums[name] for name in PUBLISHED_2021} == {
        name: grams(text) for name, text in PUBLISHED_2021.items()
    }
    for _, _, line in lines(bodies):
        assert tonnes(line, "opening_stock_tonnes") >= 0
        assert tonnes(line, "closing_stock_tonnes") >= 0


def test_2022_is_better_and_draws_on_old_stock() -> None:
    last, this = (year_totals(on_file(city()), year) for year in (2021, 2022))

    assert last["used"] * 1000 // last["generated"] == 83
    assert 105 <= this["used"] * 1000 // this["generated"] <= 120
    assert 0 < this["prior"] < this["used"] // 20


def test_amendments_lowered_the_use_that_was_filed_first() -> None:
    first, now = (year_totals(bodies, 2021) for bodies in (first_filed(city()), on_file(city())))

    assert first["used"] > now["used"] * 102 // 100
    assert first["disposed"] < now["disposed"]
    assert first["generated"] != now["generated"]


def test_gangue_leads_the_waste_of_a_coal_city() -> None:
    made: dict[str, int] = defaultdict(int)
    for _, _, line in lines(on_file(city()), 2021):
        made[line["waste"]] += tonnes(line, "generated_tonnes")

    assert sorted(made, key=lambda waste: -made[waste]) == ["SW04", "SW02", "SW03", "SW06", "SW05", "SW01"]
    assert made["SW04"] * 10 > sum(made.values()) * 7


# -- each ledger by itself ---------------------------------------------------------------------


def test_every_line_balances_but_the_planned_ones() -> None:
    gaps = places(CauseKind.LINE_GAP)
    slips = {
        (cause.counterpart, str(month), cause.waste): cause
        for cause in causes(CauseKind.UNIT_SLIP)
        for month in cause.months
    }
    unbalanced = {}
    for site, month, line in lines(on_file(city())):
        into = (
            tonnes(line, "opening_stock_tonnes") + tonnes(line, "generated_tonnes") + total(line, "received")
        )
        out = sum(total(line, name) for name in ("used", "disposed", "sent"))
        out += tonnes(line, "dumped_tonnes") + tonnes(line, "closing_stock_tonnes")
        if into != out:
            unbalanced[site, month, line["waste"]] = into - out

    assert unbalanced == {
        **{place: cause.grams for place, cause in gaps.items()},
        **{place: -(cause.grams or 0) for place, cause in slips.items()},
    }


def test_stock_carries_over_but_for_planned_drops_and_missing_months() -> None:
    drops = places(CauseKind.STOCK_DROP)
    missing = places(CauseKind.MISSING_MONTH)
    bodies = on_file(city())
    broken = {}
    for site in {site for site, _ in bodies}:
        months = sorted(month for code, month in bodies if code == site)
        for before, after in pairwise(months):
            closing = {
                line["waste"]: line["closing_stock_tonnes"] for line in bodies[site, before].get("lines", ())
            }
            opening = {
                line["waste"]: line["opening_stock_tonnes"] for line in bodies[site, after].get("lines", ())
            }
            follows = str(Month.parse(before).next) == after
            assert follows or (site, str(Month.parse(before).next), None) in missing
            for waste in {*closing, *opening} if follows else ():
                change = grams(closing.get(waste, "0")) - grams(opening.get(waste, "0"))
                if change:
                    broken[site, after, waste] = change

    assert broken == {place: cause.grams for place, cause in drops.items()}


def test_no_line_claims_more_compliant_storage_than_it_stored() -> None:
    claimed = 0
    for _, _, line in lines(on_file(city())):
        prior = sum(total(line, name, "prior_stock_tonnes") for name in ("used", "disposed", "sent"))
        own_stored = tonnes(line, "generated_tonnes") + prior - own_use(line) - own_disposal(line)
        own_stored -= tonnes(line, "dumped_tonnes")
        assert tonnes(line, "compliant_stored_tonnes") <= max(0, own_stored)
        claimed += tonnes(line, "compliant_stored_tonnes")
    assert claimed > 0


def test_received_waste_that_goes_on_is_declared_as_received() -> None:
    for site, month, line in lines(on_file(city())):
        out = sum(total(line, name) for name in ("used", "disposed", "sent"))
        passed_on = sum(total(line, name, "received_tonnes") for name in ("used", "disposed", "sent"))
        own = tonnes(line, "opening_stock_tonnes") + tonnes(line, "generated_tonnes")
        assert out - passed_on <= own, (site, month, line["waste"])


def test_bodies_hold_known_keys_and_decimal_strings_only() -> None:
    known = {
        "": {"site", "month", "nil", "signed_by", "lines", "activity"},
        "line": {
            "waste", "basis", "moisture_percent", "method", "opening_stock_tonnes", "generated_tonnes",
            "received", "used", "disposed", "sent", "dumped_tonnes", "compliant_stored_tonnes",
            "closing_stock_tonnes",
        },
        "received": {"from", "tonnes", "purpose"},
        "used": {"process", "product", "product_tonnes", "tonnes", "prior_stock_tonnes", "received_tonnes"},
        "disposed": {"method", "facility", "tonnes", "received_tonnes", "compliant"},
        "sent": {"to", "tonnes", "purpose", "prior_stock_tonnes", "received_tonnes", "out_of_province"},
    }  # fmt: skip
    for filing in city().filings:
        assert set(filing.body) <= known[""]
        assert filing.body["nil"] is not bool(filing.body.get("lines"))
        for line in filing.body.get("lines", ()):
            assert set(line) <= known["line"]
            for name in ("received", "used", "disposed", "sent"):
                for entry in line.get(name, ()):
                    assert set(entry) <= known[name]
                    assert isinstance(entry["tonnes"], str)
                    assert tonnes(entry) > 0


# -- words of the reference data ---------------------------------------------------------------


def test_wastes_processes_methods_and_activities_are_registered() -> None:
    wastes = {row["code"] for row in yaml.safe_load((REFERENCE / "wastes.yaml").read_text())["rows"]}
    table = yaml.safe_load((REFERENCE / "processes.yaml").read_text())
    processes = {row["code"]: row for row in table["rows"]}
    with (REFERENCE / "methods.csv").open(newline="") as file:
        methods = {row["code"] for row in csv.DictReader(file)}
    activities = yaml.safe_load((REFERENCE / "coefficients.yaml").read_text())["activities"]

    for filing in city().filings:
        assert {entry["kind"] for entry in filing.body.get("activity", ())} <= set(activities)
        for line in filing.body.get("lines", ()):
            assert line["waste"] in wastes
            assert line["method"] in methods
            for use in line.get("used", ()):
                row = processes[use["process"]]
                assert row["role"] == "use"
                assert line["waste"] in row["wastes"]
                assert use["product"] in row["products"]
            for disposal in line.get("disposed", ()):
                row = processes[disposal["method"]]
                assert row["role"] == "dispose"
                assert line["waste"] in row["wastes"]


def test_disposal_names_a_facility_of_the_site() -> None:
    facilities = {(facility.site, facility.code) for facility in city().facilities}
    named = {
        (filing.body["site"], entry["facility"])
        for filing in city().filings
        for line in filing.body.get("lines", ())
        for entry in line.get("disposed", ())
    }

    assert named
    assert named <= facilities


# -- transfers ---------------------------------------------------------------------------------


def site_codes() -> dict[str, str]:
    """Site by whatever a partner may write: its code, or the credit code of an enterprise with one site."""
    sites: dict[str, list[str]] = defaultdict(list)
    for site in city().sites:
        sites[site.code].append(site.code)
        sites[site.enterprise].append(site.code)
    return {name: codes[0] for name, codes in sites.items() if len(codes) == 1}


def both_sides(bodies: dict[tuple[str, str], Body]) -> tuple[dict[Pair, int], dict[Pair, int]]:
    known = site_codes()
    sent: dict[Pair, int] = {}
    received: dict[Pair, int] = {}
    for site, month, line in lines(bodies):
        for name, partner, side in (("sent", "to", sent), ("received", "from", received)):
            for entry in line.get(name, ()):
                other = known.get(entry[partner], entry[partner])
                parties = (site, other) if name == "sent" else (other, site)
                key = (month, line["waste"], entry["purpose"], *parties)
                assert key not in side, "one transfer must not be written in two entries"
                side[key] = tonnes(entry)
    return sent, received


TRANSFER_CAUSES = (
    CauseKind.PAIR_NOISE,
    CauseKind.PAIR_DISAGREEMENT,
    CauseKind.RECEIVER_SILENT,
    CauseKind.SENDER_SILENT,
    CauseKind.UNKNOWN_RECEIVER,
    CauseKind.OUT_OF_PROVINCE,
    CauseKind.UNIT_SLIP,
    CauseKind.PARTNER_NOT_FILED,
)


def test_both_sides_of_every_transfer_agree_but_the_planned_ones() -> None:
    sent, received = both_sides(on_file(city()))
    differing: dict[tuple[str, str, str, str], int] = {}
    for key in {*sent, *received}:
        month, waste, _, sender, receiver = key
        if sent.get(key) != received.get(key):
            differing[sender, receiver, waste, month] = abs(sent.get(key, 0) - received.get(key, 0))
    planned = {}
    for kind in TRANSFER_CAUSES:
        for cause in causes(kind):
            keys = [(cause.site, cause.counterpart, cause.waste, str(month)) for month in cause.months]
            planned.update(dict.fromkeys(keys, kind))
            assert sum(differing.get(key, 0) for key in keys) == cause.grams, cause

    assert set(differing) == set(planned)


def test_noise_of_two_scales_is_small_and_disagreements_are_large() -> None:
    sent, received = both_sides(on_file(city()))
    gap: dict[CauseKind, list[Decimal]] = defaultdict(list)
    for kind in (CauseKind.PAIR_NOISE, CauseKind.PAIR_DISAGREEMENT, CauseKind.UNIT_SLIP):
        planned = {(c.site, c.counterpart, c.waste, str(month)) for c in causes(kind) for month in c.months}
        for (month, waste, purpose, sender, receiver), figure in sent.items():
            if (sender, receiver, waste, month) in planned:
                other = received[month, waste, purpose, sender, receiver]
                gap[kind].append(Decimal(abs(figure - other)) / max(figure, other))

    assert max(gap[CauseKind.PAIR_NOISE]) < Decimal("0.02")
    assert len(gap[CauseKind.PAIR_NOISE]) > 300
    assert min(gap[CauseKind.PAIR_DISAGREEMENT]) > Decimal("0.08")
    assert min(gap[CauseKind.UNIT_SLIP]) > Decimal("0.998")


def test_unknown_receivers_are_unknown_and_those_outside_are_marked() -> None:
    known = site_codes()
    strangers = {cause.counterpart for cause in causes(CauseKind.UNKNOWN_RECEIVER)}
    outside = {cause.counterpart for cause in causes(CauseKind.OUT_OF_PROVINCE)}
    for _, _, line in lines(on_file(city())):
        for entry in line.get("sent", ()):
            assert entry["out_of_province"] is (entry["to"] in outside)
            assert (entry["to"] in known) is (entry["to"] not in strangers | outside)


def test_round_trip_goes_to_and_fro() -> None:
    (cause,) = causes(CauseKind.ROUND_TRIP)
    sent, received = both_sides(on_file(city()))
    assert cause.grams is not None
    for month in cause.months:
        there = (str(month), cause.waste or "", "use", cause.site, cause.counterpart or "")
        back = (str(month), cause.waste or "", "use", cause.counterpart or "", cause.site)
        assert (
            sent[there] == sent[back] == received[there] == received[back] == cause.grams // len(cause.months)
        )


def test_confirmations_answer_transfers_on_file_after_they_were_filed() -> None:
    sent, received = both_sides(on_file(city()))
    filed = {(filing.body["site"], filing.body["month"]): filing.filed_at for filing in city().filings}
    seen = set()
    for answer in city().confirmations:
        key = (str(answer.month), answer.waste, answer.purpose, answer.sender, answer.receiver)
        assert key in sent
        assert answer.at > filed[answer.sender, str(answer.month)]
        assert (answer.tonnes is not None) is (answer.decision == "correct")
        assert answer.tonnes is None or grams(answer.tonnes) == received[key]
        assert answer.decision != "dispute" or answer.comment
        seen.add(key)

    assert len(seen) == len(city().confirmations)
    assert len(sent) * 7 // 10 < len(seen) < len(sent)
    assert {answer.decision for answer in city().confirmations} == {"confirm", "correct", "dispute"}
    assert [answer.at for answer in city().confirmations] == sorted(
        answer.at for answer in city().confirmations
    )


# -- filing ------------------------------------------------------------------------------------


def test_sixty_sites_in_all_counties_file_once_a_month() -> None:
    ledgers = [filing for filing in city().filings if filing.kind == "ledger"]
    expected = {
        (site.code, str(month))
        for site in city().sites
        for month in month_range(site.reports_from, Month(2022, 12))
    }
    missing = {(site, month) for site, month, _ in places(CauseKind.MISSING_MONTH)}

    assert len(city().sites) == 60
    assert {site.region for site in city().sites} == {f"1402{n}" for n in (*range(12, 16), *range(21, 27))}
    assert {(filing.body["site"], filing.body["month"]) for filing in ledgers} == expected - missing
    assert 1350 <= len(ledgers) == len(expected) - len(missing) <= 1450


def test_filings_are_in_order_of_time_and_amendments_have_reasons() -> None:
    when = [filing.filed_at for filing in city().filings]
    assert when == sorted(when)
    seen: set[tuple[str, str]] = set()
    late = places(CauseKind.LATE_FILING)
    for filing in city().filings:
        key = (filing.body["site"], filing.body["month"])
        days = (filing.filed_at.date() - Month.parse(key[1]).next.first_day).days
        assert filing.filed_at.utcoffset() is not None
        assert (key in seen) is (filing.kind == "amendment") is (filing.reason is not None)
        if filing.kind == "ledger":
            assert (days > 20) is ((*key, None) in late)
            assert days >= 1
        seen.add(key)

    amended = [
        (filing.body["site"], filing.body["month"]) for filing in city().filings if filing.kind == "amendment"
    ]
    assert sorted(amended) == sorted((c.site, str(c.months[0])) for c in causes(CauseKind.AMENDMENT))
    assert len(amended) > len(set(amended)), "one month is amended twice"


def test_every_amendment_changes_something() -> None:
    standing: dict[tuple[str, str], Body] = {}
    for filing in city().filings:
        key = (filing.body["site"], filing.body["month"])
        assert standing.get(key) != filing.body
        standing[key] = filing.body


def test_nil_returns_are_those_of_the_manifest() -> None:
    nil = {key for key, body in on_file(city()).items() if body["nil"]}

    assert nil == {(site, month) for site, month, _ in places(CauseKind.NIL_RETURN)}


# -- what is planned can be seen ---------------------------------------------------------------


def line_of(site: str, month: str, waste: str | None) -> Body:
    (line,) = [line for line in on_file(city())[site, month]["lines"] if line["waste"] == waste]
    return dict(line)


def activity_of(body: Body, kind: str) -> Body | None:
    return next((entry for entry in body.get("activity", ()) if entry["kind"] == kind), None)


def test_gangue_fits_raw_coal_but_where_it_is_underreported() -> None:
    planned = places(CauseKind.UNDERREPORTED)
    outside = set()
    for site, month, line in lines(on_file(city())):
        coal = activity_of(on_file(city())[site, month], "raw_coal")
        if line["waste"] == "SW04" and coal is not None:
            ratio = Decimal(line["generated_tonnes"]) / Decimal(coal["tonnes"])
            if not Decimal("0.10") <= ratio <= Decimal("0.25"):
                assert ratio < Decimal("0.06")
                outside.add((site, month, "SW04"))

    assert outside == set(planned)


def test_ash_gypsum_and_slag_fit_what_was_burnt_and_smelted() -> None:
    withheld = places(CauseKind.RESIDUE_MISSING)
    checked = 0
    for (site, month), body in on_file(city()).items():
        made = {line["waste"]: Decimal(line.get("generated_tonnes", "0")) for line in body.get("lines", ())}
        coal = activity_of(body, "coal_burnt")
        if coal is not None:
            expected = Decimal(coal["tonnes"]) * Decimal(coal["ash_percent"]) / 100
            ash = made.get("SW02", Decimal(0)) + made.get("SW03", Decimal(0))
            assert (abs(ash / expected - 1) <= Decimal("0.2")) is ((site, month, None) not in withheld)
            checked += 1
        factors = (
            ("so2_removed", "SW06", Decimal("2.6875") / Decimal("0.81"), Decimal("0.15")),
            ("pig_iron", "SW01", Decimal("0.30"), Decimal("0.16")),
            ("crude_steel", "SW01", Decimal("0.12"), Decimal("0.16")),
        )
        for kind, waste, factor, band in factors:
            level = activity_of(body, kind)
            if level is not None:
                assert abs(made[waste] / (Decimal(level["tonnes"]) * factor) - 1) <= band
                checked += 1
    assert checked > 400


def test_gangue_plants_burn_no_more_gangue_than_fuel() -> None:
    plants = {cause.site for cause in causes(CauseKind.RESIDUE_MISSING)}
    for site, month, line in lines(on_file(city())):
        for use in line.get("used", ()):
            if use["process"] == "gangue_power":
                fuel = activity_of(on_file(city())[site, month], "coal_burnt")
                assert fuel is not None
                assert Decimal("0.4") < Decimal(use["tonnes"]) / Decimal(fuel["tonnes"]) < 1
                plants.discard(site)
    assert not plants


def test_one_figure_stands_month_after_month() -> None:
    (cause,) = causes(CauseKind.SAME_FIGURE)
    figures = {line_of(cause.site, str(month), cause.waste)["generated_tonnes"] for month in cause.months}
    coal = {
        entry["tonnes"]
        for month in cause.months
        for entry in on_file(city())[cause.site, str(month)]["activity"]
    }

    assert len(cause.months) == 12
    assert len(figures) == 1
    assert len(coal) == 12


def test_surge_stands_out_of_its_own_history() -> None:
    (cause,) = causes(CauseKind.SURGE)
    history = {
        month: tonnes(line, "generated_tonnes")
        for site, month, line in lines(on_file(city()))
        if site == cause.site and line["waste"] == cause.waste
    }
    surged = {str(month) for month in cause.months}

    assert min(history[month] for month in surged) > 2 * max(
        figure for month, figure in history.items() if month not in surged
    )


def test_dumped_tonnes_and_substandard_disposal_are_those_planned() -> None:
    dumped = {
        (site, month, line["waste"]): tonnes(line, "dumped_tonnes")
        for site, month, line in lines(on_file(city()))
        if "dumped_tonnes" in line
    }
    substandard = {
        (site, month, line["waste"])
        for site, month, line in lines(on_file(city()))
        for entry in line.get("disposed", ())
        if not entry["compliant"]
    }

    assert dumped == {place: cause.grams for place, cause in places(CauseKind.DUMPED).items()}
    assert substandard == set(places(CauseKind.NONCOMPLIANT_DISPOSAL))


@pytest.mark.parametrize(
    ("kind", "cause_kind"),
    [("utilization", CauseKind.OVER_CAPACITY), ("storage", CauseKind.STORAGE_OVER_CAPACITY)],
)
def test_only_the_planned_facility_is_too_small(kind: str, cause_kind: CauseKind) -> None:
    need: dict[tuple[str, str], int] = defaultdict(int)
    for site, month, line in lines(on_file(city())):
        period = month if kind == "storage" else month[:4]
        need[site, period] += (
            tonnes(line, "closing_stock_tonnes") if kind == "storage" else total(line, "used")
        )
    capacity = {f.site: grams(f.capacity_tonnes) for f in city().facilities if f.kind == kind}

    over = {site for (site, _), mass in need.items() if mass > capacity.get(site, mass)}
    assert over == {cause.site for cause in causes(cause_kind)}
    assert {site for (site, _), mass in need.items() if mass} <= set(capacity)
