"""What a connection may take: spoken to the server's own protocol over loopback, with rules of fractions of a second."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState

from app.http.connections.protocol import GuardedProtocol
from app.http.connections.rules import MOST_HEAD_BYTES, Connections

_PATIENCE_S = 20
_GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Open = Callable[[], Awaitable[tuple[Reader, Writer]]]


def rules(**changed: Any) -> Connections:
    patient: dict[str, Any] = {"most": 100, "head_s": 30.0, "body_s": 30.0, "reader_s": 30.0}
    return Connections(**(patient | changed))


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Read the whole body, or learn that the client is gone; answer how long it was, or with so many bytes as are asked for."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            scope["state"]["left"].set()
            return
        length, more = length + len(message["body"]), message.get("more_body", False)
    body = b"x" * int(scope["query_string"]) if scope["query_string"] else b"%d" % length
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def serve(kept: Connections, talk: Callable[[Open, asyncio.Event], Awaitable[None]], app: Any = echo) -> None:
    """Let `talk` open connections to an application behind the protocol; it gets the event of a client that left."""

    async def run() -> None:
        config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, timeout_keep_alive=30)
        config.load()
        left = asyncio.Event()
        state, given_to = ServerState(), {"connections": kept, "left": left}
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: GuardedProtocol(config, state, given_to, loop), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        writers: list[Writer] = []

        async def to() -> tuple[Reader, Writer]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
            return reader, writer

        try:
            async with asyncio.timeout(_PATIENCE_S):
                await talk(to, left)
        finally:
            server.close()
            for transport in [
                *(each.transport for each in writers),
                *(each.transport for each in state.connections),
            ]:
                transport.abort()
            await asyncio.gather(*(each.wait_closed() for each in writers), return_exceptions=True)
            while state.connections or state.tasks:  # noqa: ASYNC110 - uvicorn tells nobody when they are gone
                await asyncio.sleep(0)

    asyncio.run(run())


async def drip(reader: Reader, writer: Writer, drop: bytes) -> bytes:
    """Send a drop again and again until the other side ends; answer everything it said."""
    said = b""
    while True:
        with suppress(ConnectionError):
            writer.write(drop)
        try:
            async with asyncio.timeout(0.02):
                piece = await reader.read(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return said
        if not piece:
            return said
        said += piece


def problem(said: bytes) -> tuple[int, str]:
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    told = json.loads(body)
    assert told["message"]["zh"]
    return int(head[9:12]), told["type"].rpartition(":")[2]


def test_a_head_that_drips_is_ended() -> None:
    kept = rules(head_s=0.2)

    async def talk(to: Open, _left: asyncio.Event) -> None:
        reader, writer = await to()
        writer.write(b"GET / HTTP/1.1\r\nX: ")
        assert problem(await drip(reader, writer, b"a")) == (408, "request_timeout")

    serve(kept, talk)
    assert kept.ended["slow_head"] == 1


@pytest.mark.parametrize("asked_before", [b"", _GET], ids=["at first", "after an answer"])
def test_who_asks_nothing_is_ended_without_a_word(asked_before: bytes) -> None:
    kept = rules(head_s=0.2)

    async def talk(to: Open, _left: asyncio.Event) -> None:
        reader, writer = await to()
        if asked_before:
            writer.write(asked_before)
            assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200")
        assert await drip(reader, writer, b"\r\n") == b""

    serve(kept, talk)
    assert kept.ended["slow_head"] == 1


@pytest.mark.parametrize(
    ("announced", "drop"), [(b"Content-Length: 9000", b"x"), (b"Transfer-Encoding: chunked", b"1\r\nx\r\n")]
)
def test_a_body_that_drips_is_ended_and_the_application_learns_it(announced: bytes, drop: bytes) -> None:
    kept = rules(body_s=0.2)

    async def talk(to: Open, left: asyncio.Event) -> None:
        reader, writer = await to()
        writer.write(b"POST / HTTP/1.1\r\n" + announced + b"\r\n\r\n")
        assert problem(await drip(reader, writer, drop)) == (408, "request_timeout")
        await left.wait()

    serve(kept, talk)
    assert kept.ended["slow_body"] == 1


def test_a_body_that_keeps_coming_has_its_time() -> None:
    """A slow line is no attack: a kibibyte a second is enough, and what came is not lost."""
    kept = rules(body_s=0.1)

    async def talk(to: Open, _left: asyncio.Event) -> None:
        reader, writer = await to()
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 40000\r\nConnection: close\r\n\r\n")
        writer.write(b"x" * 20_000)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await reader.read()
        writer.write(b"x" * 20_000)
        assert (await reader.read()).endswith(b"\r\n40000")

    serve(kept, talk)
    assert not any(kept.ended.values())


@pytest.mark.parametrize("begin", [b"GET / HTTP/1.1\r\nX: ", b"GET /"])
def test_a_head_without_an_end_is_refused(begin: bytes) -> None:
    kept = rules()

    async def talk(to: Open, _left: asyncio.Event) -> None:
        reader, writer = await to()
        writer.write(begin)
        await writer.drain()
        said = await drip(reader, writer, b"a" * 16_384)
        assert problem(said) == (431, "head_too_large")

    serve(kept, talk)
    assert kept.ended["long_head"] == 1


def test_a_long_head_within_the_bound_is_taken() -> None:
    async def talk(to: Open, _left: asyncio.Event) -> None:
        reader, writer = await to()
        writer.write(
            b"GET / HTTP/1.1\r\nConnection: close\r\nX: " + b"a" * (MOST_HEAD_BYTES - 100) + b"\r\n\r\n"
        )
        assert (await reader.read()).startswith(b"HTTP/1.1 200")

    serve(rules(), talk)


def test_what_is_not_http_is_told_so() -> None:
    kept = rules()

    async def talk(to: Open, _left: asyncio.Event) -> None:
        for nonsense in (
            b"\x16\x03\x01\x02\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ):
            reader, writer = await to()
            writer.write(nonsense)
            assert problem(await reader.read()) == (400, "not_http")

    serve(kept, talk)
    assert kept.ended["not_http"] == 2


def test_nonsense_behind_a_request_does_not_cost_its_answer() -> None:
    async def talk(to: Open, _left: asyncio.Event) -> None:
        reader, writer = await to()
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabcdef\x00\r\n")
        said = await reader.read()
        assert said.count(b"HTTP/1.1 ") == 1
        assert said.endswith(b"\r\n2")

    serve(rules(), talk)


def test_an_answer_that_nobody_takes_is_not_kept() -> None:
    kept = rules(reader_s=0.2)

    async def talk(to: Open, _left: asyncio.Event) -> None:
        _reader, writer = await to()
        writer.write(b"GET /?60000000 HTTP/1.1\r\n\r\n")
        while kept.open or not kept.ended["slow_reader"]:  # noqa: ASYNC110 - there is nothing to wait for on this side
            await asyncio.sleep(0.01)

    serve(kept, talk)


def test_a_newcomer_gets_the_place_of_one_who_asks_nothing() -> None:
    kept = rules(most=3)

    async def talk(to: Open, _left: asyncio.Event) -> None:
        idle = [await to() for _ in range(3)]
        reader, writer = await to()
        writer.write(_GET)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        gone = [asyncio.create_task(one.read()) for one, _ in idle]
        done, waiting = await asyncio.wait(gone, return_when=asyncio.FIRST_COMPLETED)
        assert [task.result() for task in done] == [b""]
        assert len(waiting) == 2
        for task in waiting:
            task.cancel()

    serve(kept, talk)
    assert kept.ended["crowded"] == 1


def test_when_all_are_being_answered_a_newcomer_is_told_to_come_again() -> None:
    kept = rules(most=2)

    async def talk(to: Open, _left: asyncio.Event) -> None:
        busy = [await to() for _ in range(2)]
        for _, writer in busy:
            writer.write(b"POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        for reader, _ in busy:
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        reader, writer = await to()
        writer.write(b"GET /v1/rates HTTP/1.1\r\n\r\n")
        said = await reader.read()
        assert problem(said) == (503, "busy")
        assert b"retry-after: 2" in said
        # Those who look after the service are answered all the same.
        reader, writer = await to()
        writer.write(_GET)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        # And whoever was there first is not harmed.
        for reader, writer in busy:
            writer.write(b"abc")
            assert (await reader.readuntil(b"\r\n\r\n3")).startswith(b"HTTP/1.1 200")

    serve(kept, talk)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**12), st.integers(0, 10**9), st.sampled_from((0.1, 20.0, 600.0)))
def test_more_that_arrived_never_has_less_time(arrived: int, more: int, body_s: float) -> None:
    kept = rules(body_s=body_s)
    assert body_s <= kept.body_time_s(arrived) <= kept.body_time_s(arrived + more) <= 600
