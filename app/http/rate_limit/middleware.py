"""Refuses whoever asks too often, before a body is read or a route is found, and tells everyone what is left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from app.clock import Clock
from app.domain.errors import Message as Text
from app.http.handlers import problem_response
from app.http.middleware import App, Message, Receive, Scope, Send
from app.http.origin import address_of
from app.http.problems import Problem
from app.http.rate_limit.allowances import Allowance, Allowances, Standing
from app.http.rate_limit.callers import Callers, name_signed_in_with
from app.settings import Settings

_REFUSED_FROM = 400
# Where a request that was counted already carries where its caller stands.
STANDING = "huanlian.standing"
# How a refusal is told: as a problem, or as a page to whoever wants one.
Refusal: TypeAlias = Callable[[Request, Problem], Response]


class TooManyRequests(Problem):
    status = 429
    code = "too_many_requests"
    title = Text("请求过于频繁", "Too many requests")

    def __init__(self, wait_s: int) -> None:
        detail = Text(
            f"请求过于频繁，请在 {wait_s} 秒后重试", f"Too many requests; try again in {wait_s} seconds"
        )
        super().__init__(detail, headers={"Retry-After": str(wait_s)})


@dataclass(frozen=True, slots=True)
class SignInDoor:
    """Where secrets can be guessed: the form field that names whose, and whether people's passwords are hashed there."""

    field: str
    hashes_passwords: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """What is counted and how: sign-in doors by path, paths counted but never refused, prefixes not counted at all."""

    doors: Mapping[str, SignInDoor]
    never_refused: frozenset[str]
    free_prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Try:
    """An attempt to sign in; forgotten when it succeeds."""

    address: str
    name: str


class RateLimit:
    """Counts each request against its caller: a verified subject, else its address, at a sign-in door also the name."""

    def __init__(
        self,
        app: App,
        *,
        settings: Settings,
        clock: Clock,
        reach: Reach,
        refusal: Refusal = problem_response,
        allowances: Allowances | None = None,
    ) -> None:
        self._app = app
        self._refusal = refusal
        self._allowances = allowances or Allowances.of(settings, clock)
        self._callers = Callers(settings, clock)
        self._reach = reach

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._reach.free_prefixes):
            await self._app(scope, receive, send)
            return
        attempt: _Try | None = None
        door = self._reach.doors.get(scope["path"]) if scope["method"] == "POST" else None
        if door is None:
            standing = scope.get(STANDING) or await self._spend(scope)
        else:
            name, receive = await name_signed_in_with(scope, receive, door.field)
            attempt = _Try(address_of(scope), name)
            standing = await self._spend_at(door, attempt)

        async def send_with_standing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *headers_of(standing)]
                if attempt is not None and message["status"] < _REFUSED_FROM:
                    await self._allowances.sign_in.forget(attempt.address, attempt.name)
            await send(message)

        if standing.allowed or scope["path"] in self._reach.never_refused:
            await self._app(scope, receive, send_with_standing)
            return
        scope.setdefault("state", {})["limited_by"] = standing.allowance
        answer = self._refusal(Request(scope), TooManyRequests(standing.reset_s))
        await answer(scope, receive, send_with_standing)

    async def _spend(self, scope: Scope) -> Standing:
        subject = self._callers.subject_of(scope)
        if subject is not None:
            return await self._allowances.client.spend(subject)
        return await self._allowances.address.spend(address_of(scope))

    async def _spend_at(self, door: SignInDoor, attempt: _Try) -> Standing:
        """Count an attempt for its name from this address, then for the address; the tighter of both is told."""
        by_name = await self._allowances.sign_in.spend(attempt.address, attempt.name)
        if not by_name.allowed:
            return by_name
        by_address = await self._address_at(door).spend(attempt.address)
        return min(by_address, by_name, key=lambda standing: (standing.allowed, standing.remaining))

    def _address_at(self, door: SignInDoor) -> Allowance:
        return self._allowances.sign_in_address if door.hashes_passwords else self._allowances.address


def headers_of(standing: Standing) -> list[tuple[bytes, bytes]]:
    """What every caller is told of where it stands."""
    return [
        (b"ratelimit-limit", b"%d" % standing.limit),
        (b"ratelimit-remaining", b"%d" % standing.remaining),
        (b"ratelimit-reset", b"%d" % standing.reset_s),
    ]
