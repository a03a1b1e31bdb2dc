"""Logs as JSON lines on standard error: events and ids, never payloads, tokens or query strings."""

import logging

import structlog
from structlog.types import Processor

from app.settings import Settings


def configure(settings: Settings) -> None:
    """Set up structlog and the standard library's logging; whoever starts a process calls it once."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    # Alembic would say twice per readiness probe which database it looks at.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # The request line of our own middleware replaces it: uvicorn's would carry query strings.
    logging.getLogger("uvicorn.access").disabled = True
