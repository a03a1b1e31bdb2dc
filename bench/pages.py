"""What a page costs: CPU of the server and bytes on the wire, beside a plain JSON answer of the same data.

`make bench-pages`: the demo city, one regulator, everything warm. The goals: the overview at most 60 kB and 10 ms.
"""

import gzip
import re
import statistics
import tempfile
import time
from pathlib import Path

import structlog
from starlette.testclient import TestClient

from app.cli.serving import prepare
from app.clock import system_clock
from app.db.engine import make_engines
from app.db.session import Database
from app.findings.evaluation import evaluate_all
from app.findings.reading_sites import When
from app.main import create_app
from app.outbox import feed
from app.settings import Settings

_RATE = "/v1/rates?metric=utilization.new_waste"
ADDRESSES = (
    "/",
    f"{_RATE}&group_by=month",
    "/chain",
    "/v1/chains/all/flows?level=waste",
    "/findings",
    "/v1/findings",
    "/targets",
    "/v1/targets/progress",
    "/permits",
)
ROUNDS = 20
MOST_BYTES, MOST_MS = 60_000, 10.0


def main() -> None:
    """Print the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'demo.db'}", rate_limits=False, worker_in_server=False
        )
        engines = make_engines(settings)
        database = Database(engines)
        login = prepare(database)[0]
        evaluate_all(database, When(system_clock(), settings.timezone))
        place_events(database)
        engines.dispose()
        with TestClient(create_app(settings)) as client:
            sign_in(client, login.username, login.password)
            print(f"{'address':48} {'CPU ms':>8} {'bytes':>8} {'on the wire':>12}")
            for address in ADDRESSES:
                print(_line(client, address))


def place_events(database: Database) -> None:
    """Give the events their places, as the relay of a worker does."""
    placed = True
    while placed:
        with database.writing() as session:
            placed = feed.place(session, now=system_clock(), subscriptions={}) is not None


def sign_in(client: TestClient, username: str, password: str) -> None:
    """Fill the form as a browser would."""
    csrf = re.findall(r'name="csrf" value="([^"]+)"', client.get("/sign-in").text)[0]
    fields = {"csrf": csrf, "username": username, "password": password, "next": "/"}
    client.post("/sign-in", data=fields)


def _line(client: TestClient, address: str) -> str:
    times, size, sent = [], 0, 0
    for _ in range(ROUNDS):
        before = time.process_time()
        answer = client.get(address)
        times.append((time.process_time() - before) * 1000)
        answer.raise_for_status()
        size = len(answer.content)
        is_compressed = "content-encoding" in answer.headers
        sent = len(gzip.compress(answer.content, 3, mtime=0)) if is_compressed else size
    spent = statistics.median(times[2:])
    verdict = ""
    if address == "/":
        verdict = (
            "  ok"
            if sent <= MOST_BYTES and spent <= MOST_MS
            else f"  NOT within {MOST_BYTES} B, {MOST_MS} ms"
        )
    return f"{address:48} {spent:8.1f} {size:8,} {sent:12,}{verdict}"


if __name__ == "__main__":
    main()
