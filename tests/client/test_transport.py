"""Tokens, keys, repetitions and errors, against a service that misbehaves as told."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from huanlian_client import (
    Conflict,
    ConnectionLost,
    Huanlian,
    Invalid,
    KeyReused,
    LedgerAlreadyFiled,
    Problem,
    Retries,
    TooManyRequests,
    Unauthenticated,
    UnexpectedAnswer,
)

from app.domain.errors import Fault, Message
from app.http import problems
from app.ledgers.file import LedgerAlreadyFiled as ServersAlreadyFiled
from app.ledgers.file import MonthClosed
from app.ledgers.replay import KeyReused as ServersKeyReused

NIL: Any = {"site": "S", "month": "2025-01", "nil": True}
Answer = httpx2.Response | Exception
LOST = httpx2.ReadError("connection reset")
NEVER_CONNECTED = httpx2.ConnectError("refused")


class Service:
    """Answers what it is told to, in turn, then 201; keeps what it was asked. Time passes only in pauses."""

    def __init__(self, *answers: Answer, lifetime: int = 900) -> None:
        self.answers = list(answers)
        self.lifetime = lifetime
        self.asked: list[httpx2.Request] = []
        self.tokens = 0
        self.pauses: list[float] = []
        self.now = 0.0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/oauth/token":
            self.tokens += 1
            return httpx2.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": self.lifetime})
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else httpx2.Response(201, json={"id": "L"})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def client(self, retries: Retries | None = None) -> Huanlian:
        http = httpx2.Client(base_url="http://localhost", transport=httpx2.MockTransport(self))
        return Huanlian(
            "http://localhost",
            "id",
            "secret",
            retries=retries,
            http=http,
            pause=self.pause,
            timer=lambda: self.now,
        )

    @property
    def keys(self) -> list[str | None]:
        return [request.headers.get("idempotency-key") for request in self.asked]


def refusal(problem: problems.Problem) -> httpx2.Response:
    """Answer as the service does, with the service's own document."""
    return httpx2.Response(
        problem.status,
        content=json.dumps(problem.document("r-1")).encode(),
        headers={"content-type": problems.MEDIA_TYPE},
    )


def test_one_token_serves_until_shortly_before_its_end() -> None:
    service = Service(lifetime=900)
    client = service.client()
    client.ledgers.file(NIL)
    service.now = 869.0
    client.ledgers.file(NIL)
    assert service.tokens == 1
    service.now = 870.0
    client.ledgers.file(NIL)
    assert service.tokens == 2
    assert [request.headers["authorization"] for request in service.asked] == [
        "Bearer t1",
        "Bearer t1",
        "Bearer t2",
    ]


def test_a_refused_token_is_renewed_once() -> None:
    service = Service(refusal(problems.Unauthenticated()))
    service.client().ledgers.file(NIL)
    assert service.tokens == 2
    assert len(set(service.keys)) == 1
    service = Service(refusal(problems.Unauthenticated()), refusal(problems.Unauthenticated()))
    with pytest.raises(Unauthenticated):
        service.client().ledgers.file(NIL)
    assert len(service.asked) == 2


def test_wrong_credentials_are_told_and_not_tried_again() -> None:
    document = {
        "type": "urn:huanlian:problem:invalid_client",
        "message": {"zh": "不对", "en": "wrong"},
        "errors": [],
    }
    seen: list[httpx2.Request] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(401, json=document, headers={"content-type": problems.MEDIA_TYPE})

    http = httpx2.Client(base_url="http://localhost", transport=httpx2.MockTransport(refuse))
    with (
        Huanlian("http://localhost", "id", "s%c:ret", http=http) as client,
        pytest.raises(Unauthenticated) as told,
    ):
        client.rates.metrics()
    assert told.value.code == "invalid_client"
    assert len(seen) == 1
    assert "s%c:ret" not in str(told.value)


@pytest.mark.parametrize("failure", [LOST, NEVER_CONNECTED, httpx2.Response(503), httpx2.Response(502)])
def test_a_filing_is_repeated_with_the_same_key(failure: Answer) -> None:
    service = Service(failure, failure)
    assert service.client().ledgers.file(NIL)["id"] == "L"
    assert len(service.keys) == 3
    assert len(set(service.keys)) == 1
    assert service.keys[0]
    assert len(service.pauses) == 2


def test_two_filings_have_two_keys_and_your_own_is_kept() -> None:
    service = Service()
    client = service.client()
    client.ledgers.file(NIL)
    client.ledgers.file(NIL)
    client.ledgers.file(NIL, key="erp-7")
    assert len(set(service.keys)) == 3
    assert service.keys[2] == "erp-7"


def test_what_cannot_be_repeated_safely_is_not() -> None:
    service = Service(LOST)
    with pytest.raises(ConnectionLost) as told:
        service.client().transfers.confirm("T")
    assert told.value.maybe_done
    assert len(service.asked) == 1


@pytest.mark.parametrize("failure", [NEVER_CONNECTED, httpx2.Response(429), httpx2.Response(503)])
def test_what_was_certainly_not_done_is_always_repeated(failure: Answer) -> None:
    service = Service(failure)
    service.client().transfers.confirm("T")
    assert len(service.asked) == 2


def test_attempts_end_and_say_whether_it_may_have_been_done() -> None:
    service = Service(*[LOST] * 9)
    with pytest.raises(ConnectionLost) as told:
        service.client(Retries(attempts=4)).ledgers.file(NIL)
    assert told.value.maybe_done
    assert len(service.asked) == 4
    service = Service(*[NEVER_CONNECTED] * 9)
    with pytest.raises(ConnectionLost) as told:
        service.client(Retries(attempts=2)).ledgers.file(NIL)
    assert not told.value.maybe_done


def test_retry_after_is_waited_out_or_raised() -> None:
    service = Service(httpx2.Response(429, headers={"retry-after": "17"}))
    service.client().ledgers.file(NIL)
    assert service.pauses == [17.0]
    too_long = httpx2.Response(
        429,
        json={
            "type": "urn:huanlian:problem:too_many_requests",
            "message": {"zh": "过多", "en": "too many"},
            "errors": [],
        },
        headers={"retry-after": "900", "content-type": problems.MEDIA_TYPE},
    )
    service = Service(too_long)
    with pytest.raises(TooManyRequests) as told:
        service.client().ledgers.file(NIL)
    assert told.value.retry_after == 900
    assert service.pauses == []


def test_a_refusal_tells_code_places_and_both_languages() -> None:
    fault = Fault("/lines/0/waste", "unknown_waste", Message("未登记", "not known"))
    service = Service(refusal(problems.Invalid(errors=[fault])))
    with pytest.raises(Invalid) as told:
        service.client().ledgers.file(NIL)
    error = told.value
    assert (error.answered, error.code, error.request_id) == (422, "invalid", "r-1")
    assert (error.message.zh, error.message.en) == (problems.Invalid.title.zh, problems.Invalid.title.en)
    assert [(each.pointer, each.code, each.message.zh) for each in error.faults] == [
        ("/lines/0/waste", "unknown_waste", "未登记")
    ]
    assert "/lines/0/waste: 未登记 / not known" in str(error)


def test_a_month_on_file_names_its_ledger() -> None:
    there = {"id": "L9", "version": 3, "state": "submitted", "receipt": {"sha256": "ab", "received_at": "…"}}
    service = Service(refusal(ServersAlreadyFiled(extra={"ledger": there})))
    with pytest.raises(LedgerAlreadyFiled) as told:
        service.client().ledgers.file(NIL)
    assert (told.value.ledger_id, told.value.version, told.value.receipt_sha256) == ("L9", 3, "ab")


def test_the_codes_are_those_of_the_service() -> None:
    for ours in (ServersAlreadyFiled, MonthClosed, ServersKeyReused):
        assert issubclass(Problem.known[ours.code], Conflict), ours.code
    assert Problem.known[ServersKeyReused.code] is KeyReused
    statuses = {
        kind.status
        for kind in vars(problems).values()
        if isinstance(kind, type) and issubclass(kind, problems.Problem)
    }
    assert statuses <= set(Problem.known)


@pytest.mark.parametrize(
    "strange",
    [
        httpx2.Response(500, text="<html>"),
        httpx2.Response(301, headers={"location": "https://elsewhere.example/"}),
        httpx2.Response(404, text="not here"),
        httpx2.Response(422, content=b"[]", headers={"content-type": problems.MEDIA_TYPE}),
        httpx2.Response(422, content=b"{", headers={"content-type": problems.MEDIA_TYPE}),
    ],
)
def test_what_is_no_answer_of_the_service_is_not_taken_for_one(strange: httpx2.Response) -> None:
    with pytest.raises(UnexpectedAnswer) as told:
        Service(strange).client().ledgers.get("L")
    assert told.value.status == strange.status_code


def test_lists_are_read_page_by_page_as_they_are_used() -> None:
    pages = [
        httpx2.Response(200, json={"items": [{"id": "1"}, {"id": "2"}], "next_cursor": "c"}),
        httpx2.Response(200, json={"items": [], "next_cursor": "d"}),
        httpx2.Response(200, json={"items": [{"id": "3"}], "next_cursor": None}),
    ]
    service = Service(*pages)
    found = service.client().ledgers.find(site="S")
    assert next(found)["id"] == "1"
    assert len(service.asked) == 1
    assert [each["id"] for each in found] == ["2", "3"]
    assert [request.url.params.get("cursor") for request in service.asked] == [None, "c", "d"]


def test_following_stores_a_cursor_that_misses_nothing() -> None:
    def page(ids: list[str], cursor: str, *, more: bool) -> httpx2.Response:
        return httpx2.Response(
            200, json={"items": [{"id": i} for i in ids], "next_cursor": cursor, "has_more": more}
        )

    service = Service(
        page(["a"], "1", more=True),
        LOST,
        page(["b"], "5", more=False),
        page([], "5", more=False),
        page(["c"], "6", more=False),
    )
    seen: list[str] = []
    for read in service.client().events.follow(poll_seconds=3):
        seen += [event["id"] for event in read["items"]]
        if read["next_cursor"] == "6":
            break
    assert seen == ["a", "b", "c"]
    assert [request.url.params["after"] for request in service.asked] == ["", "1", "1", "5", "5"]
    assert service.pauses[1:] == [3, 3]


def test_tonnes_go_out_as_they_are() -> None:
    service = Service()
    line: Any = {
        "waste": "SW02",
        "generated_tonnes": Decimal("1E+3"),
        "closing_stock_tonnes": Decimal("0.100000"),
    }
    service.client().ledgers.file({"site": "示例", "month": "2025-01", "lines": [line]})
    sent = json.loads(service.asked[0].content)
    assert sent["lines"][0]["generated_tonnes"] == "1000"
    assert sent["lines"][0]["closing_stock_tonnes"] == "0.100000"
    with pytest.raises(TypeError):
        service.client().ledgers.file({"site": "S", "month": {1}})  # type: ignore[typeddict-item]


def test_a_code_with_any_letters_stays_one_part_of_the_path() -> None:
    service = Service(httpx2.Response(200, json={}))
    service.client().register.get_site("../a b/?x=1#y")
    assert service.asked[0].url.raw_path == b"/v1/sites/..%2Fa%20b%2F%3Fx%3D1%23y"


@pytest.mark.parametrize("url", ["ftp://a", "huanlian.example", "http://huanlian.example", ""])
def test_a_secret_does_not_travel_in_the_open(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Huanlian(url, "id", "secret")


@pytest.fixture
def dropping() -> Iterator[Callable[[list[bytes]], str]]:
    """Serve these bytes, one connection each, then cut it; what a real broken connection looks like."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(answers: list[bytes]) -> str:
        def run() -> None:
            for answer in answers:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield serve
    for thread in threads:
        thread.join(10)
    listening.close()


def test_a_body_that_breaks_off_is_asked_for_again(dropping: Callable[[list[bytes]], str]) -> None:
    def http(body: bytes, length: int) -> bytes:
        return b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % length + body

    token = b'{"access_token": "t", "expires_in": 900}'
    page = b'{"items": [], "next_cursor": "4", "has_more": false}'
    url = dropping([http(token, len(token)), http(page[:10], len(page)), b"", http(page, len(page))])
    pauses: list[float] = []
    with Huanlian(url, "id", "secret", pause=pauses.append) as client:
        assert client.events.page("3")["next_cursor"] == "4"
    assert len(pauses) == 2
