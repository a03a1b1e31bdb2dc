"""What can go wrong, as types: a refusal of the service, an answer that is none, a connection that is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

_TYPE_PREFIX = "urn:huanlian:problem:"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `pointer` says where (RFC 6901), `code` what."""

    pointer: str
    code: str
    message: Text


class HuanlianError(Exception):
    """Everything that this package raises of itself."""


class ConnectionLost(HuanlianError):  # noqa: N818 - a fact about the connection
    """No answer came, also not after the repetitions.

    `maybe_done` says that the request may have been carried out all the same: it went out, and what it asks for is not
    known to have failed. A filing is then repeated with the same key.
    """

    def __init__(self, request: str, cause: str, *, maybe_done: bool) -> None:
        super().__init__(f"{request}: no answer ({cause})")
        self.maybe_done = maybe_done


class UnexpectedAnswer(HuanlianError):  # noqa: N818 - a fact about the answer
    """Something answered that does not speak as the service does: a proxy, another service, an error page."""

    def __init__(self, request: str, status: int) -> None:
        super().__init__(f"{request}: answered {status}, and not in the shape of the API")
        self.status = status


class Problem(HuanlianError):  # noqa: N818 - named after RFC 9457
    """The service refused. `code` is stable and meant for programs, `message` for people, `faults` name the places."""

    status: ClassVar[int | None] = None
    known: ClassVar[dict[int | str, type["Problem"]]] = {}

    def __init__(
        self, request: str, status: int, document: Mapping[str, Any], retry_after: float | None
    ) -> None:
        self.answered = status
        self.code = str(document.get("type", "")).removeprefix(_TYPE_PREFIX)
        self.message = _text(document.get("message"), document.get("detail"))
        self.faults = tuple(_fault(each) for each in document.get("errors", ()) if isinstance(each, dict))
        self.request_id: str | None = document.get("request_id")
        self.retry_after = retry_after
        self.document = dict(document)
        places = "".join(f"\n  {fault.pointer or '/'}: {fault.message}" for fault in self.faults)
        super().__init__(f"{request}: {status} {self.code}: {self.message}{places}")

    def __init_subclass__(cls, code: str | None = None) -> None:
        """Enter the class under its status, or under its code where one status has several meanings."""
        Problem.known[code or cls.status or 0] = cls


class BadRequest(Problem):
    """The request cannot be understood."""

    status = 400


class Unauthenticated(Problem):
    """No token was granted, or the one sent is not valid."""

    status = 401


class Forbidden(Problem):
    """You see it and may not do this."""

    status = 403


class NotFound(Problem):
    """It is not there, or you may not see it."""

    status = 404


class Conflict(Problem):
    """It does not go together with what is there."""

    status = 409


class LedgerAlreadyFiled(Conflict, code="ledger_already_filed"):
    """The month is on file; `ledger_id` and `version` say which ledger to amend, `receipt_sha256` what it says."""

    @property
    def ledger_id(self) -> str:
        return str(self.document["ledger"]["id"])

    @property
    def version(self) -> int:
        return int(self.document["ledger"]["version"])

    @property
    def receipt_sha256(self) -> str:
        return str(self.document["ledger"]["receipt"]["sha256"])


class KeyReused(Conflict, code="idempotency_key_reused"):
    """The idempotency key was used for another request."""


class MonthClosed(Conflict, code="month_closed"):
    """The month is closed: it changes only with a reason."""


class Gone(Problem):
    """It is no longer kept: events from before what is left of them."""

    status = 410


class PreconditionFailed(Problem):
    """What you have read has changed since; read it again."""

    status = 412


class TooLarge(Problem):
    """The body is too large."""

    status = 413


class Invalid(Problem):
    """The content is not valid; `faults` say where. Nothing was saved."""

    status = 422


class PreconditionRequired(Problem):
    """Say in If-Match which version you have read."""

    status = 428


class TooManyRequests(Problem):
    """Too many requests, and waiting as long as `retry_after` says would be longer than you allowed."""

    status = 429


class Unavailable(Problem):
    """The service is not ready."""

    status = 503


def problem_of(request: str, status: int, document: Mapping[str, Any], retry_after: float | None) -> Problem:
    """Give the refusal its type: by its code, else by its status."""
    code = str(document.get("type", "")).removeprefix(_TYPE_PREFIX)
    kind = Problem.known.get(code) or Problem.known.get(status) or Problem
    return kind(request, status, document, retry_after)


def _fault(entry: Mapping[str, Any]) -> Fault:
    return Fault(str(entry.get("pointer", "")), str(entry.get("code", "")), _text(entry.get("message"), None))


def _text(message: Any, instead: Any) -> Text:
    if isinstance(message, dict) and {"zh", "en"} <= message.keys():
        return Text(str(message["zh"]), str(message["en"]))
    return Text(str(instead or ""), str(instead or ""))
