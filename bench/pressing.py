"""Pressing a server: so many connections, each sending its next request when the last one was answered.

The requests are bytes made beforehand and answers are only looked at for their status and length, so that the presser costs
little of the machine that it shares with the server.
"""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import psutil
import uvloop

_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of it: answers by status, seconds each took, and of the whole; processor seconds of the server."""

    statuses: Mapping[int, int]
    latencies: Sequence[float]
    seconds: float
    server_seconds: float

    @property
    def answered(self) -> int:
        return len(self.latencies)

    @property
    def a_second(self) -> float:
        return self.answered / self.seconds

    @property
    def cpu_us(self) -> float:
        """Processor microseconds of the server for each answer."""
        return 1e6 * self.server_seconds / self.answered

    def quantile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def request(method: str, path: str, token: str = "", body: bytes = b"", more: str = "") -> bytes:
    """The bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    head += "Content-Type: application/json\r\n" if body else ""
    head += f"Authorization: Bearer {token}\r\n" if token else ""
    return (head + more + "\r\n").encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], until: float, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._until = until
        self._done = done
        self._answer = b""
        self._sent_at = 0.0
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return
        self.latencies.append(time.perf_counter() - self._sent_at)
        self.statuses[int(head[9:12])] += 1
        self._answer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server hung up"))

    def _next(self) -> None:
        following = next(self._requests, None) if time.perf_counter() < self._until else None
        if following is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(following)


def press(
    port: int, requests: Iterator[bytes], *, connections: int, seconds: float, process: psutil.Process
) -> Pressed:
    """Press for so many seconds, or until no request is left."""
    return uvloop.run(_press(port, requests, connections, seconds, process))


async def _press(
    port: int, requests: Iterator[bytes], connections: int, seconds: float, process: psutil.Process
) -> Pressed:
    loop = asyncio.get_running_loop()
    spent, began = server_seconds(process), time.perf_counter()
    made, ends = [], []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        opened = _Connection(requests, began + seconds, done)
        await loop.create_connection(lambda opened=opened: opened, "127.0.0.1", port)
        made.append(opened)
        ends.append(done)
    await asyncio.wait_for(asyncio.gather(*ends), seconds + _PATIENCE_S)
    lasted = time.perf_counter() - began
    statuses = sum((each.statuses for each in made), Counter())
    latencies = [one for each in made for one in each.latencies]
    return Pressed(statuses, latencies, lasted, server_seconds(process) - spent)


def server_seconds(process: psutil.Process) -> float:
    """Processor seconds of a process and of those it started."""
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
