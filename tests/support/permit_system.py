"""A permit system as its own process: a store, pages with cursors, ETags, and every trouble that a network has.

The test tells it through `/control` what to hold and which troubles come next; what it was asked stands in `/log`.
Run as a program it serves on the port it is given.
"""

import hashlib
import http.client
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

JSON = dict[str, Any]
TOKEN = "a-token-that-must-not-be-logged"
_START_SECONDS = 30


class PermitSystem:
    """The process, and what a test says to it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        with (folder / "permit_system.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(self.port)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("the permit system did not start")
            time.sleep(0.02)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/permits"

    def hold(self, permits: list[JSON]) -> None:
        """Put permits behind those that are there; one whose number is there already is changed and moves to the end."""
        self._ask("POST", "/control", {"permits": permits})

    def trouble(self, *next_answers: Any) -> None:
        """Let the next requests end so: a status, [429, seconds], "drop", "reset", "cut", "garbage", "still", or a URL."""
        self._ask("POST", "/control", {"trouble": list(next_answers)})

    def log(self) -> list[JSON]:
        """What was asked, in order: cursor, If-None-Match, and how it was answered."""
        asked: list[JSON] = self._ask("GET", "/log")
        return asked

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            self._ask("GET", "/log")
        except OSError:
            return False
        return True

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            return json.loads(connection.getresponse().read() or b"null")
        finally:
            connection.close()


class _Store:
    """Permits in the order in which they came or changed: each has a serial number, a cursor is the last one seen."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.entries: dict[str, tuple[int, JSON]] = {}
        self.serial = 0
        self.trouble: list[Any] = []
        self.log: list[JSON] = []

    def put(self, permit: JSON) -> None:
        self.serial += 1
        self.entries[str(permit.get("number", self.serial))] = (self.serial, permit)

    def page(self, after: int, limit: int) -> JSON:
        behind = sorted((e for e in self.entries.values() if e[0] > after), key=lambda entry: entry[0])
        page = behind[:limit]
        return {
            "items": [permit for _, permit in page],
            "next_cursor": str(page[-1][0] if page else after),
            "has_more": len(behind) > limit,
        }


STORE = _Store()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with STORE.lock:
            for permit in told.get("permits", []):
                STORE.put(permit)
            STORE.trouble += told.get("trouble", [])
        self._send(200, b"{}")

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/log":
            self._send(200, json.dumps(STORE.log).encode())
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with STORE.lock:
            trouble = STORE.trouble.pop(0) if STORE.trouble else None
        entry = {"cursor": query.get("cursor"), "etag": self.headers.get("If-None-Match")}
        entry["status"] = self._answer(query, trouble)
        STORE.log.append(entry)

    def _answer(self, query: dict[str, str], trouble: Any) -> Any:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send(401, b"{}")
        if trouble in ("drop", "reset"):
            # Closed without a word; with SO_LINGER 0 the other side gets a reset.
            if trouble == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return trouble
        if isinstance(trouble, int | list):
            status, pause = (
                (trouble, {}) if isinstance(trouble, int) else (trouble[0], {"Retry-After": str(trouble[1])})
            )
            return self._send(status, b"no", pause)
        if str(trouble).startswith("http"):
            return self._send(302, b"", {"Location": trouble})
        return self._page(query, trouble)

    def _page(self, query: dict[str, str], trouble: Any) -> int:
        page = STORE.page(int(query.get("cursor", "0")), int(query["limit"]))
        if trouble == "still":
            page |= {"has_more": True, "next_cursor": query.get("cursor")}
        # Written by hand and not minimal: what is kept must be these very bytes.
        body = b'{ "has_more": true' if trouble == "garbage" else json.dumps(page, indent=1).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if trouble is None and self.headers.get("If-None-Match") == etag:
            return self._send(304, b"", {"ETag": etag})
        return self._send(200, body, {"ETag": etag}, cut=trouble == "cut")

    def _send(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False
    ) -> int:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if cut:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            self.wfile.write(body)
        return status

    def log_message(self, *values: Any) -> None:
        """Say nothing: what was asked stands in the store's log."""
        del values


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()
