"""What a connection is told that is ended by us: the same problems as everywhere, without an application to say them."""

import json
from http import HTTPStatus
from typing import Any

from app.domain.errors import Message
from app.http.problems import MEDIA_TYPE, Busy, Problem


class RequestTimeout(Problem):
    status = 408
    code = "request_timeout"
    title = Message("请求传送过慢，未保存任何数据", "The request arrived too slowly; nothing was saved")


class HeadTooLarge(Problem):
    status = 431
    code = "head_too_large"
    title = Message("请求头过大", "The headers of the request are too large")


class NotHttp(Problem):
    status = 400
    code = "not_http"
    title = Message("不是有效的 HTTP 请求", "This is not a valid HTTP request")


def as_bytes(problem: Problem) -> bytes:
    """A whole answer, after which the connection ends."""
    body = json.dumps(problem.document(), ensure_ascii=False).encode()
    head = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
    head += [f"{name}: {value}" for name, value in _headers(problem, body)]
    return "\r\n".join([*head, "", ""]).encode() + body


async def busy(_scope: Any, _receive: Any, send: Any) -> None:
    """An application that answers everyone so: there are too many connections."""
    problem = Busy(headers={"Retry-After": "2"})
    body = json.dumps(problem.document(), ensure_ascii=False).encode()
    headers = [(name.encode(), value.encode()) for name, value in _headers(problem, body)]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _headers(problem: Problem, body: bytes) -> list[tuple[str, str]]:
    return [
        ("content-type", MEDIA_TYPE),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("connection", "close"),
        *problem.headers.items(),
    ]
