"""Scenarios judged: what is not there is open, what is wrong is called wrong, and can be mended."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from huanlian_client import Huanlian, LedgerAlreadyFiled, MonthClosed, PreconditionFailed, Problem
from sandbox.conftest import Here, ledger
from sqlalchemy import select

from app.auth.subjects import Role
from app.clients import service as clients
from app.sandbox.firms import KILN, PLANT, YARD
from app.sandbox.models import Exchange

A, B = PLANT.code, YARD.code
NIL: dict[str, Any] = {"nil": True, "lines": []}


def test_at_first_nothing_is_done(here: Here) -> None:
    results = here.enterprise.sandbox.results()
    assert (results["passed"], results["of"]) == (0, 15)
    assert {item["state"] for item in results["items"]} == {"open"}


def test_a_month_that_does_not_balance_or_is_a_draft(here: Here) -> None:
    file = here.enterprise.ledgers.file
    file(ledger(A, "2025-01", draft=True))
    assert here.state("file_month")[0] == "wrong"
    unbalanced = ledger(A, "2025-01")
    unbalanced["lines"][0]["closing_stock_tonnes"] = "1"
    filed = file(unbalanced)
    assert here.state("file_month") == ("wrong", "a line does not balance")
    here.enterprise.ledgers.amend(filed["id"], ledger(A, "2025-01", reason="更正"), version=filed["version"])
    assert here.state("file_month")[0] == "passed"


def test_a_month_with_lines_is_no_nil_return(here: Here) -> None:
    filed = here.enterprise.ledgers.file(ledger(B, "2025-05"))
    assert here.state("nil_return")[0] == "wrong"
    here.enterprise.ledgers.amend(filed["id"], ledger(B, "2025-05", reason="更正", **NIL), version=1)
    assert here.state("nil_return")[0] == "passed"


def test_a_post_without_a_key_can_be_made_good_by_an_amendment_sent_twice(here: Here) -> None:
    token = here.http.post(
        "/oauth/token",
        auth=("sandbox-enterprise", here.secrets["sandbox-enterprise"]),
        data={"grant_type": "client_credentials"},
    ).json()["access_token"]
    posted = here.http.post(
        "/v1/ledgers", json=ledger(A, "2025-02"), headers={"Authorization": f"Bearer {token}"}
    )
    assert here.state("same_key_twice") == ("wrong", "it was filed without an Idempotency-Key")
    for _ in range(2):
        here.enterprise.ledgers.amend(
            posted.json()["id"], ledger(A, "2025-02", "1100", reason="更正"), version=1, key="k"
        )
    assert here.state("same_key_twice")[0] == "passed"


def test_one_key_for_two_contents_is_not_the_same_post_twice(here: Here) -> None:
    here.enterprise.ledgers.file(ledger(A, "2025-02"), key="k")
    with pytest.raises(Problem):
        here.enterprise.ledgers.file(ledger(A, "2025-02", "2"), key="k")
    assert here.state("same_key_twice")[0] == "open"
    here.enterprise.ledgers.file(ledger(A, "2025-02"), key="k")
    assert here.state("same_key_twice")[0] == "passed"


def test_after_a_409_the_ledger_that_it_names_is_to_be_read(here: Here) -> None:
    filed = here.enterprise.ledgers.file(ledger(A, "2025-01"))
    here.enterprise.ledgers.get(filed["id"])
    with pytest.raises(LedgerAlreadyFiled):
        here.enterprise.ledgers.file(ledger(A, "2025-01"))
    assert here.state("filed_already")[0] == "wrong"
    administrator(here).ledgers.get(filed["id"])
    assert here.state("filed_already")[0] == "wrong", "what others read does not count"
    here.enterprise.ledgers.get(filed["id"])
    assert here.state("filed_already")[0] == "passed"


def administrator(here: Here) -> Huanlian:
    with here.database.writing() as session:
        made = clients.create_client(
            session, name="admin", role=Role.ADMIN, now=datetime(2026, 1, 1, tzinfo=UTC)
        )
    return Huanlian("http://localhost", made.client_id, made.client_secret, http=here.http)


def test_an_amendment_that_changes_nothing_is_none(here: Here) -> None:
    filed = here.enterprise.ledgers.file(ledger(A, "2025-02"))
    here.enterprise.ledgers.amend(filed["id"], ledger(A, "2025-02", reason="再报"), version=1)
    assert here.state("amend")[0] == "wrong"
    here.enterprise.ledgers.amend(filed["id"], ledger(A, "2025-02", "1100", reason="更正"), version=2)
    assert here.state("amend")[0] == "passed"


def test_after_a_412_it_is_to_be_read_and_then_amended(here: Here) -> None:
    filed = here.enterprise.ledgers.file(ledger(A, "2025-02"))
    amend = here.enterprise.ledgers.amend
    amend(filed["id"], ledger(A, "2025-02", "1100", reason="更正"), version=1)
    assert here.state("stale_version")[0] == "open"
    with pytest.raises(PreconditionFailed):
        amend(filed["id"], ledger(A, "2025-02", "1200", reason="更正"), version=1)
    assert here.state("stale_version")[0] == "wrong"
    amend(filed["id"], ledger(A, "2025-02", "1200", reason="更正"), version=2)
    assert here.state("stale_version") == ("wrong", "after the 412 it was not read again")
    here.enterprise.ledgers.versions(filed["id"])
    assert here.state("stale_version") == ("wrong", "it was read again and not amended then")
    amend(filed["id"], ledger(A, "2025-02", "1300", reason="更正"), version=3)
    assert here.state("stale_version")[0] == "passed"


def test_a_wrong_unit_filed_without_a_trial(here: Here) -> None:
    here.enterprise.ledgers.file(ledger(A, "2025-02"))
    filed = here.enterprise.ledgers.file(ledger(A, "2025-03", "1000000"))
    assert here.state("wrong_unit")[0] == "wrong"
    with pytest.raises(Problem):
        here.enterprise.ledgers.validate(ledger(A, "2025-03", "1000000"))
    here.enterprise.ledgers.amend(filed["id"], ledger(A, "2025-03", reason="更正"), version=1)
    assert here.state("wrong_unit")[0] == "open"


def test_a_wrong_unit_filed_in_spite_of_the_trial(here: Here) -> None:
    here.enterprise.ledgers.file(ledger(A, "2025-02"))
    here.enterprise.ledgers.validate(ledger(A, "2025-03", "1000000"))
    assert here.state("wrong_unit")[0] == "open"
    filed = here.enterprise.ledgers.file(ledger(A, "2025-03", "1000000"))
    assert here.state("wrong_unit")[0] == "wrong"
    here.enterprise.ledgers.amend(filed["id"], ledger(A, "2025-03", reason="更正"), version=1)
    assert here.state("wrong_unit")[0] == "passed"


def test_a_closed_month_takes_a_reason(here: Here) -> None:
    with pytest.raises(MonthClosed):
        here.enterprise.ledgers.file(ledger(A, "2025-04"))
    assert here.state("late_month")[0] == "wrong"
    here.enterprise.ledgers.file(ledger(A, "2025-04", draft=True))
    assert here.state("late_month")[0] == "wrong"
    here.enterprise.ledgers.file(ledger(A, "2025-04", reason="迟报"))
    assert here.state("late_month")[0] == "passed"


def test_a_bulk_call_with_one_bad_line(here: Here) -> None:
    bad = ledger(B, "2025-07")
    bad["lines"][0]["waste"] = "SW99"
    months = [ledger(B, "2025-06", **NIL), bad, ledger(B, "2025-08", **NIL)]
    with pytest.raises(Problem):
        here.enterprise.ledgers.bulk(months, mode="atomic")
    assert here.state("bulk_each")[0] == "open"
    here.enterprise.ledgers.bulk([bad], mode="each")
    assert here.state("bulk_each")[0] == "wrong"
    here.enterprise.ledgers.bulk(months, mode="each")
    assert here.state("bulk_each")[0] == "wrong"
    here.enterprise.ledgers.file(ledger(B, "2025-07"))
    assert here.state("bulk_each")[0] == "passed"


def test_deliveries_answered_the_wrong_way_round(here: Here) -> None:
    transfers = here.enterprise.transfers
    by_month = {each["month"]: each["id"] for each in transfers.find(direction="incoming", undecided=True)}
    transfers.dispute(by_month["2025-01"], "未收到")
    transfers.confirm(by_month["2025-02"])
    assert here.state("transfer_confirmed")[0] == here.state("transfer_disputed")[0] == "wrong"
    transfers.correct(by_month["2025-01"], "299")
    assert here.state("transfer_confirmed")[0] == "wrong"
    transfers.confirm(by_month["2025-01"])
    transfers.dispute(by_month["2025-02"], "未收到")
    assert here.state("transfer_confirmed")[0] == here.state("transfer_disputed")[0] == "passed"


def test_a_permit_that_changes_each_time(here: Here) -> None:
    permits = here.platform.permits
    permits.put(A, {"region": "140212"})
    assert here.state("permit_twice")[0] == "open"
    permits.put(A, {"region": "140212", "holder": "示例沙盒热电"})
    assert here.state("permit_twice")[0] == "wrong"
    permits.put(KILN.code, {"region": "140212"})
    permits.put(KILN.code, {"region": "140212"})
    assert here.state("permit_twice")[0] == "wrong", "another permit does not count"
    permits.put(A, {"region": "140212", "holder": "示例沙盒热电"})
    assert here.state("permit_twice")[0] == "passed"


def test_an_execution_report_of_another_year(here: Here) -> None:
    permits = here.platform.permits
    with pytest.raises(Problem):
        permits.execution_report(A, "first quarter")
    assert here.state("execution_report")[0] == "wrong"
    permits.put(A, {"region": "140212"})
    permits.execution_report(A, "2024")
    assert here.state("execution_report")[0] == "wrong"
    permits.execution_report(A, "2025-03")
    assert here.state("execution_report")[0] == "passed"


def test_events_missed_after_a_cut_are_seen_and_there_is_another_chance(here: Here) -> None:
    told_of(here, "2025-01")
    feed = here.enterprise.events
    with contextlib.suppress(ValueError):
        feed.page("")
    assert here.state("events_cut") == ("wrong", "nothing was read after the cut")
    feed.page("1")
    assert here.state("events_cut")[0] == "wrong"
    with contextlib.suppress(ValueError):
        feed.page("")
    assert here.state("events_cut") == ("wrong", "nothing was read after the cut")
    whole = feed.page("")
    assert whole["items"]
    assert here.state("events_cut")[0] == "open"
    feed.page(whole["next_cursor"])
    assert here.state("events_cut")[0] == "passed"
    assert feed.page("")["items"] == whole["items"], "from then on nothing is cut"


def told_of(here: Here, month: str) -> None:
    """File a month and give its event its place in the feed, as the worker does."""
    from app.outbox import feed

    here.enterprise.ledgers.file(ledger(A, month))
    with here.database.writing() as session:
        feed.place(session, now=datetime(2026, 1, 1, tzinfo=UTC), subscriptions={})


def test_the_cut_is_in_the_middle_of_the_answer(here: Here) -> None:
    told_of(here, "2025-01")
    answers = []
    for _ in range(2):
        with contextlib.suppress(ValueError):
            here.enterprise.events.page("")
        with here.database.reading() as session:
            answers.append(session.scalars(select(Exchange).order_by(Exchange.id.desc())).first())
    cut, whole = answers
    assert cut is not None
    assert whole is not None
    assert (cut.cut, whole.cut) == (True, False)
    assert cut.told == whole.told


@contextmanager
def receiving(status: int) -> Iterator[str]:
    """A receiver that answers the same to whatever comes."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        # the server would write a line for each request to standard error
        log_message: Any = staticmethod(lambda *_: None)

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (204, "a forged message was not refused"),
        (404, "a forged message was not refused"),
        (500, "a forged message was not refused"),
        (400, "no true message was received by it"),
    ],
)
def test_a_receiver_that_does_not_look_at_the_signature(here: Here, status: int, why: str) -> None:
    with receiving(status) as url:
        webhook = here.enterprise.webhooks.create(url)
        assert here.state("webhook_verified")[0] == "open"
        assert here.enterprise.sandbox.forge(webhook["id"])["status"] == status
    assert here.state("webhook_verified") == ("wrong", why)


def test_a_receiver_that_does_not_answer(here: Here) -> None:
    with receiving(400) as url:
        webhook = here.enterprise.webhooks.create(url)
    told = here.enterprise.sandbox.forge(webhook["id"])
    assert (told["status"], told["failure"]) == (None, "not_connected")
    assert here.state("webhook_verified")[0] == "wrong"


def test_only_ones_own_webhooks_get_forgeries(here: Here) -> None:
    with receiving(204) as url:
        webhook = here.enterprise.webhooks.create(url)
        with pytest.raises(Problem) as told:
            here.platform.sandbox.forge(webhook["id"])
    assert told.value.answered == 404


REQUESTS: list[Callable[[Here], Any]] = [
    lambda here: here.http.get("/v1/ledgers"),
    lambda here: here.http.get("/v1/ledgers", headers={"Authorization": "Bearer nonsense"}),
    lambda here: here.http.get("/healthz"),
    lambda here: here.enterprise.sandbox.results(),
]


@pytest.mark.parametrize("request_made", REQUESTS)
def test_the_journal_is_about_the_clients_alone(here: Here, request_made: Callable[[Here], Any]) -> None:
    request_made(here)
    assert journal(here) == []


def test_the_journal_holds_no_content(here: Here) -> None:
    here.enterprise.ledgers.file(ledger(A, "2025-01", "123456.789"), key="k-1")
    (entry,) = journal(here)
    assert (entry.method, entry.path, entry.status, entry.key) == ("POST", "/v1/ledgers", 201, "k-1")
    assert entry.told["month"] == "2025-01"
    assert "123456" not in str(vars(entry))
    assert "示例负责人" not in str(vars(entry))


def journal(here: Here) -> list[Exchange]:
    with here.database.reading() as session:
        return list(session.scalars(select(Exchange)))
