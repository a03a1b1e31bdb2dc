"""Places where filing could go wrong: the ends of the calendar, drafts and decisions out of turn, very many or very much."""

from typing import Any

import pytest
from builders import MILL, WORKS, People, example_line, ledger
from support.clock import SettableClock

from app.ledgers.service import differences_from_lines


def test_the_first_and_the_last_month_there_is(people: People) -> None:
    (site,) = people.register()
    first = people.file(ledger(site, "1990-01"))
    assert first.status_code == 201, first.text
    last = people.file(ledger(site, "2199-12"))
    assert [error["code"] for error in last.json()["errors"]] == ["future_month"]


def test_no_draft_takes_the_place_of_what_is_filed(people: People) -> None:
    (site,) = people.register()
    filed = people.file(ledger(site)).json()
    drafted = ledger(site, "2025-03", example_line(dumped_tonnes="1"), draft=True, reason="再想想")
    (item,) = people.client.post("/v1/ledgers/bulk", json=[drafted], headers=people.of()).json()["items"]
    assert (item["outcome"], item["id"]) == ("rejected", filed["id"])
    amendment = people.client.post(
        f"/v1/ledgers/{filed['id']}/amendments", json=drafted, headers=people.of() | {"If-Match": '"1"'}
    )
    assert [error["pointer"] for error in amendment.json()["errors"]] == ["/draft"]
    kept = people.client.get(f"/v1/ledgers/{filed['id']}", headers=people.regulator()).json()
    assert (kept["version"], kept["state"]) == (1, "submitted")


def test_nobody_decides_on_a_draft_and_a_regulator_does_not_learn_of_it(people: People) -> None:
    (site,) = people.register()
    draft = people.file(ledger(site, draft=True)).json()
    url = f"/v1/ledgers/{draft['id']}/decisions"
    answers = [
        people.client.post(url, json={"to": "accepted"}, headers=who).status_code
        for who in (people.regulator(), people.of(), people.admin)
    ]
    assert answers == [404, 403, 409]


def test_the_state_is_told_as_it_was(people: People, clock: SettableClock) -> None:
    (site,) = people.register()
    filed = people.file(ledger(site)).json()
    moments = [clock().isoformat()]
    for to in ("returned", "accepted", "closed"):
        clock.advance(minutes=1)
        answer = people.client.post(
            f"/v1/ledgers/{filed['id']}/decisions",
            json={"to": to, "reason": "示例"},
            headers=people.regulator(),
        )
        assert answer.status_code == 200, answer.text
        moments.append(clock().isoformat())

    def asked(path: str, **params: str) -> Any:
        return people.client.get(path, params=params, headers=people.of()).json()

    states = [asked(f"/v1/ledgers/{filed['id']}", as_of=moment)["state"] for moment in moments]
    assert states == ["submitted", "returned", "accepted", "closed"]
    found = [len(asked("/v1/ledgers", as_of=moment, state="returned")["items"]) for moment in moments]
    assert found == [0, 1, 0, 0]


def test_a_code_that_no_database_can_hold_is_a_422(people: People) -> None:
    people.register()
    answer = people.client.get("/v1/ledgers", params={"site": "a\x00b"}, headers=people.of())
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#query/site"]


def test_a_ledger_of_more_than_the_largest_figure_is_refused(people: People) -> None:
    (site,) = people.register()
    much = {"waste": "SW02", "used": [{"tonnes": "600000000"}, {"tonnes": "400000000.000001"}]}
    answer = people.file(ledger(site, "2025-03", much))
    assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [
        ("too_large", "/lines/0")
    ]
    most = {"waste": "SW02", "used": [{"tonnes": "600000000"}, {"tonnes": "400000000"}]}
    assert people.file(ledger(site, "2025-03", most)).status_code == 201


@pytest.mark.slow
def test_a_set_of_a_thousand_ledgers_of_many_wastes_is_filed(people: People) -> None:
    """More keys of the rollup than one statement takes parameters."""
    sites = people.register(sites=8)
    months = [f"{year}-{month:02d}" for year in range(2015, 2025) for month in range(1, 13)]
    lines = [
        {"waste": f"SW0{n}", "generated_tonnes": str(n), "closing_stock_tonnes": str(n)} for n in range(1, 7)
    ]
    bodies = [ledger(site, month, *lines) for site in sites for month in months]
    answer = people.client.post("/v1/ledgers/bulk?mode=atomic", json=bodies, headers=people.of())
    assert answer.status_code == 200, answer.text[:400]
    with people.sessions.reading() as session:
        assert differences_from_lines(session) == []


def test_a_percentage_is_kept_as_it_was_written(people: People) -> None:
    (site,) = people.register()
    for number, (written, kept) in enumerate(
        [("99.999", "99.999"), (0.1, "0.1"), ("27.0", "27"), (100, "100")], 1
    ):
        body = ledger(site, f"2025-{number:02d}", example_line(moisture_percent=written))
        filed = people.file(body)
        assert filed.status_code == 201, filed.text
        told = people.client.get(filed.headers["location"], headers=people.of()).json()
        assert told["lines"][0]["moisture_percent"] == kept
    for wrong in ("27.0005", "１２", "1_0", "NaN", "-1", "100.001", True, "1e400"):
        body = ledger(site, "2025-09", example_line(moisture_percent=wrong))
        assert people.file(body).status_code == 422, wrong


def test_what_a_receiver_confirmed_outlives_the_amendment_that_takes_it_back(people: People) -> None:
    (mill,) = people.register(MILL)
    people.register(WORKS)
    filed = people.file(ledger(mill)).json()

    def inbox() -> Any:
        return people.client.get("/v1/transfers", headers=people.of(WORKS)).json()["items"]

    def amend(version: int, **line: Any) -> Any:
        body = ledger(mill, "2025-03", example_line(**line), reason="更正")
        return people.client.post(
            f"/v1/ledgers/{filed['id']}/amendments",
            json=body,
            headers=people.of() | {"If-Match": f'"{version}"'},
        )

    url = f"/v1/transfers/{inbox()[0]['id']}/confirmation"
    assert people.client.post(url, json={"decision": "confirm"}, headers=people.of(WORKS)).status_code == 200
    assert amend(1, sent=[]).status_code == 200
    (left,) = inbox()
    assert (left["sent_tonnes"], left["confirmed_tonnes"], left["state"]) == (None, "0", "confirmed")
    # Nothing is declared any more, so there is nothing to say a word on.
    again = people.client.post(url, json={"decision": "confirm"}, headers=people.of(WORKS))
    assert again.status_code == 409
    # Declared once more, but more: what was confirmed is what was confirmed then.
    assert amend(2, sent=[{"to": WORKS + "001P", "tonnes": "700"}]).status_code == 200
    (back,) = inbox()
    assert (back["sent_tonnes"], back["confirmed_tonnes"]) == ("700", "500")
