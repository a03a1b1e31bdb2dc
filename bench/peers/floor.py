"""The floor: bare ASGI, msgspec, own statements, whatever waits in one transaction. It stores and knows no checks.

`python -m bench.peers.floor DATABASE_URL PORT`. Nothing slower than this is left out on purpose; nothing we know is faster
in Python and still answers after the durable commit.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Protocol

import msgspec
import psycopg
import uvicorn

_MOST = 64
_TABLES = (
    "CREATE TABLE ledgers (id bigint PRIMARY KEY, site text NOT NULL, month text NOT NULL, UNIQUE (site, month))",
    (
        "CREATE TABLE lines (ledger bigint NOT NULL, position int NOT NULL, waste text NOT NULL, method text NOT NULL, "
        "generated bigint NOT NULL, opening bigint NOT NULL, closing bigint NOT NULL, PRIMARY KEY (ledger, position))"
    ),
    (
        "CREATE TABLE transfers (ledger bigint NOT NULL, line int NOT NULL, position int NOT NULL, party text NOT NULL, "
        "grams bigint NOT NULL, purpose text NOT NULL, PRIMARY KEY (ledger, line, position))"
    ),
)
_COLUMNS = {
    "ledgers": ("id", "site", "month"),
    "lines": ("ledger", "position", "waste", "method", "generated", "opening", "closing"),
    "transfers": ("ledger", "line", "position", "party", "grams", "purpose"),
}


class Transfer(msgspec.Struct):
    to: str
    tonnes: float | str
    purpose: str


class Line(msgspec.Struct):
    waste: str
    method: str
    generated_tonnes: float | str
    opening_stock_tonnes: float | str
    closing_stock_tonnes: float | str
    sent: list[Transfer]


class Ledger(msgspec.Struct):
    site: str
    month: str
    lines: list[Line]


def grams(tonnes: float | str) -> int:
    return round(float(tonnes) * 1_000_000)


Rows = dict[str, list[tuple[Any, ...]]]


def rows_of(ledgers: Sequence[tuple[int, Ledger]]) -> Rows:
    rows: Rows = {name: [] for name in _COLUMNS}
    for number, ledger in ledgers:
        rows["ledgers"].append((number, ledger.site, ledger.month))
        for place, line in enumerate(ledger.lines):
            masses = (line.generated_tonnes, line.opening_stock_tonnes, line.closing_stock_tonnes)
            rows["lines"].append((number, place, line.waste, line.method, *map(grams, masses)))
            rows["transfers"] += [
                (number, place, at, one.to, grams(one.tonnes), one.purpose)
                for at, one in enumerate(line.sent)
            ]
    return rows


class Store(Protocol):
    def write(self, rows: Rows) -> None: ...


class SqliteStore:
    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        for table in _TABLES:
            self._connection.execute(table)

    def write(self, rows: Rows) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for name, columns in _COLUMNS.items():
                marks = ", ".join("?" * len(columns))
                self._connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[name])  # noqa: S608 - own names
        except sqlite3.Error:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


class PostgresStore:
    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url)
        with self._connection.transaction():
            for table in _TABLES:
                self._connection.execute(table)

    def write(self, rows: Rows) -> None:
        with self._connection.transaction(), closing(self._connection.cursor()) as cursor:
            for name, columns in _COLUMNS.items():
                with cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
                    for row in rows[name]:
                        copy.write_row(row)


class App:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._decoder = msgspec.json.Decoder(Ledger)
        self._waiting: list[tuple[Ledger, asyncio.Future[int]]] = []
        self._is_writing = False
        self._last = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        more = scope["method"] == "POST"
        while more:
            message = await receive()
            body += message["body"]
            more = message.get("more_body", False)
        status, answer = 200, b"{}"
        if body:
            number = await self._file(self._decoder.decode(body))
            status, answer = 201, msgspec.json.encode({"id": number})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _file(self, ledger: Ledger) -> "asyncio.Future[int]":
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((ledger, done))
        if not self._is_writing:
            self._is_writing = True
            task = asyncio.create_task(self._write())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            numbered = [(self._last + place, ledger) for place, (ledger, _) in enumerate(batch, 1)]
            self._last += len(batch)
            await asyncio.to_thread(self._store.write, rows_of(numbered))
            for (number, _), (_, done) in zip(numbered, batch, strict=True):
                done.set_result(number)
        self._is_writing = False


def main() -> None:
    url, port = sys.argv[1], int(sys.argv[2])
    is_sqlite = url.startswith("sqlite")
    store: Store = SqliteStore(url.removeprefix("sqlite:///")) if is_sqlite else PostgresStore(url)
    uvicorn.run(App(store), host="127.0.0.1", port=port, log_level="error", lifespan="off")


if __name__ == "__main__":
    main()
