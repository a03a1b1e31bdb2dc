"""`huanlian serve --workers N`: a parent that listens and looks after N processes that serve.

uvicorn's own supervisor does the looking after: a process that ends or hangs is replaced, SIGTERM and SIGINT end all of them
gracefully, SIGHUP replaces one after the other. What it lacks is here: children that end with a parent that was killed, and
one place where they find each other's metrics.
"""

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

import typer
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app.cli.allocator import give_back_freed_memory
from app.cli.serving import how_to_serve
from app.observability import logs
from app.observability.siblings import FOLDER_VARIABLE

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.settings import Settings

# One that is merely starved of processor time, or computes, must not be taken for one that hangs.
_HUNG_AFTER_S = 30


def serve_together(settings: "Settings", host: str, port: int, workers: int) -> None:
    """Serve by so many processes until told to stop; exit 1 when they cannot start."""
    logs.configure(settings)
    config = uvicorn.Config(
        "app.cli.processes:serve_one_of_many",
        host=host,
        port=port,
        workers=workers,
        timeout_worker_healthcheck=_HUNG_AFTER_S,
        **how_to_serve(settings),
    )
    folder = Path(tempfile.mkdtemp(prefix="huanlian-"))
    os.environ[FOLDER_VARIABLE] = str(folder)
    try:
        supervisor = Multiprocess(config, sockets=[config.bind_socket()])
        supervisor.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise typer.Exit(1)


def serve_one_of_many() -> "FastAPI":
    """Make the service in a process of several; uvicorn's factory."""
    give_back_freed_memory()
    threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
    from app.main import serve_app  # noqa: PLC0415 - the parent needs none of it

    return serve_app()


def end_with_parent() -> None:
    """A parent that was killed cannot say so; children that went on would keep the port from its successor."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
