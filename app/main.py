"""The service put together. Nothing happens at import."""

import gc
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from app.api import openapi
from app.api.router import router
from app.audit.metrics import AuditMetrics
from app.auth.verified import VerifiedTokens
from app.clock import Clock, system_clock
from app.db.engine import make_engines
from app.db.session import Database
from app.http import handlers
from app.http.connections.rules import Connections
from app.http.dependencies import Places
from app.http.middleware import BodyLimit, RequestContext
from app.http.rate_limit.allowances import Allowances
from app.http.rate_limit.middleware import RateLimit, Reach, SignInDoor
from app.http.short_way import Door, ShortWay
from app.ledgers.clerk import FilingClerk
from app.ledgers.desk import Desk
from app.observability import logs
from app.observability.connection_metrics import ConnectionMetrics
from app.observability.metrics import Metrics
from app.observability.queue_metrics import QueueMetrics
from app.observability.readiness import Probe
from app.observability.request_metrics import RequestCounter, RequestMetrics
from app.observability.siblings import among_siblings
from app.sandbox.endpoints import router as sandbox
from app.sandbox.recorder import Recorder
from app.settings import Settings
from app.web.install import install as install_pages
from app.web.install import refusal
from app.web.registered import ROUTERS as PAGES
from app.web.sandbox.pages import router as sandbox_page
from app.webhooks.metrics import WebhookMetrics
from app.worker.loop import Worker
from app.worker.registry import shipped

VERSION = "0.1.0"
_BULK_PATHS = ("/v1/ledgers/bulk", "/v1/bulletins/check", "/v1/imports", "/v1/permits/import", "/upload")
_RATE_LIMITED = Reach(
    doors={
        "/oauth/token": SignInDoor(field="client_id", hashes_passwords=False),
        "/sign-in": SignInDoor(field="username", hashes_passwords=True),
    },
    never_refused=frozenset({"/healthz", "/readyz"}),
    free_prefixes=("/static/", "/docs/assets/"),
)


def create_app(settings: Settings, clock: Clock = system_clock, *, with_worker: bool = False) -> FastAPI:
    """Make the service for these settings; no connection is opened before the first request or the worker needs one."""
    app = FastAPI(
        title="Huanlian 环链",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
    )
    app.state.settings = settings
    app.state.clock = clock
    app.state.database = Database(make_engines(settings))
    app.state.places = Places.of(settings)
    app.state.verified_tokens = VerifiedTokens(settings.secret_key.get_secret_value())
    app.state.desk = Desk(app.state.database, app.state.places)
    app.state.connections = Connections.of(settings)
    app.state.metrics = Metrics(app.state.database.engines, VERSION)
    app.state.metrics.registry.register(ConnectionMetrics(app.state.connections))
    app.state.metrics.shared.register(QueueMetrics(app.state.database, clock))
    app.state.metrics.shared.register(AuditMetrics(app.state.database, clock))
    app.state.metrics.shared.register(WebhookMetrics(app.state.database, clock))
    app.state.worker = Worker(app.state.database, settings, shipped(), clock=clock) if with_worker else None
    app.state.probe = Probe(settings, clock, app.state.worker.is_alive if with_worker else None)
    handlers.install(app)
    app.router.routes.extend(_routes())
    install_pages(app, settings)
    if settings.sandbox:
        _open_sandbox(app, settings, clock)
    openapi.install(app)
    bulk = dict.fromkeys(_BULK_PATHS, settings.max_bulk_bytes)
    app.add_middleware(BodyLimit, limit_bytes=settings.max_body_bytes, limits_by_path=bulk)
    allowances = _limit(app, settings, clock)
    counter = RequestCounter(app.state.metrics)
    app.add_middleware(RequestMetrics, counter=counter)
    # The last one added is the outermost: every answer has its id and its headers.
    app.add_middleware(RequestContext, https=settings.secure_cookies)
    _shorten(app, counter, allowances)
    return app


def _limit(app: FastAPI, settings: Settings, clock: Clock) -> Allowances | None:
    """Count requests against what the settings allow, if anything is limited."""
    if not settings.rate_limits:
        return None
    allowances = Allowances.of(settings, clock)
    app.add_middleware(
        RateLimit, settings=settings, clock=clock, reach=_RATE_LIMITED, refusal=refusal, allowances=allowances
    )
    return allowances


def _shorten(app: FastAPI, counter: RequestCounter, allowances: Allowances | None) -> None:
    """Let filing one ledger go the short way; not in a sandbox, where every request is written down."""
    state = app.state
    if state.settings.sandbox:
        return
    door = Door(
        "POST",
        "/v1/ledgers",
        FilingClerk(state.desk, state.verified_tokens, state.clock, state.settings.timezone),
        counter,
        None if allowances is None else allowances.client,
        state.settings.max_body_bytes,
        state.settings.secure_cookies,
    )
    app.add_middleware(ShortWay, door=door)


def _open_sandbox(app: FastAPI, settings: Settings, clock: Clock) -> None:
    """Add what only a sandbox has: its results, and the journal that they are judged by."""
    app.include_router(sandbox)
    app.include_router(sandbox_page)
    app.add_middleware(Recorder, database=app.state.database, settings=settings, clock=clock)


@cache
def _routes() -> Sequence[BaseRoute]:
    """All routes in one row, as the slices made them.

    FastAPI would include routers within routers, work out the parameters of each route a second time, keep both, and walk
    the nest for every request; ours add neither prefix nor dependency, so there is nothing to combine.
    """
    routes = [route for each in (router, *PAGES) for route in _leaves(each.routes)]
    for route in routes:
        if isinstance(route, APIRoute):
            route.unique_id = _operation_id(route)
    return routes


def _leaves(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if isinstance(inner, APIRouter):
            yield from _leaves(inner.routes)
        else:
            yield route


def serve_app() -> FastAPI:
    """Make the service for the environment's settings, with logs; uvicorn's factory."""
    settings = Settings()
    logs.configure(settings)
    app = create_app(settings, with_worker=settings.has_worker_in_server)
    _settle_garbage_collector()
    return app


def _settle_garbage_collector() -> None:
    """Let what is there now stay, and look for garbage seldom: what a set of ledgers makes is freed without it.

    By default a look is due after 700 new objects. Every hundredth still goes through all that came since the start,
    which is little: what was frozen is passed over. Fewer of those, and what pages leave behind would pile up for hours.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    worker: Worker | None = app.state.worker
    if worker is not None:
        worker.start()
    async with among_siblings(app.state.metrics):
        # What the server's protocol asks for.
        yield {"connections": app.state.connections}
    if worker is not None:
        await to_thread(worker.stop, app.state.settings.worker_grace_seconds)
    app.state.database.engines.dispose()


def _operation_id(route: APIRoute) -> str:
    """Name an operation by slice and function, which stay when an address changes: `ledgers_submit`."""
    tag = str(route.tags[0]).replace("-", "_") if route.tags else "service"
    return f"{tag}_{route.name}"
