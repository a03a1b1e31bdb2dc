"""Routes for whoever runs the service: is it alive, may it be sent requests."""

from functools import cache
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from app.auth.dependencies import public
from app.db.session import Database
from app.db.upgrade import current_revision, head_revision
from app.domain.errors import Message
from app.http.dependencies import get_database
from app.http.problems import Problem
from app.observability.metrics import Metrics
from app.observability.metrics_door import MetricsDoor

router = APIRouter(tags=["operations"])

_PROBE = [Depends(public("a probe holds no credentials"))]
_UNREACHABLE = Message("数据库无法访问", "The database cannot be reached")
_OTHER_SCHEMA = Message(
    "数据库结构与程序版本不一致，请运行 huanlian db upgrade",
    "The database schema is not the one of this program; run huanlian db upgrade",
)


class NotReady(Problem):
    status = 503
    code = "not_ready"
    title = Message("服务尚未就绪", "The service is not ready")


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The database answers and has the schema that the program expects."""

    status: Literal["ready"] = "ready"
    revision: str


@router.get("/healthz", dependencies=_PROBE)
async def healthz() -> Health:
    """Say that the process is alive; no database is asked."""
    return Health()


@router.get("/readyz", dependencies=_PROBE)
def readyz(database: Annotated[Database, Depends(get_database)]) -> Readiness:
    """Say whether requests may be sent here: the database answers and is at the newest revision."""
    try:
        revision = current_revision(database.engines.read)
    except SQLAlchemyError as error:
        raise NotReady(_UNREACHABLE, headers={"Retry-After": "5"}) from error
    if revision is None or revision != _head():
        raise NotReady(_OTHER_SCHEMA)
    return Readiness(revision=revision)


_EXAMPLE = 'huanlian_http_requests_total{method="POST",route="/v1/ledgers",status="201"} 12.0\n'


@router.get(
    "/metrics",
    dependencies=[Depends(MetricsDoor())],
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"example": _EXAMPLE}}}},
)
def read_metrics(request: Request) -> PlainTextResponse:
    """Give the counters of this process in Prometheus' text format; for an administrator or the metrics token."""
    metrics: Metrics = request.app.state.metrics
    return PlainTextResponse(metrics.text(), media_type=CONTENT_TYPE_LATEST)


@cache
def _head() -> str | None:
    return head_revision()
