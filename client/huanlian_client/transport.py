"""One request to the service: signed, repeated where that is safe, its refusal raised as a typed error."""

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

import httpx2

from huanlian_client.errors import ConnectionLost, Problem, Unauthenticated, UnexpectedAnswer, problem_of
from huanlian_client.retries import Outcome, Retries, outcome_of, retry_after_seconds

USER_AGENT = "huanlian-client/0.1.0"
_RENEW_SECONDS_BEFORE = 30.0
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
_LOST = (httpx2.NetworkError, httpx2.TimeoutException, httpx2.RemoteProtocolError, httpx2.ProxyError)

Pause = Callable[[float], None]
Timer = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the API. `repeatable`: doing it twice does what doing it once does."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; it is good, or it would have been raised."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a machine signs in with. The secret is not in its text, so that no log has it."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None


class Transport:
    """Sends calls. May be used by several threads."""

    def __init__(
        self,
        http: httpx2.Client,
        credentials: Credentials,
        retries: Retries,
        *,
        pause: Pause = time.sleep,
        timer: Timer = time.monotonic,
    ) -> None:
        self._http = http
        self._credentials = credentials
        self._retries = retries
        self._pause = pause
        self._timer = timer
        self._lock = threading.Lock()
        self._token = ""
        self._token_ends = 0.0

    def send(self, call: Call) -> Answer:
        """Send a call until it is answered. Raises Problem, ConnectionLost, UnexpectedAnswer."""
        token = self._valid_token()
        try:
            return self._repeat(call, {"authorization": f"Bearer {token}"})
        except Unauthenticated:
            # The service may have a new key, or our clock stands still: one new token, and no more than one.
            self._forget(token)
        return self._repeat(call, {"authorization": f"Bearer {self._valid_token()}"})

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Read something."""
        return self.send(Call("GET", path, params or {})).json()

    def post(
        self,
        path: str,
        body: Any,
        *,
        repeatable: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Post JSON, and read what is answered."""
        return self.send(json_call("POST", path, body, repeatable=repeatable, headers=headers)).json()

    def _valid_token(self) -> str:
        with self._lock:
            if not self._token or self._timer() >= self._token_ends:
                asked_at = self._timer()
                granted = self._repeat(_token_call(self._credentials), _basic(self._credentials)).json()
                lifetime = float(granted["expires_in"])
                self._token = str(granted["access_token"])
                self._token_ends = asked_at + max(lifetime / 2, lifetime - _RENEW_SECONDS_BEFORE)
            return self._token

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token == token:
                self._token = ""

    def _repeat(self, call: Call, authorization: Mapping[str, str]) -> Answer:
        attempt = 0
        while True:
            attempt += 1
            answer, outcome, failure = self._attempt(call, authorization)
            retry_after = retry_after_seconds(answer.headers) if answer is not None else None
            wait = self._retries.wait_seconds(
                attempt, outcome, repeatable=call.repeatable, retry_after=retry_after
            )
            if wait is not None:
                self._pause(wait)
            elif answer is None:
                maybe_done = outcome is Outcome.UNKNOWN
                raise ConnectionLost(str(call), type(failure).__name__, maybe_done=maybe_done) from failure
            else:
                return _good(call, answer, retry_after)

    def _attempt(
        self, call: Call, authorization: Mapping[str, str]
    ) -> tuple[Answer | None, Outcome, Exception | None]:
        try:
            response = self._http.request(
                call.method,
                call.path,
                params=query(call.params),
                content=call.body,
                headers={**call.headers, **authorization},
            )
        except _NEVER_SENT as failure:
            return None, Outcome.NOT_DONE, failure
        except _LOST as failure:
            return None, Outcome.UNKNOWN, failure
        answer = Answer(response.status_code, response.headers, response.content)
        return answer, outcome_of(response.status_code), None


def json_call(
    method: str, path: str, body: Any, *, repeatable: bool = False, headers: Mapping[str, str] | None = None
) -> Call:
    """Make a call with a JSON body."""
    return Call(
        method,
        path,
        body=json_bytes(body),
        headers={"content-type": "application/json", **(headers or {})},
        repeatable=repeatable,
    )


def json_bytes(body: Any) -> bytes:
    """Write JSON; decimals become strings, as the API takes tonnes."""
    return json.dumps(body, ensure_ascii=False, default=_encoded).encode()


def _encoded(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def in_path(part: str) -> str:
    """One part of a path, whatever it holds."""
    return quote(part, safe="")


def query(params: Mapping[str, Any]) -> httpx2.QueryParams:
    """The parameters that are given; a list gives its name several times."""
    return httpx2.QueryParams(
        [
            (name, _query_text(each))
            for name, value in params.items()
            if value is not None
            for each in (value if isinstance(value, list | tuple) else [value])
        ]
    )


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _good(call: Call, answer: Answer, retry_after: float | None) -> Answer:
    if 200 <= answer.status < 300 or answer.status == 304:
        return answer
    raise _refusal(call, answer, retry_after)


def _refusal(call: Call, answer: Answer, retry_after: float | None) -> Problem | UnexpectedAnswer:
    if "application/problem+json" in answer.headers.get("content-type", ""):
        try:
            document = answer.json()
        except ValueError:
            document = None
        if isinstance(document, dict):
            return problem_of(str(call), answer.status, document, retry_after)
    return UnexpectedAnswer(str(call), answer.status)


def _token_call(credentials: Credentials) -> Call:
    scope = "" if credentials.scope is None else f"&scope={quote_plus(credentials.scope)}"
    return Call(
        "POST",
        "/oauth/token",
        body=f"grant_type=client_credentials{scope}".encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )


def _basic(credentials: Credentials) -> Mapping[str, str]:
    # RFC 6749 section 2.3.1: both are form-encoded before they are put together.
    both = f"{quote_plus(credentials.client_id)}:{quote_plus(credentials.client_secret)}"
    return {"authorization": f"Basic {b64encode(both.encode()).decode()}"}
