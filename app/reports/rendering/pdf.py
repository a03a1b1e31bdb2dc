"""A document as PDF, set by typst in a process of its own: a page that takes too long or too much takes nothing with it."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.domain.errors import Message
from app.http.problems import Problem
from app.reports.document import Document
from app.reports.rendering.paper import laid_out
from app.reports.rendering.written import Language

MEDIA_TYPE = "application/pdf"
FONT_PACKAGE = "manimgx_fonts_cjk"
SECONDS = 60
MEMORY_BYTES = 3 * 1024**3
"""Of addresses, not of pages held: ten thousand rows need about one."""

AT_ONCE = 2
"""Papers set at the same time; the others wait their turn."""

_HERE = Path(__file__).parent
_places = threading.BoundedSemaphore(AT_ONCE)


class RenderingFailed(Problem):
    """The paper could not be set within its limits; the workbook has no such limits."""

    status = 503
    code = "rendering_failed"
    title = Message(
        "未能在限定时间内排出 PDF，请缩小范围或改用 .xlsx",
        "The PDF could not be set within its limits; ask for less, or for the .xlsx",
    )


def typeset(document: Document, language: Language) -> bytes:
    """The PDF, tagged for screen readers, dated as of the figures. Raises RenderingFailed."""
    paper = asdict(laid_out(document, language))
    return set_paper(_HERE / "report.typ", paper, document.provenance.as_of)


def set_paper(template: Path, paper: Mapping[str, Any], moment: datetime) -> bytes:
    """Set a template of ours with data that it reads as JSON from sys.inputs.paper. Raises RenderingFailed."""
    order = {
        "paper": paper,
        "timestamp": int(moment.timestamp()),
        "template": str(template),
        "fonts": str(_font_folder()),
        "seconds": SECONDS,
        "memory_bytes": MEMORY_BYTES,
    }
    if not _places.acquire(timeout=SECONDS):
        raise RenderingFailed
    try:
        return _set(json.dumps(order).encode())
    finally:
        _places.release()


def _set(order: bytes) -> bytes:
    # The program is our own file and its input is data: nothing of a document reaches a command line.
    command = [sys.executable, "-I", str(_HERE / "typesetting.py")]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=order, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise RenderingFailed from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise RenderingFailed
    return done.stdout


def _font_folder() -> Path:
    spec = find_spec(FONT_PACKAGE)
    if spec is None or spec.origin is None:
        raise RenderingFailed
    return Path(spec.origin).parent
