"""Routes for whoever runs the service: is it alive, may it be sent requests."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from app.auth.dependencies import public
from app.domain.errors import Message
from app.http.problems import Problem
from app.observability.metrics import Metrics
from app.observability.metrics_door import MetricsDoor
from app.observability.readiness import Probe

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


class Said(BaseModel):
    """A sentence in both languages."""

    zh: Annotated[
        str, Field(max_length=400, examples=["有后台任务已等待 12 分钟：没有运行中的后台进程，或数量不足"])
    ]
    en: Annotated[
        str,
        Field(max_length=400, examples=["Work has been waiting for 12 minutes: no worker runs, or too few"]),
    ]


class ReadinessHint(BaseModel):
    """Something that an operator should look at although requests are answered."""

    code: Literal[
        "disk_nearly_full", "worker_ended", "work_waits", "database_may_forget", "partitions_behind"
    ]
    message: Said


class Readiness(BaseModel):
    """The database answers and has the schema that the program expects; `degraded` when there are hints."""

    status: Literal["ready", "degraded"]
    revision: Annotated[str, Field(max_length=32, examples=["0017"])]
    hints: Annotated[list[ReadinessHint], Field(max_length=8)] = []


@router.get("/healthz", dependencies=_PROBE)
async def healthz() -> Health:
    """Say that the process is alive; no database is asked."""
    return Health()


@router.get("/readyz", dependencies=_PROBE)
async def readyz(request: Request) -> Readiness:
    """Say whether requests may be sent here: the database answers and is at the newest revision."""
    probe: Probe = request.app.state.probe
    found = await probe.ask()
    if not found.reached:
        raise NotReady(_UNREACHABLE, headers={"Retry-After": "5"})
    if not found.is_ready or found.revision is None:
        raise NotReady(_OTHER_SCHEMA)
    hints = [
        ReadinessHint(code=hint.code, message=Said(zh=hint.message.zh, en=hint.message.en))
        for hint in found.hints
    ]
    return Readiness(status="degraded" if hints else "ready", revision=found.revision, hints=hints)


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
