"""The signature of a delivery, after Standard Webhooks: who sent it, and that nobody changed it."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from huanlian_client.errors import HuanlianError
from huanlian_client.shapes.events import EventOut

TOLERANCE_SECONDS = 300
_SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
_VERSION = "v1"


class BadSignature(HuanlianError):  # noqa: N818 - a fact about the delivery
    """The delivery is not signed by the service, or is too old to be believed. Answer it with 400 and forget it."""


def verify(
    secret: str | Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
    tolerance_seconds: float = TOLERANCE_SECONDS,
) -> EventOut:
    """Give the event of a delivery that is signed with one of your secrets. Raises BadSignature.

    `body` are the bytes as they arrived: parsed and written again they would have another signature. `headers` may be
    written in any case. While a secret is being changed pass both. The same event may come more than once: keep its `id`.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit()):
        raise BadSignature("no webhook-id or no webhook-timestamp")
    if abs((time.time() if now is None else now) - int(timestamp)) > tolerance_seconds:
        raise BadSignature("too old, or from the future")
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = [_signature(each, signed) for each in ([secret] if isinstance(secret, str) else secret)]
    sent = [part.partition(",") for part in given.get("webhook-signature", "").split()]
    found = [signature for version, _, signature in sent if version == _VERSION]
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in found for other in expected):
        raise BadSignature("no signature of a secret that is known here")
    return cast("EventOut", _event(body))


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook's secret is whsec_ and base64") from error
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except ValueError as error:
        raise BadSignature("signed, and yet no JSON") from error
    if not isinstance(event, dict):
        raise BadSignature("signed, and yet no event")
    return event
