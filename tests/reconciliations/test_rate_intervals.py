"""`interval_95` of /v1/rates: from the reconciliation that covers the question, or the reason why not."""

import csv
import io
from typing import Any

import pytest
from builders import JSON, People, ledger
from reconciliations.city import (
    MINE,
    PLANT,
    Work,
    asked,
    file,
    gangue,
    get,
    plant_burns,
    register,
    site,
)

MARCH = "from=2025-03&to=2025-03"
RATE = "/v1/rates?metric=utilization.statutory"


@pytest.fixture
def city(people: People) -> People:
    """The mine makes 1000 t a month ± 1 %, sends 800 for use and stores the rest; the station agrees."""
    register(people)
    for month in ("2025-03", "2025-04"):
        opening = "0" if month == "2025-03" else "200"
        closing = "200" if month == "2025-03" else "400"
        sends = gangue(
            generated_tonnes="1000",
            opening_stock_tonnes=opening,
            sent=[{"to": site(PLANT), "tonnes": "800"}],
            closing_stock_tonnes=closing,
        )
        file(people, MINE, sends, month=month)
        plant_burns(people, "800", month=month)
    return people


def reconciled(people: People, work: Work, **more: Any) -> str:
    run = asked(people, **more)
    work(run["id"])
    found: str = run["id"]
    return found


def items(people: People, query: str, headers: JSON | None = None) -> list[JSON]:
    found: list[JSON] = get(people, f"{RATE}&{query}", headers)["items"]
    return found


def only(people: People, query: str) -> JSON:
    [item] = items(people, query)
    return item


def test_a_rate_has_the_interval_of_the_reconciliation_that_covers_it(city: People, work: Work) -> None:
    query = f"region=1402&{MARCH}"
    assert only(city, query)["interval_95_reason"] == "no_reconciliation"
    run = reconciled(city, work)
    item = only(city, query)
    interval = item["interval_95"]
    assert (item["percent"], interval["percent"], item["interval_95_reason"]) == ("80.00", "80.00", None)
    assert interval["reconciliation"] == run
    # Only this year's own: the rate is the share of generation G = U + D with what leaves, U, known by three
    # reports (two of the transfer, one of the use) and D, the stock, by one; generation itself is weighed too.
    variance_u, variance_d, variance_g = 8.0**2 / 3, 2.0**2, 10.0**2
    total = variance_u + variance_d + variance_g
    used = variance_u - variance_u**2 / total
    made = variance_g - variance_g**2 / total
    both = variance_u * variance_g / total
    sd = ((used - 2 * 0.8 * both + 0.64 * made) ** 0.5) / 1000
    assert float(interval["low"]) == pytest.approx(0.8 - 1.96 * sd, abs=2e-6)
    assert float(interval["high"]) == pytest.approx(0.8 + 1.96 * sd, abs=2e-6)
    assert (interval["low_percent"], interval["high_percent"]) == (
        f"{100 * float(interval['low']):.2f}",
        f"{100 * float(interval['high']):.2f}",
    )


def test_groups_and_single_wastes_have_theirs(city: People, work: Work) -> None:
    run = reconciled(city, work)
    whole = only(city, f"region=1402&{MARCH}")["interval_95"]
    [by_waste] = items(city, f"region=1402&{MARCH}&group_by=waste")
    assert by_waste["interval_95"] == whole, "there is one waste"
    assert only(city, f"region=1402&waste=SW04&{MARCH}")["interval_95"] == whole
    regions = {item["group"]["region"]: item for item in items(city, f"region=1402&{MARCH}&group_by=region")}
    assert regions["140212"]["interval_95"] == whole, "only the mine generates"
    assert regions["140213"]["interval_95_reason"] == "not_determined", "nothing was generated there"
    county = only(city, f"region=140212&{MARCH}")
    assert county["interval_95"]["reconciliation"] == run, "the city's run covers its counties"
    assert county["interval_95"] == whole


def test_each_month_has_the_interval_of_its_own_reconciliation(city: People, work: Work) -> None:
    runs = {month: reconciled(city, work, **{"from": month, "to": month}) for month in ("2025-03", "2025-04")}
    found = items(city, "region=1402&from=2025-03&to=2025-05&group_by=month")
    by_month = {item["group"]["month"]: item for item in found}
    for month, run in runs.items():
        assert by_month[month]["interval_95"]["reconciliation"] == run
    assert by_month["2025-05"]["interval_95_reason"] == "no_reconciliation"
    both = only(city, "region=1402&from=2025-03&to=2025-04")
    assert both["interval_95_reason"] == "no_reconciliation", "two months are another question than each"


def test_the_usual_assumption_about_months_counts(city: People, work: Work) -> None:
    period = {"from": "2025-03", "to": "2025-04"}
    reconciled(city, work, months="independent", **period)
    query = "region=1402&from=2025-03&to=2025-04"
    assert only(city, query)["interval_95_reason"] == "no_reconciliation"
    run = reconciled(city, work, **period)
    assert only(city, query)["interval_95"]["reconciliation"] == run


def test_what_a_reconciliation_does_not_answer(city: People, work: Work) -> None:
    reconciled(city, work)
    for query, reason in (
        (f"region=1402&{MARCH}&group_by=site", "group_not_covered"),
        (f"region=1402&{MARCH}&group_by=industry", "group_not_covered"),
        (f"site={site(MINE)}&{MARCH}", "scope_not_covered"),
        (f"region=1402&waste=SW04&waste=SW02&{MARCH}", "scope_not_covered"),
        (f"region=1402&{MARCH}&as_of=2026-01-10T08:00:00Z", "as_of_not_covered"),
    ):
        assert {item["interval_95_reason"] for item in items(city, query)} == {reason}, query
        assert {item["interval_95"] and 1 for item in items(city, query)} == {None}
    for metric in ("utilization.terminal", "utilization.confirmed", "consumption.growth", "coverage"):
        [item] = get(city, f"/v1/rates?metric={metric}&region=1402&{MARCH}")["items"]
        assert item["interval_95_reason"] == "metric_not_covered", metric
    [own] = items(city, MARCH, city.of(MINE))
    assert (own["interval_95"], own["interval_95_reason"]) == (None, "no_reconciliation")


def test_an_interval_goes_when_its_ledgers_change(city: People, work: Work) -> None:
    reconciled(city, work)
    mine = next(one for one in get(city, "/v1/ledgers?region=140212")["items"] if one["month"] == "2025-03")
    body = ledger(
        site(MINE), "2025-03", gangue(generated_tonnes="3", closing_stock_tonnes="3"), reason="更正"
    )
    answer = city.client.post(
        f"/v1/ledgers/{mine['id']}/amendments", json=body, headers=city.of(MINE) | {"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    item = only(city, f"region=1402&{MARCH}")
    assert (item["interval_95"], item["interval_95_reason"]) == (None, "reconciliation_stale")


def test_the_csv_has_it_too(city: People, work: Work) -> None:
    run = reconciled(city, work)
    answer = city.client.get(f"{RATE}&region=1402&{MARCH}&format=csv", headers=city.regulator())
    [row] = csv.DictReader(io.StringIO(answer.text))
    interval = only(city, f"region=1402&{MARCH}")["interval_95"]
    assert (row["interval_95_low"], row["interval_95_high"]) == (interval["low"], interval["high"])
    assert (row["interval_95_reason"], row["reconciliation"]) == ("", run)
