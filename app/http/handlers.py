"""Every way a request can fail, turned into problem+json."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.domain.errors import Fault, Message
from app.http.problems import MEDIA_TYPE, Busy, Invalid, NotFound, PayloadTooLarge, Problem
from app.http.validation import faults_from

_METHOD_NOT_ALLOWED = 405
_log = structlog.get_logger("huanlian.http")


class _Internal(Problem):
    status = 500
    code = "internal"
    title = Message("系统内部错误，未保存任何数据", "Something went wrong on our side; nothing was saved")


class _HttpProblem(Problem):
    """Whatever the framework itself refuses: unknown route, wrong method, unreadable body."""

    code = "http"

    def __init__(self, status: int, headers: dict[str, str] | None) -> None:
        texts = {
            405: Message("该地址不支持此方法", "This address does not take that method"),
            400: Message("无法读取请求体", "The request body cannot be read"),
        }
        super().__init__(
            texts.get(status, Message("请求未能完成", "The request was not fulfilled")), headers=headers
        )
        self.status = status


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """A problem as the answer to a request."""
    request_id = getattr(request.state, "request_id", None)
    return JSONResponse(problem.document(request_id), problem.status, dict(problem.headers), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(OperationalError, _on_database)
    app.add_exception_handler(PoolTimeout, _on_database)
    app.add_exception_handler(Exception, _on_crash)


def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type only
    return problem_response(request, error)


def _on_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    return problem_response(request, Invalid(errors=_request_faults(error.errors())))


def _request_faults(errors: Sequence[Any]) -> list[Fault]:
    """Faults with JSON pointers for the body, and `#query/…`-style places for everything else."""
    faults = []
    for place, rest in faults_from(errors, split_place=True):
        pointer = rest.pointer if place == "body" else f"#{place}{rest.pointer}"
        faults.append(Fault(pointer, rest.code, rest.message))
    return faults


def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    for known in (NotFound, PayloadTooLarge):
        if error.status_code == known.status:
            return problem_response(request, known())
    headers = dict(error.headers or {})
    if error.status_code == _METHOD_NOT_ALLOWED:
        # Pages are not in the contract; what the framework knows of them is true.
        headers["Allow"] = ", ".join(sorted(_methods_of(request))) or headers.get("Allow", "")
    return problem_response(request, _HttpProblem(error.status_code, headers))


def _methods_of(request: Request) -> set[str]:
    """Every method of this address, read from the contract: the framework names those of its first route only."""
    paths: dict[str, dict[str, object]] = request.app.openapi()["paths"]
    address = request.url.path
    matching = (
        [address] if address in paths else [path for path in paths if _pattern(path).fullmatch(address)]
    )
    return {method.upper() for path in matching for method in paths[path] if method != "parameters"}


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", path)))


def _on_database(request: Request, error: Exception) -> JSONResponse:
    return problem_response(request, problem_of(error) or _Internal())


def problem_of(error: Exception) -> Problem | None:
    """What is told of an exception outside of validation and the framework; None of one that is a crash."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, OperationalError | PoolTimeout):
        # Lock or statement timeouts and lost connections: the transaction is gone, the caller may try again.
        if isinstance(error, DBAPIError):
            _log.warning("database_unavailable", error=type(error.orig).__name__)
        return Busy(headers={"Retry-After": "2"})
    return None


def _on_crash(request: Request, error: Exception) -> JSONResponse:
    _log.error("unhandled", error=type(error).__name__, exc_info=error)
    return problem_response(request, _Internal())
