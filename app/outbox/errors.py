"""What is kept of a failure: names and places, and words only where their author meant them to be kept.

The text of an arbitrary exception may hold a payload, a token in an address or the parameters of a statement.
"""

import traceback
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.http.problems import Problem
from app.outbox.jobs import JobFailed
from app.outbox.queue import MAX_ERROR

_ROOT = Path(__file__).resolve().parents[2]
_OURS = ("app", "chains", "seed")
_MAX_CAUSES = 5


def described(error: BaseException) -> str:
    """The failure and its causes in one line of at most MAX_ERROR characters."""
    return "; because of ".join(_one(each) for each in _chain(error))[:MAX_ERROR]


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if current is None:
            return
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _one(error: BaseException) -> str:
    place = _place(error)
    return f"{type(error).__name__}{_words(error)}{f' at {place}' if place else ''}"


def _words(error: BaseException) -> str:
    if isinstance(error, JobFailed):
        return f": {error}"
    if isinstance(error, Problem):
        return f": {error.code}: {error.detail.en}"
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        return f" ({type(error.orig).__name__}{f' {state}' if state else ''})"
    return ""


def _place(error: BaseException) -> str | None:
    """The innermost line of our own code that the failure passed."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _OURS:
            return f"{path.relative_to(_ROOT).as_posix()}:{frame.lineno} in {frame.name}"
    return None
