"""Whom a code in a ledger means: the same transfers come out whatever was registered or filed first."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from builders import MILL, WORKS, People, ledger
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import aliased
from support.clock import SettableClock

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database, WriteSession
from app.domain.periods import Month
from app.enterprises import onboarding, succession
from app.enterprises.models import Enterprise, Site
from app.enterprises.schemas import EnterpriseIn, SiteIn, SuccessionIn
from app.ids import new_id
from app.ledgers.schemas import LedgerIn
from app.ledgers.service import Command, Filer, file
from app.transfers.models import Transfer

NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
ADMIN = Subject(new_id(), "admin", Role.ADMIN, SCOPES_OF[Role.ADMIN])
HEIR = "91140200MA0EXAMPLH"
MILL_PERMIT, WORKS_PERMIT = MILL + "001P", WORKS + "001P"
Step = Callable[[WriteSession], object]


def enterprise(code: str) -> Step:
    body = EnterpriseIn(credit_code=code, name="示例", industry="44", region="140212")
    return lambda session: onboarding.register_enterprise(session, ADMIN, body, NOW)


def site(code: str, owner: str, since: str, permit: str | None = None) -> Step:
    fields = {"code": code, "enterprise": owner, "name": "示例", "region": "140212", "reports_from": since}
    body = SiteIn.model_validate(fields | {"permit_number": permit})
    return lambda session: onboarding.register_site(session, ADMIN, body, now=NOW, timezone="Asia/Shanghai")


def filing(at: str, month: str, direction: str, **tonnes: str) -> Step:
    key = {"sent": "to", "received": "from"}[direction]
    flows = [{key: code.replace("_", "-"), "tonnes": mass} for code, mass in tonnes.items()]
    body = LedgerIn.model_validate(ledger(at, month, {"waste": "SW02", direction: flows}))
    filer = Filer(ADMIN, NOW, Month(2026, 1))

    def run(session: WriteSession) -> None:
        [result] = file(session, [Command(body.content())], filer)
        assert result.problem is None

    return run


def follows(old: str, new: str, since: str) -> Step:
    body = SuccessionIn.model_validate({"successor": new, "from": since, "reason": "合并"})
    return lambda session: succession.succeed(session, ADMIN, old, body, now=NOW, timezone="Asia/Shanghai")


# name → (what it needs first, what it does)
STEPS: dict[str, tuple[tuple[str, ...], Step]] = {
    "mill": ((), enterprise(MILL)),
    "mill site": (("mill",), site("mill-1", MILL, "2025-01", MILL_PERMIT)),
    "works": ((), enterprise(WORKS)),
    "works site": (("works",), site("works-1", WORKS, "2025-01", WORKS_PERMIT)),
    "works second": (("works",), site("works-2", WORKS, "2025-06")),
    "heir": ((), enterprise(HEIR)),
    "heir site": (("heir",), site("heir-1", HEIR, "2025-01")),
    "succession": (("works", "heir"), follows(WORKS, HEIR, "2025-09")),
    "mill March": (
        ("mill site",),
        filing("mill-1", "2025-03", "sent", **{WORKS: "5", WORKS_PERMIT: "7", "works_1": "11", HEIR: "13"}),
    ),
    "mill July": (("mill site",), filing("mill-1", "2025-07", "sent", **{WORKS: "17", "works_1": "19"})),
    "mill October": (("mill site",), filing("mill-1", "2025-10", "sent", **{WORKS: "23", HEIR: "29"})),
    "works March": (
        ("works site",),
        filing("works-1", "2025-03", "received", **{MILL: "2", MILL_PERMIT: "3", "mill_1": "4"}),
    ),
    "works July": (("works site",), filing("works-1", "2025-07", "received", **{MILL: "6"})),
}


def play(session: WriteSession, order: Sequence[str]) -> set[tuple[Any, ...]]:
    """Take the steps in this order, each as soon as what it needs is there; answers the transfers."""
    done: set[str] = set()
    waiting = list(order)
    while waiting:
        name = next(name for name in waiting if done.issuperset(STEPS[name][0]))
        STEPS[name][1](session)
        done.add(name)
        waiting.remove(name)
    return transfers(session)


def transfers(session: WriteSession) -> set[tuple[Any, ...]]:
    sender, receiver = aliased(Site), aliased(Site)
    sending, receiving = aliased(Enterprise), aliased(Enterprise)
    query = (
        select(
            Transfer.month,
            Transfer.sender_party,
            Transfer.receiver_party,
            sender.code,
            receiver.code,
            sending.credit_code,
            receiving.credit_code,
            Transfer.sent_grams,
            Transfer.received_grams,
        )
        .outerjoin(sender, sender.id == Transfer.sender_site_id)
        .outerjoin(receiver, receiver.id == Transfer.receiver_site_id)
        .outerjoin(sending, sending.id == Transfer.sender_enterprise_id)
        .outerjoin(receiving, receiving.id == Transfer.receiver_enterprise_id)
    )
    return {(str(row[0]), *row[1:]) for row in session.execute(query)}


def test_what_the_codes_mean(sessions: Database) -> None:
    t = 1_000_000
    with sessions.writing() as session:
        found = play(session, list(STEPS))
        session.rollback()
    one, many = ("works-1", "works-1", WORKS), (WORKS, None, WORKS)
    assert found == {
        # In March the credit code, the permit number and the site's own code all mean the only site.
        row("2025-03", one, 23 * t, 9 * t),
        row("2025-03", ("heir-1", "heir-1", HEIR), 13 * t),
        # From June on there are two sites; the credit code alone means the enterprise.
        row("2025-07", one, 19 * t, 6 * t),
        row("2025-07", many, 17 * t),
        row("2025-10", many, 23 * t),
        # From September on the heir's code means the sites of the works too.
        row("2025-10", (HEIR, None, HEIR), 29 * t),
    }


def row(month: str, receiver: tuple[str, str | None, str], sent: int, received: int | None = None) -> Any:
    party, code, owner = receiver
    return month, "mill-1", party, "mill-1", code, MILL, owner, sent, received


@given(order=st.permutations(list(STEPS)))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_onboarding_and_filing_does_not_matter(sessions: Database, order: list[str]) -> None:
    with sessions.writing() as session:
        expected = play(session, list(STEPS))
        session.rollback()
    with sessions.writing() as session:
        found = play(session, order)
        session.rollback()
    assert found == expected


def test_a_statement_stays_with_the_declaration_that_it_answers(people: People, clock: SettableClock) -> None:
    (mill,) = people.register(MILL)
    people.register(WORKS)
    line = {"waste": "SW02", "generated_tonnes": "5", "sent": [{"to": WORKS, "tonnes": "5"}]}
    people.file(ledger(mill, "2025-03", line))
    inbox = "/v1/transfers?direction=incoming"
    [transfer] = people.client.get(inbox, headers=people.of(WORKS)).json()["items"]
    url = f"/v1/transfers/{transfer['id']}/confirmation"
    assert people.client.post(url, json={"decision": "confirm"}, headers=people.of(WORKS)).status_code == 200
    asked = "/v1/rates?metric=utilization.confirmed&region=1402&from=2025-03&to=2025-03"
    before = people.client.get(asked, headers=people.regulator()).json()["items"]
    clock.advance(minutes=5)
    second = {"code": "works-2", "enterprise": WORKS, "name": "二厂", "region": "140212"}
    second["reports_from"] = "2025-01"
    assert people.client.post("/v1/sites", json=second, headers=people.admin).status_code == 201
    [now] = people.client.get(inbox, headers=people.of(WORKS)).json()["items"]
    assert (now["receiver"], now["state"], now["confirmed_tonnes"]) == (WORKS, "confirmed", "5")
    then = people.client.get(f"{asked}&as_of=2026-01-10T08:01:00Z", headers=people.regulator()).json()[
        "items"
    ]
    assert then == before
    [after] = people.client.get(asked, headers=people.regulator()).json()["items"]
    assert after["value"] == before[0]["value"] == "1.000000"


def test_a_permit_number_that_a_site_gave_up_still_means_it(people: People) -> None:
    (mill,) = people.register(MILL)
    people.register(WORKS, sites=0)
    body = {"code": "works-1", "enterprise": WORKS, "name": "一厂", "region": "140212"}
    body |= {"permit_number": WORKS_PERMIT, "reports_from": "2025-01"}
    people.client.post("/v1/sites", json=body, headers=people.admin)
    patch = {"permit_number": WORKS + "009P", "from": "2025-06", "reason": "重新申领"}
    assert people.client.patch("/v1/sites/works-1", json=patch, headers=people.admin).status_code == 200
    sent = [{"to": WORKS_PERMIT, "tonnes": "5"}, {"to": WORKS + "009P", "tonnes": "6"}]
    answer = people.file(ledger(mill, "2025-07", {"waste": "SW02", "generated_tonnes": "11", "sent": sent}))
    assert "unknown_receiver" not in {warning["rule"] for warning in answer.json()["warnings"]}
    incoming = people.client.get("/v1/transfers?direction=incoming", headers=people.of(WORKS)).json()
    assert [(t["receiver"], t["sent_tonnes"]) for t in incoming["items"]] == [("works-1", "11")]


def test_warnings_take_a_code_for_whom_it_means_in_the_month(people: People) -> None:
    (mill,) = people.register(MILL)
    (works,) = people.register(WORKS)
    second = {"code": "works-2", "enterprise": WORKS, "name": "二厂", "region": "140212"}
    second["reports_from"] = "2025-06"
    assert people.client.post("/v1/sites", json=second, headers=people.admin).status_code == 201

    def rules(month: str) -> set[str]:
        """The mill says 5 t of what the works say 5,000 t; the works name themselves by their credit code."""
        taken = [{"from": mill, "tonnes": "5000"}, {"from": WORKS, "tonnes": "1"}]
        line = {"waste": "SW02", "received": taken, "closing_stock_tonnes": "5001"}
        answer = people.file(ledger(works, month, line), enterprise=WORKS)
        sent = {"waste": "SW02", "generated_tonnes": "5", "sent": [{"to": WORKS, "tonnes": "5"}]}
        other = people.file(ledger(mill, month, sent))
        return {warning["rule"] for filed in (answer, other) for warning in filed.json()["warnings"]}

    assert rules("2025-03") == {"self_transfer", "unit_slip"}
    # From June on the code means two sites: neither the site itself nor the one that reported.
    assert not {"self_transfer", "unit_slip"} & rules("2025-07")
