"""A client of Huanlian (环链), the tracker of bulk industrial solid waste.

with Huanlian("https://huanlian.example", client_id, client_secret) as huanlian:
    filed = huanlian.ledgers.file({"site": "…", "month": "2025-03", "nil": True})
"""

from huanlian_client.client import Huanlian
from huanlian_client.errors import (
    BadRequest,
    Conflict,
    ConnectionLost,
    Fault,
    Forbidden,
    Gone,
    HuanlianError,
    Invalid,
    KeyReused,
    LedgerAlreadyFiled,
    MonthClosed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    Text,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnexpectedAnswer,
)
from huanlian_client.retries import Retries
from huanlian_client.signatures import BadSignature, verify

__all__ = [
    "BadRequest",
    "BadSignature",
    "Conflict",
    "ConnectionLost",
    "Fault",
    "Forbidden",
    "Gone",
    "Huanlian",
    "HuanlianError",
    "Invalid",
    "KeyReused",
    "LedgerAlreadyFiled",
    "MonthClosed",
    "NotFound",
    "PreconditionFailed",
    "PreconditionRequired",
    "Problem",
    "Retries",
    "Text",
    "TooLarge",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "UnexpectedAnswer",
    "verify",
]
