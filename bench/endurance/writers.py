"""Enterprises that file, amend and send bulk calls without end, and insist until each request has its answer.

Each writer has a site of its own and knows what was acknowledged: month → version and receipt. A request without an
answer is sent again with the same Idempotency-Key and must be answered as if nothing had happened.
"""

import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx2

from app.domain.periods import Month

_FIRST = Month(1990, 1)
_MONTHS = 430
_BULK = 4
_PAUSE_S = 0.05
_RETRIED = frozenset({500, 502, 503, 504, 429})


@dataclass
class Acknowledged:
    """What a writer was told of its site's months, and how often it had to ask."""

    versions: dict[str, tuple[int, str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)


class Writer(threading.Thread):
    """One enterprise's system."""

    def __init__(self, site: str, token: str, address: str, seed: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.site = site
        self.told = Acknowledged()
        self._address = address
        self._chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
        self._stop_asked = stop
        self._number = 0
        self._talk = httpx2.Client(headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def run(self) -> None:
        """Go on until asked to stop; what was begun is brought to its answer."""
        while not self._stop_asked.is_set() and len(self.told.versions) < _MONTHS - _BULK:
            kind = self._chance.random()
            if kind < 0.2 and self.told.versions:
                self._amend()
            elif kind < 0.35:
                self._bulk()
            else:
                self._file()
        self._talk.close()

    def _month(self, ahead: int = 0) -> str:
        return str(_FIRST.plus(len(self.told.versions) + ahead))

    def _body(self, month: str, **more: Any) -> dict[str, Any]:
        tonnes = str(self._chance.randint(100, 900))
        line = {"waste": "SW02", "generated_tonnes": tonnes, "closing_stock_tonnes": tonnes}
        return {"site": self.site, "month": month, "lines": [line], **more}

    def _file(self) -> None:
        month = self._month()
        answer = self._insist("/v1/ledgers", self._body(month))
        if self._expect(answer, 201, month):
            self._keep(month, answer.json())

    def _amend(self) -> None:
        month = self._chance.choice(sorted(self.told.versions))
        version, _ = self.told.versions[month]
        found = self._read(f"/v1/ledgers?site={self.site}&from={month}&to={month}").json()["items"][0]
        if found["version"] != version:
            self.told.complaints.append(f"{self.site} {month}: version {found['version']}, told {version}")
        body = self._body(month, reason="复核")
        address = f"/v1/ledgers/{found['id']}/amendments"
        answer = self._insist(address, body, {"If-Match": f'"{version}"'})
        if self._expect(answer, 200, month) and answer.json()["version"] != version:
            self._keep(month, answer.json())

    def _bulk(self) -> None:
        """The same call twice at once, as a nervous program sends it."""
        months = [self._month(ahead) for ahead in range(_BULK)]
        bodies = [self._body(month) for month in months]
        key = self._key()
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(lambda _n: self._insist("/v1/ledgers/bulk?mode=atomic", bodies, key=key), range(2))
            )
        if any(not self._expect(answer, 200, months[0]) for answer in answers):
            return
        first, second = (answer.json() for answer in answers)
        if first != second:
            self.told.complaints.append(f"{self.site} {months[0]}: two answers to one bulk call")
        self.told.counts["bulk calls sent twice"] += 1
        for month, item in zip(months, first["items"], strict=True):
            self._keep(month, item)

    def _keep(self, month: str, said: dict[str, Any]) -> None:
        self.told.versions[month] = (said["version"], said["receipt"]["sha256"])
        self.told.counts["acknowledged"] += 1

    def _expect(self, answer: Any, status: int, month: str) -> bool:
        if answer.status_code != status:
            said = answer.text[:300]
            self.told.complaints.append(f"{self.site} {month}: {answer.status_code} {said}")
        return bool(answer.status_code == status)

    def _key(self) -> str:
        self._number += 1
        return f"{self.site}-{self._number}"

    def _insist(
        self, path: str, body: Any, headers: dict[str, str] | None = None, key: str | None = None
    ) -> Any:
        sent = {"Idempotency-Key": key or self._key(), "Content-Type": "application/json"} | (headers or {})
        content = json.dumps(body).encode()
        return self._until_answered(
            lambda: self._talk.post(self._address + path, content=content, headers=sent)
        )

    def _read(self, path: str) -> Any:
        return self._until_answered(lambda: self._talk.get(self._address + path))

    def _until_answered(self, send: Any) -> Any:
        while True:
            try:
                answer = send()
            except httpx2.TransportError:
                self.told.counts["requests without an answer"] += 1
            else:
                if answer.status_code not in _RETRIED:
                    return answer
                self.told.counts[f"answers {answer.status_code}"] += 1
            time.sleep(_PAUSE_S)
