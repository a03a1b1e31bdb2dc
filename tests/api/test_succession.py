"""A credit code that was succeeded: who goes on seeing, who files, what the codes mean; on both databases."""

from typing import Any

from builders import MILL, WORKS, People, ledger
from sqlalchemy import select
from support.clock import SettableClock

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database
from app.domain.periods import Month
from app.enterprises import service
from app.enterprises.models import Enterprise
from app.ids import new_id
from app.outbox import feed
from app.rates.repository import Scope
from app.rates.scope import GroupBy
from app.transfers.models import Transfer
from app.web.overview.generators import generators

HEIR, LAST = "91140200MA0EXAMPLH", "91140200MA0EXAMPLJ"
BODY = {"successor": HEIR, "from": "2025-06", "reason": "吸收合并"}


def succeeded(people: People) -> tuple[str, str, str]:
    """The mill sends to the works in March; then the heir, with a site of its own, follows the mill."""
    (mill,) = people.register(MILL)
    (works,) = people.register(WORKS)
    (heir,) = people.register(HEIR)
    assert people.file(ledger(mill)).status_code == 201
    people.of(HEIR)
    answer = people.client.post(f"/v1/enterprises/{MILL}/succession", json=BODY, headers=people.admin)
    assert answer.status_code == 200, answer.text
    people._headers.clear()  # noqa: SLF001 - what a successor sees comes with its next token
    return mill, works, heir


def seen(people: People, what: str, enterprise: str, key: str) -> list[str]:
    items = people.client.get(f"/v1/{what}", headers=people.of(enterprise)).json()["items"]
    return sorted(item[key] for item in items)


def test_both_go_on_seeing_the_history_of_their_sites(people: People) -> None:
    mill, works, heir = succeeded(people)
    assert seen(people, "sites", HEIR, "code") == [mill, heir]
    assert seen(people, "sites", MILL, "code") == [mill]
    for enterprise in (HEIR, MILL):
        assert seen(people, "ledgers", enterprise, "site") == [mill]
        assert seen(people, "transfers?direction=outgoing", enterprise, "receiver") == [works]
        assert seen(people, "transfers?direction=incoming", enterprise, "receiver") == []
    assert seen(people, "enterprises", HEIR, "credit_code") == [MILL, HEIR]
    assert seen(people, "enterprises", MILL, "credit_code") == [MILL]
    url = "/v1/rates?metric=utilization.plain&from=2025-03&to=2025-03"
    for enterprise in (HEIR, MILL):
        (item,) = people.client.get(url, headers=people.of(enterprise)).json()["items"]
        assert item["denominator_tonnes"] == "1000"
    assert people.client.get(f"/v1/sites/{mill}", headers=people.of(MILL)).json()["enterprise"] == HEIR
    by_line = people.client.get(f"/v1/sites?enterprise={HEIR}", headers=people.admin).json()["items"]
    assert {item["enterprise"] for item in by_line} == {HEIR}
    assert len(by_line) == 2


def test_the_successor_acts_and_the_former_only_reads(people: People) -> None:
    mill, works, _ = succeeded(people)
    assert people.file(ledger(mill, "2025-07"), enterprise=MILL).status_code == 404
    assert people.file(ledger(mill, "2025-07"), enterprise=HEIR).status_code == 201
    for enterprise, status in ((MILL, 403), (HEIR, 200)):
        patch = people.client.patch(f"/v1/sites/{mill}", json={"park": "东园"}, headers=people.of(enterprise))
        assert patch.status_code == status
    sent = {"waste": "SW02", "generated_tonnes": "5", "sent": [{"to": mill, "tonnes": "5"}]}
    assert people.file(ledger(works, "2025-08", sent), enterprise=WORKS).status_code == 201
    [transfer] = people.client.get(
        "/v1/transfers?direction=incoming&undecided=true", headers=people.of(HEIR)
    ).json()["items"]
    url = f"/v1/transfers/{transfer['id']}/confirmation"
    assert people.client.post(url, json={"decision": "confirm"}, headers=people.of(MILL)).status_code == 403
    assert people.client.post(url, json={"decision": "confirm"}, headers=people.of(HEIR)).status_code == 200


def test_the_party_of_a_transfer_never_goes_stale(people: People, sessions: Database) -> None:
    succeeded(people)
    with sessions.reading() as session:
        (sender,) = session.scalars(
            select(Enterprise.credit_code).join(Transfer, Transfer.sender_enterprise_id == Enterprise.id)
        )
    assert sender == MILL


def test_codes_keep_their_meaning_month_by_month(people: People, sessions: Database) -> None:
    mill, _, heir = succeeded(people)
    with sessions.reading() as session:
        found = service.parties(session, [MILL, HEIR])
    for month in (Month(2025, 3), Month(2025, 7)):
        assert service.site_of(found, MILL, month) == mill
    assert service.site_of(found, HEIR, Month(2025, 3)) == heir
    assert service.site_of(found, HEIR, Month(2025, 7)) == HEIR


def test_a_line_of_successions_reaches_back_to_its_beginning(people: People, sessions: Database) -> None:
    mill, works, heir = succeeded(people)
    (last,) = people.register(LAST)
    body = BODY | {"successor": LAST, "from": "2025-09"}
    assert (
        people.client.post(f"/v1/enterprises/{HEIR}/succession", json=body, headers=people.admin).status_code
        == 200
    )
    people._headers.clear()  # noqa: SLF001 - same
    assert seen(people, "sites", LAST, "code") == sorted([mill, heir, last])
    assert seen(people, "sites", HEIR, "code") == sorted([mill, heir])
    assert people.file(ledger(mill, "2025-10"), enterprise=LAST).status_code == 201
    assert people.file(ledger(heir, "2025-10"), enterprise=HEIR).status_code == 404
    ring = BODY | {"successor": MILL}
    assert (
        people.client.post(f"/v1/enterprises/{LAST}/succession", json=ring, headers=people.admin).status_code
        == 409
    )
    # Sent to a name twice succeeded: still the mill's only site.
    sent = {"waste": "SW02", "generated_tonnes": "5", "sent": [{"to": MILL, "tonnes": "5"}]}
    people.file(ledger(works, "2025-11", sent), enterprise=WORKS)
    assert seen(people, "transfers?direction=incoming", LAST, "receiver") == [mill]
    with sessions.reading() as session:
        for code in (MILL, HEIR):
            key = session.scalars(select(Enterprise.id).where(Enterprise.credit_code == code)).one()
            end = service.last_successor(session, key)
            assert session.get_one(Enterprise, end).credit_code == LAST


def test_a_page_session_learns_of_a_succession(people: People, sessions: Database) -> None:
    from app.auth import sessions as pages
    from app.clients import service as clients

    people.register(MILL)
    people.register(HEIR)
    with sessions.writing() as session:
        before = clients.create_user(
            session,
            username="wang",
            name="王工",
            password="long enough 1",
            role=Role.ENTERPRISE,
            enterprise=HEIR,
            now=people.now,
        )
        assert pages.is_welcome(session, before)
    people.client.post(f"/v1/enterprises/{MILL}/succession", json=BODY, headers=people.admin)
    with sessions.reading() as session:
        assert not pages.is_welcome(session, before)
        after = pages.authenticate_user(session, "wang", "long enough 1")
        assert after is not None
        assert len(after.enterprise_ids) == 2


def test_a_succession_is_recorded_when_it_has_happened(people: People, clock: SettableClock) -> None:
    for code in (MILL, HEIR):
        people.register(code)
    url = f"/v1/enterprises/{MILL}/succession"
    refused: Any = people.client.post(url, json=BODY | {"from": "2026-02"}, headers=people.admin)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/from"]


def test_both_are_told_of_ledgers_filed_after_the_succession(people: People, sessions: Database) -> None:
    mill, _, _ = succeeded(people)
    assert people.file(ledger(mill, "2025-07"), enterprise=HEIR).status_code == 201
    with sessions.writing() as session:
        feed.place(session, now=people.now, subscriptions={})
    told = {MILL: ["2025-03", "2025-07"], HEIR: ["2025-03", "2025-07"], WORKS: []}
    for enterprise, months in told.items():
        page = people.client.get("/v1/events?type=ledger.submitted", headers=people.of(enterprise)).json()
        assert [item["data"]["month"] for item in page["items"]] == months, enterprise


def test_a_line_of_succession_hides_nobody_in_a_public_figure(people: People, sessions: Database) -> None:
    mill, works, heir = succeeded(people)
    assert people.file(ledger(heir), enterprise=HEIR).status_code == 201
    assert people.file(ledger(works), enterprise=WORKS).status_code == 201
    anyone = Subject(new_id(), "public", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    scope = Scope(Month(2025, 3), Month(2025, 3))
    with sessions.reading() as session:
        assert generators(session, anyone, scope) == {"": 2}
        assert generators(session, anyone, scope, GroupBy.WASTE) == {"SW02": 2}
        assert generators(session, anyone, scope, GroupBy.SITE) == {mill: 1, heir: 1, works: 1}
