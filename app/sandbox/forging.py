"""A message that looks like ours and is not signed by us: what a receiver makes of it."""

import base64
import json
import secrets
from datetime import datetime

from standardwebhooks import Webhook as Signer

from app.auth.subjects import Subject
from app.http.client import OutboundFailed, open_client
from app.ids import new_id
from app.sandbox.models import FORGED, Exchange
from app.settings import Settings
from app.webhooks.models import Webhook

_TIMEOUT_SECONDS = 10.0
_MAX_ANSWER = 64 * 1024
_SECRET_BYTES = 32


def forge(webhook: Webhook, subject: Subject, settings: Settings, now: datetime) -> Exchange:
    """Send it, and give the entry for the journal: `status` is what the receiver answered, 0 when it did not."""
    message_id = new_id()
    event = {
        "id": str(message_id),
        "type": "ledger.submitted",
        "schema_version": 1,
        "timestamp": now.isoformat().replace("+00:00", "Z"),
        "region": None,
        "data": {},
    }
    status, failure = _send(webhook.url, str(message_id), json.dumps(event), settings, now)
    return Exchange(
        id=new_id(),
        subject_id=subject.id,
        method=FORGED,
        path=str(webhook.id),
        query="",
        key=None,
        status=status,
        replayed=False,
        cut=False,
        told={} if failure is None else {"failure": failure},
        at=now,
    )


def _send(url: str, message_id: str, body: str, settings: Settings, now: datetime) -> tuple[int, str | None]:
    nobodys = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(nobodys).sign(message_id, now, body),
    }
    with open_client(settings, timeout_seconds=_TIMEOUT_SECONDS, max_body_bytes=_MAX_ANSWER) as client:
        try:
            return client.request("POST", url, headers=headers, content=body.encode()).status, None
        except OutboundFailed as error:
            return 0, error.reason.value
