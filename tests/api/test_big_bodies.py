"""A body of 100 MB against a real server: the client sends it all and then reads why it was refused."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from support.served import Server

_PIECE = b" " * 1_000_000
_PIECES = 100


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    server = Server({"database_url": f"sqlite:///{folder}/h.db"}, folder)
    server.start()
    yield server
    server.stop()


def _sent(server: Server, body: Any) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        f"{server.url}/v1/ledgers", body, {"Content-Type": "application/json"}, method="POST"
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    with refused.value as answer:
        return answer.code, json.load(answer)


@pytest.mark.parametrize("announced", [True, False])
def test_whoever_sends_100_mb_reads_the_refusal(server: Server, *, announced: bool) -> None:
    body = _PIECE * _PIECES if announced else (_PIECE for _ in range(_PIECES))
    status, told = _sent(server, body)
    assert status == 413
    assert told["type"] == "urn:huanlian:problem:payload_too_large"
    assert told["request_id"]
