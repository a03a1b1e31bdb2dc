"""Writers who register the same thing at once: one makes it, the others find it or learn of the difference."""

import threading
from collections.abc import Callable
from typing import Any

from builders import JSON, MILL, WORKS, People, ledger

from app.db.session import Database
from app.ledgers.service import differences_from_lines

SITE = {"code": "own-1", "enterprise": MILL, "name": "一厂", "region": "140212", "reports_from": "2025-01"}
FACILITY = {"site": f"{MILL}001P", "code": "TS001", "name": "灰场", "kind": "storage"}
FIRM = {"credit_code": WORKS, "name": "示例", "industry": "44", "region": "140212"}


def at_once(calls: list[Callable[[], Any]]) -> list[int]:
    """Make the calls from as many threads and give the statuses in order."""
    statuses: list[int] = []
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> None:
        ready.wait()
        statuses.append(call().status_code)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == len(calls)
    return sorted(statuses)


def post(people: People, path: str, body: JSON) -> Callable[[], Any]:
    headers = people.admin
    return lambda: people.client.post(f"/v1/{path}", json=body, headers=headers)


def test_the_same_thing_at_once_is_made_once(people: People) -> None:
    people.register()
    for path, body in (("enterprises", FIRM), ("sites", SITE), ("facilities", FACILITY)):
        assert at_once([post(people, path, body) for _ in range(6)]) == [200] * 5 + [201]


def test_different_content_at_once_is_a_conflict_for_all_but_one(people: People) -> None:
    people.register()
    for path, body in (("enterprises", FIRM), ("sites", SITE), ("facilities", FACILITY)):
        calls = [post(people, path, body | {"name": f"名称{number}"}) for number in range(4)]
        assert at_once(calls) == [201, 409, 409, 409]


def test_one_permit_number_goes_to_one_site(people: People) -> None:
    people.register()
    permit = {"permit_number": f"{MILL}009P"}
    calls = [post(people, "sites", SITE | permit | {"code": f"own-{number}"}) for number in range(4)]
    assert at_once(calls) == [201, 409, 409, 409]


def test_filings_and_onboarding_at_once_agree_on_who_is_meant(people: People) -> None:
    mills = people.register(sites=4)
    people.register(WORKS, sites=0)
    line = {"waste": "SW02", "generated_tonnes": "5", "sent": [{"to": WORKS, "tonnes": "5"}]}
    headers = people.of()
    works = SITE | {"code": "works-1", "enterprise": WORKS}
    calls = [
        lambda mill=mill, month=month: people.client.post(
            "/v1/ledgers", json=ledger(mill, month, line), headers=headers
        )
        for mill in mills
        for month in ("2025-03", "2025-04")
    ]
    assert at_once([*calls[:4], post(people, "sites", works), *calls[4:]]) == [201] * 9
    found = people.client.get("/v1/transfers", headers=people.admin).json()["items"]
    assert [transfer["receiver"] for transfer in found] == ["works-1"] * 8


def test_filings_while_a_site_moves_leave_the_rollups_right(people: People, sessions: Database) -> None:
    (mill,) = people.register()
    headers, admin = people.of(), people.admin
    calls: list[Callable[[], Any]] = [
        lambda month=month: people.client.post("/v1/ledgers", json=ledger(mill, month), headers=headers)
        for month in ("2025-03", "2025-04", "2025-05", "2025-06", "2025-07")
    ]
    move = {"region": "140311"}
    calls.insert(2, lambda: people.client.patch(f"/v1/sites/{mill}", json=move, headers=admin))
    assert at_once(calls) == [200] + [201] * 5
    with sessions.reading() as session:
        assert differences_from_lines(session) == []
