"""Both sides of a transfer, and the receiver's word on it."""

from typing import Any

import pytest
from builders import MILL, WORKS, People, ledger

from app.transfers import confirmations, reading


def two_firms(people: People) -> tuple[str, str]:
    (mill,) = people.register(MILL)
    (works,) = people.register(WORKS)
    return mill, works


def inbox(people: People) -> Any:
    return people.client.get("/v1/transfers?direction=incoming", headers=people.of(WORKS)).json()["items"]


def confirmed_rate(people: People) -> Any:
    url = "/v1/rates?metric=utilization.confirmed&region=1402&waste=SW02&from=2025-03&to=2025-03"
    return people.client.get(url, headers=people.regulator()).json()["items"][0]


def test_both_reports_are_kept_as_they_were(people: People) -> None:
    mill, works = two_firms(people)
    people.file(ledger(mill))
    taken = {"waste": "SW02", "received": [{"from": mill, "tonnes": "480"}], "closing_stock_tonnes": "480"}
    people.file(ledger(works, "2025-03", taken), enterprise=WORKS)
    (transfer,) = inbox(people)
    assert (transfer["sent_tonnes"], transfer["received_tonnes"]) == ("500", "480")
    assert (transfer["difference_tonnes"], transfer["confirmed_tonnes"]) == ("20", "480")


def test_a_credit_code_means_the_only_site(people: People) -> None:
    mill, works = two_firms(people)
    line = {"waste": "SW02", "generated_tonnes": "5", "sent": [{"to": WORKS, "tonnes": "5"}]}
    people.file(ledger(mill, "2025-03", line))
    (transfer,) = inbox(people)
    assert (transfer["receiver"], transfer["sender"]) == (works, mill)


def test_only_the_receiver_confirms_and_the_rate_follows(people: People) -> None:
    mill, _ = two_firms(people)
    people.file(ledger(mill))
    assert confirmed_rate(people)["value"] == "0.300000"
    (transfer,) = inbox(people)
    url = f"/v1/transfers/{transfer['id']}/confirmation"
    assert people.client.post(url, json={"decision": "confirm"}, headers=people.of(MILL)).status_code == 403
    assert people.client.post(url, json={"decision": "correct"}, headers=people.of(WORKS)).status_code == 422
    assert people.client.post(url, json={"decision": "dispute"}, headers=people.of(WORKS)).status_code == 422
    done = people.client.post(url, json={"decision": "confirm"}, headers=people.of(WORKS)).json()
    assert (done["state"], done["confirmed_tonnes"]) == ("confirmed", "500")
    assert confirmed_rate(people)["value"] == "0.800000"
    assert confirmed_rate(people)["coverage"]["confirmed_tonnes"] == "500"
    corrected = people.client.post(
        url, json={"decision": "correct", "tonnes": "450"}, headers=people.of(WORKS)
    ).json()
    assert (corrected["state"], corrected["confirmed_tonnes"]) == ("corrected", "450")
    disputed = {"decision": "dispute", "comment": "未收到"}
    assert people.client.post(url, json=disputed, headers=people.of(WORKS)).json()["confirmed_tonnes"] == "0"
    assert confirmed_rate(people)["value"] == "0.300000"


def test_an_amended_away_transfer_goes_and_a_third_party_sees_nothing(people: People) -> None:
    mill, _ = two_firms(people)
    third = "91140200MA0EXAMPLG"
    people.register(third)
    filed = people.file(ledger(mill)).json()
    (transfer,) = inbox(people)
    url = f"/v1/transfers/{transfer['id']}"
    assert people.client.get(url, headers=people.of(third)).status_code == 404
    assert people.client.get(url, headers=people.regulator("1101")).status_code == 404
    assert people.client.get(url, headers=people.regulator()).status_code == 200
    body = ledger(mill, "2025-03", {"waste": "SW02", "generated_tonnes": "1"}, reason="误填")
    people.client.post(
        f"/v1/ledgers/{filed['id']}/amendments", json=body, headers=people.of() | {"If-Match": '"1"'}
    )
    assert inbox(people) == []


def test_a_receiver_registered_later_finds_what_was_sent_to_it(people: People) -> None:
    (mill,) = people.register(MILL)
    answer = people.file(ledger(mill))
    assert "unknown_receiver" in {warning["rule"] for warning in answer.json()["warnings"]}
    people.register(WORKS)
    (transfer,) = inbox(people)
    assert transfer["sent_tonnes"] == "500"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_transfer_taken_back_while_it_is_confirmed_is_gone(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look at it at the same moment; the amendment is through before the receiver's word is kept."""
    mill, _ = two_firms(people)
    filed = people.file(ledger(mill)).json()
    (transfer,) = inbox(people)
    nothing_sent = ledger(mill, "2025-03", {"waste": "SW02", "generated_tonnes": "1"}, reason="误填")
    headers = people.of() | {"If-Match": '"1"'}
    statuses = []

    def one_then_gone(*asked: Any) -> Any:
        found = reading.one(*asked)
        url = f"/v1/ledgers/{filed['id']}/amendments"
        statuses.append(people.client.post(url, json=nothing_sent, headers=headers).status_code)
        return found

    monkeypatch.setattr(confirmations, "one", one_then_gone)
    url = f"/v1/transfers/{transfer['id']}/confirmation"
    answer = people.client.post(url, json={"decision": "confirm"}, headers=people.of(WORKS))
    assert (statuses, answer.status_code) == ([200], 404)
    assert inbox(people) == []
