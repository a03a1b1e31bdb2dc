"""The service put together. Nothing happens at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.api import openapi
from app.api.router import router
from app.clock import Clock, system_clock
from app.db.engine import make_engines
from app.db.session import Database
from app.http import handlers
from app.http.middleware import BodyLimit, RequestContext
from app.observability import logs
from app.settings import Settings
from app.web.install import install as install_pages

VERSION = "0.1.0"
_BULK_PATHS = ("/v1/ledgers/bulk", "/v1/bulletins/check")


def create_app(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """Make the service for these settings; no connection is opened before the first request needs one."""
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
    handlers.install(app)
    app.include_router(router)
    install_pages(app, settings)
    openapi.install(app)
    bulk = dict.fromkeys(_BULK_PATHS, settings.max_bulk_bytes)
    app.add_middleware(BodyLimit, limit_bytes=settings.max_body_bytes, limits_by_path=bulk)
    # The last one added is the outermost: every answer has its id and its headers.
    app.add_middleware(RequestContext, https=settings.secure_cookies)
    return app


def serve_app() -> FastAPI:
    """Make the service for the environment's settings, with logs; uvicorn's factory."""
    settings = Settings()
    logs.configure(settings)
    return create_app(settings)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.database.engines.dispose()


def _operation_id(route: APIRoute) -> str:
    """Name an operation by slice and function, which stay when an address changes: `ledgers_submit`."""
    tag = str(route.tags[0]).replace("-", "_") if route.tags else "service"
    return f"{tag}_{route.name}"
