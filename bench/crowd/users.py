"""`python -m bench.crowd.users ADDRESS WORLD PROFILE SECONDS TURN RESULT`: the users, in a process of their own, by Locust.

A process of its own because Locust replaces sockets and threads of the one it is in. An answer that sends a caller away and says
when to come again (429 or 503 with Retry-After) is no error; a machine then comes again with the same Idempotency-Key.
"""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from locust import FastHttpUser, LoadTestShape, between, task
from locust.env import Environment
from locust.exception import StopUser

from app.domain.periods import Month
from bench.crowd.profiles import COME_A_SECOND, PROFILES, Profile, steady_of
from bench.crowd.world import World
from bench.ingest_world import SITES, body, code

_FIRST = Month(2010, 1)
# So many months in each turn of a crowd on one database.
_MONTHS = 45
_BULK = 10
_BULK_BACK = 12 * 20
_TRIES = 5
_SENT_AWAY = frozenset({429, 503})
_PAGES = ("/", "/chain", "/findings", "/ledgers", "/targets", "/permits")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_sent_away: Counter[str] = Counter()
_acknowledged: Counter[str] = Counter()


def _all_months(turn: int) -> Iterator[tuple[int, Month]]:
    """Each site's month once, as at a deadline: a month of all sites before the next."""
    for step in range(turn * _MONTHS, (turn + 1) * _MONTHS):
        for number in range(SITES):
            yield number, _FIRST.plus(step)


class _User(FastHttpUser):
    abstract = True
    world: World

    def ask(self, method: str, path: str, name: str, **more: Any) -> Any:
        """One request; None when it was sent away or failed."""
        with self.rest_or_page(method, path, name, **more) as answer:
            if answer.status_code in _SENT_AWAY and answer.headers.get("Retry-After"):
                _sent_away[name] += 1
                answer.success()
                return None
            if answer.status_code >= 400 or answer.status_code == 0:
                answer.failure(f"{answer.status_code} {(answer.text or '')[:160]}")
                return None
            return answer

    def rest_or_page(self, method: str, path: str, name: str, **more: Any) -> Any:
        return self.client.request(method, path, name=name, catch_response=True, **more)


class Enterprise(_User):
    """The system of enterprises: it files months one by one and in bulk, corrects, and reads what it filed."""

    weight = 6
    wait_time = between(0.5, 2.5)
    months: Iterator[tuple[int, Month]]
    turn: int
    keys = count()

    def _next(self) -> tuple[int, Month]:
        try:
            return next(Enterprise.months)
        except StopIteration:
            raise StopUser from None

    def _headers(self, number: int) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.world.tokens[number]}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"load-{Enterprise.turn}-{next(Enterprise.keys)}",
        }

    def _insist(self, path: str, name: str, content: bytes, headers: dict[str, str]) -> Any:
        for _ in range(_TRIES):
            before = _sent_away[name]
            answer = self.ask("POST", path, name, data=content, headers=headers)
            if answer is not None or _sent_away[name] == before:
                return answer
            self.wait()
        return None

    @task(10)
    def file(self) -> None:
        number, month = self._next()
        path = "/v1/ledgers"
        answer = self._insist(path, "POST ledger", body(number, month), self._headers(number))
        if answer is None:
            return
        _acknowledged["ledgers"] += 1
        if next(Enterprise.keys) % 20 == 0:
            self._amend(number, month, answer.json())

    def _amend(self, number: int, month: Month, said: Any) -> None:
        changed = json.loads(body(number, month)) | {"reason": "复核"}
        changed["lines"][0]["method"] = "belt_scale"
        headers = self._headers(number) | {"If-Match": f'"{said["version"]}"'}
        path = f"/v1/ledgers/{said['id']}/amendments"
        if self._insist(path, "POST amendment", json.dumps(changed).encode(), headers) is not None:
            _acknowledged["amendments"] += 1

    @task(1)
    def file_in_bulk(self) -> None:
        number, month = self._next()
        several = [json.loads(body(number, month))]
        # Of twenty years before the deadline's months, where only bulk calls file; some a second time, unchanged.
        several += [json.loads(body(number, month.plus(step - _BULK_BACK))) for step in range(_BULK - 1)]
        content = json.dumps(several).encode()
        path = "/v1/ledgers/bulk?mode=each"
        if self._insist(path, "POST bulk of 10", content, self._headers(number)) is not None:
            _acknowledged["bulk calls"] += 1

    @task(2)
    def read_own(self) -> None:
        number = next(Enterprise.keys) % SITES
        headers = {"Authorization": f"Bearer {self.world.tokens[number]}"}
        self.ask("GET", f"/v1/ledgers?site={code(number)}&limit=24", "GET own ledgers", headers=headers)

    @task(1)
    def own_rate(self) -> None:
        number = next(Enterprise.keys) % SITES
        headers = {"Authorization": f"Bearer {self.world.tokens[number]}"}
        path = f"/v1/rates?metric=utilization.statutory&site={code(number)}"
        self.ask("GET", path, "GET own rate", headers=headers)


class Analyst(_User):
    """A machine of the authority: rates, findings, the feed."""

    weight = 2
    wait_time = between(1.0, 4.0)

    def on_start(self) -> None:
        grant = {"grant_type": "client_credentials"}
        secret = (self.world.client_id, self.world.client_secret)
        answer = self.ask("POST", "/oauth/token", "POST token", data=grant, auth=secret)
        if answer is None:
            raise StopUser
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    @task(4)
    def rates(self) -> None:
        path = "/v1/rates?metric=utilization.statutory&region=1402&group_by=month&from=2020-01&to=2021-12"
        self.ask("GET", path, "GET rates by month", headers=self._headers)

    @task(2)
    def rates_by_waste(self) -> None:
        path = "/v1/rates?metric=utilization.new_waste&region=1402&group_by=waste&from=2021-01&to=2021-12"
        self.ask("GET", path, "GET rates by waste", headers=self._headers)

    @task(2)
    def findings(self) -> None:
        self.ask("GET", "/v1/findings?limit=50", "GET findings", headers=self._headers)

    @task(1)
    def feed(self) -> None:
        self.ask("GET", "/v1/events?limit=100", "GET events", headers=self._headers)


class Official(_User):
    """A person who signs in and looks at one page after the other."""

    weight = 2
    wait_time = between(2.0, 6.0)

    def on_start(self) -> None:
        page = self.ask("GET", "/sign-in", "page /sign-in", headers={"Accept": "text/html"})
        found = None if page is None else _CSRF.search(page.text)
        if found is None:
            raise StopUser
        form = {
            "username": self.world.username,
            "password": self.world.password,
            "csrf": found[1],
            "next": "/",
        }
        if self.ask("POST", "/sign-in", "sign in", data=form) is None:
            raise StopUser

    @task
    def look(self) -> None:
        for path in _PAGES:
            self.ask("GET", path, f"page {path}", headers={"Accept": "text/html"})
            self.wait()


def _shape_of(profile: Profile, whole_s: float) -> LoadTestShape:
    class Shape(LoadTestShape):  # type: ignore[no-untyped-call]
        def tick(self) -> tuple[int, float] | None:
            users = profile.users_at(self.get_run_time(), whole_s)
            return None if users is None else (users, COME_A_SECOND)

    return Shape()


def _told(environment: Environment, seconds: float) -> dict[str, Any]:
    kinds = {}
    for (name, _method), entry in sorted(environment.stats.entries.items()):
        kinds[name] = {
            "requests": entry.num_requests,
            "errors": entry.num_failures,
            "sent_away": _sent_away[name],
            "a_second": entry.num_requests / seconds,
            **{f"p{p}": entry.get_response_time_percentile(p / 100) for p in (50, 95, 99)},
        }
    said = [f"{each.name}: {each.error}" for each in environment.stats.errors.values()]
    return {"kinds": kinds, "said": said[:10], "acknowledged": dict(_acknowledged), "seconds": seconds}


def main() -> None:
    """Run the profile and write what came of it."""
    address, world, profile, seconds, turn, result = sys.argv[1:]
    Enterprise.turn, Enterprise.months = int(turn), _all_months(int(turn))
    _User.world = World.read(Path(world))
    asked = PROFILES.get(profile) or steady_of(int(profile))
    users = [Enterprise, Analyst, Official]
    environment = Environment(
        user_classes=users, host=address, shape_class=_shape_of(asked, float(seconds)), stop_timeout=20
    )
    runner = environment.create_local_runner()
    began = time.monotonic()
    runner.start_shape()
    runner.shape_greenlet.join()
    lasted = time.monotonic() - began
    runner.quit()
    Path(result).write_text(json.dumps(_told(environment, lasted)))


if __name__ == "__main__":
    main()
