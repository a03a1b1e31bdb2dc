"""The regional reports on both databases: a city small enough to work out by hand, corrected once."""

from typing import Any

from builders import JSON, People, ledger
from support.clock import SettableClock
from web.small_city import FIRMS, build


def report(people: People, kind: str, **asked: str) -> Any:
    answer = people.client.get(f"/v1/reports/{kind}", params=asked, headers=people.regulator())
    assert answer.status_code == 200, answer.text
    return answer.json()


def table(found: Any, ident: str) -> list[JSON]:
    (one,) = [each for part in found["sections"] for each in part["tables"] if each["id"] == ident]
    rows: list[JSON] = one["rows"]
    return rows


def correct(people: People) -> None:
    """A finds 200 t more of January's gangue, all of it in stock."""
    site = f"{FIRMS['A']}001P"
    headers = people.of(FIRMS["A"])
    (found,) = people.client.get(
        "/v1/ledgers", params={"site": site, "from": "2025-01", "to": "2025-01"}, headers=headers
    ).json()["items"]
    body = ledger(
        site,
        "2025-01",
        {
            "waste": "SW04",
            "opening_stock_tonnes": "5000",
            "generated_tonnes": "1200.000001",
            "used": [
                {"process": "gangue_power", "product": "power", "tonnes": "400", "prior_stock_tonnes": "100"}
            ],
            "closing_stock_tonnes": "5800.000001",
        },
        reason="称重单据补录",
    )
    answer = people.client.post(
        f"/v1/ledgers/{found['id']}/amendments", json=body, headers=headers | {"If-Match": '"1"'}
    )
    assert answer.status_code in (200, 201), answer.text


def test_the_four_reports_of_a_city_worked_out_by_hand(people: People, clock: SettableClock) -> None:
    build(people)
    before = clock().isoformat()
    clock.advance(minutes=5)
    correct(people)
    _bulletin(report(people, "bulletin", region="1402", year="2025"))
    _brief(report(people, "brief", region="1402", quarter="2025-Q1"))
    for asked in ({}, {"as_of": before}):
        _comparison(report(people, "comparison", region="1402", year="2025", **asked))
    targets = table(report(people, "year-end", region="1402", year="2025"), "targets")
    # Nine months of gangue with 300 t of its own used each, D's gypsum twice, A's 200 t and a gram.
    assert {row["denominator_tonnes"] for row in targets} >= {"10200.000001"}


def _bulletin(found: Any) -> None:
    amounts = {row["item"]["en"]: row["tonnes"] for row in table(found, "amounts")}
    assert amounts["Generated"] == "10200.000001"
    # 3 firms, 3 months, 300 t; A's 100 t a month from old stock; D's 500 t twice.
    assert amounts["Used"] == "4000"
    assert amounts["Of which prior stock used"] == "300"
    # What arose and was not used: old stock that was used up is no negative storage of the period.
    assert amounts["Stored in the period"] == "6500.000001"
    assert amounts["Residual of the statistical identity"] == "0"
    *divisions, total = table(found, "industries")
    rows = {row["code"]: row for row in divisions}
    assert rows["06"]["used_tonnes"] == "3000"
    assert rows["44"]["utilization_plain"]["value"] == "1.000000"
    assert total["generated_tonnes"] == "10200.000001"
    assert {row["verdict"]["en"] for row in table(found, "self_check")} <= {
        "match",
        "within rounding",
        "not published: nothing to divide by",
    }
    assert found["provenance"]["coverage"]["ledgers_filed"] == 11
    assert "不等于零" in str(found["provenance"]["caveats"])


def _brief(found: Any) -> None:
    (late,) = table(found, "late_sites")
    assert (late["site"], late["ledgers_filed"], late["ledgers_missing"]) == (f"{FIRMS['D']}001P", 2, 1)
    # A used 3 · 300 t of its own of 3200 t: to 60 % it lacks 1020 t and a gram rounded up; B and C lack 900 t.
    gaps = [(row["code"][-6:-4], row["gap_tonnes"]) for row in table(found, "lagging_sites")]
    assert [gap for _, gap in gaps] == ["1020.000001", "900", "900"]
    assert [each["code"] for each in table(found, "lagging_regions")] == ["140212"]


def _comparison(found: Any) -> None:
    row, total = table(found, "differences")
    assert row["site"] == f"{FIRMS['A']}001P"
    assert row["corrections"] == 1
    assert row["generated_tonnes_difference"] == total["generated_tonnes_difference"] == "200.000001"
    assert row["used_tonnes_difference"] == "0"
    assert row["stored_tonnes_difference"] == "200.000001"
    assert (row["generated_tonnes_before"], row["generated_tonnes_now"]) == ("3000", "3200.000001")
    assert table(found, "amounts")[0]["before_tonnes"] == "10000"
